"""``run_task``: a launch of a task goes on by itself, and its end is the end of the automation's run."""

from typing import Any
from uuid import UUID

from openclaw.domains.automations.errors import ActionFailedError
from openclaw.domains.automations.service.registry import ActionCall, Begun, EventSource, Happened
from openclaw.domains.tasks.errors import TaskNotFoundError
from openclaw.domains.tasks.events import TASK_ENDED
from openclaw.domains.tasks.service import runs, tasks
from openclaw.durable.queue import JobQueue
from openclaw.infra.scope import Scope
from openclaw.infra.wire import TaskId, WireInput
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

KIND = "run_task"


class RunTask(WireInput):
    """Which one."""

    task_id: TaskId


class TaskAction:
    """Launches tasks."""

    config = RunTask

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    async def check(self, scope: Scope, config: RunTask) -> None:
        """Raise TaskNotFoundError when there is none."""
        await tasks.access_task(scope, config.task_id)

    async def begin(self, scope: Scope, call: ActionCall) -> Begun:
        """Accept a launch, under the automation run's id as its key. Raises as `runs.launch`."""
        config: RunTask = call.config
        key = f"automation:{call.run_id.hex}"
        row = await runs.launch(scope, config.task_id, self._queue, key=key)
        return Begun(target={"kind": KIND, "id": row.id.hex})

    async def perform(self, call: ActionCall) -> Any:
        """Nothing is left to do."""

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """Stop the launch wherever it is."""
        await runs.cancel(scope, UUID(hex=target_id))


async def _ended(scope: Scope, body: dict[str, Any]) -> Happened | None:
    try:
        row = await runs.access_run(scope, UUID(hex=body["runId"]))
    except TaskNotFoundError:  # forgotten in between
        return None
    failure = OpenClawError.from_wire(row.error) if row.error else None
    data = {
        "taskRunId": ids.to_wire("trun", row.id),
        "taskId": ids.to_wire("task", row.task_id),
        "title": row.title,
        "state": row.state,
        "outcome": row.outcome,
        "error": {"code": failure.code, "title": failure.words()} if failure else None,
    }
    error = None
    if row.state != "succeeded":
        error = ActionFailedError(reason=failure.words() if failure else row.state)
    return Happened(data, target_id=row.id.hex, error=error)


TASK_COMPLETED = EventSource(fact=TASK_ENDED, read=_ended, target=KIND)
