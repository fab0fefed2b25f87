"""Routes that signal and delete runs."""

from typing import Annotated

from fastapi import Path

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workflows.errors import (
    InvalidInputDataError,
    NoSuchSignalError,
    PartOfAnotherRunError,
    WorkflowNotFoundError,
    WrongStateError,
)
from openclaw.domains.workflows.schemas import SendSignal
from openclaw.domains.workflows.service import deletion, signals
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import WorkflowRunId
from openclaw.kit.errors import TooLargeError

router = slice_router("workflows")
AtRun = Annotated[WorkflowRunId, Path()]
_REFUSED = (NotSignedInError, WorkflowNotFoundError, NotAllowedError, WrongStateError)


@router.post(
    "/workflow-runs/{workflow_run_id}/signals",
    status_code=204,
    operation_id="signalWorkflowRun",
    responses=errors(*_REFUSED, NoSuchSignalError, InvalidInputDataError, TooLargeError),
)
async def signal_run(scope: CurrentScope, workflow_run_id: AtRun, data: SendSignal) -> None:
    """Send a signal: one step that waits for its name goes on, now or when it comes to wait."""
    await signals.send(scope, workflow_run_id, data)


@router.delete(
    "/workflow-runs/{workflow_run_id}",
    status_code=204,
    operation_id="deleteWorkflowRun",
    responses=errors(*_REFUSED, PartOfAnotherRunError),
)
async def delete_run(scope: CurrentScope, workflow_run_id: AtRun) -> None:
    """Delete a run that has ended for good, with its files and the runs that it started."""
    await deletion.delete_run(scope, workflow_run_id)
