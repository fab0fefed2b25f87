"""Queries for a glance at the user's runs, each with its workflow's name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from openclaw.domains.workflows.models import WorkflowRow, WorkflowRunRow
from openclaw.domains.workflows.repository import DELETED, PUT_AWAY, WITHOUT_BODIES
from openclaw.infra.scope import Scope

Named = Row[WorkflowRunRow, str, int]


async def list_open(scope: Scope, *, limit: int) -> Sequence[Named]:
    """The newest that go on; each with how many there are."""
    return await _newest(scope, WorkflowRunRow.finished_at.is_(None), limit=limit)


async def list_completed(scope: Scope, *, limit: int) -> Sequence[Named]:
    """The newest that were completed."""
    return await _newest(scope, WorkflowRunRow.state == "completed", limit=limit)


async def list_failed(scope: Scope, *, since: datetime, limit: int) -> Sequence[Named]:
    """Those since then that have failed, and that none of the same workflow has followed."""
    later = aliased(WorkflowRunRow)
    is_followed = exists().where(
        later.workflow_id == WorkflowRunRow.workflow_id,
        later.user_id == WorkflowRunRow.user_id,
        later.state != DELETED,
        tuple_(later.created_at, later.id) > tuple_(WorkflowRunRow.created_at, WorkflowRunRow.id),
    )
    is_failed = WorkflowRunRow.state == "failed"
    return await _newest(
        scope,
        is_failed,
        WorkflowRunRow.created_at >= since,
        WorkflowRow.status.not_in(PUT_AWAY),
        ~is_followed,
        limit=limit,
    )


async def _newest(scope: Scope, *conditions: Any, limit: int) -> Sequence[Named]:
    query = (
        select(WorkflowRunRow, WorkflowRow.name, func.count().over())
        .join(WorkflowRow, WorkflowRow.id == WorkflowRunRow.workflow_id)
        .where(
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.workspace_id == scope.workspace_id,
            WorkflowRunRow.state != DELETED,
            WorkflowRunRow.parent_run_id.is_(None),
            WorkflowRunRow.is_dry.is_(False),
            *conditions,
        )
        .order_by(WorkflowRunRow.created_at.desc(), WorkflowRunRow.id.desc())
        .limit(limit)
        .options(*WITHOUT_BODIES)
    )
    return (await scope.session.execute(query)).all()
