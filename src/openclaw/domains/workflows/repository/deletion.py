"""Queries that take runs and workflows away. Those that other runs still need parts of stay as what nobody is shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, null, select, text, update

from openclaw.domains.workflows.models import (
    WorkflowAgentTurnRow,
    WorkflowRow,
    WorkflowRunFileRow,
    WorkflowRunRow,
    WorkflowRunStepRow,
    WorkflowSignalRow,
)
from openclaw.domains.workflows.repository import DELETED
from openclaw.infra.scope import Scope

_TREE = text(
    """
    WITH RECURSIVE tree(id, finished_at) AS (
        SELECT id, finished_at FROM workflow_runs WHERE id = ANY(:ids)
        UNION SELECT run.id, run.finished_at FROM workflow_runs AS run JOIN tree ON run.parent_run_id = tree.id
    ) SELECT id, finished_at FROM tree
    """
)
# Steps that runs have taken over from one of those runs, by way of others perhaps.
_TAKEN = text(
    """
    WITH RECURSIVE takers(id) AS (
        SELECT id FROM workflow_runs WHERE origin_run_id = :id
        UNION SELECT run.id FROM workflow_runs AS run JOIN takers ON run.origin_run_id = takers.id
    ) SELECT step.path, step.input ->> 'blob', step.output ->> 'blob'
    FROM workflow_run_steps AS step JOIN takers ON step.run_id = takers.id WHERE step.is_reused
    """
)
# Deleted runs, with all that they started, none of which a run that is left was repeated from.
_DELETE_UNNEEDED = text(
    """
    WITH RECURSIVE needed(id) AS (
        SELECT origin_run_id FROM workflow_runs
        WHERE workspace_id = :workspace_id AND state <> 'deleted' AND origin_run_id IS NOT NULL
        UNION SELECT run.origin_run_id FROM workflow_runs AS run JOIN needed ON run.id = needed.id
        WHERE run.origin_run_id IS NOT NULL
    ), tree(id, root) AS (
        SELECT id, id FROM workflow_runs
        WHERE workspace_id = :workspace_id AND state = 'deleted' AND parent_run_id IS NULL
        UNION ALL SELECT run.id, tree.root FROM workflow_runs AS run JOIN tree ON run.parent_run_id = tree.id
    )
    DELETE FROM workflow_runs WHERE id IN (
        SELECT id FROM tree WHERE root NOT IN (SELECT root FROM tree WHERE id IN (SELECT id FROM needed))
    ) RETURNING id
    """
)
_LOCK = text("SELECT pg_advisory_xact_lock(7003, hashtext(:workspace))")


@dataclass(frozen=True)
class Taken:
    """What later runs have taken over from a run: paths of steps, and names of large bodies."""

    paths: frozenset[str]
    bodies: frozenset[str]


async def lock(scope: Scope, workspace_id: UUID) -> None:
    """One deletion at a time in a workspace: two that share something must not each leave it to the other."""
    await scope.session.execute(_LOCK, {"workspace": workspace_id.hex})


async def lock_workflow(scope: Scope, workflow_id: UUID) -> bool:
    """Nobody starts a run of it any more until the transaction ends; False when it is gone. Needs a system scope."""
    query = select(WorkflowRow.id).where(WorkflowRow.id == workflow_id, WorkflowRow.status != DELETED)
    return await scope.session.scalar(query.with_for_update()) is not None


async def list_tree(scope: Scope, run_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """Runs and all that they have started, at any depth, with their ends."""
    found = await scope.session.execute(_TREE, {"ids": list(run_ids)})
    return {row.id: row.finished_at for row in found}


async def list_roots(scope: Scope, workflow_id: UUID) -> list[UUID]:
    """Runs of a workflow, of anybody, that no other run has started. Needs a system scope."""
    query = select(WorkflowRunRow.id).where(
        WorkflowRunRow.workflow_id == workflow_id,
        WorkflowRunRow.parent_run_id.is_(None),
        WorkflowRunRow.state != DELETED,
    )
    return list(await scope.session.scalars(query))


async def find_open(scope: Scope, workflow_id: UUID) -> str | None:
    """The state of a run of the workflow, of anybody, that has not ended. Needs a system scope."""
    query = select(WorkflowRunRow.state).where(
        WorkflowRunRow.workflow_id == workflow_id, WorkflowRunRow.finished_at.is_(None)
    )
    return await scope.session.scalar(query.limit(1))


async def list_old(scope: Scope, *, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Ids and workspaces of runs that ended before then and were started by no other. Needs a system scope."""
    query = (
        select(WorkflowRunRow.id, WorkflowRunRow.workspace_id)
        .where(
            WorkflowRunRow.finished_at < before,
            WorkflowRunRow.parent_run_id.is_(None),
            WorkflowRunRow.state != DELETED,
        )
        .limit(limit)
    )
    return [(run_id, workspace_id) for run_id, workspace_id in await scope.session.execute(query)]


