"""A real HTTP server on loopback that answers by a script; the protocols of channels' providers build on it."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class ScriptedHttp:
    """``async with``; a subclass says what it answers. ``failures`` are answered first: status and JSON, one each."""

    asked: list[Asked] = field(default_factory=list[Asked])
    failures: list[tuple[int, Any]] = field(default_factory=list[tuple[int, Any]])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _busy: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status and JSON."""
        return 200, {}

    async def until(self, matches: Callable[[Asked], bool], *, times: int = 1) -> Asked:
        """The last of the first so many requests that match; waits for it."""
        while True:
            found = [each for each in self.asked if matches(each)]
            if len(found) >= times:
                return found[times - 1]
            self._changed.clear()
            await self._changed.wait()

    async def until_failed(self) -> None:
        """All that was to fail has failed."""
        while self.failures:
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                await self._one(reader, writer)
            finally:  # also when this server ends before it has answered
                writer.close()
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        asked = Asked(method, parts.path, parts.query, headers, body)
        self.asked.append(asked)
        self._changed.set()
        answering = asyncio.ensure_future(self._said(asked))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                return  # whoever asked has gone
            status, said = answering.result()
            content = json.dumps(said).encode()
            writer.write(
                f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + content
            )
            await writer.drain()
        finally:
            for each in (answering, leaving):
                each.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _said(self, asked: Asked) -> tuple[int, Any]:
        if self.failures and "getUpdates" not in asked.path:
            self._changed.set()
            return self.failures.pop(0)
        return await self.answer(asked)
