"""Runs of tasks: launched, listed, steered. What they do is led by their job."""

from typing import Any
from uuid import UUID

from openclaw.domains.agents.errors import RunBusyError
from openclaw.domains.agents.schemas.budgets import BudgetLimits
from openclaw.domains.agents.service import budgets
from openclaw.domains.agents.service import runs as agent_runs
from openclaw.domains.audit import service as audit
from openclaw.domains.tasks import events, repository
from openclaw.domains.tasks.errors import (
    PauseNotOfferedError,
    TaskNotFoundError,
    TranscriptNotHereError,
    WrongTaskStateError,
)
from openclaw.domains.tasks.models import TaskRow, TaskRunRow
from openclaw.domains.tasks.schemas import EventKind, FollowUp, HandOver, Reason, TaskRun
from openclaw.domains.tasks.service import joining, places, views
from openclaw.domains.tasks.service.joining import Told
from openclaw.domains.tasks.service.log import GENESIS, Log
from openclaw.domains.tasks.service.tasks import access_task
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.jobs import JobSpec
from openclaw.durable.queue import JobQueue
from openclaw.infra.bus import publish
from openclaw.infra.keys import lock_key
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of


async def launch(scope: Scope, task_id: UUID, queue: JobQueue, *, key: str | None = None) -> TaskRunRow:
    """Accept a run of the task; the one that was launched under the same key, if there is one.

    Raises TaskNotFoundError, NotAllowedError for viewers, TooManyJobsError; of a system, as `joining.tell`.
    """
    check_role(scope.who, Role.MEMBER)
    task = await access_task(scope, task_id)
    if key and (known := await _find_made(scope, key)):
        if known.task_id != task_id:
            raise TaskNotFoundError
        return known
    told = await joining.tell(scope, task)
    budget_id = task.budget_id
    if task.budget is not None:
        limits = BudgetLimits.model_validate(task.budget)
        budget_id = (await budgets.add_budget(scope, limits, name=task.title, is_named=False)).id
    return await _add(scope, task, queue, told=told, reason="launch", budget_id=budget_id, key=key)


async def retry(scope: Scope, run_id: UUID, queue: JobQueue, *, key: str | None = None) -> TaskRunRow:
    """The same again, from the beginning and on the same budget; the run that was is not touched.

    Raises TaskNotFoundError, WrongTaskStateError while it goes on, NotAllowedError, TooManyJobsError; of a system, as
    `joining.tell_again`.
    """
    check_role(scope.who, Role.MEMBER)
    if key and (known := await _find_made(scope, key)):
        return known
    origin = await _ended(scope, run_id)
    task = await access_task(scope, origin.task_id)
    told = await joining.tell_again(scope, task, origin)
    return await _add(scope, task, queue, told=told, reason="retry", origin=origin, key=key)


async def follow_up(
    scope: Scope, run_id: UUID, data: FollowUp, queue: JobQueue, *, key: str | None = None
) -> TaskRunRow:
    """Go on in the conversation of a run that has ended, on the same machine and budget.

    Raises TaskNotFoundError, WrongTaskStateError (also while another run goes on there), RunBusyError, NotAllowedError,
    TooManyJobsError; of a system, as `joining.check_launch`.
    """
    check_role(scope.who, Role.MEMBER)
    if key and (known := await _find_made(scope, key)):
        return known
    origin = await _ended(scope, run_id)
    if origin.conversation_id is None:
        raise WrongTaskStateError(state=origin.state)
    await lock_key(scope, "task-conversation", origin.conversation_id.hex)
    if (busy := await repository.find_open_run_in(scope, origin.conversation_id)) is not None:
        raise WrongTaskStateError(state=busy.state)
    if await agent_runs.find_open_run(scope, origin.conversation_id) is not None:
        raise RunBusyError  # somebody has said something there besides
    task = await access_task(scope, origin.task_id)
    if origin.system_id is not None:
        await joining.check_launch(scope, origin.system_id, places.place_of(origin.target))
    told = Told(data.text, origin.instructions)
    row = await _add(scope, task, queue, told=told, reason="follow_up", origin=origin, key=key)
    row.conversation_id = origin.conversation_id
    return row


async def access_run(scope: Scope, run_id: UUID, *, lock: bool = False) -> TaskRunRow:
    """A run of the user. Raises TaskNotFoundError."""
    row = await repository.find_run(scope, run_id, lock=lock)
    if row is None:
        raise TaskNotFoundError
    return row


