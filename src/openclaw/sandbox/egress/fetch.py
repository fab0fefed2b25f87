"""The host call ``http``: one request for code that has no network, under the rules of the proxy."""

import asyncio
import base64
import socket
import ssl
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import h11

from openclaw.sandbox.calls import Connection, NetworkGrant
from openclaw.sandbox.egress.policy import ALLOWED, DeniedError, Resolver, address_for, normalise_host

_SECONDS = 30
_CHUNK = 1 << 16
_OURS = {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "proxy-connection"}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


async def resolve_host(host: str, port: int) -> list[str]:
    """Every address of ``host``, as the system knows them; OSError for none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _body(parameters: Mapping[str, Any]) -> bytes:
    packed = parameters.get("body_base64")
    if packed is not None:
        return base64.b64decode(str(packed), validate=True)
    return str(parameters.get("body") or "").encode()


class HttpCall:
    """Answers ``host.call("http", url=…, method=…, headers={…}, body=…)`` for one call of untrusted code.

    ``body`` is text; ``body_base64`` stands for bytes.

    The answer: ``status``, ``headers`` (pairs), ``body`` (base64). Redirects are answers too: following one is another
    request and is checked as such. ``connections`` and ``total_bytes`` are for the audit.
    """

    def __init__(
        self,
        grant: NetworkGrant,
        *,
        resolve: Resolver = resolve_host,
        internal: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.connections: list[Connection] = []
        self.total_bytes = 0
        self._grant = grant
        self._resolve = resolve
        self._internal = internal
        self._tls = tls

    async def __call__(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One request.

        :raises ValueError: it is not one, or was not granted.
        :raises OSError: the other side does not answer, or not in time, or over the grant's bytes.
        """
        method = str(parameters.get("method", "GET")).upper()
        parts = urlsplit(str(parameters["url"]))
        if method not in _METHODS or parts.scheme not in {"http", "https"}:
            raise ValueError("only http and https, and only methods of theirs")
        is_secure = parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)
        host = parts.hostname or ""
        try:
            if len(self.connections) >= self._grant.connections:
                raise DeniedError("too_many_connections")
            host = normalise_host(host)
            address = await address_for(
                self._grant, host, port, resolve=self._resolve, internal=self._internal
            )
        except DeniedError as denied:
            self._tell(host, port, str(denied))
            raise ValueError(str(denied)) from None
        self._tell(host, port, ALLOWED)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        name = host if port == (443 if is_secure else 80) else f"{host}:{port}"
        body = _body(parameters)
        headers = [(str(k), str(v)) for k, v in dict(parameters.get("headers") or {}).items()]
        headers = [(key, value) for key, value in headers if key.lower() not in _OURS]
        headers += [("Host", name), ("Connection", "close"), ("Content-Length", str(len(body)))]
        request = h11.Request(method=method, target=path, headers=headers)
        tls = (self._tls or ssl.create_default_context()) if is_secure else None
        try:
            async with asyncio.timeout(_SECONDS):
                reader, writer = await asyncio.open_connection(
                    address, port, ssl=tls, server_hostname=host if is_secure else None
                )
                try:
                    return await self._exchange(reader, writer, request, body)
                finally:
                    writer.close()
        except h11.ProtocolError as error:
            raise ValueError(str(error)) from None

    def _tell(self, host: str, port: int, decision: str) -> None:
        if len(self.connections) < 200:
            self.connections.append(Connection(host[:255], port, decision))

    def _count(self, data: bytes) -> bytes:
        self.total_bytes += len(data)
        if self.total_bytes > self._grant.total_bytes:
            raise ConnectionAbortedError("byte_limit")
        return data

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: h11.Request, body: bytes
    ) -> dict[str, Any]:
        side = h11.Connection(h11.CLIENT)
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(self._count(side.send(event) or b""))
        await writer.drain()
        answer: h11.Response | None = None
        parts: list[bytes] = []
        while True:
            event = side.next_event()
            if event is h11.NEED_DATA:
                side.receive_data(self._count(await reader.read(_CHUNK)))
            elif isinstance(event, h11.Response):
                answer = event
            elif isinstance(event, h11.Data):
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and answer is not None:
                return {
                    "status": answer.status_code,
                    "headers": [
                        [key.decode("latin1"), value.decode("latin1")] for key, value in answer.headers
                    ],
                    "body": base64.b64encode(b"".join(parts)).decode(),
                }
            elif not isinstance(event, h11.InformationalResponse):
                raise ConnectionResetError("the answer broke off")
