"""Lines of the wire: bytes up to LF, and only LF.

U+2028, U+2029 and U+0085 stand raw inside strings, so nothing that knows other line ends may split. A line may come
in thousands of chunks: they are joined once, at its LF, else an answer of 9 MB costs seconds.
"""

import re
from dataclasses import dataclass

MAX_LINE_BYTES = 64 * 1024 * 1024
_HEAD_BYTES = 512
_ID = re.compile(rb'"id"\s*:\s*"([^"\\]{1,128})"')


@dataclass(frozen=True)
class OversizedLine:
    """A line over the limit: its first bytes and its whole ``size``; the rest was dropped as it came."""

    head: bytes
    size: int

    def call_id(self) -> str | None:
        """The id that stands at the line's beginning, if it is an answer's: who waits for it need not wait on."""
        found = _ID.search(self.head)
        return None if found is None else found[1].decode("utf-8", "replace")


class LineReader:
    """Cuts a stream into lines. Memory is bounded by ``max_line`` bytes, whatever comes."""

    def __init__(self, max_line: int = MAX_LINE_BYTES) -> None:
        self._max_line = max_line
        self._parts: list[bytes] = []
        self._held = 0
        self._size = 0

    @property
    def pending(self) -> int:
        """Bytes of the unfinished line."""
        return self._size

    def feed(self, data: bytes) -> list[bytes | OversizedLine]:
        """The lines that ``data`` completes, without LF (and without one CR before it); empty ones are left out."""
        lines: list[bytes | OversizedLine] = []
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._append(data[start:end])
            if (line := self._take()) is not None:
                lines.append(line)
            start = end + 1
        self._append(data[start:])
        return lines

    def _append(self, part: bytes) -> None:
        if not part:
            return
        self._size += len(part)
        if self._size <= self._max_line:
            self._parts.append(part)
            self._held += len(part)
        elif self._held > _HEAD_BYTES or not self._parts:
            head = (b"".join(self._parts) + part)[:_HEAD_BYTES]
            self._parts, self._held = [head], len(head)

    def _take(self) -> "bytes | OversizedLine | None":
        whole, size = b"".join(self._parts), self._size
        self._parts, self._held, self._size = [], 0, 0
        if size > self._max_line:
            return OversizedLine(whole[:_HEAD_BYTES], size)
        return whole.removesuffix(b"\r") or None
