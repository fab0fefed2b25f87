"""The route that keeps what a workflow made as a result."""

from openclaw.domains.artifacts.errors import TooMuchStoredError, WrongContentError
from openclaw.domains.artifacts.schemas import Artifact
from openclaw.domains.artifacts.service.views import artifact_view
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workflows.api import AtFile, AtRun
from openclaw.domains.workflows.errors import WorkflowNotFoundError
from openclaw.domains.workflows.schemas import KeepFile
from openclaw.domains.workflows.service import files
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.web.context import CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router

router = slice_router("workflows")


@router.post(
    "/workflow-runs/{workflow_run_id}/files/{file_id}/keep",
    status_code=201,
    operation_id="keepWorkflowFile",
    responses=errors(
        NotSignedInError,
        WorkflowNotFoundError,
        NotAllowedError,
        WrongContentError,
        TooMuchStoredError,
        TooManyJobsError,
    ),
)
async def keep_file(
    scope: CurrentScope,
    platform: CurrentPlatform,
    workflow_run_id: AtRun,
    file_id: AtFile,
    data: KeepFile | None = None,
) -> Artifact:
    """A file that a step gave back, as a result. The same file again is the same result."""
    row = await files.keep_file(
        scope, workflow_run_id, file_id, data or KeepFile(), platform.blobs, platform.queue
    )
    return artifact_view(scope, row, platform.config)
