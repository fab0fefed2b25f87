"""A runtime's pipes, bare: lines in, records out, nothing of ours between. What ends is what was started here."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

STANDIN = Path(__file__).with_name("pi_standin.py")
SECONDS = 60

Record = dict[str, Any]


def standin(profile: str, faults: dict[str, Any] | None = None) -> list[str]:
    """The command that starts a stand-in."""
    command = [sys.executable, "-I", str(STANDIN), "--profile", profile]
    return [*command, "--faults", json.dumps(faults)] if faults else command


class Wire:
    """One running process; ``async with`` ends it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self.seen: list[Record] = []

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 26,
            start_new_session=True,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        transport: Any = self.process._transport  # type: ignore[attr-defined]
        transport.close()

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The process."""
        assert self._process is not None
        return self._process

    def send(self, *lines: Record | str | bytes, end: bytes = b"\n") -> None:
        """Write lines in one piece."""
        assert self.process.stdin is not None
        raw = [json.dumps(line).encode() if isinstance(line, dict) else _bytes(line) for line in lines]
        self.process.stdin.write(end.join(raw) + end)

    async def next(self) -> Record:
        """The next record."""
        assert self.process.stdout is not None
        async with asyncio.timeout(SECONDS):
            line = await self.process.stdout.readuntil(b"\n")
        self.seen.append(json.loads(line))
        return self.seen[-1]

    async def until(self, found: Callable[[Record], bool]) -> Record:
        """The first record from here on that is ``found``."""
        while not found(record := await self.next()):
            pass
        return record

    async def answer(self, call_id: Any) -> Record:
        """The answer to one call."""
        return await self.until(lambda record: record["type"] == "response" and record.get("id") == call_id)

    async def event(self, kind: str) -> Record:
        """The next event of that type."""
        return await self.until(lambda record: record["type"] == kind)

    async def end(self) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()

    def close_input(self) -> None:
        """End of file on its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        os.kill(self.process.pid, number)


def _bytes(line: str | bytes) -> bytes:
    return line.encode() if isinstance(line, str) else line
