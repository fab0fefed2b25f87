"""A gateway on a free port with a small product behind it, and clients that speak the protocol to it."""

import asyncio
import contextlib
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from openclaw.apps.gateway.connection import Connection, Identity, Remote
from openclaw.apps.gateway.reading import Page
from openclaw.apps.gateway.server import GatewayConfig, GatewayServer
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import Kind, UnavailableError
from openclaw.kit.ids import new_id
from openclaw.protocol.device import ConnectClaims, connect_text_v3, encode_base64url, node_id_of
from openclaw.protocol.gateway import scopes

START = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
WEB = "https://claw.example"
ALLOWED = (scopes.READ, scopes.WRITE, scopes.APPROVALS, scopes.PAIRING)


class BadTokenError(UnavailableError):
    """Stands for what the identity slice raises; takes the code of its base, so that it registers none."""

    kind = Kind.UNAUTHENTICATED


@dataclass
class Person:
    """A user with a workspace of their own."""

    user_id: UUID = field(default_factory=new_id)
    workspace_id: UUID = field(default_factory=new_id)
    session_id: UUID = field(default_factory=new_id)


@dataclass
class Machine:
    """A linked device with its key."""

    owner: Person
    device_id: UUID = field(default_factory=new_id)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def node_id(self) -> str:
        return node_id_of(self.public_key)

    def proof(self, params: dict[str, Any], nonce: str, signed_at_ms: int) -> dict[str, Any]:
        claims = ConnectClaims(
            device_id=self.node_id,
            client_id=params["client"]["id"],
            client_mode=params["client"]["mode"],
            role=params["role"],
            scopes=params["scopes"],
            signed_at_ms=signed_at_ms,
            token=params.get("auth", {}).get("token", ""),
            nonce=nonce,
            platform=params["client"]["platform"],
        )
        return {
            "id": self.node_id,
            "publicKey": encode_base64url(self.public_key),
            "signature": encode_base64url(self.key.sign(connect_text_v3(claims).encode())),
            "signedAt": signed_at_ms,
            "nonce": nonce,
        }


class Product:
    """The dispatcher of the tests: tokens in a dict, handlers that a test sets."""

    def __init__(self) -> None:
        self.tokens: dict[str, Person | Machine] = {}
        self.handlers: dict[str, Callable[[Connection, Any], Awaitable[Any]]] = {
            "health": self._health,
            "chat.history": self._history,
            "node.event": self._node_event,
        }
        self.connected: list[Connection] = []
        self.arrived: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.closed: asyncio.Queue[Connection] = asyncio.Queue()
        self.before_identity: Callable[[], Awaitable[None]] | None = None
        self.on_connect: Callable[[Connection], Awaitable[None]] | None = None
        self.refused: list[str] = []
        self.is_well = True
        self.known: dict[str, Any] | None = None

    async def authenticate(self, connect: Any, nonce: str, remote: Remote) -> Identity:
        assert nonce
        if self.before_identity is not None:
            await self.before_identity()
        who = self.tokens.get(connect.bearer)
        if who is None:
            raise BadTokenError(part="token")
        owner = who.owner if isinstance(who, Machine) else who
        is_machine = isinstance(who, Machine)
        actor = Actor(
            user_id=owner.user_id,
            workspace_id=owner.workspace_id,
            role=Role.OWNER,
            session_id=None if is_machine else owner.session_id,
            device_id=who.device_id if isinstance(who, Machine) else None,
            address=remote.address,
        )
        if isinstance(who, Machine):
            return Identity(actor, scopes.Role.NODE, (), node_id=who.node_id)
        granted = scopes.granted_scopes(connect.scopes, ALLOWED, protocol=connect.max_protocol)
        return Identity(actor, scopes.Role.OPERATOR, granted)

    async def position(self, identity: Identity, connect: Any) -> None:
        return None

    async def load_events(self, connection: Connection, after: int) -> Page:
        raise AssertionError("no client of these tests comes back")

    async def on_connected(self, connection: Connection) -> None:
        self.connected.append(connection)
        self.arrived[connection.id].set()
        if self.on_connect is not None:
            await self.on_connect(connection)

    async def on_closed(self, connection: Connection) -> None:
        self.connected.remove(connection)
        self.closed.put_nowait(connection)

    async def on_refused(self, connection: Connection, offence: str) -> None:
        self.refused.append(offence)

    async def on_connect_refused(self, connect: Any, remote: Remote, error: Exception) -> None:
        self.refused.append(type(error).__name__)

    async def health(self) -> dict[str, Any]:
        return {"ok": True}

    async def snapshot(self, connection: Connection) -> dict[str, Any] | None:
        return self.known and self.known | {"user": str(connection.actor.user_id)}

    async def is_ready(self) -> bool:
        return self.is_well

    async def _health(self, _connection: Connection, _params: Any) -> dict[str, Any]:
        return {"ok": True}

    async def _history(self, connection: Connection, params: Any) -> dict[str, Any]:
        return {"sessionKey": params.session_key, "user": str(connection.actor.user_id), "messages": []}

    async def _node_event(self, _connection: Connection, params: Any) -> dict[str, Any]:
        return {"ok": True, "event": params.event}


