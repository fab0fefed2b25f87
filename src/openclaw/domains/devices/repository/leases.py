"""Every query on hosts' slots: who holds one, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text, update

from openclaw.domains.devices.models import DeviceCallRow, DeviceRow, HostRow, HostSlotRow
from openclaw.infra.scope import Scope

# One statement: of the hosts with room always the one with the most, of its free slots those that nobody takes just
# now. A slot that another transaction has locked is as good as taken; if it gives it back, a later claim finds it.
_CLAIM = text("""
WITH free AS (
    SELECT host_slots.host_id, host_slots.number, devices.name, hosts.lease_until,
        count(*) OVER (PARTITION BY host_slots.host_id)
            - row_number() OVER (PARTITION BY host_slots.host_id ORDER BY host_slots.number) AS others
    FROM hosts JOIN devices ON devices.id = hosts.device_id
    JOIN host_slots ON host_slots.host_id = hosts.device_id AND host_slots.run_id IS NULL
    WHERE hosts.workspace_id = :workspace_id AND devices.revoked_at IS NULL AND NOT hosts.is_draining
        AND devices.online_until > :now AND hosts.lease_until > :now AND hosts.late_at > :now
        AND host_slots.number <= hosts.slots AND hosts.offers @> CAST(:labels AS jsonb)
        AND hosts.device_id = coalesce(CAST(:host_id AS uuid), hosts.device_id)
), locked AS MATERIALIZED (
    SELECT host_slots.host_id, host_slots.number, free.name, free.lease_until
    FROM host_slots JOIN free USING (host_id, number)
    WHERE host_slots.run_id IS NULL
    ORDER BY free.others DESC, host_slots.host_id
    LIMIT cardinality(CAST(:run_ids AS uuid[])) FOR UPDATE OF host_slots SKIP LOCKED
), chosen AS (
    SELECT locked.*, wanted.run_id
    FROM (SELECT *, row_number() OVER () AS nth FROM locked) AS locked
    JOIN unnest(CAST(:run_ids AS uuid[])) WITH ORDINALITY AS wanted (run_id, nth) USING (nth)
)
UPDATE host_slots
SET run_id = chosen.run_id, for_user_id = :user_id, epoch = nextval('host_epochs'), claimed_at = :now
FROM chosen WHERE host_slots.host_id = chosen.host_id AND host_slots.number = chosen.number
RETURNING host_slots.run_id, host_slots.host_id, chosen.name, host_slots.number, host_slots.epoch, chosen.lease_until
""")
_LOCK_RUNS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('lease|' || name, 0)) FROM unnest(CAST(:names AS text[])) AS name"
)
# The host is locked with its slots: a heartbeat that is being kept decides first.
_LOSE = text("""
WITH lost AS MATERIALIZED (
    SELECT host_slots.host_id, host_slots.number, host_slots.workspace_id, host_slots.run_id,
        host_slots.for_user_id, host_slots.epoch
    FROM host_slots JOIN hosts ON hosts.device_id = host_slots.host_id
    WHERE host_slots.run_id IS NOT NULL AND (hosts.device_id = :host_id OR hosts.lease_until <= :lapsed_at)
    FOR UPDATE OF hosts, host_slots SKIP LOCKED
)
UPDATE host_slots SET run_id = NULL, for_user_id = NULL, epoch = NULL, claimed_at = NULL
FROM lost WHERE host_slots.host_id = lost.host_id AND host_slots.number = lost.number
RETURNING lost.host_id, lost.workspace_id, lost.run_id, lost.for_user_id, lost.epoch
""")
_MAKE = text("""
INSERT INTO host_slots (host_id, number, workspace_id)
SELECT :host_id, number, :workspace_id FROM generate_series(1, :slots) AS number ON CONFLICT DO NOTHING
""")
_FREE = {"run_id": None, "for_user_id": None, "epoch": None, "claimed_at": None}


@dataclass(frozen=True)
class HeldSlot:
    """A slot that a run holds, with the name and the lease of its host."""

    run_id: UUID
    host_id: UUID
    name: str
    number: int
    epoch: int
    lease_until: datetime


@dataclass(frozen=True)
class LostLease:
    """A run whose host is gone."""

    host_id: UUID
    workspace_id: UUID
    run_id: UUID
    for_user_id: UUID
    epoch: int


async def lock_runs(scope: Scope, run_ids: Sequence[UUID]) -> None:
    """Let one claim of each run at a time be made, whoever makes it."""
    await scope.session.execute(_LOCK_RUNS, {"names": sorted(run_id.hex for run_id in run_ids)})


async def find_slots(scope: Scope, run_ids: Sequence[UUID]) -> dict[UUID, HeldSlot]:
    """The slots that those runs hold."""
    rows = await scope.session.execute(
        select(
            HostSlotRow.run_id,
            HostSlotRow.host_id,
            DeviceRow.name,
            HostSlotRow.number,
            HostSlotRow.epoch,
            HostRow.lease_until,
        )
        .join(HostRow, HostRow.device_id == HostSlotRow.host_id)
        .join(DeviceRow, DeviceRow.id == HostSlotRow.host_id)
        .where(HostSlotRow.run_id.in_(run_ids))
    )
    return {slot.run_id: slot for slot in (HeldSlot(*row) for row in rows)}


async def claim_slots(
    scope: Scope, run_ids: Sequence[UUID], *, host_id: UUID | None, labels: Sequence[str]
) -> dict[UUID, HeldSlot]:
    """Take free slots for runs of the actor, the first of them first, as far as hosts that fit have room."""
    values = {
        "workspace_id": scope.workspace_id,
        "user_id": scope.user_id,
        "run_ids": run_ids,
        "host_id": host_id,
        "labels": orjson.dumps(list(labels)).decode(),
        "now": scope.now(),
    }
    rows = await scope.session.execute(_CLAIM, values)
    return {slot.run_id: slot for slot in (HeldSlot(*row) for row in rows)}


async def release_slot(scope: Scope, run_id: UUID, *, epoch: int | None) -> bool:
    """Free the slot of a run, of that dispatch if one is named; False without any."""
    query = update(HostSlotRow).where(HostSlotRow.run_id == run_id)
    if epoch is not None:
        query = query.where(HostSlotRow.epoch == epoch)
    return await scope.session.scalar(query.values(**_FREE).returning(HostSlotRow.number)) is not None


async def lose_slots(
    scope: Scope, *, host_id: UUID | None = None, lapsed_at: datetime | None = None
) -> list[LostLease]:
    """Free every slot of one host, or those of hosts whose leases ended by ``lapsed_at``; what held them."""
    rows = await scope.session.execute(_LOSE, {"host_id": host_id, "lapsed_at": lapsed_at})
    return [LostLease(*row) for row in rows]


async def holds_slot(scope: Scope, host_id: UUID, *, user_id: UUID) -> bool:
    """Whether a run of the user holds a slot of the host."""
    found = await scope.session.scalar(
        select(HostSlotRow.number)
        .where(
            HostSlotRow.host_id == host_id,
            HostSlotRow.for_user_id == user_id,
            HostSlotRow.run_id.is_not(None),
        )
        .limit(1)
        .with_for_update(read=True)  # what is sent because of it is sent before the slot can be lost
    )
    return found is not None


async def count_held(scope: Scope, host_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many slots of each of those hosts are held."""
    rows = await scope.session.execute(
        select(HostSlotRow.host_id, func.count())
        .where(HostSlotRow.host_id.in_(host_ids), HostSlotRow.run_id.is_not(None))
        .group_by(HostSlotRow.host_id)
    )
    return {row[0]: row[1] for row in rows}


async def make_slots(scope: Scope, host: HostRow) -> None:
    """See that the host has as many slots as it should. More than that stay, and are claimed no more."""
    await scope.session.execute(
        _MAKE, {"host_id": host.device_id, "workspace_id": host.workspace_id, "slots": host.slots}
    )


async def cancel_open_calls(scope: Scope, host_id: UUID, *, error: dict[str, Any]) -> list[UUID]:
    """End everything that a host was asked and has not answered; it hears of that when it is there. Their ids."""
    return list(
        await scope.session.scalars(
            update(DeviceCallRow)
            .where(DeviceCallRow.device_id == host_id, DeviceCallRow.state.in_(("queued", "sent")))
            .values(state="cancelled", error=error, finished_at=scope.now())
            .returning(DeviceCallRow.id)
        )
    )
