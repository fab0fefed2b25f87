"""``run_workflow``: the run goes on by itself, and its end is the end of the automation's run."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from openclaw.domains.automations.errors import ActionFailedError
from openclaw.domains.automations.service.registry import ActionCall, Begun, EventSource, Happened
from openclaw.domains.workflows.events import RUN_ENDED
from openclaw.domains.workflows.schemas import StartRun
from openclaw.domains.workflows.service import definitions, runs, starting
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Scope
from openclaw.infra.wire import WireInput, WorkflowId
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

KIND = "run_workflow"


class RunWorkflow(WireInput):
    """Which one, and what it is given; the active version unless one is named."""

    workflow_id: WorkflowId
    version: Annotated[int, Field(ge=1, le=10_000)] | None = None
    input: dict[str, Any] = Field(default_factory=dict[str, Any])


class WorkflowAction:
    """Starts workflows."""

    config = RunWorkflow

    def __init__(self, queue: JobQueue, blobs: BlobStore) -> None:
        self._queue = queue
        self._blobs = blobs

    async def check(self, scope: Scope, config: RunWorkflow) -> None:
        """Raise WorkflowNotFoundError when there is none."""
        await definitions.access_workflow(scope, config.workflow_id)
        if config.version is not None:
            await definitions.access_version(scope, config.workflow_id, config.version)

    async def begin(self, scope: Scope, call: ActionCall) -> Begun:
        """Accept a run, under the automation run's id as its key. Raises as `starting.start_run`."""
        config: RunWorkflow = call.config
        data = StartRun.model_validate(
            {
                "input": config.input,
                "version": config.version,
                "idempotencyKey": f"automation:{call.run_id.hex}",
            }
        )
        row = await starting.start_run(scope, config.workflow_id, data, self._blobs, self._queue)
        return Begun(target={"kind": KIND, "id": row.id.hex})

    async def perform(self, call: ActionCall) -> Any:
        """Nothing is left to do."""

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """Stop the run wherever it is."""
        await runs.cancel_run(scope, UUID(hex=target_id))


async def _ended(scope: Scope, body: dict[str, Any]) -> Happened | None:
    """The end of a run; one within another run is no event."""
    try:
        row = await runs.access_run(scope, UUID(hex=body["runId"]))
    except OpenClawError:  # forgotten in between
        return None
    if row.parent_run_id is not None:
        return None
    run = runs.view(row, "en")
    data = {
        "workflowRunId": ids.to_wire("wrun", row.id),
        "workflowId": ids.to_wire("wf", row.workflow_id),
        "version": row.version,
        "state": row.state,
        "input": run.input,
        "output": run.output,
        "error": {"code": run.error.code, "title": run.error.title} if run.error else None,
    }
    error = None
    if row.state != "completed":
        error = ActionFailedError(reason=run.error.title if run.error else row.state)
    return Happened(data, target_id=row.id.hex, error=error)


WORKFLOW_ENDED = EventSource(fact=RUN_ENDED, read=_ended, is_wanted_only=True, target=KIND)
