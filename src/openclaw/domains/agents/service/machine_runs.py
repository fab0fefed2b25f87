"""What machines tell of runs on them: taken from that machine alone, limited to the sync mode, kept once."""

from typing import Any, cast
from uuid import UUID

import msgspec

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import RunNotFoundError
from openclaw.domains.agents.events import told_topic
from openclaw.domains.agents.models import RunRow
from openclaw.domains.agents.repository import machine_events
from openclaw.infra.bus import publish
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.protocol.runs import KeptEvent, SyncMode, limited

MAX_EVENTS = 10_000  # of one run


async def find_teller(scope: Scope, run_id: UUID) -> SyncMode | None:
    """How much the machine that acts may tell of the run; None once it has ended.

    Raises RunNotFoundError for a run that is not on this machine.
    """
    run = await repository.find_run(scope, run_id)
    if run is None or not _is_on(run, scope.who.device_id):
        raise RunNotFoundError
    return cast("SyncMode", run.sync_mode) if run.finished_at is None else None


async def take_event(scope: Scope, run_id: UUID, *, seq: int, event: KeptEvent) -> bool:
    """Keep what the machine that acts tells of the run; False when that is of no use any more.

    The same number again is the same event. Raises RunNotFoundError for a run that is not on this machine.
    """
    mode = await find_teller(scope, run_id)
    if mode is None or seq > MAX_EVENTS:
        return False
    told = limited(event, mode)  # the machine has done that already; it need not be believed
    body: dict[str, Any] = storable(msgspec.to_builtins(told))
    await machine_events.add_event(scope, run_id, seq, body)
    await publish(scope, told_topic(run_id), {"kind": "told"})
    return True


def _is_on(run: RunRow, device_id: UUID | None) -> bool:
    return run.runtime == "pi" and run.device_id is not None and run.device_id == device_id
