"""What a connection still has to send. Nobody waits for a slow reader: it misses what is repeated anyway, and is
cut off when it falls too far behind."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from openclaw.apps.gateway.limits import MEBI, GatewayLimits
from openclaw.protocol.gateway.events import Payload, is_droppable, is_sequenced, restated, topic_of
from openclaw.protocol.gateway.frames import EncodedEvent

MAX_UNREAD = 16 * MEBI
MAX_REASON_BYTES = 123  # RFC 6455 section 5.5


class GatewaySocket(ServerConnection):
    """A WebSocket that tells when its write buffer has room again, and is dropped when nobody reads it for ``stall``
    seconds: the library waits for a reader without limit, in pings and in closing too."""

    on_writable: Callable[[], None] | None = None
    stall: float = GatewayLimits.stall.total_seconds()
    _stall_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Called by the event loop. Pongs are written by the library, so a flood of pings by a client that reads
        nothing is stopped here: it has no more to be told."""
        if self.transport.get_write_buffer_size() > MAX_UNREAD:
            self.transport.abort()
            return
        super().data_received(data)

    async def tell(self, frame: bytes) -> None:
        """Send a text frame and wait until it is taken; nothing when the socket is closed or being closed."""
        # The library aborts the transport of a closed socket again, which asyncio does not always bear.
        if self.state is State.OPEN:
            await self.send(frame, text=True)

    async def end(self, code: int, reason: str) -> None:
        """Close and wait for the other end, ``close_timeout`` seconds at most; ``reason`` is cut to what fits."""
        if self.state is not State.OPEN:
            return
        try:
            async with asyncio.timeout(self.close_timeout):
                await self.close(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))
        except TimeoutError:
            self.transport.abort()

    async def has_room(self) -> None:
        """Wait while the other end does not read; nothing when the socket is closed."""
        with contextlib.suppress(ConnectionClosed):
            while self.paused:
                await self.drain()

    def pause_writing(self) -> None:
        """Called by the event loop."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Called by the event loop."""
        self._end_watch()
        super().resume_writing()
        if self.on_writable is not None:
            self.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self._end_watch()
        super().connection_lost(exc)

    def _watch(self, unread: int) -> None:
        self._stall_timer = self.loop.call_later(self.stall, self._check_stall, unread)

    def _check_stall(self, unread: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < unread:
            self._watch(left)  # slow, but reading
        else:
            self.transport.abort()

    def _end_watch(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


class OutgoingEvent:
    """An event encoded once for all its receivers, and at most once more for those who missed an earlier one."""

    __slots__ = ("_cursor", "_payload", "_whole", "encoded", "is_droppable", "is_sequenced", "name", "topic")

    def __init__(
        self,
        name: str,
        payload: Payload,
        *,
        state_version: dict[str, int] | None = None,
        cursor: str | None = None,
    ) -> None:
        self.name = name
        self.topic = topic_of(name, payload)
        self.is_droppable = is_droppable(name, payload)
        self.is_sequenced = is_sequenced(name)
        self.encoded = EncodedEvent(name, payload, state_version=state_version, cursor=cursor)
        self._payload = payload
        self._cursor = cursor
        self._whole: EncodedEvent | None = None

    @property
    def whole(self) -> EncodedEvent:
        """The event for a receiver that missed earlier ones of its topic."""
        if self._whole is None:
            told = restated(self.name, self._payload)
            is_same = told is self._payload
            self._whole = self.encoded if is_same else EncodedEvent(self.name, told, cursor=self._cursor)
        return self._whole


class _Waiting:
    """A frame in the queue; ``content`` is None when a later event has made it needless."""

    __slots__ = ("content", "is_sequenced", "topic")

    def __init__(self, content: bytes | EncodedEvent, topic: str | None, *, is_sequenced: bool) -> None:
        self.content: bytes | EncodedEvent | None = content
        self.topic = topic
        self.is_sequenced = is_sequenced


class SendQueue:
    """Frames of one connection on their way out, in order.

    While the socket takes them they are written at once; else they wait here, where a later event can replace an
    earlier one of the same topic. Sequence numbers are given when a frame is written, so that they have no gaps.
    ``limit`` bounds the bytes of events that wait, and those of answers, which the client asked for itself and
    which may be larger than its network is quick: they never count against it. ``with_cursor``: events carry theirs.
    """

    def __init__(
        self, socket: GatewaySocket, *, limit: int, on_overflow: Callable[[], None], with_cursor: bool = False
    ) -> None:
        self._socket = socket
        self._with_cursor = with_cursor
        self._limit = limit
        self._on_overflow = on_overflow
        self._waiting: deque[_Waiting] = deque()
        self._event_bytes = 0
        self._answer_bytes = 0
        self._latest: dict[str, _Waiting] = {}  # droppable events in the queue, by topic
        self._missed: set[str] = set()  # topics of which an event was left out
        self._seq = 0
        self._is_open = True
        self._room = asyncio.Event()
        self._room.set()
        socket.on_writable = self._flush

    @property
    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._socket.transport.get_write_buffer_size() + self._event_bytes + self._answer_bytes

    @property
    def has_room(self) -> bool:
        """Whether fewer answers wait than may."""
        return self._room.is_set()

    async def room_for_answer(self) -> None:
        """Wait while as many answers wait as may."""
        while not self._room.is_set():
            await self._room.wait()

    def put_answer(self, frame: bytes) -> None:
        """Send an answer."""
        if self._is_open:
            self._send(frame, None, is_sequenced=False)

    def put_event(self, event: OutgoingEvent) -> None:
        """Send an event, unless the client is behind and can do without it; one that is far behind is cut off."""
        topic = event.topic
        if topic is not None:
            self._drop_waiting(topic)
        if not self._is_open:
            return
        if self._event_bytes > self._limit:
            if topic is None or not event.is_droppable:
                self._on_overflow()
            else:
                self._missed.add(topic)
            return
        content = event.encoded
        if topic is not None and topic in self._missed:
            self._missed.discard(topic)
            content = event.whole if event.is_droppable else event.encoded
        self._send(content, topic if event.is_droppable else None, is_sequenced=event.is_sequenced)

    def close(self) -> None:
        """Send nothing more and forget what waits."""
        self._is_open = False
        self._waiting.clear()
        self._latest.clear()
        self._missed.clear()
        self._event_bytes = self._answer_bytes = 0
        self._room.set()
        self._socket.on_writable = None

    def _send(self, content: bytes | EncodedEvent, topic: str | None, *, is_sequenced: bool) -> None:
        if not self._waiting and not self._socket.paused:
            self._write(content, is_sequenced=is_sequenced)
            return
        waiting = _Waiting(content, topic, is_sequenced=is_sequenced)
        self._waiting.append(waiting)
        self._count(content, 1)
        if topic is not None:
            self._latest[topic] = waiting

    def _count(self, content: bytes | EncodedEvent, sign: int) -> None:
        if isinstance(content, EncodedEvent):
            self._event_bytes += sign * len(content)
            return
        self._answer_bytes += sign * len(content)
        if self._answer_bytes <= self._limit:
            self._room.set()
        else:
            self._room.clear()

    def _drop_waiting(self, topic: str) -> None:
        earlier = self._latest.pop(topic, None)
        if earlier is not None and earlier.content is not None:
            self._count(earlier.content, -1)
            earlier.content = None
            self._missed.add(topic)

    def _flush(self) -> None:
        while self._waiting and not self._socket.paused:
            waiting = self._waiting.popleft()
            if waiting.content is None:
                continue
            if waiting.topic is not None:
                self._latest.pop(waiting.topic, None)
            self._count(waiting.content, -1)
            self._write(waiting.content, is_sequenced=waiting.is_sequenced)

    def _write(self, content: bytes | EncodedEvent, *, is_sequenced: bool) -> None:
        if isinstance(content, EncodedEvent):
            if is_sequenced:
                self._seq += 1
            content = content.frame(self._seq if is_sequenced else None, with_cursor=self._with_cursor)
        # `broadcast` is the library's way to write without waiting for the reader.
        broadcast((self._socket,), content, text=True)
