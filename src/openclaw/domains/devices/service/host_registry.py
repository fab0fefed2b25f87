"""The workspace's hosts: the list, how each one is, what its operators say of it, revocation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import HostNotFoundError
from openclaw.domains.devices.models import DeviceRow, HostRow
from openclaw.domains.devices.repository import hosts as repository
from openclaw.domains.devices.repository import leases
from openclaw.domains.devices.repository.hosts import FoundHost
from openclaw.domains.devices.schemas import Host, HostCapabilities, ToolPolicy, UpdateHost
from openclaw.domains.devices.service import registry
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of

DEFAULT_SLOTS = 5


async def list_hosts(
    scope: Scope, *, are_revoked_shown: bool, offers: Sequence[str], cursor: str | None, limit: int
) -> Page[Host]:
    """A page of the workspace's hosts, the newest first. Raises InvalidInputError for a strange cursor."""
    found = await repository.list_hosts(
        scope,
        are_revoked_shown=are_revoked_shown,
        offers=offers,
        after=position_of(cursor),
        limit=limit + 1,
    )
    shown = found[:limit]
    last = shown[-1].device if len(found) > limit else None
    return Page(
        [seen(host, scope.now()) for host in shown], cursor_of(last.linked_at, last.id) if last else None
    )


async def access_host(scope: Scope, host_id: UUID) -> FoundHost:
    """A host of the workspace, revoked or not. Raises HostNotFoundError."""
    found = await repository.find_host(scope, host_id)
    if found is None or found.host.workspace_id != scope.workspace_id:
        raise HostNotFoundError
    return found


async def get_host(scope: Scope, host_id: UUID) -> Host:
    """A host of the workspace as its members see it. Raises HostNotFoundError."""
    return seen(await access_host(scope, host_id), scope.now())


async def update_host(scope: Scope, host_id: UUID, data: UpdateHost) -> Host:
    """Say what a host is called, offers and may carry. Raises HostNotFoundError, NotAllowedError, InvalidInputError."""
    found = await access_host(scope, host_id)
    check_role(scope.who, Role.ADMIN)
    if found.device.revoked_at is not None:
        raise HostNotFoundError
    host, device, said = await repository.lock_host(scope, host_id), found.device, data.model_fields_set
    assert host is not None
    if data.name is not None:
        device.name = registry.checked_name(data.name)
    for field in ("labels", "capacity", "region", "provider"):
        if field in said:
            setattr(host, field, getattr(data, field))
    if data.draining is not None:
        host.is_draining = data.draining
    if "policy" in said:
        device.policy = data.policy.model_dump() if data.policy else None
    await settle(scope, host, device)
    await audit.append(
        scope,
        "devices.host_changed",
        subject=ids.to_wire("host", host_id),
        detail=data.model_dump(mode="json", exclude_unset=True),
    )
    await registry.announce(scope, device, "changed")
    return seen(FoundHost(host, device, found.busy), scope.now())


async def revoke_host(scope: Scope, actor: Actor, host_id: UUID) -> None:
    """End a host: its socket closes, what it carries is killed there, and its runs are told lost.

    Needs a system scope, since these are of several users. Raises HostNotFoundError, NotAllowedError.
    """
    found = await repository.find_host(scope, host_id)
    if found is None or found.host.workspace_id != actor.workspace_id or found.device.revoked_at is not None:
        raise HostNotFoundError
    check_role(actor, Role.ADMIN)
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="devices.host_revoked",
        subject=ids.to_wire("host", host_id),
        detail={"name": found.device.name},
    )
    await registry.end_link(scope, found.device, reason="revoked by an admin of the workspace")


async def settle(scope: Scope, host: HostRow, device: DeviceRow) -> None:
    """What the host offers and how much it may carry, from what it says and what its operators say."""
    reported = host.reported
    wanted = reported.get("max_concurrent_tasks", DEFAULT_SLOTS)
    host.slots = wanted if host.capacity is None else min(host.capacity, wanted)
    host.offers = sorted(_offers(host, device))
    await scope.session.flush()
    await leases.make_slots(scope, host)


def status_of(found: FoundHost, now: datetime) -> str:
    """How a host is: pending until its first heartbeat, degraded when one is late or when it says so itself."""
    host, device = found.host, found.device
    if device.revoked_at is not None:
        return "revoked"
    if host.last_heartbeat_at is None:
        return "pending"
    if not registry.is_online(device, now) or host.lease_until is None or host.lease_until <= now:
        return "offline"
    is_late = host.late_at is None or host.late_at <= now
    return "degraded" if is_late or host.reported.get("trouble") else "healthy"


def seen(found: FoundHost, now: datetime) -> Host:
    """A host as members of its workspace see it."""
    host, device, reported = found.host, found.device, found.host.reported
    status = status_of(found, now)
    takes_runs = status in ("healthy", "degraded") and not host.is_draining
    return Host(
        id=device.id,
        device_id=device.id,
        node_id=device.node_id,
        name=device.name,
        status=status,  # pyright: ignore[reportArgumentType]
        trouble=reported.get("trouble"),
        platform=device.platform,
        version=device.version,
        commands=device.commands,
        labels=host.labels,
        capacity=host.capacity,
        region=host.region or reported.get("region"),
        provider=host.provider or reported.get("provider"),
        draining=host.is_draining,
        offers=host.offers,
        slots=host.slots,
        busy_slots=found.busy,
        free_slots=max(host.slots - found.busy, 0) if takes_runs else 0,
        running=reported.get("running", 0),
        queue_depth=reported.get("queue_depth", 0),
        capabilities=HostCapabilities.model_validate(reported) if reported else None,
        policy=ToolPolicy.model_validate(device.policy) if device.policy else None,
        registered_by=device.user_id,
        registered_at=device.linked_at,
        last_heartbeat_at=host.last_heartbeat_at,
        revoked_at=device.revoked_at,
    )


def _offers(host: HostRow, device: DeviceRow) -> set[str]:
    """The host's labels, and what else can be asked for; labels hold no colon, so none passes for the latter."""
    reported: dict[str, Any] = host.reported
    offers = set(host.labels if host.labels is not None else reported.get("labels", []))
    for name, value in (
        ("platform", device.platform),
        ("region", host.region or reported.get("region")),
        ("provider", host.provider or reported.get("provider")),
        ("can", "browser" if reported.get("browser_operator") else None),
        ("can", "long-running" if reported.get("long_running") else None),
    ):
        if value:
            offers.add(f"{name}:{value}")
    return offers
