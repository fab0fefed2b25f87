"""A connection to the gateway as an operator: requests out, responses and events in."""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from openclaw import __version__
from openclaw.apps.cli.addresses import is_loopback
from openclaw.apps.cli.api import USER_AGENT
from openclaw.apps.cli.config import language
from openclaw.apps.cli.errors import ServerRefusedError
from openclaw.apps.cli.words import say
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

SCOPES = ("operator.read", "operator.write", "operator.approvals")
_CAPS = ("tool-events", "approvals", "run-names", "cursor")
_PROTOCOL = 4
_OPEN_SECONDS = 10.0
_ANSWER_SECONDS = 30.0
_MAX_FRAME = 16_777_216


class GatewayLostError(Exception):
    """There is no connection, or it ended. The message is for people."""


@dataclass(frozen=True)
class GatewayEvent:
    """An event and its payload. ``cursor``: how far the user's events have been read with it."""

    name: str
    payload: dict[str, Any]
    cursor: str | None = None


@dataclass(frozen=True)
class GatewayLost:
    """In place of an event: that connection has ended."""

    gateway: "Gateway"
    reason: str


class _Frame(msgspec.Struct):
    type: str
    event: str = ""
    id: str = ""
    ok: bool = False
    payload: Any = None
    cursor: str | None = None
    error: dict[str, Any] | None = None


class Gateway:
    """An open connection. What arrives is put into ``inbox``; its end as well.

    ``is_resumed``: everything since the cursor that it was opened with is told; ``cursor``: where the telling begins.
    """

    def __init__(self, socket: ClientConnection, inbox: "asyncio.Queue[Any]") -> None:
        self._socket = socket
        self._inbox = inbox
        self._answers: dict[str, asyncio.Future[_Frame]] = {}
        self._decoder = msgspec.json.Decoder(_Frame)
        self.is_resumed = False
        self.cursor: str | None = None

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """The payload of the answer. Raises ServerRefusedError or GatewayLostError."""
        request_id = new_id().hex
        answer: asyncio.Future[_Frame] = asyncio.get_running_loop().create_future()
        self._answers[request_id] = answer
        frame = {"type": "req", "id": request_id, "method": method, "params": params}
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._socket.send(msgspec.json.encode(frame).decode())
                found = await answer
        except ConnectionClosed as closed:
            raise GatewayLostError(_reason(closed)) from None
        except TimeoutError:
            raise GatewayLostError(say("reason_timeout")) from None
        finally:
            self._answers.pop(request_id, None)
        if found.ok:
            return found.payload
        raise _refusal(found.error or {})

    async def shake_hands(self, ticket: str, cursor: str | None) -> None:
        """Answer the challenge with a ticket."""
        params: dict[str, Any] = {
            "minProtocol": _PROTOCOL,
            "maxProtocol": _PROTOCOL,
            "client": {"id": "cli", "version": __version__, "platform": sys.platform, "mode": "cli"},
            "role": "operator",
            "scopes": list(SCOPES),
            "caps": list(_CAPS),
            "auth": {"token": ticket},
            "locale": "zh-CN" if language() == "zh" else "en-US",
            "userAgent": USER_AGENT,
        }
        if cursor is not None:
            params["cursor"] = cursor
        hello: dict[str, Any] = await self.request("connect", params)
        resume: dict[str, Any] = hello.get("resume") or {}
        self.cursor, self.is_resumed = resume.get("cursor"), bool(resume.get("resumed"))

    async def read(self) -> None:
        """Sort what arrives until the connection ends."""
        reason = say("reason_no_connection")
        try:
            async for data in self._socket:
                frame = self._decoder.decode(data)
                if frame.type == "event":
                    self._inbox.put_nowait(GatewayEvent(frame.event, frame.payload or {}, frame.cursor))
                elif (answer := self._answers.get(frame.id)) is not None and not answer.done():
                    answer.set_result(frame)
        except ConnectionClosed as closed:
            reason = _reason(closed)
        except msgspec.DecodeError:
            reason = say("reason_form")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(GatewayLostError(reason))
        self._inbox.put_nowait(GatewayLost(self, reason))


@contextlib.asynccontextmanager
async def open_gateway(
    url: str, ticket: str, inbox: "asyncio.Queue[Any]", *, cursor: str | None = None
) -> AsyncGenerator[Gateway]:
    """A greeted connection inside the block; ``cursor``: how far a former one had been read.

    Raises GatewayLostError, also when there is none to be had.
    """
    try:
        socket = await connect(
            url,
            open_timeout=_OPEN_SECONDS,
            close_timeout=1,
            max_size=_MAX_FRAME,
            proxy=None if is_loopback(url) else True,
            user_agent_header=USER_AGENT,
        )
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ssl.SSLError, ConnectionClosed) as error:
        raise GatewayLostError(_connect_reason(error)) from None
    gateway = Gateway(socket, inbox)
    reader = spawn(gateway.read(), name="gateway reader")
    try:
        await gateway.shake_hands(ticket, cursor)
        yield gateway
    finally:
        await cancel_and_wait(reader)
        await socket.close()


def _refusal(error: dict[str, Any]) -> ServerRefusedError:
    details: dict[str, Any] = error.get("details") or {}
    code = str(details.get("errorCode") or error.get("code") or "unknown")
    return ServerRefusedError(
        status=_status(code, str(error.get("code", ""))),
        refusal=code,
        detail=str(error.get("message") or code),
        details=details.get("data") or {},
        request_id="",
    )


def _status(code: str, group: str) -> int:
    """The HTTP status that the REST API gives the same refusal, as far as the frame tells."""
    if group == "FORBIDDEN":
        return 403
    if group == "UNAVAILABLE":
        return 503
    if code.endswith(("not_found", "_ended")):
        return 404
    if code in {"identity.not_signed_in", "identity.session_revoked"}:
        return 401
    if code in {
        "agents.run_busy",
        "agents.approval_decided",
        "agents.confirmation_needed",
        "agents.rule_not_possible",
    }:
        return 409
    return 422


def _reason(closed: ConnectionClosed) -> str:
    return (closed.rcvd.reason or f"{closed.rcvd.code}") if closed.rcvd else say("reason_no_connection")


def _connect_reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return say("reason_timeout")
    if isinstance(error, InvalidHandshake | InvalidURI):
        return say("reason_form")
    return say("reason_no_connection")
