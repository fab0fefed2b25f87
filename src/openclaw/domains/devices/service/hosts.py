"""Slots of hosts, leased to runs: claimed by whoever dispatches, kept by the host's heartbeats, lost with them.

A host stops what it carries when it could not reach us for as long as the lease that it was told; only half a lease
later is it lost here. So two machines never carry one run, also when the clocks of our processes differ by that much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import structlog

from openclaw.domains.devices.events import HOST_LOST, device_topic
from openclaw.domains.devices.repository import leases
from openclaw.domains.devices.repository.leases import HeldSlot, LostLease
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.db import Database
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import UnavailableError

_log = structlog.get_logger(__name__)
_LOOKED_EVERY = timedelta(seconds=2)


@dataclass(frozen=True)
class HostSlot:
    """A run's room on a host. ``epoch`` numbers this dispatch: a later one of the same run has a higher number."""

    host_id: UUID
    host_name: str
    number: int
    epoch: int
    expires_at: datetime


async def claim_slots(
    scope: Scope, run_ids: Sequence[UUID], *, host_id: UUID | None = None, labels: Sequence[str] = ()
) -> dict[UUID, HostSlot]:
    """Room for runs of the actor on healthy hosts of the workspace, as far as those that fit have any.

    ``run_ids`` are the caller's names of the runs; while one holds a slot, asking again answers with that one.
    ``host_id``: on that host only; ``labels``: on those that offer all of these. The host with the most free slots is
    taken. While a slot is held, the actor reaches the host like a machine of their own. Raises NotAllowedError for
    viewers.
    """
    check_role(scope.who, Role.MEMBER)
    await leases.lock_runs(scope, run_ids)
    held = await leases.find_slots(scope, run_ids)
    if wanted := [run_id for run_id in run_ids if run_id not in held]:
        held |= await leases.claim_slots(scope, wanted, host_id=host_id, labels=labels)
    return {run_id: _slot(slot) for run_id, slot in held.items()}


async def release_slot(scope: Scope, *, run_id: UUID, epoch: int | None = None) -> bool:
    """Give the run's slot back; False when it holds none, or another than that of the dispatch ``epoch``.

    Works in system scopes too.
    """
    return await leases.release_slot(scope, run_id, epoch=epoch)


async def find_slot(scope: Scope, run_id: UUID) -> HostSlot | None:
    """The slot that the run holds."""
    held = (await leases.find_slots(scope, [run_id])).get(run_id)
    return _slot(held) if held else None


async def lose_leases(scope: Scope, host_id: UUID, *, reason: str) -> None:
    """End all leases of a host, and what it was asked for them. Needs a system scope."""
    await _tell_lost(scope, await leases.lose_slots(scope, host_id=host_id), reason=reason)


async def lose_lapsed(scope: Scope) -> int:
    """End the leases of hosts that have been silent for too long; how many. Needs a system scope."""
    lost = await leases.lose_slots(scope, lapsed_at=scope.now())
    await _tell_lost(scope, lost, reason="silent")
    return len(lost)


async def watch_leases(database: Database, clock: Clock) -> None:
    """For ever: notice leases that have lapsed. Any number of processes may do it; each lease is lost once."""
    while True:
        await clock.sleep(_LOOKED_EVERY)
        try:
            async with database.system(is_quiet=True) as scope:
                lost = await lose_lapsed(scope)
            if lost:
                _log.warning("hosts have gone silent", runs=lost)
        except UnavailableError:
            _log.warning("the watch over leases waits for the database")
        except Exception:  # noqa: BLE001  (the watch must outlive whatever it meets)
            _log.exception("the watch over leases failed; it tries again")


def _slot(held: HeldSlot) -> HostSlot:
    return HostSlot(held.host_id, held.name, held.number, held.epoch, held.lease_until)


async def _tell_lost(scope: Scope, lost: Sequence[LostLease], *, reason: str) -> None:
    """End what the hosts were asked, and record the fact. Who waits for an answer is not woken by this.

    Whoever claimed the slot ends the run or takes it elsewhere; the run itself would take it for a failure of its own.
    """
    by_host = sorted(lost, key=lambda lease: lease.host_id)
    for host_id, group in groupby(by_host, key=lambda lease: lease.host_id):
        mine = list(group)
        error = {
            "code": "HOST_LOST",
            "message": "The host was lost while it did this; how far it came is unknown.",
        }
        for call_id in await leases.cancel_open_calls(scope, host_id, error=error):
            await publish(scope, device_topic(host_id), {"kind": "cancel", "callId": call_id.hex})
        runs = [
            {"runId": lease.run_id.hex, "userId": lease.for_user_id.hex, "epoch": lease.epoch}
            for lease in mine
        ]
        body = {
            "hostId": host_id.hex,
            "workspaceId": mine[0].workspace_id.hex,
            "reason": reason,
            "runs": runs,
        }
        await record(scope, HOST_LOST, body)
