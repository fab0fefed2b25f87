"""Queries on executors. Heartbeats are in the database's time: hosts need not agree on theirs."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import column, delete, exists, func, select, table, text, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.durable.models import ExecutorRow, JobRow
from openclaw.infra.scope import Scope

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_WORK = table(
    "workflow_status", column("workflow_uuid"), column("executor_id"), column("status"), schema="dbos"
)
_VERSION = text(
    "SELECT version FROM dbos.dbos_migrations WHERE EXISTS (SELECT FROM pg_default_acl"
    " JOIN pg_namespace n ON n.oid = defaclnamespace WHERE nspname = 'dbos' AND defaclobjtype = 'f')"
)


async def recorded_version(scope: Scope) -> int:
    """How far the library's own tables are migrated; 0 until the last of its grants is there, too.

    Raises SQLAlchemy's ProgrammingError where there are no tables, or none that the application may read.
    """
    return await scope.session.scalar(_VERSION) or 0


async def note_alive(scope: Scope, executor_id: str) -> None:
    """Set the heartbeat of one executor to now.

    To the instant of the write, not of the transaction's begin: a process that hung in between would count as silent.
    """
    now = func.clock_timestamp()
    statement = insert(ExecutorRow).values(id=executor_id, heartbeat_at=now)
    await scope.session.execute(
        statement.on_conflict_do_update(index_elements=[ExecutorRow.id], set_={"heartbeat_at": now})
    )


async def note_left(scope: Scope, executor_id: str) -> None:
    """An executor has stopped in good order: others need not wait for its silence."""
    await scope.session.execute(
        update(ExecutorRow).where(ExecutorRow.id == executor_id).values(heartbeat_at=LONG_AGO)
    )


async def list_dead(scope: Scope, *, silent_for: timedelta) -> list[str]:
    """Executors whose heartbeat is older than ``silent_for``."""
    return list(
        await scope.session.scalars(
            select(ExecutorRow.id).where(ExecutorRow.heartbeat_at < func.now() - silent_for)
        )
    )


async def list_strangers(scope: Scope) -> list[str]:
    """Executors that have unfinished work and no heartbeat at all.

    One that was taken for dead and forgotten, came back, and died before its next heartbeat.
    """
    work = select(_WORK.c.executor_id).where(_WORK.c.status == "PENDING")
    begun = select(JobRow.executor_id).where(JobRow.executor_id.is_not(None))
    executors = work.union(begun).subquery()
    is_known = exists().where(ExecutorRow.id == executors.c.executor_id)
    return list(await scope.session.scalars(select(executors.c.executor_id).where(~is_known)))


async def is_known(scope: Scope, work_id: str) -> bool:
    """Whether the library has noted that work."""
    return bool(await scope.session.scalar(select(exists().where(_WORK.c.workflow_uuid == work_id))))


async def forget(scope: Scope, executor_id: str) -> None:
    """Remove an executor after its runs were handed on."""
    await scope.session.execute(delete(ExecutorRow).where(ExecutorRow.id == executor_id))
