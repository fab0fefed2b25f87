"""Queries on executors."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from openclaw.durable.models import ExecutorRow
from openclaw.infra.scope import Scope


async def note_alive(scope: Scope, executor_id: str) -> None:
    """Set the heartbeat of one executor to now."""
    statement = insert(ExecutorRow).values(id=executor_id, heartbeat_at=scope.now())
    await scope.session.execute(
        statement.on_conflict_do_update(index_elements=[ExecutorRow.id], set_={"heartbeat_at": scope.now()})
    )


async def list_dead(scope: Scope, *, silent_for: timedelta) -> list[str]:
    """Executors whose heartbeat is older than ``silent_for``."""
    return list(
        await scope.session.scalars(
            select(ExecutorRow.id).where(ExecutorRow.heartbeat_at < scope.now() - silent_for)
        )
    )


async def forget(scope: Scope, executor_id: str) -> None:
    """Remove an executor after its runs were handed on."""
    await scope.session.execute(delete(ExecutorRow).where(ExecutorRow.id == executor_id))
