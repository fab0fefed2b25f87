"""Queries on the files of runs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.workflows.models import WorkflowRunFileRow
from openclaw.infra.scope import Scope


async def put_files(scope: Scope, values: Sequence[dict[str, Any]]) -> None:
    """Note files down; those of the same try again are the same rows."""
    if values:
        statement = insert(WorkflowRunFileRow).on_conflict_do_nothing(index_elements=["id"])
        await scope.session.execute(statement, list(values))


async def find_file(scope: Scope, file_id: UUID) -> WorkflowRunFileRow | None:
    """A file of a run of the scope's user."""
    query = select(WorkflowRunFileRow).where(
        WorkflowRunFileRow.id == file_id,
        WorkflowRunFileRow.user_id == scope.user_id,
        WorkflowRunFileRow.workspace_id == scope.workspace_id,
    )
    return await scope.session.scalar(query)
