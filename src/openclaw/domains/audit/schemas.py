"""Audit entries as they travel."""

from datetime import datetime
from typing import Any

from openclaw.infra.wire import Items, UserId, Wire


class AuditActor(Wire):
    """Who acted."""

    id: UserId
    name: str


class AuditEntry(Wire):
    """One thing that happened, with its place in the chain."""

    seq: int
    at: datetime
    actor: AuditActor | None
    action: str
    subject: str | None
    detail: dict[str, Any]
    hash: str
    previous_hash: str


class AuditEntries(Items):
    """Entries, newest first."""

    items: list[AuditEntry]


class AuditVerification(Wire):
    """Whether the chain is whole, and where it breaks if not."""

    ok: bool
    entries: int
    broken_at: int | None = None
