"""The actor's machines: the list, names, presence, revocation."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.events import DEVICE_ONLINE, call_topic, device_topic
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.policy import clean_commands
from openclaw.domains.devices.repository import hosts as host_rows
from openclaw.domains.devices.repository import leases
from openclaw.domains.devices.repository import machines as repository
from openclaw.domains.devices.schemas import Device, ToolPolicy, UpdateDevice
from openclaw.domains.devices.service import hosts
from openclaw.domains.notifications.service import notices
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.outbox import record_wanted
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError

# A gateway renews presence at each tick (30 s); two missed ticks and a machine counts as offline.
PRESENCE = timedelta(seconds=75)
HOST = "host"
_ID = re.compile(r"[0-9a-f]{64}|dev_[0-9a-f]{32}")


@dataclass(frozen=True)
class Machine:
    """A machine that proved its key, as it is about to belong to somebody."""

    node_id: str
    public_key: str
    name: str
    platform: str
    version: str
    client: str
    commands: list[str]
    kind: str = "device"


async def list_devices(scope: Scope) -> list[Device]:
    """The actor's linked machines."""
    return [seen(row, scope.now()) for row in await repository.list_devices(scope)]


async def list_rows(scope: Scope) -> list[DeviceRow]:
    """The actor's linked machines, with what their owner's list leaves out."""
    return await repository.list_devices(scope)


async def list_known(scope: Scope, device_ids: Collection[UUID]) -> list[DeviceRow]:
    """Those of the machines that are the actor's, and hosts of the workspace: what names where something was done.

    Also revoked ones; who is here is not yet somebody whom calls may go to.
    """
    return await host_rows.list_known(scope, device_ids) if device_ids else []


async def access_device(scope: Scope, device_id: UUID) -> DeviceRow:
    """One of the actor's machines, or the host that acts; DeviceNotFoundError for any other, and for revoked ones."""
    row = await _find_linked(scope, device_id)
    if row is None or not (
        scope.who.device_id == row.id if row.kind == HOST else row.user_id == scope.user_id
    ):
        raise DeviceNotFoundError
    return row


async def access_target(scope: Scope, device_id: UUID) -> DeviceRow:
    """A machine that calls of the actor may go to: one of theirs, or a host that carries a run of theirs now.

    DeviceNotFoundError for any other, and for revoked ones.
    """
    row = await _find_linked(scope, device_id)
    if row is None or row.kind != HOST:
        return await access_device(scope, device_id)
    if not await leases.holds_slot(scope, row.id, user_id=scope.user_id):
        raise DeviceNotFoundError
    return row


async def access_host(scope: Scope, device_id: UUID) -> DeviceRow:
    """A host of the actor's workspace, which runs may be sent to. Raises DeviceNotFoundError."""
    row = await _find_linked(scope, device_id)
    if row is None or row.kind != HOST:
        raise DeviceNotFoundError
    return row


async def _find_linked(scope: Scope, device_id: UUID) -> DeviceRow | None:
    row = await repository.find_device(scope, device_id)
    is_here = row is not None and row.revoked_at is None and row.workspace_id == scope.workspace_id
    return row if is_here else None


async def get_device(scope: Scope, device_id: UUID) -> Device:
    """One of the actor's machines. Raises DeviceNotFoundError."""
    return seen(await access_device(scope, device_id), scope.now())


async def access_device_by_id(scope: Scope, device_id: str) -> DeviceRow:
    """One of the actor's machines by its node id, or its id as it travels. Raises DeviceNotFoundError."""
    row = _by_id(await repository.list_devices(scope), device_id)
    if row is None:
        raise DeviceNotFoundError
    return row


async def access_device_by_node(scope: Scope, node_id: str) -> DeviceRow:
    """One of the actor's machines by its id, or else by its name. Raises DeviceNotFoundError."""
    rows = await repository.list_devices(scope)
    row = _by_id(rows, node_id) or next((row for row in rows if row.name == node_id), None)
    if row is None:
        raise DeviceNotFoundError
    return row


