"""Handlers that can answer without waiting: what needs no rows, and what was read a moment ago."""

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.recent import RecentReads
from openclaw.protocol.gateway.frames import encode_payload


class AtOnce:
    """A handler that never waits."""

    def __init__(self, answer: Callable[[Connection, Any], Any]) -> None:
        self.at_once = answer

    async def __call__(self, connection: Connection, params: Any) -> Any:
        """As every handler."""
        return self.at_once(connection, params)


class Remembering:
    """A reading handler whose encoded answer is kept for a moment. Its transactions are quiet ones."""

    def __init__(self, name: str, handler: Handler, recent: RecentReads) -> None:
        self._name = name
        self._handler = handler
        self._recent = recent

    def at_once(self, connection: Connection, params: Any) -> msgspec.Raw | None:
        """The answer, if it was read a moment ago."""
        return self._recent.find(connection.actor, self._key(connection, params))

    async def __call__(self, connection: Connection, params: Any) -> msgspec.Raw:
        """The answer."""

        async def work() -> msgspec.Raw:
            return msgspec.Raw(encode_payload(await self._handler(connection, params)))

        return await self._recent.read(connection.actor, self._key(connection, params), work)

    def _key(self, connection: Connection, params: Any) -> Hashable:
        identity = connection.identity
        # Whatever an answer may depend on besides the rows of the user in the workspace.
        return (
            self._name,
            encode_payload(params),
            identity.actor.role,
            identity.scopes,
            connection.protocol,
            connection.language,
        )
