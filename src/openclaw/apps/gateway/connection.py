"""An authenticated connection: who it is, and what it is sent."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from openclaw.apps.gateway.reading import FeedReader, Load
from openclaw.apps.gateway.send_queue import GatewaySocket, OutgoingEvent, SendQueue
from openclaw.infra.feed import Position
from openclaw.infra.scope import Actor
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import spawn
from openclaw.protocol.gateway.errors import ErrorShape, error_shape
from openclaw.protocol.gateway.events import Payload, can_receive
from openclaw.protocol.gateway.frames import POLICY_VIOLATION, TRY_AGAIN_LATER, encode_error
from openclaw.protocol.gateway.handshake import ConnectParams
from openclaw.protocol.gateway.scopes import Role, can

_CALLS_KEPT = 4096


@dataclass(frozen=True)
class Remote:
    """Where a connection comes from. ``is_local``: from this machine itself, not through a proxy on it."""

    address: str
    is_local: bool
    origin: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Identity:
    """Whom a bearer token stands for, and what was granted of what ``connect`` asked for.

    ``is_node_host``: a released node host, which knows other commands than a bridge. ``is_host``: a machine that serves
    its whole workspace. ``expires_at``: when the token lapses and with it the connection.
    """

    actor: Actor
    role: Role
    scopes: tuple[str, ...] = ()
    node_id: str | None = None
    is_node_host: bool = False
    is_host: bool = False
    expires_at: datetime | None = None


@dataclass(eq=False)
class Connection:
    """One client. Methods that send return at once; nobody waits for a slow reader.

    ``position``: where one that can come back begins to read.
    """

    socket: GatewaySocket
    identity: Identity
    connect: ConnectParams
    protocol: int
    remote: Remote
    connected_at: datetime
    max_buffered: int
    position: Position | None = None
    id: str = field(default_factory=lambda: new_id().hex)
    is_closing: bool = False
    is_announced: bool = False

    def __post_init__(self) -> None:
        self.caps = frozenset(self.connect.caps)
        self._queue = SendQueue(
            self.socket,
            limit=self.max_buffered,
            on_overflow=self._cut_off,
            with_cursor=self.position is not None,
        )
        self._on_closing: list[Callable[[], None]] = []
        self._closed: asyncio.Task[None] | None = None
        self._session_names: dict[str, str] = {}
        self._followed: set[str] = set()
        self._hears_of_sessions = True
        self._asked: OrderedDict[str, None] = OrderedDict()

    @property
    def actor(self) -> Actor:
        """For whom the connection acts."""
        return self.identity.actor

    @property
    def language(self) -> str:
        """The language of error messages."""
        return self.connect.language

    @property
    def buffered(self) -> int:
        """Bytes sent that the client has not taken yet."""
        return self._queue.buffered

    def can(self, scope: str) -> bool:
        """Whether ``scope`` was granted."""
        return can(self.identity.scopes, scope)

    def can_receive(self, event: str, payload: Payload, *, scope: str | None = None) -> bool:
        """Whether role, scopes, capabilities and its own wishes let ``event`` through to this client."""
        if event == "session.message" and not self.follows(payload.get("sessionKey", "")):
            return False
        if event == "sessions.changed" and not self._hears_of_sessions:
            return False
        return can_receive(
            event,
            payload,
            role=self.identity.role,
            scopes=self.identity.scopes,
            caps=self.caps,
            protocol=self.protocol,
            scope=scope,
        )

    def call_session(self, key: str, name: str) -> None:
        """The client called a conversation by ``name``; from now on what it is told does so too."""
        if name == key:
            self._session_names.pop(key, None)
        else:
            self._session_names[key] = name

    def name_of_session(self, key: str) -> str:
        """How the client last called the conversation of that key."""
        return self._session_names.get(key, key)

    def hear_of_sessions(self, *, is_wanted: bool) -> None:
        """Whether the client is told that conversations change; it is until it does not want to."""
        self._hears_of_sessions = is_wanted

    def follow(self, key: str, *, is_wanted: bool) -> None:
        """Whether the client is told what is said in the conversation of that key, which must be its user's."""
        (self._followed.add if is_wanted else self._followed.discard)(key)

    def follows(self, key: str) -> bool:
        """Whether the client is told what is said in the conversation of that key."""
        return key in self._followed

    def note_asked(self, call_id: str) -> None:
        """The machine was told of a call, so that it may speak of it."""
        self._asked[call_id] = None
        while len(self._asked) > _CALLS_KEPT:
            self._asked.popitem(last=False)

    def was_asked(self, call_id: str) -> bool:
        """Whether this connection told the machine of that call (the latest few thousand are remembered)."""
        return call_id in self._asked

    def send_event(self, event: OutgoingEvent) -> None:
        """Send an event that ``can_receive`` let through."""
        self._queue.put_event(event)

    @property
    def has_room(self) -> bool:
        """Whether the client has taken enough of the answers that it was given before."""
        return self._queue.has_room

    async def room_for_answer(self) -> None:
        """Wait while the client has not taken the answers that it was given before."""
        await self._queue.room_for_answer()

    def send_answer(self, frame: bytes) -> None:
        """Send an encoded answer."""
        self._queue.put_answer(frame)

    def refuse(self, request_id: str, error: OpenClawError | ErrorShape) -> None:
        """Answer a request with an error."""
        if isinstance(error, OpenClawError):
            error = error_shape(error, protocol=self.protocol, language=self.language)
        self._queue.put_answer(encode_error(request_id, error))

    def close(self, code: int, reason: str) -> None:
        """End the connection: from now on nothing is sent and nothing that it asked for is done."""
        if self.is_closing:
            return
        self.is_closing = True
        self._queue.close()
        self._closed = spawn(self.socket.end(code, reason), name="gateway connection close")
        for callback in self._on_closing:
            callback()

    def on_closing(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when this end closes the connection."""
        self._on_closing.append(callback)

    async def wait_closed(self) -> None:
        """Wait until a close that was begun here is complete."""
        if self._closed is not None:
            await asyncio.wait([self._closed])

    def read_feed(self, load: Load) -> None:
        """Events of the user go through a reader from now on, which gets missing ones from ``load``."""
        self.feed = FeedReader(
            seq=self.position.seq if self.position else None,
            load=load,
            send=self.send_event,
            has_room=self.socket.has_room,
            give_up=lambda: self.close(TRY_AGAIN_LATER, "events cannot be read"),
        )

    def _cut_off(self) -> None:
        self.close(POLICY_VIOLATION, "slow consumer")
