"""Facts that people are told of, and what was told to be delivered."""

from typing import Any
from uuid import UUID

from openclaw.domains.identity import events as identity
from openclaw.domains.notifications.events import ASKED, GIVEN
from openclaw.domains.notifications.service import notices
from openclaw.domains.notifications.service.deliveries import plan_deliveries
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.mail import MailServer
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope

_OF_ACCOUNTS = {
    identity.PASSWORD_CHANGED: "security.password_changed",
    identity.TOKEN_REUSED: "security.session_stolen",
}


def subscribers(mail: MailServer) -> dict[str, tuple[Subscriber, ...]]:
    """By fact."""

    async def plan(scope: Scope, body: dict[str, Any]) -> None:
        await plan_deliveries(scope, UUID(hex=body["id"]), mail=mail)

    return {GIVEN: (plan,), ASKED: (notices.give_asked,)} | {
        fact: (_of_account(kind),) for fact, kind in _OF_ACCOUNTS.items()
    }


def _of_account(kind: str) -> Subscriber:
    async def give(scope: Scope, body: dict[str, Any]) -> None:
        user_id = UUID(hex=body["userId"])
        personal = await workspaces.find_personal_workspace(scope, user_id)
        if personal is not None:
            notice = notices.Notice(kind, {}, "/settings/security", is_sticky=True)
            await notices.notify(scope, user_id, notice, workspace_id=personal.id)

    return give
