"""Append to the log, read it, and prove that it is whole."""

import hashlib
from datetime import UTC
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.audit import repository
from openclaw.domains.audit.models import AuditEntryRow
from openclaw.domains.audit.schemas import AuditActor, AuditEntry, AuditVerification
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor


async def append(
    scope: Scope, action: str, *, subject: str | None = None, detail: dict[str, Any] | None = None
) -> None:
    """Record what the scope's actor did, in the same transaction."""
    await append_for(
        scope,
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        action=action,
        subject=subject,
        detail=detail,
    )


async def append_for(
    scope: Scope,
    *,
    workspace_id: UUID,
    user_id: UUID | None,
    action: str,
    subject: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record for a named workspace; a system scope has none of its own."""
    head = await repository.lock_head(scope, workspace_id)
    row = AuditEntryRow(
        workspace_id=workspace_id,
        seq=head.seq + 1,
        at=scope.now(),
        user_id=user_id,
        action=action,
        subject=subject,
        detail=detail or {},
        previous_hash=head.hash,
        hash=b"",
    )
    row.hash = chain_hash(row)
    await repository.add_entry(scope, row)
    head.seq, head.hash = row.seq, row.hash


async def list_entries(scope: Scope, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """A page of the workspace's log, newest first. Raises NotAllowedError for members below admin."""
    check_role(scope.who, Role.ADMIN)
    before = _position(cursor)
    rows = await repository.list_entries(scope, before=before, limit=limit + 1)
    shown = rows[:limit]
    users = await identity.list_users(scope, [row.user_id for row in shown if row.user_id])
    names = {user.id: user.display_name for user in users}
    items = [
        AuditEntry(
            seq=row.seq,
            at=row.at,
            action=row.action,
            subject=row.subject,
            detail=row.detail,
            hash=row.hash.hex(),
            previous_hash=row.previous_hash.hex(),
            actor=AuditActor(id=row.user_id, name=names.get(row.user_id, "")) if row.user_id else None,
        )
        for row in shown
    ]
    return Page(items, encode_cursor(str(shown[-1].seq)) if len(rows) > limit else None)


async def verify(scope: Scope) -> AuditVerification:
    """Recompute the whole chain. Raises NotAllowedError for members below admin."""
    check_role(scope.who, Role.ADMIN)
    head = await repository.find_head(scope)
    previous, seq = repository.GENESIS, 0
    async for row in repository.stream_entries(scope):
        if row.seq != seq + 1 or row.previous_hash != previous or row.hash != chain_hash(row):
            return AuditVerification(ok=False, entries=seq, broken_at=seq + 1)
        previous, seq = row.hash, row.seq
    if head is not None and (head.seq, head.hash) != (seq, previous):
        return AuditVerification(ok=False, entries=seq, broken_at=seq + 1)
    return AuditVerification(ok=True, entries=seq)


def chain_hash(row: AuditEntryRow) -> bytes:
    """SHA-256 over the previous hash and the entry's canonical JSON."""
    content = {
        "workspace": str(row.workspace_id),
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(),
        "user": str(row.user_id),
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
    }
    return hashlib.sha256(row.previous_hash + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        return int(decode_cursor(cursor))
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
