"""Statements of whoever leads a run: what is wished of it, and how far it has got."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select, update

from openclaw.domains.agents.models import ApprovalRow, RunRow, RunStepRow
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Wish:
    """What the user wants of a run."""

    is_aborted: bool
    is_paused: bool


async def find_wish(scope: Scope, run_id: UUID) -> Wish:
    """What the user wants of a run now."""
    row = (
        await scope.session.execute(
            select(RunRow.abort_requested_at, RunRow.paused_at).where(RunRow.id == run_id)
        )
    ).one_or_none()
    return (
        Wish(is_aborted=False, is_paused=False)
        if row is None
        else Wish(row[0] is not None, row[1] is not None)
    )


async def set_paused(scope: Scope, run_id: UUID, *, paused: bool) -> bool:
    """Note that the user wants the run to begin nothing new, or to go on; False when it has ended."""
    found = await scope.session.scalar(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.user_id == scope.user_id, RunRow.finished_at.is_(None))
        .values(paused_at=scope.now() if paused else None)
        .returning(RunRow.id)
    )
    return found is not None


async def list_steps(
    scope: Scope, run_id: UUID, *, after: int, among: Collection[UUID]
) -> Sequence[tuple[RunStepRow, ApprovalRow | None]]:
    """The steps after a position, and ``among`` those before it, in order, each with its question."""
    rows = await scope.session.execute(
        select(RunStepRow, ApprovalRow)
        .outerjoin(ApprovalRow, ApprovalRow.step_id == RunStepRow.id)
        .where(RunStepRow.run_id == run_id, or_(RunStepRow.position > after, RunStepRow.id.in_(among)))
        .order_by(RunStepRow.position)
        .execution_options(populate_existing=True)
    )
    return [(step, approval) for step, approval in rows]


async def count_steps(scope: Scope, run_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many steps of each kind those runs have."""
    if not run_ids:
        return {}
    rows = await scope.session.execute(
        select(RunStepRow.run_id, RunStepRow.kind, func.count())
        .where(RunStepRow.run_id.in_(run_ids))
        .group_by(RunStepRow.run_id, RunStepRow.kind)
    )
    found: dict[UUID, dict[str, int]] = {}
    for run_id, kind, count in rows:
        found.setdefault(run_id, {})[kind] = count
    return found


async def count_calls(scope: Scope, conversation_id: UUID, task_run_id: UUID) -> tuple[int, int]:
    """How many calls of tools the runs that carried that run of a task have made, and how many of these worked."""
    row = await scope.session.execute(
        select(func.count(), func.count().filter(RunStepRow.state == "ok"))
        .join(RunRow, RunRow.id == RunStepRow.run_id)
        .where(
            RunRow.conversation_id == conversation_id,
            RunRow.task_run_id == task_run_id,
            RunStepRow.kind == "tool",
        )
    )
    made, worked = row.one()
    return made, worked


async def list_writing(scope: Scope, conversation_id: UUID) -> Sequence[RunStepRow]:
    """The calls of a conversation's runs that have written, moved or deleted files, in order."""
    return list(
        await scope.session.scalars(
            select(RunStepRow)
            .join(RunRow, RunRow.id == RunStepRow.run_id)
            .where(
                RunRow.conversation_id == conversation_id,
                RunRow.user_id == scope.user_id,
                RunStepRow.kind == "tool",
                RunStepRow.state == "ok",
                RunStepRow.name.in_(("fs.write", "fs.edit", "fs.move", "fs.delete")),
                RunStepRow.device_id.is_not(None),
            )
            .order_by(RunRow.created_at, RunRow.id, RunStepRow.position)
        )
    )


async def list_task_runs(scope: Scope, run_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of those of the runs that carry runs of tasks, these, by id."""
    if not run_ids:
        return {}
    found = await scope.session.execute(
        select(RunRow.id, RunRow.task_run_id).where(RunRow.id.in_(run_ids), RunRow.task_run_id.is_not(None))
    )
    return {run_id: task_run_id for run_id, task_run_id in found if task_run_id is not None}
