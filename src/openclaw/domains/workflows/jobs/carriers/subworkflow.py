"""``subworkflow``: a run of its own, whose end is waited for."""

from typing import Any
from uuid import UUID

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.events import run_changed_topic
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.service import runs, starting
from openclaw.durable.queue import JobQueue
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError


class SubworkflowCarrier:
    """Has child runs begin, and waits for their end."""

    def __init__(self, database: Database, bus: EventBus, queue: JobQueue) -> None:
        self._database = database
        self._bus = bus
        self._queue = queue

    async def carry(self, call: StepCall) -> Any:
        """The child's output. Raises StepError when it fails or cannot begin."""
        async with self._database.transaction(call.actor) as scope:
            workflow_id = await _find(scope, str(call.inputs["workflow"]))
            child = await starting.start_child(
                scope,
                call.run_id,
                workflow_id,
                self._queue,
                version=call.inputs["version"],
                data=call.inputs["input"],
                key=_key(call),
            )
        call.log(f"Started {ids.to_wire('wrun', child.id)}, version {child.version}.")
        async with self._bus.wakeups(run_changed_topic(child.id)) as woken:
            while True:
                woken.clear()
                async with self._database.transaction(call.actor, is_quiet=True) as scope:
                    row = await runs.access_run(scope, child.id)
                if row.finished_at is not None:
                    break
                await woken.wait()
        call.log(f"It ended: {row.state}.")
        if row.state == "completed":
            return (row.output or {}).get("value")
        words = OpenClawError.from_wire(row.error).words() if row.error else f"the run was {row.state}"
        raise StepError("subworkflow_failed", words)

    async def stop(self, call: StepCall) -> None:
        """Nobody waits for the child any more: it is cancelled."""
        async with self._database.transaction(call.actor) as scope:
            child = await repository.find_run_by_key(scope, _key(call))
            if child is not None:
                await runs.cancel_run(scope, child.id)


async def _find(scope: Scope, wanted: str) -> UUID:
    """A workflow by id or name. Raises StepError."""
    try:
        return ids.from_wire("wf", wanted)
    except ValueError:
        found = await repository.find_by_name(scope, wanted)
    if found is None:
        raise StepError("no_such_workflow", f"There is no workflow {wanted}.", is_final=True)
    return found.id


def _key(call: StepCall) -> str:
    return f"child:{call.attempt_id.hex}"