class Refused(Exception):
    """``connect`` was refused with this error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Client:
    """One socket. Answers and events are read in the order in which they come."""

    def __init__(self, socket: ClientConnection, gateway: "Gateway") -> None:
        self.socket = socket
        self.gateway = gateway
        self.events: list[dict[str, Any]] = []
        self.hello: dict[str, Any] = {}
        self._challenge: dict[str, Any] = {}
        self._ids = map(str, itertools.count(1))

    async def frame(self) -> dict[str, Any]:
        """The next frame."""
        return json.loads(await self.socket.recv())

    async def event(self, name: str) -> dict[str, Any]:
        """The next event of that name; others before it are kept in ``events``."""
        while True:
            for at, kept in enumerate(self.events):
                if kept["event"] == name:
                    return self.events.pop(at)
            frame = await self.frame()
            assert frame["type"] == "event", frame
            self.events.append(frame)

    async def send(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> str:
        """Send a request and answer its id."""
        request_id = more.pop("id", None) or next(self._ids)
        await self.socket.send(
            json.dumps({"type": "req", "id": request_id, "method": method, "params": params or {}} | more)
        )
        return request_id

    async def answer(self, request_id: str) -> dict[str, Any]:
        """The answer to ``request_id``, which must be the next one."""
        while True:
            frame = await self.frame()
            if frame["type"] == "res":
                assert frame["id"] == request_id, frame
                return frame
            self.events.append(frame)

    async def call(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        return await self.answer(await self.send(method, params, **more))

    async def result(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """The payload of a call that must succeed."""
        answer = await self.call(method, params)
        assert answer["ok"], answer
        return answer["payload"]

    async def error(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """The error of a call that must fail."""
        answer = await self.call(method, params)
        assert not answer["ok"], answer
        return answer["error"]

    async def ended(self) -> tuple[int, str]:
        """Read to the end; the code and the reason of the close."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                frame = await self.frame()
                if frame["type"] == "event":
                    self.events.append(frame)
        code, reason = self.socket.close_code, self.socket.close_reason
        assert code is not None
        return code, reason or ""

    async def challenge(self) -> dict[str, Any]:
        """What the server says first."""
        if not self._challenge:
            self._challenge = (await self.event("connect.challenge"))["payload"]
        return self._challenge

    async def greet(self, params: dict[str, Any], machine: Machine | None = None) -> dict[str, Any]:
        """Answer the challenge with ``connect``; the payload of hello-ok."""
        challenge = await self.challenge()
        if machine is not None and "device" not in params:
            params = params | {"device": machine.proof(params, challenge["nonce"], challenge["ts"])}
        answer = await self.call("connect", params)
        if not answer["ok"]:
            raise Refused(answer["error"])
        self.hello = answer["payload"]
        await self.gateway.product.arrived[self.hello["server"]["connId"]].wait()
        return self.hello


