"""Routes of the audit log."""

from typing import Annotated

from fastapi import Query

from openclaw.domains.audit import service
from openclaw.domains.audit.schemas import AuditEntries, AuditVerification
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("audit")


@router.get("/audit", operation_id="listAudit", responses=errors(NotSignedInError, NotAllowedError))
async def list_audit(
    scope: CurrentScope,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> AuditEntries:
    """What happened in the workspace, newest first."""
    page = await service.list_entries(scope, cursor=cursor, limit=limit)
    return AuditEntries(items=page.items, next_cursor=page.next_cursor)


@router.get("/audit/verify", operation_id="verifyAudit", responses=errors(NotSignedInError, NotAllowedError))
async def verify_audit(scope: CurrentScope) -> AuditVerification:
    """Recompute the hash chain of the workspace."""
    return await service.verify(scope)
