"""What leaves a machine: relays before a server that keep every byte, and whether a word is in it, however written."""

import asyncio
import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Self
from urllib.parse import unquote_to_bytes

from openclaw.kit.tasks import cancel_and_wait, spawn

_PIECE = 65_536
_SHORTEST = 12  # letters of base64 that are worth decoding


class Recorder:
    """A relay to a port of this machine. ``sent``: what its clients sent, each connection by itself.

    ``told``: in what the server answers, these words in place of those, of the same length.
    """

    def __init__(self, port: int, *, told: tuple[str, str] | None = None) -> None:
        self._to = port
        self._told = told
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None
        self.sent: list[bytearray] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await cancel_and_wait(*self._tasks)

    def messages(self) -> list[bytes]:
        """All that was sent, as the server reads it: heads and bodies of requests, messages of sockets."""
        return [message for stream in self.sent for message in _messages(bytes(stream))]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", self._to)
        kept = bytearray()
        self.sent.append(kept)
        for source, sink, into in ((reader, there[1], kept), (there[0], writer, None)):
            self._tasks.append(spawn(self._pass_on(source, sink, into), name="recorder"))

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, kept: bytearray | None
    ) -> None:
        try:
            while data := await source.read(_PIECE):
                if kept is not None:
                    kept += data
                elif self._told is not None:
                    data = data.replace(self._told[0].encode(), self._told[1].encode())
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        finally:
            sink.close()


def leaked(recorders: Iterable[Recorder], words: Iterable[str]) -> list[str]:
    """Those words (ASCII letters and digits) that were sent: plain, escaped, in base64 or in hexadecimal."""
    found: list[bytes] = []
    for recorder in recorders:
        found += [bytes(stream) for stream in recorder.sent]
        for message in recorder.messages():
            found.append(message)
            found += [text.encode("utf-8", "surrogatepass") for text in _texts(message)]
    sent = b"\n".join(found).lower()
    return [word for word in words if any(form.lower() in sent for form in _forms(word))]


def _forms(word: str) -> Iterator[bytes]:
    plain = word.encode()
    yield plain
    yield plain.hex().encode()
    for before in range(3):  # wherever it stands in what was encoded
        coded = base64.b64encode(b"\0" * before + plain)
        yield coded[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]


def _texts(message: bytes) -> Iterator[str]:
    """The texts in a message: members and values of JSON, also of JSON in JSON, and what is escaped for URLs."""
    text = unquote_to_bytes(message).decode("utf-8", "replace")
    yield text
    try:
        waiting: list[Any] = [json.loads(message)]
    except ValueError:
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            yield value
            yield from _decoded(value)
            if value[:1] in ("{", "[", '"'):
                try:
                    waiting.append(json.loads(value))
                except ValueError:
                    continue


def _decoded(text: str) -> Iterator[str]:
    if len(text) < _SHORTEST:
        return
    yield unquote_to_bytes(text).decode("utf-8", "replace")
    try:
        plain = base64.b64decode(text.translate({45: 43, 95: 47}) + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return
    yield plain.decode("utf-8", "replace")


def _messages(stream: bytes) -> Iterator[bytes]:
    """Of one connection: HTTP/1.1, and the frames of a WebSocket that it becomes."""
    while stream:
        head, _, stream = stream.partition(b"\r\n\r\n")
        yield head
        lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        if headers.get(b"upgrade", b"").lower() == b"websocket":
            yield from _frames(stream)
            return
        body, stream = _body(headers, stream)
        if headers.get(b"content-encoding") in (b"gzip", b"deflate"):
            body = zlib.decompress(body, 47)
        if body:
            yield body


def _body(headers: dict[bytes, bytes], stream: bytes) -> tuple[bytes, bytes]:
    if headers.get(b"transfer-encoding", b"").lower() != b"chunked":
        length = int(headers.get(b"content-length", b"0"))
        return stream[:length], stream[length:]
    body = b""
    while stream:
        size, _, stream = stream.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        body, stream = body + stream[:length], stream[length + 2 :]
        if length == 0:
            break
    return body, stream


def _frames(stream: bytes) -> Iterator[bytes]:
    """Messages of a client: unmasked, put together, inflated where they are compressed."""
    inflater, message, is_small = zlib.decompressobj(-15), b"", False
    while len(stream) >= 2:
        first, second = stream[0], stream[1]
        length, at = second & 0x7F, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            length, at = int.from_bytes(stream[at : at + size]), at + size
        assert second & 0x80, "a client masks what it sends"
        mask, at = stream[at : at + 4], at + 4
        if len(stream) < at + length:
            return
        data = bytes(byte ^ mask[n % 4] for n, byte in enumerate(stream[at : at + length]))
        stream = stream[at + length :]
        if first & 0x08:  # close, ping, pong
            yield data
            continue
        is_small = bool(first & 0x40) if first & 0x0F else is_small
        message += data
        if first & 0x80:
            yield inflater.decompress(message + b"\0\0\xff\xff") if is_small else message
            message = b""
