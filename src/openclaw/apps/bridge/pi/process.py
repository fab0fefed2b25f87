"""One runtime process and its pipes. Its output is always read; what it starts ends with it, on every way out."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from openclaw.apps.bridge.pi.descendants import Process, descendants, end_processes
from openclaw.apps.bridge.pi.errors import PiStartError
from openclaw.apps.bridge.pi.launch import clean_environment
from openclaw.apps.bridge.tools.process_tree import kill_group, kill_marked
from openclaw.protocol.pi.framing import LineReader, OversizedLine

INPUT_SECONDS = 2.0  # from the end of its input to its own end
TERM_SECONDS = 3.0  # from SIGTERM to SIGKILL
_DRAIN_SECONDS = 0.5  # for a pipe that a process outside the tree still holds
_TAIL_BYTES = 16_384


class PiProcess(asyncio.SubprocessProtocol):
    """A running program. ``on_line`` gets each line of its output; ``exited`` resolves with its exit code."""

    def __init__(self, on_line: Callable[[bytes | OversizedLine], None], *, mark: str) -> None:
        self._on_line = on_line
        self._mark = mark
        self._lines = LineReader()
        self._said = bytearray()
        self._transport: asyncio.SubprocessTransport | None = None
        self._drain: asyncio.TimerHandle | None = None
        self._known: set[Process] = set()
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._transport is not None
        return self._transport.get_pid()

    @property
    def last_words(self) -> str:
        """The end of its standard error, for the log of this machine only: it holds paths and stack traces."""
        return self._said.decode("utf-8", "replace")

    def write(self, data: bytes) -> None:
        """Queue ``data`` for its input; nothing happens once that is closed."""
        if (pipe := self._input()) is not None:
            pipe.write(data)

    def look(self) -> None:
        """Remember what it has started by now: should it be killed, its children are found all the same."""
        if (
            not self.exited.done()
            and self._transport is not None
            and self._transport.get_returncode() is None
        ):
            self._known |= descendants(self.pid)

    async def stop(self) -> int:
        """End its input, then ask, then end it; all that it started ends too. Its exit code."""
        try:
            self.look()
            if (pipe := self._input()) is not None:
                pipe.close()
            if not await self._ends_within(INPUT_SECONDS):
                self.look()
                self._signal(signal.SIGTERM)
                if not await self._ends_within(TERM_SECONDS):
                    self.kill()
            await asyncio.wait([self.exited])  # not awaited itself: a cancelled wait would cancel it
            return self.exited.result()
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and all that it started, at once."""
        self.look()
        if self._transport is not None and self._transport.get_returncode() is None:
            kill_group(self.pid)
        self._end_tree()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop when it has been started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the event loop with output."""
        if fd == 1:
            for line in self._lines.feed(data):
                self._on_line(line)
        else:
            self._said += data
            del self._said[:-_TAIL_BYTES]

    def process_exited(self) -> None:
        """Called by the event loop when the program itself has ended."""
        assert self._transport is not None
        kill_group(self._transport.get_pid())
        self._end_tree()
        self._drain = asyncio.get_running_loop().call_later(_DRAIN_SECONDS, self._transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when it has ended and its pipes are closed. Half a line is no line."""
        if self._drain is not None:
            self._drain.cancel()
        assert self._transport is not None
        self._transport.close()
        self._end_tree()
        if not self.exited.done():
            code = self._transport.get_returncode()
            self.exited.set_result(-1 if code is None else code)

    def _end_tree(self) -> None:
        end_processes(self._known)
        kill_marked(self._mark)

    def _input(self) -> asyncio.WriteTransport | None:
        pipe = None if self._transport is None else self._transport.get_pipe_transport(0)
        if pipe is None or pipe.is_closing():
            return None
        return cast("asyncio.WriteTransport", pipe)

    def _signal(self, number: signal.Signals) -> None:
        # To the program alone: it ends its tools in good order, which its group's own signal would cut short.
        if sys.platform == "win32":
            kill_group(self.pid)
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)

    async def _ends_within(self, seconds: float) -> bool:
        done, _ = await asyncio.wait([self.exited], timeout=seconds)
        return bool(done)


async def start_process(
    argv: Sequence[str], *, folder: Path, mark: str, on_line: Callable[[bytes | OversizedLine], None]
) -> PiProcess:
    """Start ``argv`` in a session of its own; PiStartError when it cannot be run."""
    loop = asyncio.get_running_loop()
    try:
        _, process = await loop.subprocess_exec(
            lambda: PiProcess(on_line, mark=mark),
            *argv,
            cwd=folder,
            env=clean_environment(mark),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be run"
        raise PiStartError(reason=reason) from None
    return process
