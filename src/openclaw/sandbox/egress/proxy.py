"""An HTTP proxy for one call: CONNECT for TLS to the host that was named, and plain HTTP, one request a connection.

It serves a socket that listens in the jail's own network namespace: who can reach it is the call, so there is no token.
"""

import asyncio
import contextlib
import socket
from collections.abc import Collection, Coroutine
from typing import Any
from urllib.parse import urlsplit

import h11

from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.egress.policy import ALLOWED, DeniedError, Resolver, address_for, normalise_host
from openclaw.sandbox.egress.tls import NotTlsError, server_name

_IDLE_SECONDS = 30
_CONNECT_SECONDS = 10
_FIRST_BYTES = 1 << 14
_CHUNK = 1 << 16
_MOST_TOLD = 200
_HOP = {
    b"host", b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"upgrade", b"te", b"trailer",
}  # fmt: skip


class Proxy:
    """Serves the connections of one call; ``connections`` and ``total_bytes`` are for the audit."""

    def __init__(self, grant: NetworkGrant, *, resolve: Resolver, internal: Collection[str] = ()) -> None:
        self.connections: list[tuple[str, int, str]] = []
        self.total_bytes = 0
        self._grant = grant
        self._resolve = resolve
        self._internal = internal
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Serve ``listener``."""
        listener.setblocking(False)
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=_CHUNK)

    async def close(self) -> None:
        """End every connection."""
        if self._server is not None:
            self._server.close()
        await cancel_and_wait(*self._open)

    def _tell(self, host: str, port: int, decision: str) -> None:
        if len(self.connections) < _MOST_TOLD:
            self.connections.append((host[:255], port, decision[:255]))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._grant.connections:
            self._tell("", 0, "too_many_connections")
            writer.close()
            return
        task = spawn(self._serve(reader, writer), name="egress connection")
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError, h11.ProtocolError, ValueError):
            try:
                await self._request(reader, writer)
            finally:
                writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = h11.Connection(h11.SERVER, max_incomplete_event_size=32768)
        request = await self._next(client, reader)
        assert isinstance(request, h11.Request)
        target = request.target.decode("ascii")
        is_tunnel = request.method == b"CONNECT"
        parts = urlsplit(f"//{target}" if is_tunnel else target)
        host, port = parts.hostname or "", parts.port or 80
        try:
            if not is_tunnel and parts.scheme != "http":
                raise DeniedError("bad_request")
            host = normalise_host(host)
            address = await address_for(
                self._grant, host, port, resolve=self._resolve, internal=self._internal
            )
        except DeniedError as denied:
            self._tell(host, port, str(denied))
            writer.write(b"HTTP/1.1 403 Forbidden\r\nX-Sandbox-Denied: %b\r\n" % str(denied).encode())
            writer.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        first = b""
        if is_tunnel:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            first = await self._hello(reader, client.trailing_data[0], host, port)
            if not first:
                return
        async with asyncio.timeout(_CONNECT_SECONDS):  # the address that was checked, not the name
            far_reader, far_writer = await asyncio.open_connection(address, port, limit=_CHUNK)
        self._tell(host, port, ALLOWED)
        try:
            if is_tunnel:
                self._count(first, host, port)
                far_writer.write(first)
                sending = self._pipe(reader, far_writer, host, port)
            else:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                sending = self._send(client, request, path, reader, far_writer, host, port)
            uplink = spawn(self._until_sent(sending, far_writer), name="egress uplink")
            try:
                await self._pipe(far_reader, writer, host, port)
            finally:
                await cancel_and_wait(uplink)
        finally:
            far_writer.close()

    async def _until_sent(self, sending: Coroutine[Any, Any, None], far: asyncio.StreamWriter) -> None:
        """A side that breaks off takes the connection with it."""
        try:
            await sending
        except (OSError, EOFError, TimeoutError, h11.ProtocolError):
            far.close()

    def _count(self, data: bytes, host: str, port: int) -> None:
        self.total_bytes += len(data)
        if self.total_bytes > self._grant.total_bytes:
            self._tell(host, port, "byte_limit")
            raise ConnectionAbortedError

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(_IDLE_SECONDS):
            return await reader.read(_CHUNK)

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
    ) -> None:
        while data := await self._read(reader):
            self._count(data, host, port)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def _next(self, side: h11.Connection, reader: asyncio.StreamReader) -> h11.Event:
        while (event := side.next_event()) is h11.NEED_DATA:
            side.receive_data(await self._read(reader))
        if isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            raise EOFError
        assert isinstance(event, h11.Event)
        return event

    async def _hello(self, reader: asyncio.StreamReader, data: bytes, host: str, port: int) -> bytes:
        """The first bytes of a tunnel, which must be TLS for the host that was named: nothing else may hide in it."""
        try:
            while (name := server_name(data)) is None:
                more = await self._read(reader)
                if not more or len(data) > _FIRST_BYTES:
                    return b""
                data += more
        except NotTlsError:
            self._tell(host, port, "not_tls")
            return b""
        if name.rstrip(".") != host:
            self._tell(host, port, f"other_name:{name}")
            return b""
        return data

    async def _send(
        self,
        client: h11.Connection,
        request: h11.Request,
        path: str,
        reader: asyncio.StreamReader,
        far: asyncio.StreamWriter,
        host: str,
        port: int,
    ) -> None:
        """One request, written anew: it asks for the host that was checked, and nothing follows it."""
        side = h11.Connection(h11.CLIENT)
        name = host if port == 80 else f"{host}:{port}"
        headers = [(key, value) for key, value in request.headers if key not in _HOP]
        headers += [(b"host", name.encode()), (b"connection", b"close")]
        event: h11.Event = h11.Request(method=request.method, target=path.encode(), headers=headers)
        while True:
            data = side.send(event) or b""
            self._count(data, host, port)
            far.write(data)
            await far.drain()
            if isinstance(event, h11.EndOfMessage):
                return
            event = await self._next(client, reader)