def operator_params(token: str, **changes: Any) -> dict[str, Any]:
    """What the web client sends in ``connect``."""
    return {
        "minProtocol": 4,
        "maxProtocol": 4,
        "client": {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "ui"},
        "role": "operator",
        "scopes": list(ALLOWED),
        "caps": ["tool-events", "approvals"],
        "auth": {"token": token},
    } | changes


def node_params(token: str, **changes: Any) -> dict[str, Any]:
    """What a bridge sends in ``connect``."""
    return {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": {"id": "node-host", "version": "1", "platform": "linux", "mode": "node"},
        "role": "node",
        "scopes": [],
        "caps": ["exec"],
        "commands": ["system.info"],
        "auth": {"token": token},
    } | changes


class Gateway:
    """A running gateway, its product and its clock."""

    def __init__(self, server: GatewayServer, product: Product, clock: ManualClock) -> None:
        self.server = server
        self.product = product
        self.clock = clock
        self.hub = server.hub
        self._sockets: list[ClientConnection] = []

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/"

    async def open(self, **options: Any) -> Client:
        """A socket that has not said anything yet."""
        options = {"compression": None, "max_size": None, "proxy": None, "close_timeout": 1} | options
        socket = await connect(self.url, **options)
        self._sockets.append(socket)
        return Client(socket, self)

    async def operator(self, person: Person | None = None, **changes: Any) -> Client:
        """A greeted client of ``person``."""
        token = self.token_of(person or Person())
        client = await self.open()
        await client.greet(operator_params(token, **changes))
        return client

    async def node(self, machine: Machine | None = None, **changes: Any) -> Client:
        """A greeted bridge of ``machine``."""
        machine = machine or Machine(Person())
        client = await self.open()
        await client.greet(node_params(self.token_of(machine), **changes), machine)
        return client

    def token_of(self, who: Person | Machine) -> str:
        """The bearer token that stands for ``who``."""
        token = f"token-{who.device_id if isinstance(who, Machine) else who.session_id}"
        self.product.tokens[token] = who
        return token

    def connection_of(self, client: Client) -> Connection:
        """The server's end of ``client``."""
        wanted = client.hello["server"]["connId"]
        return next(c for c in self.product.connected if c.id == wanted)

    async def is_alive(self) -> None:
        """A new client is greeted and answered."""
        client = await self.operator()
        assert await client.result("health") == {"ok": True}
        await client.socket.close()

    async def close_sockets(self) -> None:
        for socket in self._sockets:
            if socket.state is State.OPEN:
                socket.transport.resume_reading()
                await socket.close()


@asynccontextmanager
async def running(
    product: Product | None = None, *, clock: ManualClock | None = None, **config: Any
) -> AsyncIterator[Gateway]:
    """A gateway for the length of the block."""
    product, clock = product or Product(), clock or ManualClock(START)
    config = {"port": 0, "allowed_origins": frozenset({WEB})} | config
    gateway = Gateway(GatewayServer(product, GatewayConfig(**config), clock), product, clock)
    await gateway.server.start()
    try:
        yield gateway
    finally:
        await gateway.close_sockets()
        await gateway.server.stop()


SEND = {"sessionKey": "main", "message": "hello", "idempotencyKey": "key-1"}
INVOKE = {"nodeId": "a", "command": "system.info", "idempotencyKey": "key-1"}


class Gate:
    """A handler that waits until it is let through; counts who came."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.entered: asyncio.Queue[Any] = asyncio.Queue()
        self.seen: list[Any] = []
        self.cancelled = asyncio.Event()

    async def __call__(self, _connection: object, params: Any) -> dict[str, Any]:
        self.seen.append(params)
        self.entered.put_nowait(params)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return {"n": len(self.seen)}
