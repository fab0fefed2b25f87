"""One connection to the gateway, from challenge to close."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from openclaw.apps.bridge.gateway.frames import (
    CancelledCall,
    Challenge,
    FrameError,
    Hello,
    Incoming,
    decode_incoming,
    encode_request,
)
from openclaw.apps.bridge.journal import Outcome
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailure
from openclaw.apps.bridge.tools.output import StreamName
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 15.0
TICK_TIMEOUT = 4000  # the close code of clients that miss ticks
REVOKED_REASON = "device revoked"
REVOKED = "devices.session_revoked"
_MAX_QUEUED_PROGRESS = 64
_CONNECT_ID = "connect"


class GatewayRefusedError(Exception):
    """The gateway answered ``connect`` with an error."""

    def __init__(self, error: FrameError) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error

    @property
    def is_revocation(self) -> bool:
        """Whether the link itself has ended, so that no token can help."""
        return (self.error.details or {}).get("errorCode") == REVOKED

    @property
    def is_about_credentials(self) -> bool:
        """Whether another token could help."""
        detail = str((self.error.details or {}).get("code", ""))
        return detail.startswith(("AUTH_", "identity.", "devices.")) or self.error.code in {
            "UNAUTHENTICATED",
            "UNAUTHORIZED",
            "NOT_PAIRED",
        }


class GatewayLostError(Exception):
    """The connection ended, or the peer does not speak the protocol."""


class DeviceRevokedError(Exception):
    """The gateway closed the connection because this machine was revoked."""


class Connection:
    """Frames in and out of one socket. Results are sent in order; output is dropped rather than piled up."""

    def __init__(self, socket: ClientConnection, *, node_id: str) -> None:
        self._socket = socket
        self._node_id = node_id
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._next_id = 0
        self._results: dict[str, str] = {}  # request id -> call id
        self._events: dict[str, tuple[str, int]] = {}  # request id -> call id and number
        self._hello = Hello(type="hello-ok")
        self.refused_for_now = asyncio.Event()

    async def shake_hands(self, params_for: Callable[[Challenge], dict[str, Any]]) -> Hello:
        """Answer the challenge; GatewayRefusedError, DeviceRevokedError or GatewayLostError."""
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                challenge = self._challenge_in(await self._receive())
                await self._socket.send(
                    encode_request(_CONNECT_ID, "connect", params_for(challenge)), text=True
                )
                while True:
                    frame = await self._receive()
                    if frame is not None and frame.type == "res" and frame.id == _CONNECT_ID:
                        break
            self._hello = _hello_in(frame)
        except TimeoutError:
            raise GatewayLostError("no hello in time") from None
        except ConnectionClosed as closed:
            raise _loss(closed) from None
        return self._hello

    async def serve(self, handle: Callable[[Incoming], None]) -> None:
        """Pass every event to ``handle`` until the connection ends, which is always one of the errors above."""
        writer = spawn(self._write(), name="gateway writer")
        patience = 2 * self._hello.policy.tick_interval_ms / 1000
        try:
            while True:
                async with asyncio.timeout(patience):
                    frame = await self._receive()
                if frame is not None:
                    handle(frame)
        except TimeoutError:
            await self._socket.close(TICK_TIMEOUT, "tick timeout")
            raise GatewayLostError("no tick in time") from None
        except ConnectionClosed as closed:
            raise _loss(closed) from None
        finally:
            await cancel_and_wait(writer)

    async def close(self, reason: str) -> None:
        """End the connection from this side."""
        await self._socket.close(1000, reason)

    def send_result(self, call_id: str, outcome: Outcome) -> None:
        """Send a result; ``confirmed`` tells later which call a response is about."""
        params: dict[str, Any] = {"id": call_id, "nodeId": self._node_id, "ok": outcome.ok}
        if outcome.payload_json is not None:
            params["payloadJSON"] = outcome.payload_json
        if outcome.error is not None:
            params["error"] = outcome.error
        request_id = self._new_id()
        frame = encode_request(request_id, "node.invoke.result", params)
        if len(frame) > self._hello.policy.max_payload:
            failure = ToolFailure(FailureCode.TOO_LARGE, "The result is larger than the gateway takes.")
            params = {"id": call_id, "nodeId": self._node_id, "ok": False, "error": failure}
            frame = encode_request(request_id, "node.invoke.result", params)
        self._results[request_id] = call_id
        self._outbox.put_nowait(frame)

    def send_progress(self, call_id: str, seq: int, stream: StreamName, text: str) -> None:
        """Send a piece of output unless the gateway reads too slowly."""
        if self._outbox.qsize() < _MAX_QUEUED_PROGRESS:
            params = {"id": call_id, "nodeId": self._node_id, "seq": seq, "stream": stream, "data": text}
            self._outbox.put_nowait(encode_request(self._new_id(), "node.invoke.progress", params))

    def send_run_event(self, call_id: str, seq: int | None, event: bytes) -> None:
        """Send what a run has to tell; a live one (without a number) only while the gateway reads fast enough."""
        if seq is None and self._outbox.qsize() >= _MAX_QUEUED_PROGRESS:
            return
        params: dict[str, Any] = {"id": call_id, "nodeId": self._node_id, "event": msgspec.Raw(event)}
        request_id = self._new_id()
        if seq is not None:
            params["seq"] = seq
            self._events[request_id] = (call_id, seq)
        self._outbox.put_nowait(encode_request(request_id, "node.run.event", params))

    def send_event(self, event: str, payload: dict[str, Any]) -> None:
        """Tell the gateway something about this machine; its answer does not matter."""
        params = {"event": event, "payload": payload}
        self._outbox.put_nowait(encode_request(self._new_id(), "node.event", params))

    def send_request(self, method: str, params: dict[str, Any]) -> str:
        """Send a request; the id of its response."""
        request_id = self._new_id()
        self._outbox.put_nowait(encode_request(request_id, method, params))
        return request_id

    def confirmed(self, frame: Incoming) -> str | None:
        """The call whose result the response ``frame`` settles, or None when it settles none.

        A refusal settles it too: the same frame would be refused again for ever. Only one for a passing reason does
        not; then ``refused_for_now`` is set.
        """
        call_id = self._results.pop(frame.id, None)
        if call_id is not None and not frame.ok:
            _log.warning("the gateway refused a result: %s", frame.error.code if frame.error else "")
            if frame.error is not None and frame.error.code == "UNAVAILABLE":
                self.refused_for_now.set()
                return None
        return call_id

    def confirmed_event(self, frame: Incoming) -> tuple[str, int] | None:
        """The run's event that the response ``frame`` settles, as ``confirmed`` does for results."""
        told = self._events.pop(frame.id, None)
        if told is not None and not frame.ok:
            _log.warning("the gateway refused a run's event: %s", frame.error.code if frame.error else "")
            if frame.error is not None and frame.error.code == "UNAVAILABLE":
                self.refused_for_now.set()
                return None
        return told

    async def _receive(self) -> Incoming | None:
        data = await self._socket.recv(decode=False)
        frame = decode_incoming(data)
        if frame is None:
            _log.warning("the gateway sent a frame that is not of the protocol")
        return frame

    async def _write(self) -> None:
        while True:
            frame = await self._outbox.get()
            try:
                await self._socket.send(frame, text=True)
            except ConnectionClosed:
                return  # the reader reports it

    def _new_id(self) -> str:
        self._next_id += 1
        return str(self._next_id)

    @staticmethod
    def _challenge_in(frame: Incoming | None) -> Challenge:
        if frame is None or frame.event != "connect.challenge":
            raise GatewayLostError("no challenge")
        try:
            return msgspec.json.decode(frame.payload, type=Challenge)
        except msgspec.DecodeError:
            raise GatewayLostError("a challenge of another form") from None


def cancelled_call(payload: msgspec.Raw) -> str | None:
    """The id in ``node.invoke.cancel``, or None when it holds none."""
    try:
        return msgspec.json.decode(payload, type=CancelledCall).id
    except msgspec.DecodeError:
        return None


def _hello_in(frame: Incoming) -> Hello:
    if not frame.ok:
        refused = GatewayRefusedError(frame.error or FrameError())
        raise DeviceRevokedError if refused.is_revocation else refused
    try:
        return msgspec.json.decode(frame.payload, type=Hello)
    except msgspec.DecodeError:
        raise GatewayLostError("a hello of another form") from None


def _loss(closed: ConnectionClosed) -> Exception:
    close = closed.rcvd
    if close is None:
        return GatewayLostError("connection lost")
    if close.code == 1008 and close.reason.strip().lower() == REVOKED_REASON:
        return DeviceRevokedError()
    return GatewayLostError(f"closed with {close.code} {close.reason}".strip())
