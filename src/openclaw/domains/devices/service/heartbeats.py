"""What hosts say: that they are there, what they carry, and by that the time of their leases."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.devices.errors import HostNotFoundError
from openclaw.domains.devices.models import HostRow
from openclaw.domains.devices.repository import hosts as repository
from openclaw.domains.devices.repository.hosts import FoundHost
from openclaw.domains.devices.service import hosts, registry
from openclaw.domains.devices.service.host_registry import settle, status_of
from openclaw.infra.scope import Scope

_BEATS_IN_LEASE = 3


def interval_of(lease: timedelta) -> timedelta:
    """How often a host says that it is there."""
    return lease / _BEATS_IN_LEASE


async def note_connected(scope: Scope, host_id: UUID, *, lease: timedelta) -> None:
    """A gateway holds the host's socket. What it was leased before it was away for too long is lost first.

    Needs a system scope.
    """
    host = await repository.lock_host(scope, host_id)
    if host is not None:
        await _renew(scope, host, lease)


async def note_heartbeat(scope: Scope, host_id: UUID, report: dict[str, Any], *, lease: timedelta) -> int:
    """Keep what a host reports, and its leases; how many slots it is to have. Needs a system scope.

    ``report`` has the fields of `HostHeartbeatParams`. Raises HostNotFoundError for a machine that is no host.
    """
    found = await repository.find_host(scope, host_id)
    if found is None or found.device.revoked_at is not None:
        raise HostNotFoundError
    host = await repository.lock_host(scope, host_id)
    assert host is not None
    before = status_of(found, scope.now())
    await _renew(scope, host, lease)
    host.last_heartbeat_at, host.late_at = scope.now(), scope.now() + 2 * interval_of(lease)
    if report != host.reported:
        was_offered = host.offers, host.slots
        host.reported = report
        await settle(scope, host, found.device)
        if (host.offers, host.slots) != was_offered:
            before = "changed"
    if status_of(FoundHost(host, found.device, found.busy), scope.now()) != before:
        await registry.announce(scope, found.device, "status")
    return host.slots


async def _renew(scope: Scope, host: HostRow, lease: timedelta) -> None:
    if host.lease_until is not None and host.lease_until <= scope.now():
        await hosts.lose_leases(scope, host.device_id, reason="silent")
    host.lease_until = scope.now() + lease * 1.5
    await scope.session.flush()