async def update_device(scope: Scope, device_id: UUID, data: UpdateDevice) -> Device:
    """Rename a machine, or make it the primary one. Raises what ``rename_device`` raises."""
    row = await access_device(scope, device_id)
    check_role(scope.who, Role.MEMBER)
    if data.name is not None:
        await rename_device(scope, device_id, data.name)
    if data.primary is not None and data.primary != row.is_primary:
        await repository.clear_primary(scope)
        row.is_primary = data.primary
        await announce(scope, row, "primary")
    return seen(row, scope.now())


async def rename_device(scope: Scope, device_id: UUID, name: str) -> Device:
    """Give a machine another name. Raises DeviceNotFoundError, NotAllowedError, InvalidInputError."""
    row = await access_device(scope, device_id)
    check_role(scope.who, Role.MEMBER)
    row.name = checked_name(name)
    await announce(scope, row, "renamed")
    return seen(row, scope.now())


def checked_name(name: str) -> str:
    """``name`` without space around it. Raises InvalidInputError for none, and for one that looks like an id."""
    name = name.strip()
    if not name or _ID.fullmatch(name.lower()):
        raise InvalidInputError(field="name", reason="must not be empty, nor of the form of an id")
    return name


async def revoke_device(scope: Scope, device_id: UUID) -> None:
    """Unlink a machine: its socket closes and its running commands are killed. Raises DeviceNotFoundError."""
    row = await access_device(scope, device_id)
    await audit.append(
        scope, "devices.revoked", subject=ids.to_wire("dev", row.id), detail={"name": row.name}
    )
    await end_link(scope, row, reason="revoked by its owner")


async def end_link(scope: Scope, row: DeviceRow, *, reason: str, told_as: str | None = None) -> None:
    """Revoke a machine's link and everything that hangs on it. Works in system scopes too; a host's needs one.

    ``told_as``: the kind of notification that its owner gets of it, who has not done it.
    """
    row.revoked_at = scope.now()
    await end_sessions(scope, row, reason=reason)
    await announce(scope, row, "revoked")
    if told_as is not None:
        notice = notices.Notice(told_as, {"device": row.name}, "/devices", is_sticky=True)
        await notices.notify(scope, row.user_id, notice, workspace_id=row.workspace_id)


async def end_sessions(scope: Scope, row: DeviceRow, *, reason: str) -> None:
    """End what a machine is let in with, its socket and what it was asked. A host's needs a system scope."""
    row.online_until = None
    if row.kind == HOST:
        await hosts.lose_leases(scope, row.id, reason="revoked")
    await repository.revoke_sessions(scope, row.id)
    error = {"code": "DEVICE_REVOKED", "message": f"The device is no longer linked: {reason}."}
    for call_id in await repository.end_open_calls(scope, row.id, error=error):
        await publish(scope, call_topic(call_id), {"kind": "ended"})
    await publish(scope, device_topic(row.id), {"kind": "revoked"})


async def adopt(scope: Scope, owner: Actor, machine: Machine) -> DeviceRow:
    """The machine's row: the one it had with this owner, else a new one (any other owner's link ends).

    What it had been let in with before ends. Needs a system scope.
    """
    await repository.lock_node(scope, machine.node_id)
    known = await repository.find_live_device_by_node(scope, machine.node_id)
    if known is not None and _is_same(known, owner, machine):
        await repository.revoke_sessions(scope, known.id)
        if known.client != machine.client:
            await publish(scope, device_topic(known.id), {"kind": "revoked"})
        known.name, known.platform, known.version = machine.name, machine.platform, machine.version
        known.client, known.commands = machine.client, machine.commands or known.commands
        known.linked_at = scope.now()
        return known
    if known is not None:
        await end_link(scope, known, reason="linked by someone else", told_as="device.revoked")
    device = DeviceRow(
        id=ids.new_id(),
        workspace_id=owner.workspace_id,
        user_id=owner.user_id,
        node_id=machine.node_id,
        public_key=machine.public_key,
        name=machine.name,
        platform=machine.platform,
        version=machine.version,
        kind=machine.kind,
        client=machine.client,
        commands=machine.commands,
        home=None,
        is_primary=False,
        policy=None,
        linked_at=scope.now(),
        last_seen_at=None,
        online_until=None,
        connection_id=None,
        revoked_at=None,
    )
    await repository.add_device(scope, device)
    return device


