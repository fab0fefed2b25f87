"""Routes of tasks and their runs."""

from typing import Annotated

from fastapi import Header, Path, Query, Response

from openclaw.domains.agents.errors import BudgetNotFoundError, RunBusyError, RuntimeNotOfferedError
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.systems.errors import (
    InvalidIntakeError,
    InvalidProfileError,
    OtherPlaceError,
    RemoteLaunchError,
    SystemArchivedError,
    SystemNotFoundError,
    TooMuchLeavesError,
)
from openclaw.domains.tasks.errors import (
    BudgetNotKeptError,
    FormNotKeptError,
    PauseNotOfferedError,
    TaskChangedError,
    TaskNotFoundError,
    TranscriptNotHereError,
    WrongTaskStateError,
)
from openclaw.domains.tasks.schemas import (
    FollowUp,
    HandOver,
    SaveTask,
    Standing,
    State,
    Task,
    TaskEvents,
    TaskRun,
    TaskRuns,
    Tasks,
)
from openclaw.domains.tasks.service import log, runs, tasks, views
from openclaw.domains.tasks.service.watching import watch_run
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import DeviceId, SystemId, TaskId, TaskRunId
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("tasks")
AtTask = Annotated[TaskId, Path()]
AtRun = Annotated[TaskRunId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Words = Annotated[str | None, Query(max_length=200)]
OfSystem = Annotated[SystemId | None, Query(alias="systemId")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]
_GONE = (NotSignedInError, TaskNotFoundError)
_TARGET = (DeviceNotFoundError, RuntimeNotOfferedError)
_PLACE = (OtherPlaceError, TooMuchLeavesError)
_SYSTEM = (SystemNotFoundError, SystemArchivedError, InvalidIntakeError, InvalidProfileError, *_PLACE)
_SAVE = (NotAllowedError, *_TARGET, *_SYSTEM, BudgetNotFoundError, BudgetNotKeptError)
_LAUNCH = (*_GONE, *_SYSTEM, RemoteLaunchError, FormNotKeptError, NotAllowedError, TooManyJobsError)
_STEER = (*_GONE, NotAllowedError, WrongTaskStateError)


@router.get("/tasks", operation_id="listTasks", responses=errors(NotSignedInError))
async def list_tasks(
    scope: CurrentScope,
    *,
    archived: bool = False,
    state: Annotated[Standing | None, Query()] = None,
    system: OfSystem = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Tasks:
    """The user's tasks, the newest first, each with its latest run; by how that stands, of a system, or by words."""
    page = await tasks.list_tasks(
        scope, archived=archived, standing=state, system_id=system, words=q, cursor=cursor, limit=limit
    )
    return Tasks(items=page.items, next_cursor=page.next_cursor)


@router.post("/tasks", status_code=201, operation_id="createTask", responses=errors(NotSignedInError, *_SAVE))
async def make_task(scope: CurrentScope, response: Response, data: SaveTask, key: Key = None) -> Task:
    """A new task. The same `Idempotency-Key` again is the same task."""
    return await _shown(scope, response, await tasks.make_task(scope, data, key=key))


@router.get("/tasks/{task_id}", operation_id="getTask", responses=errors(*_GONE))
async def get_task(scope: CurrentScope, response: Response, task_id: AtTask) -> Task:
    """A task. Its version is the ETag."""
    return await _shown(scope, response, await tasks.access_task(scope, task_id))


@router.put("/tasks/{task_id}", operation_id="saveTask", responses=errors(*_GONE, *_SAVE, TaskChangedError))
async def save_task(
    scope: CurrentScope, response: Response, task_id: AtTask, data: SaveTask, if_match: IfMatch = None
) -> Task:
    """Change a task; with `If-Match` only when nobody else has in between. What runs is not touched."""
    row = await tasks.save_task(scope, task_id, data, version=_version(if_match))
    return await _shown(scope, response, row)


@router.delete("/tasks/{task_id}", status_code=204, operation_id="archiveTask", responses=errors(*_GONE))
async def archive_task(scope: CurrentScope, task_id: AtTask) -> None:
    """Put a task away. Its runs stay, and go on."""
    await tasks.archive_task(scope, task_id, archived=True)


@router.post(
    "/tasks/{task_id}/unarchive", status_code=204, operation_id="unarchiveTask", responses=errors(*_GONE)
)
async def unarchive_task(scope: CurrentScope, task_id: AtTask) -> None:
    """Bring a task back."""
    await tasks.archive_task(scope, task_id, archived=False)


@router.post("/tasks/{task_id}/runs", status_code=202, operation_id="launchTask", responses=errors(*_LAUNCH))
async def launch_task(
    scope: CurrentScope, platform: CurrentPlatform, task_id: AtTask, key: Key = None
) -> TaskRun:
    """Launch a task. The same `Idempotency-Key` again is the same run."""
    return await _run(scope, await runs.launch(scope, task_id, platform.queue, key=key))


@router.get("/task-runs", operation_id="listTaskRuns", responses=errors(*_GONE))
async def list_task_runs(
    scope: CurrentScope,
    *,
    task: Annotated[TaskId | None, Query()] = None,
    system: OfSystem = None,
    state: Annotated[State | None, Query()] = None,
    open_: Annotated[bool | None, Query(alias="open")] = None,
    device: Annotated[DeviceId | None, Query()] = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskRuns:
    """The user's runs, the newest first: of a task or system, in a state, open or ended, at a machine, by words."""
    page = await runs.list_runs(
        scope,
        task_id=task,
        system_id=system,
        state=state,
        is_open=open_,
        device_id=device,
        words=q,
        cursor=cursor,
        limit=limit,
    )
    return TaskRuns(items=page.items, next_cursor=page.next_cursor)


@router.get("/task-runs/{task_run_id}", operation_id="getTaskRun", responses=errors(*_GONE))
async def get_task_run(
    actor: CurrentActor,
    platform: CurrentPlatform,
    task_run_id: AtRun,
    wait: Annotated[int, Query(ge=0, le=30)] = 0,
    after: After = 0,
) -> TaskRun:
    """A run. With `wait`, up to so many seconds until its log has entries after number `after`."""
    return await watch_run(
        platform.database, platform.bus, actor, task_run_id, seconds=wait, after=after if wait else -1
    )


@router.get("/task-runs/{task_run_id}/events", operation_id="listTaskRunEvents", responses=errors(*_GONE))
async def list_task_run_events(
    scope: CurrentScope, task_run_id: AtRun, after: After = 0, limit: Limit = 200
) -> TaskEvents:
    """A run's log in order, after number `after`."""
    await runs.access_run(scope, task_run_id)
    return await log.list_events(scope, task_run_id, after=after, limit=limit)


@router.post("/task-runs/{task_run_id}/cancel", operation_id="cancelTaskRun", responses=errors(*_STEER))
async def cancel_task_run(scope: CurrentScope, task_run_id: AtRun) -> TaskRun:
    """Stop a run wherever it is. Nothing happens when it has ended."""
    return await _run(scope, await runs.cancel(scope, task_run_id))


@router.post(
    "/task-runs/{task_run_id}/pause",
    operation_id="pauseTaskRun",
    responses=errors(*_STEER, PauseNotOfferedError),
)
async def pause_task_run(scope: CurrentScope, task_run_id: AtRun) -> TaskRun:
    """Begin nothing new: no call of the model, none to a machine."""
    return await _run(scope, await runs.set_paused(scope, task_run_id, paused=True))


@router.post(
    "/task-runs/{task_run_id}/resume",
    operation_id="resumeTaskRun",
    responses=errors(*_STEER, PauseNotOfferedError),
)
async def resume_task_run(scope: CurrentScope, task_run_id: AtRun) -> TaskRun:
    """Go on."""
    return await _run(scope, await runs.set_paused(scope, task_run_id, paused=False))


@router.post(
    "/task-runs/{task_run_id}/retry",
    status_code=202,
    operation_id="retryTaskRun",
    responses=errors(*_LAUNCH, WrongTaskStateError),
)
async def retry_task_run(
    scope: CurrentScope, platform: CurrentPlatform, task_run_id: AtRun, key: Key = None
) -> TaskRun:
    """The same again from the beginning, as a run of its own on the same budget."""
    return await _run(scope, await runs.retry(scope, task_run_id, platform.queue, key=key))


@router.post(
    "/task-runs/{task_run_id}/follow-up",
    status_code=202,
    operation_id="followUpTaskRun",
    responses=errors(*_LAUNCH, WrongTaskStateError, RunBusyError),
)
async def follow_up_task_run(
    scope: CurrentScope, platform: CurrentPlatform, task_run_id: AtRun, data: FollowUp, key: Key = None
) -> TaskRun:
    """Go on in the conversation of a run that has ended, as a run of its own on the same budget."""
    return await _run(scope, await runs.follow_up(scope, task_run_id, data, platform.queue, key=key))


@router.post(
    "/task-runs/{task_run_id}/hand-over",
    operation_id="handOverTaskRun",
    responses=errors(
        *_STEER,
        *_TARGET,
        TranscriptNotHereError,
        SystemNotFoundError,
        SystemArchivedError,
        RemoteLaunchError,
        *_PLACE,
    ),
)
async def hand_over_task_run(scope: CurrentScope, task_run_id: AtRun, data: HandOver) -> TaskRun:
    """Go on at another machine or host, with the transcript and the files that the run has changed."""
    return await _run(scope, await runs.hand_over(scope, task_run_id, data))


async def _shown(scope: Scope, response: Response, row: tasks.TaskRow) -> Task:
    response.headers["ETag"] = f'"{row.version}"'
    return (await tasks.view(scope, [row]))[0]


async def _run(scope: Scope, row: runs.TaskRunRow) -> TaskRun:
    return (await views.view_runs(scope, [row]))[0]


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise InvalidInputError(field="If-Match", reason="not an ETag of a task")
    return int(digits)
