"""Every query on runs on machines, and on what those tell of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.agents.models import RunEventRow, RunRow
from openclaw.infra.scope import Scope


async def lock_open_run(scope: Scope, run_id: UUID) -> RunRow | None:
    """A run of the scope's user that has not ended, locked so that it does not end meanwhile."""
    return await scope.session.scalar(
        select(RunRow)
        .where(RunRow.id == run_id, RunRow.user_id == scope.user_id, RunRow.finished_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def add_event(scope: Scope, run_id: UUID, seq: int, event: dict[str, Any]) -> None:
    """Keep an event; one with that number that came before stays."""
    await scope.session.execute(
        insert(RunEventRow)
        .values(
            run_id=run_id,
            seq=seq,
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            event=event,
            received_at=scope.now(),
        )
        .on_conflict_do_nothing()
    )


async def list_events(scope: Scope, run_id: UUID, *, after_seq: int, limit: int) -> list[RunEventRow]:
    """Events that come after a number, in order."""
    return list(
        await scope.session.scalars(
            select(RunEventRow)
            .where(RunEventRow.run_id == run_id, RunEventRow.seq > after_seq)
            .order_by(RunEventRow.seq)
            .limit(limit)
        )
    )


async def delete_events(scope: Scope, run_id: UUID) -> None:
    """They are in the run's steps now."""
    await scope.session.execute(delete(RunEventRow).where(RunEventRow.run_id == run_id))