async def empty_runs(scope: Scope, run_ids: Sequence[UUID]) -> None:
    """Take away all that is in runs' rows and all of their steps; what is left is not shown to anybody."""
    for row in (WorkflowRunStepRow, WorkflowAgentTurnRow, WorkflowSignalRow):
        await scope.session.execute(delete(row).where(row.run_id.in_(run_ids)))
    await scope.session.execute(
        update(WorkflowRunRow)
        .where(WorkflowRunRow.id.in_(run_ids))
        .values(
            state=DELETED,
            input={},
            output=null(),
            error=null(),
            edited=null(),
            recorded=null(),
            working=null(),
            idempotency_key=None,
        )
        .execution_options(synchronize_session=False)
    )


async def delete_unneeded(scope: Scope, workspace_id: UUID) -> set[UUID]:
    """Delete the runs that were emptied and that no other was repeated from; which they were."""
    return set(await scope.session.scalars(_DELETE_UNNEEDED, {"workspace_id": workspace_id}))


async def find_taken(scope: Scope, run_id: UUID) -> Taken:
    """What runs that are left have taken over from a run."""
    rows = (await scope.session.execute(_TAKEN, {"id": run_id})).all()
    paths = frozenset(row[0] for row in rows)
    return Taken(paths, frozenset(name for row in rows for name in row[1:] if name))


async def keep_files(scope: Scope, run_id: UUID, paths: Collection[str] | None) -> list[UUID]:
    """Forget the files of a run but those of steps at ``paths`` (None: of all); which are left."""
    files = WorkflowRunFileRow
    if paths is not None:
        await scope.session.execute(
            delete(files).where(files.run_id == run_id, files.path.not_in(list(paths)))
        )
    return list(await scope.session.scalars(select(files.id).where(files.run_id == run_id)))


async def delete_workflow(scope: Scope, workflow_id: UUID) -> None:
    """Delete a workflow, or hide it as long as a run of it is part of another's. Needs a system scope."""
    of_it = select(WorkflowRunRow.id).where(WorkflowRunRow.workflow_id == workflow_id)
    gone = delete(WorkflowRow).where(WorkflowRow.id == workflow_id, ~of_it.exists())
    if await scope.session.scalar(gone.returning(WorkflowRow.id)) is None:
        await scope.session.execute(
            update(WorkflowRow).where(WorkflowRow.id == workflow_id).values(status=DELETED)
        )


async def delete_hidden_workflows(scope: Scope) -> None:
    """Delete the hidden workflows of which no run is left. Needs a system scope."""
    of_it = select(WorkflowRunRow.id).where(WorkflowRunRow.workflow_id == WorkflowRow.id)
    await scope.session.execute(
        delete(WorkflowRow).where(WorkflowRow.status == DELETED, ~of_it.exists()),
        execution_options={"synchronize_session": False},
    )
