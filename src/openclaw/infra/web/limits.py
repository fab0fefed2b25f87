"""Limits at the edge: body size, and how often an address may try what is expensive or guessable."""

import asyncio
import contextlib
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openclaw.infra.web.context import language_of, request_id_of
from openclaw.infra.web.errors import problem_response
from openclaw.kit.errors import RateLimitedError, TooLargeError

MAX_BODY = 2_097_152
MAX_ARCHIVE = 33_554_432
_ARCHIVES = ("/plugin-packages", "/artifact-uploads", "/version-uploads", "/result-files")  # read after the client is known
MAX_DELIVERY = 262_144
_DELIVERIES = "/hooks/"
_MAX_ADDRESSES = 10_000
_MOST_DRAINED = 67_108_864
_DRAIN_SECONDS = 10
_PAUSE_SECONDS = 0.5


class RateLimit:
    """A fixed window per address and one for all of them together, in this process."""

    def __init__(self, *, per_address: int, overall: int, minutes: int) -> None:
        self._per_address = per_address
        self._overall = overall
        self._window = timedelta(minutes=minutes)
        self._started: datetime | None = None
        self._counts: dict[str | None, int] = {}
        self._total = 0

    def check(self, address: str | None, now: datetime) -> None:
        """Count one try. Raises RateLimitedError over the limit; what is refused uses up nothing of others."""
        if self._started is None or not timedelta() <= now - self._started < self._window:
            self._started, self._counts, self._total = now, {}, 0
        if len(self._counts) > _MAX_ADDRESSES:  # who has that many must not get a new window for it
            self._counts = {}
        tries = self._counts.get(address, 0)
        if tries >= self._per_address or self._total >= self._overall:
            left = self._window - (now - self._started)
            raise RateLimitedError(retry_after_seconds=int(left.total_seconds()) + 1)
        self._counts[address] = tries + 1
        self._total += 1


class BodyLimit:
    """ASGI middleware: a body over the limit is refused with 413, before or while it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MAX_ARCHIVE if scope["path"].endswith(_ARCHIVES) else MAX_BODY
        if scope["path"].startswith(_DELIVERIES):
            most = MAX_DELIVERY
        declared = next((value for key, value in scope["headers"] if key == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > most:
            if (b"expect", b"100-continue") not in scope["headers"]:  # who asks first has not begun to send
                await _drain(receive, 0)
            await _refuse(scope, receive, send, most)
            return
        read = 0
        has_answered = False

        async def counted() -> Message:
            nonlocal read, has_answered
            message = await receive()
            read += len(message.get("body", b""))
            if read > most and not has_answered:
                has_answered = True
                if message.get("more_body"):
                    await _drain(receive, read)
                await _refuse(scope, receive, send, most)
                return {"type": "http.disconnect"}
            return message

        async def answer(message: Message) -> None:
            if not has_answered:
                await send(message)

        await self._app(scope, counted, answer)


async def _drain(receive: Receive, read: int) -> None:
    """Read on while more of a body comes that is not wanted, within reason.

    Whoever still sends when the connection is closed hears of that and not of the answer.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while read <= _MOST_DRAINED:
                async with asyncio.timeout(_PAUSE_SECONDS):
                    message = await receive()
                read += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    request, error = Request(scope), TooLargeError(field="body", limit=limit)
    response = problem_response(
        413,
        code=error.code,
        title=error.words(language_of(request)),
        data=error.data,
        request_id=request_id_of(request),
        headers={"Connection": "close"},
    )
    await response(scope, receive, send)
