"""Reads of the local runtime for the web page: three commands, the Pi envelope, answers built from lists.

Nothing of the page's object is passed on. What the runtime says is built anew here, whoever answers behind it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from openclaw.apps.bridge.errors import RuntimeStartingError, RuntimeTimeoutError
from openclaw.apps.bridge.localhost.guard import only_fields, text_field
from openclaw.apps.bridge.localhost.refusals import (
    BadRequestError,
    CommandNotAllowedError,
    RepeatedIdError,
    TooManyCallsError,
)
from openclaw.apps.bridge.pi.reads import Read
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.pi.redaction import messages_of, state_of, stats_of

_log = logging.getLogger(__name__)

MAX_CALLS = 16
MAX_ID_LETTERS = 128
STATE_SECONDS = 2.0
MESSAGES_SECONDS = 5.0
LAST_MESSAGES = 200
_GRACE_SECONDS = 0.25  # who reads keeps the same limits, and may then answer with what it had before
_REMEMBERED_IDS = 1024

Availability: TypeAlias = Literal["none", "idle", "starting", "ready", "failed"]


class RuntimeReads(Protocol):
    """Who reads the runtime. Nothing but the three reads may wait for it."""

    @property
    def availability(self) -> Availability:
        """``none``: there is no runtime here; ``idle``: one starts at the first read. Known without asking it."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether it has answered and has a model to answer prompts with. Known without asking it."""
        ...

    async def state(self) -> Read:
        """``get_state``'s data; starts the runtime if need be. Any error of the family."""
        ...

    async def messages(self, *, last: int) -> Read:
        """``get_messages``'s data: the ``last`` so many."""
        ...

    async def stats(self) -> Read:
        """``get_session_stats``'s data."""
        ...


class RpcProxy:
    """Answers ``{id, type}`` objects. At most MAX_CALLS at once; an id counts once."""

    def __init__(
        self,
        reads: RuntimeReads,
        *,
        state_seconds: float = STATE_SECONDS,
        messages_seconds: float = MESSAGES_SECONDS,
    ) -> None:
        self._reads = reads
        self._open = 0
        self._ids: deque[str] = deque(maxlen=_REMEMBERED_IDS)
        self._commands: dict[str, tuple[float, Callable[[], Awaitable[Read]]]] = {
            "get_state": (state_seconds, reads.state),
            "get_messages": (messages_seconds, self._messages),
            "get_session_stats": (state_seconds, reads.stats),
        }
        # Whoever answers behind this, and whatever it sends: only what is on the lists leaves the machine.
        self._cleaned: dict[str, Callable[[Any], dict[str, Any]]] = {
            "get_state": state_of,
            "get_messages": messages_of,
            "get_session_stats": stats_of,
        }

    @property
    def reads(self) -> RuntimeReads:
        """Who answers."""
        return self._reads

    async def call(self, body: Mapping[str, Any], *, language: str) -> dict[str, Any]:
        """The envelope that answers ``body``. Refusals are raised; what the runtime cannot do is in the envelope."""
        only_fields(body, frozenset({"id", "type"}))
        command = text_field(body, "type", longest=64)
        call_id = text_field(body, "id", longest=MAX_ID_LETTERS)
        if not call_id:
            raise BadRequestError(reason="id is empty")
        if command not in self._commands:
            raise CommandNotAllowedError
        if self._open >= MAX_CALLS:
            raise TooManyCallsError(limit=MAX_CALLS)
        if call_id in self._ids:
            raise RepeatedIdError
        self._ids.append(call_id)
        self._open += 1
        try:
            return await self._answer(call_id, command, language)
        finally:
            self._open -= 1

    async def _answer(self, call_id: str, command: str, language: str) -> dict[str, Any]:
        envelope: dict[str, Any] = {"id": call_id, "type": "response", "command": command}
        seconds, read = self._commands[command]
        try:
            answer = await self._in_time(read, seconds)
        except OpenClawError as error:
            _log.info("%s was not answered: %s", command, error.code)
            return {**envelope, "success": False, "error": error.words(language), "code": error.code}
        age = {"stale": True, "ageMs": int(answer.age.total_seconds() * 1000)} if answer.is_stale else {}
        return {**envelope, "success": True, "data": self._cleaned[command](answer.data), **age}

    async def _in_time(self, read: Callable[[], Awaitable[Read]], seconds: float) -> Read:
        try:
            async with asyncio.timeout(seconds + _GRACE_SECONDS):
                return await read()
        except TimeoutError:
            if self._reads.availability == "starting":
                raise RuntimeStartingError from None
            raise RuntimeTimeoutError(seconds=seconds) from None

    async def _messages(self) -> Read:
        return await self._reads.messages(last=LAST_MESSAGES)