async def note_connected(
    scope: Scope, device_id: UUID, *, connection_id: str, version: str, platform: str, commands: list[str]
) -> None:
    """A gateway holds the machine's socket now."""
    await repository.set_presence(
        scope,
        device_id,
        connection_id=connection_id,
        online_until=scope.now() + PRESENCE,
        only_current=False,
        version=version[:40],
        platform=platform[:40],
        commands=clean_commands(commands),
    )
    row = await access_device(scope, device_id)
    fact = {
        "deviceId": device_id.hex,
        "name": row.name,
        "workspaceId": row.workspace_id.hex,
        "userId": row.user_id.hex,
    }
    await record_wanted(scope, DEVICE_ONLINE, fact)
    await announce(scope, row, "online")


async def list_linked(scope: Scope, device_ids: Collection[UUID]) -> set[UUID]:
    """Which of those machines have not been revoked. Needs a system scope to see those of everybody."""
    return await repository.list_linked(scope, device_ids)


async def note_home(scope: Scope, device_id: UUID, home: str | None) -> None:
    """The machine told where its user's home folder is."""
    (await access_device(scope, device_id)).home = home


async def note_all_alive(scope: Scope, connections: Mapping[UUID, str]) -> None:
    """The sockets of those machines still stand, by their connections' ids. Needs a system scope."""
    await repository.renew_presence(scope, connections, online_until=scope.now() + PRESENCE)


async def note_gone(scope: Scope, device_id: UUID, *, connection_id: str) -> None:
    """The machine's socket closed; nothing changes if it has a newer one."""
    if await repository.set_presence(scope, device_id, connection_id=connection_id, online_until=None):
        row = await repository.find_device(scope, device_id)
        if row is not None:
            await announce(scope, row, "offline")


async def announce(scope: Scope, row: DeviceRow, reason: str) -> None:
    """Tell the pages of a machine's owner that it changed, those of the whole workspace when it is a host."""
    if row.kind != HOST:
        await tell(scope, row.user_id, row.workspace_id, _event("device.changed", row, reason))
        return
    event = _event("host.changed", row, reason)
    for user_id in await workspaces.list_member_ids(scope, row.workspace_id):
        await tell(scope, user_id, row.workspace_id, event)


def _is_same(known: DeviceRow, owner: Actor, machine: Machine) -> bool:
    owners = (known.user_id, known.workspace_id), (owner.user_id, owner.workspace_id)
    return owners[0] == owners[1] and known.kind == machine.kind


def _by_id(rows: list[DeviceRow], wanted: str) -> DeviceRow | None:
    return next((row for row in rows if wanted in (row.node_id, ids.to_wire("dev", row.id))), None)


def is_online(row: DeviceRow, now: datetime) -> bool:
    """True while a gateway holds the machine's socket."""
    return row.revoked_at is None and row.online_until is not None and row.online_until > now


def _event(name: str, row: DeviceRow, reason: str) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "deviceId": ids.to_wire("dev", row.id),
        "nodeId": row.node_id,
        "reason": reason,
        "online": reason == "online",
    }
    if row.kind == HOST:
        payload |= {"hostId": ids.to_wire("host", row.id), "online": row.online_until is not None}
    return {"event": name, "payload": payload}


def seen(row: DeviceRow, now: datetime) -> Device:
    """A machine as its owner sees it."""
    return Device(
        id=row.id,
        node_id=row.node_id,
        name=row.name,
        platform=row.platform,
        version=row.version,
        client=row.client,  # pyright: ignore[reportArgumentType]
        online=is_online(row, now),
        last_seen_at=row.last_seen_at,
        linked_at=row.linked_at,
        revoked_at=row.revoked_at,
        commands=row.commands,
        home=row.home,
        primary=row.is_primary,
        policy=ToolPolicy.model_validate(row.policy) if row.policy else None,
    )
