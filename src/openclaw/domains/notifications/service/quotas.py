"""How often a workspace's plugins may notify people."""

from openclaw.domains.notifications.errors import NoticeQuotaError
from openclaw.domains.notifications.repository import deliveries
from openclaw.infra.scope import Scope

NOTICES_PER_HOUR = 200


async def take_notice(scope: Scope) -> None:
    """Count one more. Raises NoticeQuotaError."""
    limit = NOTICES_PER_HOUR
    if not await deliveries.take_quota(scope, scope.workspace_id, "notices", wanted=1, limit=limit):
        raise NoticeQuotaError(limit=limit)
