"""Facts of lower slices become entries."""

from typing import Any
from uuid import UUID

from openclaw.domains.audit import service
from openclaw.domains.identity import events as identity
from openclaw.domains.workspaces import events as workspaces
from openclaw.domains.workspaces import service as workspaces_service
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope


def _of_account(action: str) -> Subscriber:
    async def append(scope: Scope, body: dict[str, Any]) -> None:
        if body["userId"] is None:
            return  # a sign-in to an account that does not exist
        user_id = UUID(hex=body["userId"])
        personal = await workspaces_service.find_personal_workspace(scope, user_id)
        if personal is not None:
            detail = {key: value for key, value in body.items() if key != "userId"}
            await service.append_for(
                scope, workspace_id=personal.id, user_id=user_id, action=action, detail=detail
            )

    return append


def _of_workspace(action: str) -> Subscriber:
    async def append(scope: Scope, body: dict[str, Any]) -> None:
        await service.append_for(
            scope,
            workspace_id=UUID(hex=body["workspaceId"]),
            user_id=UUID(hex=body["userId"]),
            action=action,
            subject=f"user_{body['memberId']}" if body.get("memberId") else None,
            detail={
                key: value for key, value in body.items() if key not in ("workspaceId", "userId", "memberId")
            },
        )

    return append


SUBSCRIBERS = {
    event: (_of_account(event),)
    for event in (
        identity.SIGNED_UP,
        identity.SIGNED_IN,
        identity.SIGN_IN_FAILED,
        identity.SIGNED_OUT,
        identity.PASSWORD_CHANGED,
        identity.SESSION_REVOKED,
        identity.TOKEN_REUSED,
    )
} | {
    event: (_of_workspace(event),)
    for event in (
        workspaces.MEMBER_INVITED,
        workspaces.MEMBER_JOINED,
        workspaces.MEMBER_CHANGED,
        workspaces.MEMBER_REMOVED,
    )
}
