"""Limits at the edge: body size, and how often an address may try what is expensive or guessable."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openclaw.infra.web.context import language_of, request_id_of
from openclaw.infra.web.errors import problem_response
from openclaw.kit.errors import Kind, OpenClawError, RateLimitedError, TooLargeError

MAX_BODY = 2_097_152
MAX_ARCHIVE = 33_554_432
_ARCHIVES = ("/plugin-packages", "/artifact-uploads", "/version-uploads", "/result-files")  # read after the client is known
MAX_DELIVERY = 262_144
_DELIVERIES = "/hooks/"
_MAX_ADDRESSES = 10_000
_MOST_DRAINED = 67_108_864
_DRAIN_SECONDS = 10
_PAUSE_SECONDS = 0.5
_PATIENCE = timedelta(minutes=1)
_SLOWEST = 4_096  # bytes a second, once that is over


@dataclass(eq=False)
class TooSlowError(OpenClawError):
    """A body comes so slowly that whoever sends it only holds the connection."""

    code: ClassVar[str] = "request.too_slow"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The body came too slowly. Send it again over a faster connection."
    template_zh: ClassVar[str] = "请求内容传输过慢，请在更快的网络下重新发送。"


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
    """ASGI middleware: a body over the limit is refused with 413, before or while it is read; one that does not come,
    or comes below 4 KiB/s after ``patience``, with 408.
    """

    def __init__(self, app: ASGIApp, *, patience: timedelta = _PATIENCE) -> None:
        self._app = app
        self._patience = patience.total_seconds()

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
            await _refuse(scope, receive, send, 413, _too_large(most))
            return
        began = asyncio.get_running_loop().time()
        read = 0
        is_whole = is_refused = is_answered = False

        async def counted() -> Message:
            nonlocal read, is_whole, is_refused
            # After the body comes only that the connection has ended, for which one may wait long.
            may_wait = is_whole or is_answered or is_refused
            try:
                async with asyncio.timeout_at(None if may_wait else began + self._patience + read / _SLOWEST):
                    message = await receive()
            except TimeoutError:
                is_refused = True
                await _refuse(scope, receive, send, 408, TooSlowError())
                return {"type": "http.disconnect"}
            read += len(message.get("body", b""))
            is_whole = not message.get("more_body")
            if read > most and not is_refused:
                is_refused = True
                if not is_whole:
                    await _drain(receive, read)
                await _refuse(scope, receive, send, 413, _too_large(most))
                return {"type": "http.disconnect"}
            return message

        async def answer(message: Message) -> None:
            nonlocal is_answered
            if not is_refused:
                is_answered = True
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


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(field="body", limit=limit)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, error: OpenClawError) -> None:
    request = Request(scope)
    response = problem_response(
        status,
        code=error.code,
        title=error.words(language_of(request)),
        data=error.data,
        request_id=request_id_of(request),
        headers={"Connection": "close"},
    )
    await response(scope, receive, send)
