"""Tasks as their owner has them: made, changed, put away."""

from collections.abc import Sequence
from uuid import UUID

from openclaw.domains.agents.service import budgets
from openclaw.domains.systems.service import access_system
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.errors import BudgetNotKeptError, TaskChangedError, TaskNotFoundError
from openclaw.domains.tasks.models import TaskRow
from openclaw.domains.tasks.policy import STATES_OF
from openclaw.domains.tasks.schemas import SaveTask, Standing, Task
from openclaw.domains.tasks.service import joining, places, views
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.keys import lock_key
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, cursor_of, position_of

_TITLE_LENGTH = 80
_UNTITLED = {"en": "Task", "zh": "任务"}


async def make_task(scope: Scope, data: SaveTask, *, key: str | None = None) -> TaskRow:
    """A new task; the one that was made under the same key, if there is one.

    Raises NotAllowedError for viewers, DeviceNotFoundError, RuntimeNotOfferedError, BudgetNotFoundError,
    BudgetNotKeptError, InvalidInputError; SystemNotFoundError, SystemArchivedError, InvalidIntakeError,
    InvalidProfileError, OtherPlaceError, TooMuchLeavesError.
    """
    check_role(scope.who, Role.MEMBER)
    if key:
        await lock_key(scope, "task", key)
        if known := await repository.find_task_by_key(scope, key):
            return known
    row = TaskRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        version=1,
        idempotency_key=key,
        created_at=scope.now(),
        updated_at=scope.now(),
        archived_at=None,
    )
    await _fill(scope, row, data)
    await repository.add(scope, row)
    return row


async def access_task(scope: Scope, task_id: UUID, *, lock: bool = False) -> TaskRow:
    """A task of the user. Raises TaskNotFoundError."""
    row = await repository.find_task(scope, task_id, lock=lock)
    if row is None:
        raise TaskNotFoundError
    return row


async def save_task(scope: Scope, task_id: UUID, data: SaveTask, *, version: int | None) -> TaskRow:
    """Change a task that is at ``version`` (None: whatever it is at). Raises as `make_task`, TaskChangedError."""
    row = await access_task(scope, task_id, lock=True)
    if version is not None and version != row.version:
        raise TaskChangedError(version=row.version)
    await _fill(scope, row, data)
    row.version, row.updated_at = row.version + 1, scope.now()
    return row


async def archive_task(scope: Scope, task_id: UUID, *, archived: bool) -> TaskRow:
    """Put a task away, or bring it back. What runs goes on. Raises TaskNotFoundError."""
    row = await access_task(scope, task_id, lock=True)
    row.archived_at = scope.now() if archived else None
    if archived and not _is_shown(row):
        row.text, row.intake = "", None
    return row


async def list_tasks(
    scope: Scope,
    *,
    archived: bool,
    standing: Standing | None = None,
    system_id: UUID | None = None,
    words: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[Task]:
    """A page of the user's tasks, the newest first, each with its latest run; with all of ``words`` in their titles.

    Raises InvalidInputError.
    """
    rows = await repository.list_tasks(
        scope,
        archived=archived,
        states=STATES_OF[standing] if standing else (),
        system_id=system_id,
        words=(words or "").split(),
        before=position_of(cursor),
        limit=limit + 1,
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page(await view(scope, shown), following)


async def view(scope: Scope, rows: Sequence[TaskRow]) -> list[Task]:
    """Tasks as they travel, in as many queries however many there are."""
    latest = await repository.latest_runs(scope, [row.id for row in rows])
    runs = {run.task_id: run for run in await views.view_runs(scope, latest)}
    systems = await joining.refs(scope, rows)
    return [
        Task(
            id=row.id,
            title=row.title,
            text=row.text if _is_shown(row) else "",
            system=systems.get(row.system_id) if row.system_id else None,
            intake=row.intake if _is_shown(row) else None,
            target=places.view(row.target),
            approval_mode=row.approval_mode,  # pyright: ignore[reportArgumentType]
            budget=row.budget,
            budget_id=row.budget_id,
            time_limit_seconds=row.time_limit_seconds,
            when_lost=row.when_lost,  # pyright: ignore[reportArgumentType]
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            archived_at=row.archived_at,
            last_run=runs.get(row.id),
        )
        for row in rows
    ]


async def _fill(scope: Scope, row: TaskRow, data: SaveTask) -> None:
    if data.budget_id is not None:
        await budgets.access_budget(scope, data.budget_id)
    system = await access_system(scope, data.system_id) if data.system_id else None
    if system is None and data.text is None:
        raise InvalidInputError(field="text", reason="say what is to be done")
    if system is None and data.intake is not None:
        raise InvalidInputError(field="intake", reason="only a system has a form")
    place = await places.checked(scope, data.target or joining.default_target(system))
    if data.budget is not None and data.budget_id is not None:
        raise InvalidInputError(field="budgetId", reason="a budget of its own, or a shared one")
    if place.runtime == "pi" and (data.budget is not None or data.budget_id is not None):
        raise BudgetNotKeptError
    row.text, row.target = data.text or "", place.to_row()
    row.system_id, row.intake = data.system_id, None
    own_title = _title_of(row.text)
    if system is not None:
        own_title = await joining.fill(scope, row, system, data.intake)
    if place.sync_mode != "full":  # what is said there is not to be read in lists here
        own_title = system.name if system else _UNTITLED[scope.who.language]
    row.title = data.title or own_title
    row.approval_mode, row.when_lost = data.approval_mode, data.when_lost
    row.budget = data.budget.model_dump(by_alias=True, exclude_none=True) if data.budget else None
    row.budget_id, row.time_limit_seconds = data.budget_id, data.time_limit_seconds


def _is_shown(row: TaskRow) -> bool:
    """What is only here until its machine has it is shown to nobody."""
    return row.system_id is None or row.target["sync_mode"] != "local_only"


def _title_of(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1]}…"
