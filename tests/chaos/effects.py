"""Somebody else's service: has an effect for each idempotency key once, and answers a repeated request as the first."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class Service:
    """``effects``: the number that each key's effect was given. New ones wait until the test lets more happen."""

    port: int = 0
    allowed: int = 0
    effects: dict[str, int] = field(default_factory=dict[str, int])
    asked: Counter[str] = field(default_factory=Counter[str])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/effect"

    async def happen(self, count: int) -> None:
        """Let that many effects have happened in all, and wait until they have."""
        async with self._changed:
            self.allowed = count
            self._changed.notify_all()
            await self._changed.wait_for(lambda: len(self.effects) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.closing(writer), contextlib.suppress(*ended):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            key = head.partition("idempotency-key: ")[2].split()[0]
            self.asked[key] += 1
            async with self._changed:
                await self._changed.wait_for(
                    lambda: reader.at_eof() or key in self.effects or len(self.effects) < self.allowed
                )
                if reader.at_eof():  # who asked has died
                    return
                self.effects.setdefault(key, len(self.effects))
                self._changed.notify_all()
            body = str(self.effects[key]).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            writer.write(f"{head}\r\n\r\n".encode() + body)
            await writer.drain()


@contextlib.asynccontextmanager
async def running_service() -> AsyncIterator[Service]:
    """A service on a free port."""
    service = Service()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, backlog=1_000)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
