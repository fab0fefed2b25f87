"""The handshake of one socket: challenge, ``connect``, checks in the protocol's order, ``hello-ok``."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from openclaw.apps.gateway.connection import Connection, Identity, Remote
from openclaw.apps.gateway.dispatch import Dispatcher
from openclaw.apps.gateway.limits import Admission, GatewayLimits
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.apps.gateway.send_queue import GatewaySocket
from openclaw.infra.feed import cursor_of
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, Kind, OpenClawError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.gateway.errors import (
    ConnectFirstError,
    DeviceIdentityRequiredError,
    GatewayError,
    TooManyConnectionsError,
    WrongRoleError,
    connect_error_shape,
)
from openclaw.protocol.gateway.events import sendable
from openclaw.protocol.gateway.frames import (
    POLICY_VIOLATION,
    TRY_AGAIN_LATER,
    UNSUPPORTED_DATA,
    EncodedEvent,
    ProtocolViolation,
    Request,
    decode_frame,
    encode_error,
    encode_response,
)
from openclaw.protocol.gateway.handshake import (
    NEWEST_PROTOCOL,
    ConnectParams,
    Greeting,
    decode_connect,
    get_role,
    hello_ok,
    negotiate_protocol,
)
from openclaw.protocol.gateway.methods import CONNECT, METHODS
from openclaw.protocol.gateway.proof import check_device_proof
from openclaw.protocol.gateway.scopes import Role

_log = structlog.get_logger(__name__)

INTERNAL_ERROR = 1011


@dataclass(frozen=True)
class Greeter:
    """Turns sockets into connections of the hub."""

    dispatcher: Dispatcher
    hub: ConnectionHub
    admission: Admission
    clock: Clock
    limits: GatewayLimits
    version: str
    capabilities: Sequence[str]
    started_at: datetime
    boot_id: str = field(default_factory=lambda: new_id().hex)

    async def greet(self, socket: GatewaySocket, remote: Remote) -> Connection | None:
        """The connection, in the hub and greeted; None when the client was refused, left, or took too long."""
        deadline = spawn(self._end_after_limit(socket), name="gateway handshake deadline")
        try:
            nonce = secrets.token_urlsafe(24)
            challenge = EncodedEvent("connect.challenge", {"nonce": nonce, "ts": self._now_ms()})
            await socket.tell(challenge.frame(None))
            message = await socket.recv()
            request = read_frame(message)
            if isinstance(request, ProtocolViolation):
                await end_for_violation(socket, request)
                return None
            return await self._answer_connect(socket, remote, request, nonce)
        except ConnectionClosed:
            return None
        finally:
            await cancel_and_wait(deadline)

    async def _answer_connect(
        self, socket: GatewaySocket, remote: Remote, request: Request, nonce: str
    ) -> Connection | None:
        connect: ConnectParams | None = None
        try:
            if request.method != CONNECT:
                raise ConnectFirstError
            connect = decode_connect(request.params)
            protocol = negotiate_protocol(connect)
            mark = self.hub.mark
            identity = await self._identify(connect, remote, nonce)
            position = await self.dispatcher.position(identity, connect)
            health = await self.dispatcher.health()
            self._check_connections(identity)
        except OpenClawError as error:
            await self._refuse(socket, remote, request, connect, error)
            return None
        except Exception:  # noqa: BLE001  (one defect must not end the process)
            error_id = new_id().hex
            _log.exception("the gateway handshake failed", request_id=error_id)
            await self._refuse(socket, remote, request, connect, InternalError(request_id=error_id))
            return None
        if socket.state is not State.OPEN:  # the client left, or took too long
            return None
        connection = Connection(
            socket,
            identity=identity,
            connect=connect,
            protocol=protocol,
            remote=remote,
            connected_at=self.clock.now(),
            max_buffered=self.limits.max_buffered,
            position=position,
        )
        connection.read_feed(partial(self.dispatcher.load_events, connection))
        socket.protocol.max_message_size = self.limits.max_payload
        # Nothing awaits between here and the end, so no event can overtake the greeting.
        self.hub.add(connection, since=mark)
        hello = hello_ok(self._greeting(connection, health), protocol)
        connection.send_answer(encode_response(request.id, hello))
        return connection

    async def _identify(self, connect: ConnectParams, remote: Remote, nonce: str) -> Identity:
        role = get_role(connect)
        if not remote.is_local:
            self.admission.check_not_locked(remote.address)
        if role is Role.NODE and connect.device is None:
            raise DeviceIdentityRequiredError
        check_device_proof(connect, nonce=nonce, now_ms=self._now_ms())
        identity = await self.dispatcher.authenticate(connect, nonce, remote)
        if identity.role is not role:
            raise WrongRoleError(role=role.value)
        if role is Role.NODE and not _is_device(connect, identity):
            raise DeviceIdentityRequiredError
        return identity

    def _check_connections(self, identity: Identity) -> None:
        limit = self.limits.operators_per_user
        mine = self.hub.connections(user_id=identity.actor.user_id)
        if identity.role is Role.OPERATOR and sum(c.identity.role is Role.OPERATOR for c in mine) >= limit:
            raise TooManyConnectionsError(limit=limit)

    async def _refuse(
        self,
        socket: GatewaySocket,
        remote: Remote,
        request: Request,
        connect: ConnectParams | None,
        error: OpenClawError,
    ) -> None:
        if error.kind is Kind.UNAUTHENTICATED and not remote.is_local:
            self.admission.note_failure(remote.address)
        _log.info("gateway connect refused", error_code=error.code, address=remote.address)
        if connect is not None:
            await self.dispatcher.on_connect_refused(connect, remote, error)
        shape = connect_error_shape(
            error,
            has_token=connect is not None and bool(connect.bearer),
            protocol=NEWEST_PROTOCOL if connect is None else min(connect.max_protocol, NEWEST_PROTOCOL),
            language="en" if connect is None else connect.language,
        )
        await socket.tell(encode_error(request.id, shape))
        reason = error.close_reason() if isinstance(error, GatewayError) else error.words()
        await socket.end(_close_code(error), reason)

    def _greeting(self, connection: Connection, health: dict[str, object]) -> Greeting:
        member = connection.actor.user_id, connection.actor.workspace_id
        is_operator = connection.identity.role is Role.OPERATOR
        position = connection.position
        return Greeting(
            cursor=cursor_of(*member, position.seq) if position else None,
            is_resumed=position is not None and position.is_resumed,
            version=self.version,
            boot_id=self.boot_id,
            connection_id=connection.id,
            methods=[name for name in METHODS if name in self.dispatcher.handlers],
            events=sendable(
                role=connection.identity.role,
                scopes=connection.identity.scopes,
                caps=connection.caps,
                protocol=connection.protocol,
            ),
            capabilities=list(self.capabilities),
            role=connection.identity.role,
            scopes=connection.identity.scopes,
            presence=self.hub.presence(*member) if is_operator else self.hub.own_presence(connection),
            health=health,
            state_version=self.hub.state_version(*member),
            uptime_ms=int((self.clock.now() - self.started_at).total_seconds() * 1000),
            max_payload=self.limits.max_payload,
            max_buffered_bytes=self.limits.max_buffered,
            tick_interval_ms=int(self.limits.tick.total_seconds() * 1000),
        )

    async def _end_after_limit(self, socket: GatewaySocket) -> None:
        await self.clock.sleep(self.limits.handshake)
        await socket.end(POLICY_VIOLATION, "handshake timeout")

    def _now_ms(self) -> int:
        return int(self.clock.now().timestamp() * 1000)


def read_frame(message: str | bytes) -> Request | ProtocolViolation:
    """The request in a message; binary messages are not spoken here."""
    if isinstance(message, bytes):
        return ProtocolViolation(
            "gateway.frame_binary", "frames are text, not binary", close_code=UNSUPPORTED_DATA
        )
    return decode_frame(message)


async def end_for_violation(socket: GatewaySocket, violation: ProtocolViolation) -> None:
    """Answer ``violation`` if it can be answered, and close."""
    if violation.request_id is not None:
        await socket.tell(encode_error(violation.request_id, violation.shape()))
    await socket.end(violation.close_code, violation.message)


def _is_device(connect: ConnectParams, identity: Identity) -> bool:
    """Whether the token was issued to the very device that proved its key: a stolen token is no proof."""
    device, node_id = connect.device, identity.node_id
    return device is not None and node_id is not None and hmac.compare_digest(device.id, node_id)


def _close_code(error: OpenClawError) -> int:
    if isinstance(error, GatewayError):
        return error.close_code
    if error.kind is Kind.INTERNAL:
        return INTERNAL_ERROR
    return TRY_AGAIN_LATER if error.kind is Kind.UNAVAILABLE else POLICY_VIOLATION
