"""The gateway's listener: HTTP probes and origin checks, then one task per WebSocket."""

import asyncio
import http
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from openclaw.apps.gateway.connection import Connection, Remote
from openclaw.apps.gateway.dispatch import Dispatcher
from openclaw.apps.gateway.greeting import INTERNAL_ERROR, Greeter, read_frame
from openclaw.apps.gateway.idempotency import IdempotencyCache
from openclaw.apps.gateway.limits import Admission, Buckets, GatewayLimits
from openclaw.apps.gateway.registry import SERVICE_RESTART, ConnectionHub
from openclaw.apps.gateway.requests import RequestRunner
from openclaw.apps.gateway.send_queue import GatewaySocket, OutgoingEvent
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.gateway.frames import ProtocolViolation

_log = structlog.get_logger(__name__)

QUEUED_FRAMES = 4
WRITE_BUFFER = 64 * 1024
PING_SECONDS = 25


@dataclass(frozen=True)
class GatewayConfig:
    """Where the gateway listens, and whom it lets in.

    ``allowed_origins``: web origins (``https://claw.example``) whose pages may connect; clients that are no browsers
    send no origin. ``trusted_proxies``: addresses whose ``X-Forwarded-For`` names the client. Port 0: any free one.
    """

    host: str = "127.0.0.1"
    port: int = 18789
    version: str = "dev"
    allowed_origins: frozenset[str] = frozenset()
    trusted_proxies: frozenset[str] = frozenset()
    capabilities: Sequence[str] = ("published-model-catalog",)
    limits: GatewayLimits = field(default_factory=GatewayLimits)


