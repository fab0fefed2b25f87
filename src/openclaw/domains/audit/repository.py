"""Every query on the audit log."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.audit.models import AuditEntryRow, AuditHeadRow
from openclaw.infra.scope import Scope

GENESIS = bytes(32)


async def lock_head(scope: Scope, workspace_id: UUID) -> AuditHeadRow:
    """The end of the chain, locked until the transaction ends; made at the first entry."""
    statement = insert(AuditHeadRow).values(workspace_id=workspace_id, seq=0, hash=GENESIS)
    await scope.session.execute(statement.on_conflict_do_nothing())
    head = await scope.session.scalar(
        select(AuditHeadRow).where(AuditHeadRow.workspace_id == workspace_id).with_for_update()
    )
    assert head is not None
    return head


async def add_entry(scope: Scope, row: AuditEntryRow) -> None:
    """Insert an entry."""
    scope.session.add(row)
    await scope.session.flush()


async def list_entries(scope: Scope, *, before: int | None, limit: int) -> list[AuditEntryRow]:
    """Entries of the scope's workspace below ``before``, newest first."""
    query = select(AuditEntryRow).where(AuditEntryRow.workspace_id == scope.workspace_id)
    if before is not None:
        query = query.where(AuditEntryRow.seq < before)
    return list(await scope.session.scalars(query.order_by(AuditEntryRow.seq.desc()).limit(limit)))


async def stream_entries(scope: Scope) -> AsyncIterator[AuditEntryRow]:
    """Every entry of the scope's workspace, oldest first, without holding them all."""
    rows = await scope.session.stream_scalars(
        select(AuditEntryRow)
        .where(AuditEntryRow.workspace_id == scope.workspace_id)
        .order_by(AuditEntryRow.seq)
        .execution_options(yield_per=500)
    )
    async for row in rows:
        yield row


async def find_head(scope: Scope) -> AuditHeadRow | None:
    """The end of the scope's chain."""
    return await scope.session.get(AuditHeadRow, scope.workspace_id)
