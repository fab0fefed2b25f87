"""A system as a document: what its vault keeps, and how it becomes what a document says."""

import hashlib
from collections.abc import Mapping
from typing import Any

from openclaw.domains.audit import service as audit
from openclaw.domains.identity.service import accounts
from openclaw.domains.systems.models import SystemRow
from openclaw.infra.feed import tell
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.protocol.vault import canonical

CHANGED = "system.changed"


def document_of(row: SystemRow) -> dict[str, Any]:
    """All that the server's vault keeps of a system."""
    return {"name": row.name, "description": row.description, **(row.profile or {})}


def digest_of(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document in hexadecimal."""
    return hashlib.sha256(canonical(document)).hexdigest()


def apply(scope: Scope, row: SystemRow, document: Mapping[str, Any]) -> None:
    """Make a system what a document says."""
    content = dict(document)
    row.name, row.description = content.pop("name"), content.pop("description")
    if not row.is_local:
        row.profile = content
        row.digest = digest_of(document)
    touch(scope, row)


def touch(scope: Scope, row: SystemRow) -> None:
    """Note that the system is another one than before."""
    row.version += 1
    row.last_updated_by_user_id, row.updated_at = scope.user_id, scope.now()


def subject_of(row: SystemRow) -> str:
    """The system in the log."""
    return ids.to_wire("sys", row.id)


def fact_of(scope: Scope, row: SystemRow) -> dict[str, str]:
    """The system in a recorded fact."""
    return {"workspaceId": scope.workspace_id.hex, "userId": scope.user_id.hex, "systemId": row.id.hex}


async def note(scope: Scope, row: SystemRow, action: str, **detail: Any) -> None:
    """Keep in the log what was done with a system, and tell it to who did it and who made it."""
    await audit.append(scope, action, subject=subject_of(row), detail=detail)
    told = {"id": subject_of(row), "version": row.version, "reason": action.removeprefix("systems.")}
    # Who has left the workspace is no colleague any more, and is not found.
    for user in await accounts.list_users(scope, list({scope.user_id, row.created_by_user_id})):
        await tell(scope, user.id, scope.workspace_id, {"event": CHANGED, "payload": told})
