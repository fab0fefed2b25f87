"""Queries on the turns of agent steps."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.workflows.models import WorkflowAgentTurnRow
from openclaw.infra.scope import Scope


async def list_turns(scope: Scope, attempt_id: UUID) -> list[WorkflowAgentTurnRow]:
    """The turns of a try of an agent step, in their order."""
    query = select(WorkflowAgentTurnRow).where(
        WorkflowAgentTurnRow.attempt_id == attempt_id,
        WorkflowAgentTurnRow.user_id == scope.user_id,
        WorkflowAgentTurnRow.workspace_id == scope.workspace_id,
    )
    return list(await scope.session.scalars(query.order_by(WorkflowAgentTurnRow.number)))


async def add_turn(scope: Scope, values: dict[str, Any]) -> None:
    """Note a turn down, unless an earlier self of the run has noted the same one."""
    statement = insert(WorkflowAgentTurnRow).values(values)
    await scope.session.execute(statement.on_conflict_do_nothing(index_elements=["attempt_id", "number"]))


async def set_outcomes(scope: Scope, turn_id: UUID, outcomes: list[Any]) -> None:
    """Note down what became of a turn's calls."""
    await scope.session.execute(
        update(WorkflowAgentTurnRow).where(WorkflowAgentTurnRow.id == turn_id).values(outcomes=outcomes)
    )
