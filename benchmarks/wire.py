"""A WebSocket client that costs little, so that what is measured is the server: text frames, no compression."""

import asyncio
import base64
import os
import struct
from collections import deque
from collections.abc import Callable
from typing import Self, cast


class RawSocket(asyncio.Protocol):
    """One connection. Messages go to ``on_text`` when it is set, else they are kept for ``receive``."""

    def __init__(self) -> None:
        self.on_text: Callable[[bytes], None] | None = None
        self.closed = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._kept: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Connect and upgrade; ConnectionError when the server does not want to."""
        _, socket = await asyncio.get_running_loop().create_connection(cls, host, port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET / HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "\r\n",
        )
        await socket.upgrade("\r\n".join(lines).encode())
        return socket

    async def upgrade(self, head: bytes) -> None:
        """Ask for the upgrade; ConnectionError when the server does not want to."""
        self._transport.write(head)
        await self._opened

    def send(self, text: bytes, *, opcode: int = 0x81) -> None:
        """Send a text. The mask is zero, which the protocol permits and which costs nothing."""
        size = len(text)
        if size < 126:
            head = struct.pack("!BB", opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", opcode, 0x80 | 127, size)
        self._transport.write(head + b"\0\0\0\0" + text)

    async def receive(self) -> bytes:
        """The next message; ConnectionError when there is none any more."""
        while not self._kept:
            if self.closed:
                raise ConnectionError("the server has closed")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._kept.popleft()

    def close(self) -> None:
        """Vanish."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self.closed = True
        if not self._opened.done():
            self._opened.set_exception(ConnectionError("the server has closed"))
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._opened.done():
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self._opened.set_exception(ConnectionError(head.partition(b"\r\n")[0].decode()))
                self._transport.abort()
                return
            self._buffer = rest
            self._opened.set_result(None)
        self._read_frames()

    def _read_frames(self) -> None:
        buffer, position = self._buffer, 0
        while len(buffer) - position >= 2:
            opcode, size = buffer[position] & 0x0F, buffer[position + 1]
            start = position + 2
            if size == 126:
                size, start = int.from_bytes(buffer[position + 2 : position + 4]), position + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[position + 2 : position + 10]), position + 10
            end = start + size
            if len(buffer) < end:
                break
            position = end
            self._take(opcode, buffer[start:end])
        self._buffer = buffer[position:]

    def _take(self, opcode: int, body: bytes) -> None:
        if opcode == 9:
            self.send(body, opcode=0x8A)
        elif opcode == 1:
            if self.on_text is not None:
                self.on_text(body)
            else:
                self._kept.append(body)
                self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
