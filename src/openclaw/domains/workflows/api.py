"""Routes of workflows, their versions, secrets and runs."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Query, Response
from pydantic import AwareDatetime

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workflows.errors import (
    InvalidDefinitionError,
    InvalidInputDataError,
    VersionConflictError,
    WorkflowNotFoundError,
    WrongStateError,
)
from openclaw.domains.workflows.language.schema import language_schema
from openclaw.domains.workflows.schemas import (
    Activate,
    Answer,
    Changes,
    CheckDefinition,
    Checked,
    PutSecret,
    RepeatRun,
    RunState,
    SaveWorkflow,
    SecretName,
    Secrets,
    StartRun,
    Status,
    StepRun,
    StepRuns,
    Versions,
    Workflow,
    WorkflowDetail,
    WorkflowRun,
    WorkflowRuns,
    Workflows,
    YamlText,
)
from openclaw.domains.workflows.service import definitions, deletion, files, history, runs, secrets, starting
from openclaw.domains.workflows.service.watching import watch_run
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import WorkflowFileId, WorkflowId, WorkflowRunId, WorkflowStepRunId
from openclaw.kit.errors import TooLargeError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("workflows")
AtWorkflow = Annotated[WorkflowId, Path()]
AtRun = Annotated[WorkflowRunId, Path()]
AtFile = Annotated[WorkflowFileId, Path()]
AtStep = Annotated[WorkflowStepRunId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
OfVersion = Annotated[int | None, Query(ge=1, le=10_000)]
_GONE = (NotSignedInError, WorkflowNotFoundError)
_START = (
    *_GONE,
    NotAllowedError,
    WrongStateError,
    InvalidInputDataError,
    TooManyJobsError,
    TooLargeError,
)


@router.get("/workflow-language", operation_id="getWorkflowLanguage", responses=errors(NotSignedInError))
async def get_language(_actor: CurrentActor) -> dict[str, Any]:
    """The JSON Schema of definitions."""
    return language_schema()


@router.post("/workflow-language/check", operation_id="checkWorkflow", responses=errors(NotSignedInError))
async def check_workflow(scope: CurrentScope, data: CheckDefinition) -> Checked:
    """Everything that is wrong with a definition, each with its JSON path."""
    return await definitions.check_definition(scope, data.definition, data.yaml)


@router.get("/workflows", operation_id="listWorkflows", responses=errors(NotSignedInError))
async def list_workflows(
    scope: CurrentScope,
    status: Annotated[Status | None, Query()] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Workflows:
    """The workspace's workflows, the last changed first; archived ones only when asked for."""
    page = await definitions.list_workflows(scope, status=status, words=q, cursor=cursor, limit=limit)
    return Workflows(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/workflows",
    status_code=201,
    operation_id="createWorkflow",
    responses=errors(NotSignedInError, NotAllowedError, InvalidDefinitionError),
)
async def create_workflow(scope: CurrentScope, data: SaveWorkflow) -> WorkflowDetail:
    """A new workflow, as a draft, from JSON or YAML."""
    return await definitions.create_workflow(scope, data)


@router.get("/workflows/{workflow_id}", operation_id="getWorkflow", responses=errors(*_GONE))
async def get_workflow(
    scope: CurrentScope, workflow_id: AtWorkflow, version: OfVersion = None
) -> WorkflowDetail:
    """A workflow with the definition of one version, the newest by default."""
    return await definitions.get_workflow(scope, workflow_id, version)


@router.put(
    "/workflows/{workflow_id}",
    operation_id="saveWorkflow",
    responses=errors(*_GONE, NotAllowedError, InvalidDefinitionError, VersionConflictError, WrongStateError),
)
async def save_workflow(scope: CurrentScope, workflow_id: AtWorkflow, data: SaveWorkflow) -> WorkflowDetail:
    """A new version. It runs once it is activated."""
    return await definitions.save_workflow(scope, workflow_id, data)


@router.get(
    "/workflows/{workflow_id}/versions", operation_id="listWorkflowVersions", responses=errors(*_GONE)
)
async def list_versions(scope: CurrentScope, workflow_id: AtWorkflow) -> Versions:
    """The newest 200 versions, the newest first."""
    return Versions(items=await definitions.list_versions(scope, workflow_id))


