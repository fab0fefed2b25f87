"""Queries on signals into runs."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, or_, select

from openclaw.domains.workflows.models import WorkflowSignalRow
from openclaw.infra.scope import Scope


async def add_signal(scope: Scope, row: WorkflowSignalRow) -> None:
    """Keep a signal."""
    scope.session.add(row)
    await scope.session.flush()


async def find_by_key(scope: Scope, run_id: UUID, key: str) -> WorkflowSignalRow | None:
    """The signal that was sent to the user's run under that idempotency key."""
    return await scope.session.scalar(
        select(WorkflowSignalRow).where(
            WorkflowSignalRow.run_id == run_id,
            WorkflowSignalRow.idempotency_key == key,
            WorkflowSignalRow.user_id == scope.user_id,
            WorkflowSignalRow.workspace_id == scope.workspace_id,
        )
    )


async def count_untaken(scope: Scope, run_id: UUID) -> int:
    """How many signals a run has that no step has taken yet."""
    query = select(func.count()).where(WorkflowSignalRow.run_id == run_id, WorkflowSignalRow.path.is_(None))
    return await scope.session.scalar(query) or 0


async def take(scope: Scope, run_id: UUID, waiting: Mapping[str, str]) -> dict[str, WorkflowSignalRow]:
    """Give the signals of a run to the steps that wait (names by path), the first sent to the first that waits.

    What was given to a step before is given to it again, also when the transaction of then was its process's last.
    """
    if not waiting:
        return {}
    rows = await scope.session.scalars(
        select(WorkflowSignalRow)
        .where(
            WorkflowSignalRow.run_id == run_id,
            WorkflowSignalRow.user_id == scope.user_id,
            WorkflowSignalRow.workspace_id == scope.workspace_id,
            or_(WorkflowSignalRow.path.is_(None), WorkflowSignalRow.path.in_(waiting)),
        )
        .order_by(WorkflowSignalRow.id)
        .with_for_update()
    )
    untaken: list[WorkflowSignalRow] = []
    found: dict[str, WorkflowSignalRow] = {}
    for row in rows:
        if row.path is None:
            untaken.append(row)
        else:
            found[row.path] = row
    for path, name in waiting.items():
        row = next((row for row in untaken if row.name == name), None) if path not in found else None
        if row is not None:
            untaken.remove(row)
            row.path, found[path] = path, row
    return found
