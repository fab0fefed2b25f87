"""Handlers that can answer without waiting, and so need no task of their own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.recent import RecentReads
from openclaw.protocol.gateway.frames import encode_payload


class AtOnce(ABC):
    """A handler that may know the answer at once; ``at_once`` answers None when it has to wait for it."""

    @abstractmethod
    def at_once(self, connection: Connection, params: Any) -> Any | None:
        """The answer, or None. Any error of the family."""

    @abstractmethod
    async def __call__(self, connection: Connection, params: Any) -> Any:
        """The answer, as of every handler."""


class Immediate(AtOnce):
    """Never waits."""

    def __init__(self, answer: Callable[[Connection, Any], Any]) -> None:
        self._answer = answer

    def at_once(self, connection: Connection, params: Any) -> Any:
        """The answer."""
        return self._answer(connection, params)

    async def __call__(self, connection: Connection, params: Any) -> Any:
        """The answer."""
        return self._answer(connection, params)


class Often(AtOnce):
    """Seldom has to wait: ``answer`` is asked when ``quick`` answers None."""

    def __init__(self, quick: Callable[[Connection, Any], Any | None], answer: Handler) -> None:
        self._quick = quick
        self._slow = answer

    def at_once(self, connection: Connection, params: Any) -> Any | None:
        """The answer of ``quick``."""
        return self._quick(connection, params)

    async def __call__(self, connection: Connection, params: Any) -> Any:
        """The answer of ``answer``."""
        return await self._slow(connection, params)


class Remembering(AtOnce):
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
