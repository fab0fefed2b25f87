"""Facts of lower slices that end links."""

from typing import Any
from uuid import UUID

from openclaw.domains.devices.repository import machines as repository
from openclaw.domains.devices.service import gateway_tokens, registry
from openclaw.domains.workspaces.events import MEMBER_REMOVED
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope


async def _unlink_machines(scope: Scope, body: dict[str, Any]) -> None:
    """Who leaves a workspace takes their machines out of it, and what could let others in."""
    user_id, workspace_id = UUID(hex=body["memberId"]), UUID(hex=body["workspaceId"])
    for device in await repository.list_devices_of(scope, user_id=user_id, workspace_id=workspace_id):
        await registry.end_link(scope, device, reason="its owner left the workspace")
    await gateway_tokens.revoke_all_of(scope, user_id=user_id, workspace_id=workspace_id)


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {MEMBER_REMOVED: (_unlink_machines,)}
