"""``notify``: the automation's user is told something; and how automations tell what became of themselves."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from openclaw.domains.automations.service.registry import ActionCall, Begun
from openclaw.domains.notifications.service.notices import Notice, notify
from openclaw.infra.scope import Scope
from openclaw.infra.wire import WireInput
from openclaw.kit import ids


class TellUser(WireInput):
    """What to say."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=5000)] = ""


class NotifyAction:
    """Tells the user."""

    config = TellUser

    async def check(self, scope: Scope, config: TellUser) -> None:
        """There is nothing that it would need."""

    async def begin(self, scope: Scope, call: ActionCall) -> Begun:
        """Tell it, once for the run."""
        config: TellUser = call.config
        notice = Notice(
            "automation.notice",
            {"title": config.title, "body": config.body, "name": call.automation_name},
            link=f"/automations/{ids.to_wire('auto', call.automation_id)}",
        )
        await notify(scope, scope.user_id, notice, notification_id=call.run_id)
        return Begun(result={"title": config.title})

    async def perform(self, call: ActionCall) -> Any:
        """Nothing is left to do."""

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """What was told was told."""


async def tell_until_seen(scope: Scope, user_id: UUID, kind: str, data: dict[str, Any], link: str) -> None:
    """A notification that stays until it was seen."""
    await notify(scope, user_id, Notice(kind, data, link=link, is_sticky=True))
