"""What people know runs by."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from openclaw.domains.workflows.models import WorkflowRow, WorkflowRunRow
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Head:
    """A run's workflow; ``is_own``: somebody has started it for its effects, and no other run has."""

    name: str
    is_own: bool


async def list_heads(scope: Scope, run_ids: Sequence[UUID]) -> dict[UUID, Head]:
    """By run."""
    rows = await scope.session.execute(
        select(WorkflowRunRow.id, WorkflowRow.name, WorkflowRunRow.parent_run_id, WorkflowRunRow.is_dry)
        .join(WorkflowRow, WorkflowRow.id == WorkflowRunRow.workflow_id)
        .where(WorkflowRunRow.id.in_(run_ids))
    )
    return {row[0]: Head(row[1], row[2] is None and not row[3]) for row in rows}