async def list_runs(
    scope: Scope,
    *,
    task_id: UUID | None = None,
    system_id: UUID | None = None,
    state: str | None = None,
    is_open: bool | None = None,
    device_id: UUID | None = None,
    words: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[TaskRun]:
    """A page of the user's runs, the newest first; with all of ``words`` in their titles.

    Raises TaskNotFoundError, InvalidInputError.
    """
    if task_id is not None:
        await access_task(scope, task_id)
    rows = await repository.list_runs(
        scope,
        task_id=task_id,
        system_id=system_id,
        state=state,
        is_open=is_open,
        device_id=device_id,
        words=(words or "").split(),
        before=position_of(cursor),
        limit=limit + 1,
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page(await views.view_runs(scope, shown), following)


async def cancel(scope: Scope, run_id: UUID) -> TaskRunRow:
    """Stop a run wherever it is. Nothing happens when it has ended. Raises TaskNotFoundError, NotAllowedError."""
    row = await _steered(scope, run_id)
    if row.finished_at is None and row.cancel_requested_at is None:
        row.cancel_requested_at = scope.now()
        await _note(scope, row, "cancel_requested")
    return row


async def set_paused(scope: Scope, run_id: UUID, *, paused: bool) -> TaskRunRow:
    """Begin nothing new until resumed: no call of the model, no call to a machine.

    Raises TaskNotFoundError, WrongTaskStateError, PauseNotOfferedError, NotAllowedError.
    """
    row = await _steered(scope, run_id)
    if row.finished_at is not None:
        raise WrongTaskStateError(state=row.state)
    if places.place_of(row.target).runtime == "pi":
        raise PauseNotOfferedError
    if paused is (row.paused_at is None):
        row.paused_at = scope.now() if paused else None
        await _note(scope, row, "paused" if paused else "resumed")
    return row


async def hand_over(scope: Scope, run_id: UUID, data: HandOver) -> TaskRunRow:
    """Go on elsewhere, with what was said, and the files that the run has changed unless ``with_files`` is off.

    Raises TaskNotFoundError, WrongTaskStateError, TranscriptNotHereError, DeviceNotFoundError,
    RuntimeNotOfferedError, InvalidInputError, NotAllowedError; of a system, as `joining.check_launch`.
    """
    row = await _steered(scope, run_id)
    if row.finished_at is not None or row.conversation_id is None:
        raise WrongTaskStateError(state=row.state)
    here = places.place_of(row.target)
    if here.runtime == "pi" or data.target.runtime == "pi":
        raise TranscriptNotHereError(sync_mode=here.sync_mode)
    there = await places.checked(scope, data.target)
    if row.system_id is not None:
        await joining.check_launch(scope, row.system_id, there)
    key = f"move {row.event_seq}"
    # Where a move that was under way had left the files, there they still are.
    before = row.moving_to or {}
    left = {name: before[name] for name in ("origin", "is_lost") if name in before}
    row.moving_to = {"target": there.to_row(), "with_files": data.with_files, "key": key, **left}
    detail = {"kind": there.kind, "withFiles": data.with_files}
    await audit.append(scope, "tasks.handed_over", subject=ids.to_wire("trun", row.id), detail=detail)
    device = ids.to_wire("dev", there.device_id) if there.device_id else None
    log = {"logSeq": row.event_seq, "logHash": row.event_hash.hex()}
    await _note(scope, row, "hand_over", {"kind": there.kind, "deviceId": device, **log})
    return row


async def _find_made(scope: Scope, key: str) -> TaskRunRow | None:
    """The run that was accepted under that key, also by somebody who is at it just now."""
    await lock_key(scope, "task-run", key)
    return await repository.find_run_by_key(scope, key)


async def _steered(scope: Scope, run_id: UUID) -> TaskRunRow:
    row = await access_run(scope, run_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    return row


async def _ended(scope: Scope, run_id: UUID) -> TaskRunRow:
    row = await access_run(scope, run_id)
    if row.finished_at is None:
        raise WrongTaskStateError(state=row.state)
    return row


async def _note(scope: Scope, row: TaskRunRow, kind: EventKind, data: dict[str, Any] | None = None) -> None:
    log = Log(scope, row)
    log.add(kind, data)
    await log.write()
    await publish(scope, events.task_topic(row.id), {"kind": kind})


async def _add(
    scope: Scope,
    task: TaskRow,
    queue: JobQueue,
    *,
    told: Told,
    reason: Reason,
    budget_id: UUID | None = None,
    origin: TaskRunRow | None = None,
    key: str | None,
) -> TaskRunRow:
    target, system_id = task.target, task.system_id
    if origin is not None:
        budget_id, target, system_id = origin.budget_id, origin.target, origin.system_id
    row = TaskRunRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        task_id=task.id,
        title=task.title,
        text=told.text,
        instructions=told.instructions,
        system_id=system_id,
        reason=reason,
        origin_run_id=origin.id if origin else None,
        attempt=origin.attempt + 1 if origin and reason == "retry" else 1,
        state="queued",
        target=target,
        device_id=places.place_of(target).device_id,
        approval_mode=task.approval_mode,
        budget_id=budget_id,
        time_limit_seconds=task.time_limit_seconds,
        when_lost=task.when_lost,
        seen_position=0,
        seen_open={},
        epoch=0,
        event_seq=0,
        event_hash=GENESIS,
        idempotency_key=key,
        created_at=scope.now(),
    )
    log = Log(scope, row)
    data = {"reason": reason, "taskId": ids.to_wire("task", task.id)}
    if origin is not None:
        data["originRunId"] = ids.to_wire("trun", origin.id)
    log.add("created", data)
    await repository.add(scope, row)
    await log.write()
    payload = {"runId": row.id.hex, "workspaceId": row.workspace_id.hex, "userId": row.user_id.hex}
    spec = JobSpec(payload=payload, title=task.title, id=row.id, tries=1, timeout=None)
    await queue.submit(scope, events.RUN_KIND, spec)
    return row
