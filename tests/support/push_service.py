"""A browser and its push service on loopback: takes what is sent, and opens it as the browser would (RFC 8291)."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """One subscription: its keys, and how it opens what comes."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._auth = bytes(range(16))
        self.endpoint = endpoint

    def subscription(self, name: str = "Firefox on a laptop") -> dict[str, Any]:
        """What its console sends."""
        keys = {"p256dh": encoded(self.public), "auth": encoded(self._auth)}
        return {"endpoint": self.endpoint, "keys": keys, "name": name}

    def open(self, body: bytes) -> dict[str, Any]:
        """The message in a record."""
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._key.exchange(ec.ECDH(), point)
        secret = _derive(shared, self._auth, b"WebPush: info\0" + self.public + theirs, 32)
        key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\x02"))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


@dataclass(frozen=True)
class Pushed:
    """A request to the service."""

    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self) -> dict[str, Any]:
        """What the server says it is, checked by the key that it shows."""
        scheme, token, key = self.headers["authorization"].split(" ")
        assert scheme == "vapid"
        public = decoded(key.removeprefix("k="))
        numbers = {"x": encoded(public[1:33]), "y": encoded(public[33:])}
        jwk = ECKey.import_key({"kty": "EC", "crv": "P-256", **numbers})
        return jwt.decode(token.removeprefix("t=").rstrip(","), jwk, algorithms=["ES256"]).claims


@dataclass
class PushService:
    """``async with PushService() as service``; ``statuses`` are answered before 201, one each."""

    statuses: list[int] = field(default_factory=list[int])
    pushed: list[Pushed] = field(default_factory=list[Pushed])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def browser(self, name: str = "one") -> Browser:
        """A browser that subscribes here."""
        return Browser(f"{self.url}/push/{name}")

    async def until(self, matches: Callable[[Pushed], bool] = lambda _: True, *, times: int = 1) -> Pushed:
        """The last of the first so many requests that match; waits for it."""
        while True:
            found = [each for each in self.pushed if matches(each)]
            if len(found) >= times:
                return found[times - 1]
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.pushed.append(Pushed(head[0].split(" ")[1], headers, body))
            status = self.statuses.pop(0) if self.statuses else 201
            writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever came has gone
        finally:
            writer.close()
            self._changed.set()
