"""Who follows a conversation is told each message word for word, as it stands in the database."""

import asyncio
from contextlib import suppress
from typing import Any, TypeAlias
from uuid import UUID

from openclaw.apps.gateway.methods.chat import wire_message
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.domains.conversations.service import messages
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn

_Place: TypeAlias = tuple[UUID, UUID, str]
"""A user, a workspace, and the key of a conversation."""


class Following:
    """Reads a message once for all followers that its user has here. Nothing is read where nobody follows."""

    def __init__(self, platform: Platform, hub: ConnectionHub) -> None:
        self._platform = platform
        self._hub = hub
        self._last: dict[_Place, asyncio.Task[None]] = {}

    def on_event(self, user_id: UUID, workspace_id: UUID, event: str, payload: dict[str, Any]) -> None:
        """What the bus tells a user's clients."""
        message_id = payload.get("messageId") if event == "sessions.changed" else None
        if message_id is None:
            return
        key = payload["sessionKey"]
        mine = self._hub.connections(user_id=user_id, workspace_id=workspace_id)
        follower = next((connection for connection in mine if connection.follows(key)), None)
        if follower is None:
            return
        place = user_id, workspace_id, key
        before = self._last.get(place)
        task = spawn(self._tell(follower.actor, key, message_id, before), name="gateway following")
        self._last[place] = task
        task.add_done_callback(lambda _: self._forget(place, task))

    async def close(self) -> None:
        """Tell no more."""
        await cancel_and_wait(*self._last.values())

    async def _tell(self, actor: Actor, key: str, message_id: str, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        with suppress(OpenClawError):  # it is gone meanwhile, or the database is away
            async with self._platform.database.transaction(actor, is_quiet=True) as scope:
                page = await messages.list_messages(
                    scope,
                    ids.from_wire("conv", key),
                    cursor=None,
                    limit=1,
                    until_id=ids.from_wire("msg", message_id),
                )
            payload = {
                "sessionKey": key,
                "agentId": "main",
                "messageId": message_id,
                "message": wire_message(page.items[0], None),
            }
            self._hub.publish(
                "session.message", payload, user_id=actor.user_id, workspace_id=actor.workspace_id
            )

    def _forget(self, place: _Place, task: asyncio.Task[None]) -> None:
        if self._last.get(place) is task:
            del self._last[place]
