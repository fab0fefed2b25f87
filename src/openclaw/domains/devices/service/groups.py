"""Groups of machines, and which machines a call goes to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from openclaw.domains.devices.errors import (
    DeviceGroupNameTakenError,
    DeviceGroupNotFoundError,
    DeviceNotFoundError,
    NoDeviceError,
)
from openclaw.domains.devices.models import DeviceGroupRow, DeviceRow
from openclaw.domains.devices.repository import fleet
from openclaw.domains.devices.repository import machines as repository
from openclaw.domains.devices.schemas import DeviceGroup, SetDeviceGroup
from openclaw.domains.devices.service.pairing import NODE_HOST
from openclaw.domains.devices.service.registry import HOST, access_target, checked_name, is_online
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol import node_host

MAX_GROUPS = 50


async def list_groups(scope: Scope) -> list[DeviceGroup]:
    """The actor's groups, with the machines that are linked."""
    live = {row.id for row in await repository.list_devices(scope)}
    return [_seen(row, live) for row in await fleet.list_groups(scope)]


async def list_names(scope: Scope, names: Mapping[UUID, str]) -> dict[str, list[str]]:
    """The actor's groups by name, their machines by the names that ``names`` has of those that are linked."""
    live = set(names)
    return {
        row.name: [names[member] for member in _seen(row, live).device_ids]
        for row in await fleet.list_groups(scope)
    }


async def create_group(scope: Scope, data: SetDeviceGroup) -> DeviceGroup:
    """Make a group. Raises DeviceNotFoundError, DeviceGroupNameTakenError, InvalidInputError, NotAllowedError."""
    groups = await fleet.list_groups(scope)
    if len(groups) >= MAX_GROUPS:
        raise InvalidInputError(field="name", reason=f"there are {MAX_GROUPS} groups already")
    name, members = await _checked(scope, data, groups)
    row = DeviceGroupRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        name=name,
        device_ids=[member.hex for member in members],
        created_at=scope.now(),
    )
    await fleet.add_group(scope, row)
    return _seen(row, set(members))


async def update_group(scope: Scope, group_id: UUID, data: SetDeviceGroup) -> DeviceGroup:
    """Replace a group. Raises DeviceGroupNotFoundError besides what ``create_group`` raises."""
    groups = await fleet.list_groups(scope)
    row = next((row for row in groups if row.id == group_id), None)
    if row is None:
        raise DeviceGroupNotFoundError
    row.name, members = await _checked(scope, data, [other for other in groups if other is not row])
    row.device_ids = [member.hex for member in members]
    return _seen(row, set(members))


async def delete_group(scope: Scope, group_id: UUID) -> None:
    """Remove a group; its machines stay linked. Raises DeviceGroupNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    if not await fleet.delete_group(scope, group_id):
        raise DeviceGroupNotFoundError


def offers(row: DeviceRow, tool: str) -> bool:
    """Whether the machine can do ``tool``. One that has never been online has declared nothing and may."""
    if row.client == NODE_HOST:
        return node_host.offers(tool, row.commands)
    return not row.commands or tool in row.commands


async def choose_devices(
    scope: Scope, *, tool: str, named: str | None, preferred_id: UUID | None
) -> tuple[str, list[DeviceRow]]:
    """The machines for a call, and what they are called together.

    Those that ``named`` names: a machine, a group, or several of both with commas. Without it, the conversation's
    machine; else the primary one if it is online and can do it; else the one most recently seen that can (online
    first). Raises DeviceNotFoundError (a name that none has, an empty group; the conversation's host, once it carries
    the run no more), NoDeviceError.
    """
    rows = await list_targets(scope, preferred_id)
    if named:
        groups = await fleet.list_groups(scope)
        found = _named(rows, groups, named)
        if found is None:
            parts = [part.strip() for part in named.split(",") if part.strip()]
            found = [row for part in parts for row in _named(rows, groups, part) or _unknown()]
        machines = list({row.id: row for row in found}.values())
        if not machines:
            raise DeviceNotFoundError
        return (machines[0].name if len(machines) == 1 else named.strip()[:100]), machines
    chosen = next((row for row in rows if row.id == preferred_id), None) or _automatic(scope, rows, tool)
    return chosen.name, [chosen]


async def list_targets(scope: Scope, preferred_id: UUID | None) -> list[DeviceRow]:
    """The machines that calls of a conversation may go to: the actor's, or the host alone that it is on.

    Raises DeviceNotFoundError for a host that carries no run of the actor's.
    """
    preferred = await repository.find_device(scope, preferred_id) if preferred_id else None
    if preferred is not None and preferred.kind == HOST:
        return [await access_target(scope, preferred.id)]
    return await repository.list_devices(scope)


def _automatic(scope: Scope, rows: Sequence[DeviceRow], tool: str) -> DeviceRow:
    if not rows:
        raise NoDeviceError
    now = scope.now()
    able = [row for row in rows if offers(row, tool)] or rows
    primary = next((row for row in able if row.is_primary and is_online(row, now)), None)
    return primary or max(able, key=lambda row: (is_online(row, now), row.last_seen_at or row.linked_at))


def _named(rows: Sequence[DeviceRow], groups: Sequence[DeviceGroupRow], name: str) -> list[DeviceRow] | None:
    """The machines of that name: a machine's id or name, or a group's. None when nothing is called so."""
    wanted = name.strip().lower()
    for row in rows:
        if wanted in (row.node_id, ids.to_wire("dev", row.id)):
            return [row]
    for row in rows:
        if row.name.lower() == wanted:
            return [row]
    group = next((group for group in groups if group.name.lower() == wanted), None)
    if group is None:
        return None
    live = {row.id.hex: row for row in rows}
    return [live[member] for member in group.device_ids if member in live]


def _unknown() -> list[DeviceRow]:
    raise DeviceNotFoundError


async def _checked(
    scope: Scope, data: SetDeviceGroup, others: Sequence[DeviceGroupRow]
) -> tuple[str, list[UUID]]:
    check_role(scope.who, Role.MEMBER)
    name, rows = checked_name(data.name), await repository.list_devices(scope)
    if "," in name:
        raise InvalidInputError(field="name", reason="must not hold a comma")
    members = list(dict.fromkeys(data.device_ids))
    if not {row.id for row in rows}.issuperset(members):
        raise DeviceNotFoundError
    if name.lower() in {taken.name.lower() for taken in (*others, *rows)}:
        raise DeviceGroupNameTakenError(name=name)
    return name, members


def _seen(row: DeviceGroupRow, live: set[UUID]) -> DeviceGroup:
    members = [UUID(hex=text) for text in row.device_ids]
    return DeviceGroup(id=row.id, name=row.name, device_ids=[member for member in members if member in live])
