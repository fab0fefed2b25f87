"""What a command prints: the tail is kept for the result, and pieces are streamed while it runs."""

import asyncio
import codecs
from collections.abc import Callable
from typing import Literal

StreamName = Literal["stdout", "stderr"]
Publish = Callable[[StreamName, str], None]

FLUSH_SECONDS = 0.05
MAX_PIECE_BYTES = 16_384
MAX_STREAMED_BYTES = 1_048_576


def printable(text: str) -> str:
    """``text`` without NUL, which neither the gateway nor a database takes as text."""
    return text.replace("\0", "\ufffd")


class Tail:
    """The last ``limit`` bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self.truncated = False

    def append(self, data: bytes) -> None:
        """Add what was printed."""
        self._data += data
        if len(self._data) > 2 * self._limit:  # trimmed rarely: each trim moves the tail
            self._trim()

    def text(self) -> str:
        """The tail as text; bytes that are not UTF-8 become replacement characters."""
        if len(self._data) > self._limit:
            self._trim()
        data = bytes(self._data)
        if self.truncated:  # the cut may stand inside a character
            start = next((i for i in range(min(4, len(data))) if data[i] & 0xC0 != 0x80), 0)
            data = data[start:]
        return printable(data.decode("utf-8", "replace"))

    def _trim(self) -> None:
        del self._data[: len(self._data) - self._limit]
        self.truncated = True


class Streamer:
    """Joins what a command prints into few pieces of bounded size. When it prints faster, the newest counts."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[StreamName, bytearray] = {}
        self._decoders = {
            "stdout": codecs.getincrementaldecoder("utf-8")("replace"),
            "stderr": codecs.getincrementaldecoder("utf-8")("replace"),
        }
        self._timer: asyncio.TimerHandle | None = None
        self._room = MAX_STREAMED_BYTES

    def feed(self, stream: StreamName, data: bytes) -> None:
        """Take what was printed; it is published at most ``FLUSH_SECONDS`` later."""
        if self._room <= 0:
            return
        waiting = self._waiting.setdefault(stream, bytearray())
        waiting += data
        if len(waiting) > MAX_PIECE_BYTES:
            del waiting[: len(waiting) - MAX_PIECE_BYTES]
        if self._timer is None:
            self._timer = self._loop.call_later(FLUSH_SECONDS, self._flush)

    def close(self) -> None:
        """Stop; what was not published yet comes with the result."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._room = 0

    def _flush(self) -> None:
        self._timer = None
        for stream, data in self._waiting.items():
            if data:
                self._room -= len(data)
                if text := self._decoders[stream].decode(bytes(data)):
                    self._publish(stream, printable(text))
        self._waiting.clear()
