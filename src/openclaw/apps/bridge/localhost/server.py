"""The HTTP server on 127.0.0.1: asyncio for the sockets, h11 for the protocol, tight limits for both."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import h11
import msgspec

from openclaw.apps.bridge.errors import ControlPlaneRefusedError, PortTakenError
from openclaw.apps.bridge.localhost.guard import MAX_BODY_BYTES
from openclaw.apps.bridge.localhost.refusals import (
    BadRequestError,
    BodyTooLargeError,
    BusyError,
    HeadersTooLargeError,
    RefusedRequestError,
    RequestTimeoutError,
    WrongHostError,
)
from openclaw.apps.bridge.localhost.requests import Answer, Request
from openclaw.kit.errors import InternalError, Kind, OpenClawError, RateLimitedError
from openclaw.kit.ids import new_id, to_wire

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
MAX_HEAD_BYTES = 16_384
MAX_CONNECTIONS = 32
READ_SECONDS = 10.0
_CHUNK = 65_536
_LINGER_SECONDS = 2.0
_MAX_LINGER_BYTES = 4 * MAX_BODY_BYTES

STATUS: dict[Kind, int] = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.QUOTA: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}

# On every answer: nothing is kept, sniffed, framed or embedded anywhere.
STANDING_HEADERS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Origin"),
    ("Connection", "close"),
)


class Application:
    """What the server serves: ``admit`` before the body is read, ``answer`` after, ``shared`` on every answer."""

    def admit(self, request: Request) -> None:
        """Raise a refusal, or return to have the body read."""
        raise NotImplementedError

    async def answer(self, request: Request) -> Answer:
        """The answer to a complete request; any error of the family becomes a problem."""
        raise NotImplementedError

    def refused(self, request: Request | None, error: OpenClawError) -> None:
        """Hear of a request that was not served; None when there was no whole head."""
        raise NotImplementedError

    def shared_headers(self, request: Request) -> list[tuple[str, str]]:
        """Headers for every answer to this request, errors too (CORS)."""
        raise NotImplementedError


class LocalServer:
    """Listens on 127.0.0.1 only. One request per connection: nothing is smuggled behind it."""

    def __init__(self, application: Application, *, read_seconds: float = READ_SECONDS) -> None:
        self._application = application
        self._read_seconds = read_seconds
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def start(self, port: int) -> int:
        """Listen; the port (a free one for 0). PortTakenError when another program has it."""
        listener = _exclusive_socket(port)
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=_CHUNK)
        return listener.getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end the open connections."""
        self._is_closing = True
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._exchange(reader, writer)
        except OSError:
            pass  # the other end has gone, or is too slow
        except asyncio.CancelledError:
            if not self._is_closing:
                raise
        finally:
            self._open.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        request: Request | None = None
        try:
            if len(self._open) > MAX_CONNECTIONS:
                raise BusyError
            async with _deadline(self._read_seconds):
                request = await _head(parser, reader)
                self._application.admit(request)
                request = await _with_body(parser, reader, request)
            answer = await self._application.answer(request)
        except OpenClawError as error:
            self._application.refused(request, error)
            answer = problem_of(error, language=request.language if request else "en")
        except Exception:  # noqa: BLE001  (one request's defect must not end the others)
            error_id = to_wire("req", new_id())
            _log.exception("a local request failed", extra={"request": error_id})
            answer = problem_of(
                InternalError(request_id=error_id), language=request.language if request else "en"
            )
        if request is not None:
            answer.headers += self._application.shared_headers(request)
        async with asyncio.timeout(self._read_seconds):
            await _send(parser, writer, answer, is_head=request is not None and request.method == "HEAD")
        if parser.their_state is not h11.DONE:
            await _linger(reader, writer)


def problem_of(error: OpenClawError, *, language: str) -> Answer:
    """``error`` as an RFC 9457 problem."""
    status = error.status if isinstance(error, RefusedRequestError) else STATUS[error.kind]
    code, data = error.code, error.data
    headers: list[tuple[str, str]] = []
    if isinstance(error, ControlPlaneRefusedError):  # the page knows the server's own codes
        status, code, data = error.status, error.refusal, error.details
    if isinstance(error, RateLimitedError):
        headers.append(("Retry-After", str(error.retry_after_seconds)))
    body = {
        "type": "about:blank",
        "title": _phrase(status),
        "status": status,
        "code": code,
        "detail": error.words(language),
        "data": data,
        "requestId": to_wire("req", new_id()),
    }
    return Answer(status, body, headers, content_type="application/problem+json")


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncGenerator[None]:
    """A time limit on reading, as a refusal."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise RequestTimeoutError from None


async def _head(parser: h11.Connection, reader: asyncio.StreamReader) -> Request:
    event = await _next(parser, reader)
    if not isinstance(event, h11.Request):
        raise ConnectionResetError  # closed without a request
    # h11 limits what is incomplete; a head that came in one piece has to be measured.
    if len(event.target) + sum(len(name) + len(value) + 4 for name, value in event.headers) > MAX_HEAD_BYTES:
        raise HeadersTooLargeError(limit=MAX_HEAD_BYTES)
    return Request(
        method=event.method.decode("ascii", "replace"),
        target=event.target.decode("ascii", "replace"),
        headers=[(name.lower(), value) for name, value in event.headers],
    )


async def _with_body(parser: h11.Connection, reader: asyncio.StreamReader, request: Request) -> Request:
    body = bytearray()
    while isinstance(event := await _next(parser, reader), h11.Data):
        body += event.data
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError(limit=MAX_BODY_BYTES)
    return Request(request.method, request.target, request.headers, bytes(body))


async def _next(parser: h11.Connection, reader: asyncio.StreamReader) -> h11.Event:
    while True:
        try:
            event = parser.next_event()
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:
                raise HeadersTooLargeError(limit=MAX_HEAD_BYTES) from None
            if "Host: header" in str(error):  # h11 itself wants exactly one
                raise WrongHostError from None
            raise BadRequestError(reason="it is not well-formed HTTP/1.1") from None
        if not isinstance(event, type):
            return event
        if event is h11.PAUSED:
            raise BadRequestError(reason="something follows the request")
        parser.receive_data(await reader.read(_CHUNK))


async def _send(
    parser: h11.Connection, writer: asyncio.StreamWriter, answer: Answer, *, is_head: bool
) -> None:
    if parser.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
        return
    body = b"" if answer.body is None else msgspec.json.encode(answer.body)
    headers = [*STANDING_HEADERS, *answer.headers]
    if answer.status != 204:
        headers += [("Content-Length", str(len(body))), ("Content-Type", answer.content_type)]
    response = h11.Response(
        status_code=answer.status, headers=headers, reason=_phrase(answer.status).encode()
    )
    writer.write(parser.send(response) or b"")
    if not is_head:
        writer.write(parser.send(h11.Data(data=body)) or b"")
    await writer.drain()


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let the other end read its answer: closing with unread input would reset the connection before."""
    writer.write_eof()
    rest = _MAX_LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while rest > 0 and (data := await reader.read(_CHUNK)):
                rest -= len(data)


def _exclusive_socket(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # On Unix this only lets a restarted bridge skip the old connections' TIME_WAIT; a port that
            # somebody listens on stays refused. SO_REUSEPORT, which would share it, is never set.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(MAX_CONNECTIONS)
    except OSError:
        listener.close()
        raise PortTakenError(port=port) from None
    return listener


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
