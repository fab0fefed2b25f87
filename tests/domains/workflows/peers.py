"""An HTTP server that notes what it is asked, for steps that call one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from openclaw.kit.tasks import cancel_and_wait, spawn

BODY = b'{"n": 5, "echo": "Bearer s3cret"}'


@dataclass
class Peer:
    """Keeps the head of each request, and answers as often as the test allows."""

    port: int = 0
    asked: list[str] = field(default_factory=list[str])
    status: str = "200 OK"
    answers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    serving: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/x"

    @property
    def keys(self) -> list[str]:
        """The idempotency key of each request that has one."""
        heads = (head.lower().partition("idempotency-key: ")[2] for head in self.asked)
        return [head.split()[0] for head in heads if head]

    def allow(self, count: int) -> None:
        """Answer so many more."""
        for _ in range(count):
            self.answers.release()

    async def until_asked(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.asked) >= count)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection; it ends with the peer, if nobody has been answered by then."""
        task = spawn(self.serve(reader, writer), name="peer")
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            async with self.changed:
                self.asked.append(head)
                self.changed.notify_all()
            await self.answers.acquire()
            answer = (
                f"HTTP/1.1 {self.status}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}"
            )
            writer.write(f"{answer}\r\n\r\n".encode() + BODY)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def running_peer() -> AsyncIterator[Peer]:
    """A peer on a free port."""
    peer = Peer()
    server = await asyncio.start_server(peer.take, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await cancel_and_wait(*peer.serving)
