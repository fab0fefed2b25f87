"""What a run is begun of: workflows and their versions."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, tuple_

from openclaw.domains.workflows.models import WorkflowRow, WorkflowVersionRow
from openclaw.domains.workflows.repository import DELETED
from openclaw.infra.scope import Scope


async def list_workflows(scope: Scope, workflow_ids: Collection[UUID]) -> list[WorkflowRow]:
    """Workflows of the scope's workspace, which nobody deletes until the transaction ends."""
    query = select(WorkflowRow).where(
        WorkflowRow.id.in_(workflow_ids),
        WorkflowRow.workspace_id == scope.workspace_id,
        WorkflowRow.status != DELETED,
    )
    query = query.order_by(WorkflowRow.id).with_for_update(read=True, key_share=True)
    return list(await scope.session.scalars(query.execution_options(populate_existing=True)))


async def list_versions(scope: Scope, wanted: Collection[tuple[UUID, int]]) -> list[WorkflowVersionRow]:
    """Versions of the scope's workspace, each by its workflow and number."""
    return list(
        await scope.session.scalars(
            select(WorkflowVersionRow).where(
                tuple_(WorkflowVersionRow.workflow_id, WorkflowVersionRow.version).in_(wanted),
                WorkflowVersionRow.workspace_id == scope.workspace_id,
            )
        )
    )