@router.get("/workflows/{workflow_id}/diff", operation_id="compareWorkflowVersions", responses=errors(*_GONE))
async def compare_versions(
    scope: CurrentScope,
    workflow_id: AtWorkflow,
    before: Annotated[int, Query(ge=1, le=10_000)] = 1,
    after: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Changes:
    """What changed from one version to another; steps are told apart by their id."""
    found = await definitions.compare(scope, workflow_id, before=before, after=after)
    return Changes(items=found)


@router.get("/workflows/{workflow_id}/yaml", operation_id="exportWorkflow", responses=errors(*_GONE))
async def export_workflow(
    scope: CurrentScope, workflow_id: AtWorkflow, version: OfVersion = None
) -> YamlText:
    """A version as YAML, which reads back as the very same definition."""
    return YamlText(yaml=await definitions.export_yaml(scope, workflow_id, version))


@router.post(
    "/workflows/{workflow_id}/activate",
    operation_id="activateWorkflow",
    responses=errors(*_GONE, NotAllowedError),
)
async def activate_workflow(
    scope: CurrentScope, workflow_id: AtWorkflow, data: Activate | None = None
) -> Workflow:
    """From now on runs are of that version, the newest by default."""
    return await definitions.activate(scope, workflow_id, data.version if data else None)


@router.post(
    "/workflows/{workflow_id}/archive",
    operation_id="archiveWorkflow",
    responses=errors(*_GONE, NotAllowedError),
)
async def archive_workflow(scope: CurrentScope, workflow_id: AtWorkflow) -> Workflow:
    """Put a workflow away. Activating it brings it back."""
    return await definitions.archive(scope, workflow_id)


@router.delete(
    "/workflows/{workflow_id}",
    status_code=204,
    operation_id="deleteWorkflow",
    responses=errors(*_GONE, NotAllowedError, WrongStateError),
)
async def delete_workflow(actor: CurrentActor, platform: CurrentPlatform, workflow_id: AtWorkflow) -> None:
    """Delete a workflow for good, with its versions and runs, for its owner and admins; not while a run goes on."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        name = await deletion.check_deletable(scope, workflow_id)
    async with platform.database.system() as scope:
        await deletion.delete_workflow(scope, actor, workflow_id, name)


# Secrets


@router.get("/workflow-secrets", operation_id="listWorkflowSecrets", responses=errors(NotSignedInError))
async def list_secrets(scope: CurrentScope) -> Secrets:
    """The workspace's secrets, without their values."""
    return Secrets(items=await secrets.list_secrets(scope))


@router.put(
    "/workflow-secrets",
    status_code=204,
    operation_id="putWorkflowSecret",
    responses=errors(NotSignedInError, NotAllowedError),
)
async def put_secret(scope: CurrentScope, platform: CurrentPlatform, data: PutSecret) -> None:
    """Keep a secret, for admins only; it is never shown again."""
    await secrets.put_secret(scope, data.name, data.value, platform.keys)


@router.delete(
    "/workflow-secrets",
    status_code=204,
    operation_id="deleteWorkflowSecret",
    responses=errors(*_GONE, NotAllowedError),
)
async def delete_secret(scope: CurrentScope, name: Annotated[SecretName, Query()]) -> None:
    """Forget a secret, for admins only."""
    await secrets.delete_secret(scope, name)


# Runs


@router.get(
    "/workflow-runs/{workflow_run_id}/files/{file_id}",
    operation_id="downloadWorkflowFile",
    response_class=Response,
    responses=errors(*_GONE) | {200: {"description": "The file.", "content": {"*/*": {}}}},
)
async def download_file(
    scope: CurrentScope, platform: CurrentPlatform, workflow_run_id: AtRun, file_id: AtFile
) -> Response:
    """A file that a step of the run gave back: to be kept, never to be shown in place, for code of others made it."""
    file, body = await files.get_file(scope, workflow_run_id, file_id, platform.blobs)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=file.type, headers=headers)


@router.post(
    "/workflows/{workflow_id}/runs", status_code=202, operation_id="startWorkflow", responses=errors(*_START)
)
async def start_workflow(
    actor: CurrentActor, platform: CurrentPlatform, workflow_id: AtWorkflow, data: StartRun | None = None
) -> WorkflowRun:
    """Run the active version, or the named one; the same idempotency key again is the same run.

    A run begins at once while the workspace has few at work, else in its turn; with `startAt`, when that has come.
    """
    row = await platform.run_starts.start(actor, workflow_id, data or StartRun())
    return runs.view(row, actor.language)