class GatewayServer:
    """Accepts WebSockets, greets them, and hands their requests to ``dispatcher``."""

    def __init__(
        self, dispatcher: Dispatcher, config: GatewayConfig, clock: Clock, hub: ConnectionHub | None = None
    ) -> None:
        self.hub = hub if hub is not None else ConnectionHub(clock)  # an empty hub is false
        self._dispatcher = dispatcher
        self._config = config
        self._clock = clock
        self._limits = config.limits
        self._origins = frozenset(o.rstrip("/").lower() for o in config.allowed_origins)
        self._admission = Admission(clock, config.limits)
        self._idempotency = IdempotencyCache(clock, config.limits)
        self._buckets = Buckets(clock, config.limits)
        self._server: Server | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._health: asyncio.Task[None] | None = None
        self._greeter = Greeter(
            dispatcher,
            self.hub,
            self._admission,
            clock,
            config.limits,
            version=config.version,
            capabilities=config.capabilities,
            started_at=clock.now(),
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._server is None:
            raise RuntimeError("the gateway is not started")
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        self._server = await serve(
            self._serve,
            self._config.host,
            self._config.port,
            compression=None,
            process_request=self._answer_http,
            server_header=None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=self._limits.close.total_seconds(),
            max_size=self._limits.max_handshake_payload,
            max_queue=QUEUED_FRAMES,
            write_limit=WRITE_BUFFER,
            create_connection=GatewaySocket,
        )
        self._ticker = spawn(self._tick(), name="gateway tick")
        self._health = spawn(self._tell_health_for_ever(), name="gateway health")

    async def stop(self, *, reason: str = "service restart", restart_expected_ms: int | None = None) -> None:
        """Tell every client, close with 1012, and end what is still being done."""
        if self._server is None or self._ticker is None or self._health is None:
            return
        await cancel_and_wait(self._ticker, self._health)
        self.hub.shutdown(reason, restart_expected_ms)
        self._server.close(code=SERVICE_RESTART, reason=reason)
        await self._server.wait_closed()
        await self._idempotency.stop()
        self._server = self._ticker = self._health = None

    async def _answer_http(self, socket: ServerConnection, request: HttpRequest) -> Response | None:
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return _json(http.HTTPStatus.OK, b'{"ok":true,"status":"live"}')
        if path == "/readyz":
            return await self._answer_readiness()
        origins = request.headers.get_all("Origin")
        if len(origins) > 1 or any(o.rstrip("/").lower() not in self._origins for o in origins):
            return _json(http.HTTPStatus.FORBIDDEN, b'{"ok":false,"code":"gateway.origin_not_allowed"}')
        if not self._admission.can_enter(self._remote(socket, request).address):
            return _json(
                http.HTTPStatus.SERVICE_UNAVAILABLE, b'{"ok":false,"code":"gateway.too_many_sockets"}'
            )
        return None

    async def _answer_readiness(self) -> Response:
        try:
            is_ready = await self._dispatcher.is_ready()
        except Exception:  # noqa: BLE001  (a probe asks just because something may be broken)
            _log.exception("the readiness of the gateway is unknown")
            is_ready = False
        if is_ready:
            return _json(http.HTTPStatus.OK, b'{"ok":true,"status":"ready"}')
        return _json(http.HTTPStatus.SERVICE_UNAVAILABLE, b'{"ok":false,"status":"unavailable"}')

    async def _serve(self, socket: ServerConnection) -> None:
        assert isinstance(socket, GatewaySocket)
        assert socket.request is not None
        socket.stall = self._limits.stall.total_seconds()
        remote = self._remote(socket, socket.request)
        self._admission.enter(remote.address)
        try:
            connection = await self._greeter.greet(socket, remote)
        finally:
            self._admission.leave(remote.address)
        if connection is not None:
            await self._converse(connection)

    async def _converse(self, connection: Connection) -> None:
        actor = connection.actor
        runner = RequestRunner(
            connection,
            handlers=self._dispatcher.handlers,
            idempotency=self._idempotency,
            buckets=self._buckets,
            clock=self._clock,
            limits=self._limits,
            on_refused=lambda offence: self._dispatcher.on_refused(connection, offence),
        )
        receiver = spawn(self._receive(connection, runner), name="gateway receive")

        def give_up() -> None:
            receiver.cancel()
            runner.cancel()

        connection.on_closing(give_up)
        if connection.is_closing:  # its session was ended while it was being greeted
            give_up()
        self.hub.tell_presence(actor.user_id, actor.workspace_id)
        health = spawn(self._tell_health(connection, [connection]), name="gateway first health")
        try:
            await asyncio.wait([receiver])
        finally:
            receiver.cancel()
            await cancel_and_wait(health)
            self.hub.discard(connection)
            await connection.feed.stop()
            await runner.finish()
            self.hub.tell_presence(actor.user_id, actor.workspace_id)
            if connection.is_announced:
                await self._announce_end(connection)
            await connection.wait_closed()

    async def _announce_end(self, connection: Connection) -> None:
        try:
            await self._dispatcher.on_closed(connection)
        except Exception:  # noqa: BLE001  (one defect must not end the process)
            _log.exception("the end of a gateway connection failed", connection_id=connection.id)

    async def _receive(self, connection: Connection, runner: RequestRunner) -> None:
        socket = connection.socket
        try:
            connection.is_announced = True
            await self._dispatcher.on_connected(connection)
            while True:
                message = await socket.recv()
                while socket.paused:  # who does not take answers is not asked what else it wants
                    await socket.drain()
                request = read_frame(message)
                violation = (
                    request
                    if isinstance(request, ProtocolViolation)
                    else await runner.accept(request, size=len(message))
                )
                if violation is not None:
                    _log.info("gateway frame refused", error_code=violation.code, connection_id=connection.id)
                    await self._dispatcher.on_refused(connection, "bad_frame")
                    if violation.request_id is not None:
                        connection.refuse(violation.request_id, violation.shape())
                    connection.close(violation.close_code, violation.message)
                    return
        except ConnectionClosed as end:
            if end.sent is not None and end.sent.code == CloseCode.MESSAGE_TOO_BIG:
                await self._dispatcher.on_refused(connection, "frame_too_large")
            return
        except Exception:  # noqa: BLE001  (one defect must not end the process)
            _log.exception("a gateway connection failed", connection_id=connection.id)
            connection.close(INTERNAL_ERROR, "internal error")

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(self._limits.tick)
            self.hub.tick()
            self._idempotency.prune()
            self._buckets.prune()

    async def _tell_health_for_ever(self) -> None:
        while True:
            await self._clock.sleep(self._limits.health)
            for connections in self.hub.operators():
                await self._tell_health(connections[0], connections)

    async def _tell_health(self, asks: Connection, hears: Sequence[Connection]) -> None:
        """Tell connections of one user in one workspace how things are; whoever is gone by then is left out."""
        if not asks.can_receive("health", {}):
            return
        try:
            snapshot = await self._dispatcher.snapshot(asks)
        except OpenClawError as error:
            _log.warning("the health of the gateway is unknown", error_code=error.code)
            return
        except Exception:  # noqa: BLE001  (one defect must not end the round)
            _log.exception("the health of the gateway is unknown")
            return
        if snapshot is not None:
            event = OutgoingEvent("health", snapshot)
            for connection in hears:
                connection.send_event(event)

    def _remote(self, socket: ServerConnection, request: HttpRequest) -> Remote:
        peer = str(socket.remote_address[0]) if socket.remote_address else ""
        forwarded = [
            a.strip() for value in request.headers.get_all("X-Forwarded-For") for a in value.split(",")
        ]
        address = peer
        if peer in self._config.trusted_proxies:
            # Each proxy appends whom it heard: the last one that is no proxy of ours is the client.
            address = next((a for a in reversed(forwarded) if a not in self._config.trusted_proxies), peer)
        return Remote(
            address=address,
            # A proxy on this machine makes the whole internet look local.
            is_local=_is_loopback(address) and not forwarded,
            origin=next(iter(request.headers.get_all("Origin")), None),
            user_agent=next(iter(request.headers.get_all("User-Agent")), None),
        )


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _json(status: http.HTTPStatus, body: bytes) -> Response:
    headers = Headers()
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(body))
    headers["Cache-Control"] = "no-store"
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)