@router.get("/workflow-runs", operation_id="listWorkflowRuns", responses=errors(*_GONE))
async def list_runs(
    scope: CurrentScope,
    workflow: Annotated[WorkflowId | None, Query()] = None,
    state: Annotated[RunState | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> WorkflowRuns:
    """The user's runs, the newest first; those that were started at `since` or later and before `until`."""
    page = await runs.list_runs(
        scope, workflow_id=workflow, state=state, since=since, until=until, cursor=cursor, limit=limit
    )
    return WorkflowRuns(items=page.items, next_cursor=page.next_cursor)


@router.get("/workflow-runs/{workflow_run_id}", operation_id="getWorkflowRun", responses=errors(*_GONE))
async def get_run(
    actor: CurrentActor,
    platform: CurrentPlatform,
    workflow_run_id: AtRun,
    wait: Annotated[int, Query(ge=0, le=30)] = 0,
    state: Annotated[RunState | None, Query()] = None,
    steps: Annotated[int, Query(ge=0)] = 0,
) -> WorkflowRun:
    """A run. With `wait`, up to so many seconds until it is in another state than `state` or has more than `steps`."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        found = runs.view(await runs.access_run(scope, workflow_run_id), actor.language)
    if not wait:
        return found
    was = state or found.state
    return await watch_run(
        platform.database,
        platform.bus,
        actor,
        workflow_run_id,
        seconds=wait,
        is_enough=lambda run, count: run.state != was or count > steps,
    )


@router.get(
    "/workflow-runs/{workflow_run_id}/steps", operation_id="listWorkflowSteps", responses=errors(*_GONE)
)
async def list_steps(
    scope: CurrentScope,
    platform: CurrentPlatform,
    workflow_run_id: AtRun,
    cursor: Cursor = None,
    after: Annotated[int | None, Query(ge=0, le=2_000_000_000)] = None,
    limit: Limit = 100,
) -> StepRuns:
    """The history: steps with input, output, tries, duration; with `after` what has changed since that `seq`."""
    page = await history.list_steps(
        scope, workflow_run_id, platform.blobs, cursor=cursor, after=after, limit=limit
    )
    return StepRuns(items=page.items, next_cursor=page.next_cursor)


@router.get(
    "/workflow-runs/{workflow_run_id}/steps/{workflow_step_id}",
    operation_id="getWorkflowStep",
    responses=errors(*_GONE),
)
async def get_step(
    scope: CurrentScope, platform: CurrentPlatform, workflow_run_id: AtRun, workflow_step_id: AtStep
) -> StepRun:
    """One step with all of its input and output."""
    return await history.get_step(scope, workflow_run_id, workflow_step_id, platform.blobs)


@router.post(
    "/workflow-runs/{workflow_run_id}/steps/{workflow_step_id}/answer",
    status_code=204,
    operation_id="answerWorkflowStep",
    responses=errors(*_GONE, WrongStateError, InvalidInputDataError),
)
async def answer_step(
    scope: CurrentScope,
    platform: CurrentPlatform,
    workflow_run_id: AtRun,
    workflow_step_id: AtStep,
    data: Answer,
) -> None:
    """Answer an approval step. The first answer counts."""
    await runs.answer(scope, workflow_run_id, workflow_step_id, data, platform.blobs)


@router.post(
    "/workflow-runs/{workflow_run_id}/cancel", operation_id="cancelWorkflowRun", responses=errors(*_GONE)
)
async def cancel_run(scope: CurrentScope, workflow_run_id: AtRun) -> WorkflowRun:
    """Stop a run wherever it is."""
    return runs.view(await runs.cancel_run(scope, workflow_run_id), scope.who.language)


@router.post(
    "/workflow-runs/{workflow_run_id}/pause",
    operation_id="pauseWorkflowRun",
    responses=errors(*_GONE, WrongStateError),
)
async def pause_run(scope: CurrentScope, workflow_run_id: AtRun) -> WorkflowRun:
    """Begin no further step until the run is resumed."""
    row = await runs.set_paused(scope, workflow_run_id, paused=True)
    return runs.view(row, scope.who.language)


@router.post(
    "/workflow-runs/{workflow_run_id}/resume",
    operation_id="resumeWorkflowRun",
    responses=errors(*_GONE, WrongStateError),
)
async def resume_run(scope: CurrentScope, workflow_run_id: AtRun) -> WorkflowRun:
    """Go on."""
    row = await runs.set_paused(scope, workflow_run_id, paused=False)
    return runs.view(row, scope.who.language)


@router.post(
    "/workflow-runs/{workflow_run_id}/repeat",
    status_code=202,
    operation_id="repeatWorkflowRun",
    responses=errors(*_START),
)
async def repeat_run(
    actor: CurrentActor, platform: CurrentPlatform, workflow_run_id: AtRun, data: RepeatRun | None = None
) -> WorkflowRun:
    """Run again from any step, by default the one that failed; what came before it is not run again."""
    async with platform.database.transaction(actor) as scope:
        row = await starting.repeat_run(scope, workflow_run_id, data or RepeatRun(), platform.queue)
    return runs.view(row, actor.language)
