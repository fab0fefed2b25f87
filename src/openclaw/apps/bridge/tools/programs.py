"""``exec``: one command, its output and its end, whichever comes first: exit, time-out or cancel."""

import asyncio
import signal
import sys
from functools import partial
from typing import cast

import msgspec

from openclaw.apps.bridge.config import inherited_environment
from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, failure_of
from openclaw.apps.bridge.tools.output import Publish, Streamer, StreamName, Tail
from openclaw.apps.bridge.tools.paths import open_folder, resolve
from openclaw.apps.bridge.tools.process_tree import (
    MARK,
    kill_group,
    kill_marked,
    kill_tree,
    terminate_group,
)
from openclaw.protocol.tools import MAX_OUTPUT_BYTES, Exec

# What the grading of a command cannot see: code that a mere look at a folder would run. A bare repository inside
# somebody's clone has a configuration of its own, and `cmd.exe` looks for programs in the current folder first.
_NO_STRANGERS_CODE = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.bareRepository",
    "GIT_CONFIG_VALUE_0": "explicit",
    "NoDefaultCurrentDirectoryInExePath": "1",
}
GRACE_SECONDS = 1.0  # between asking a command to end and ending it
_DRAIN_SECONDS = 0.5  # for a pipe that a process outside the group still holds


class ExecResult(msgspec.Struct, frozen=True, rename="camel"):
    """The result of ``exec``: ``exit_code``, or the ``signal`` that ended it."""

    exit_code: int | None
    signal: str | None
    timed_out: bool
    cancelled: bool
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    duration_ms: int


class RunningProgram(asyncio.SubprocessProtocol):
    """A started command. Callbacks of the event loop collect its output; ``ended`` resolves with the result."""

    def __init__(self, publish: Publish) -> None:
        self._loop = asyncio.get_running_loop()
        self._tails: dict[StreamName, Tail] = {
            "stdout": Tail(MAX_OUTPUT_BYTES),
            "stderr": Tail(MAX_OUTPUT_BYTES),
        }
        self._streamer = Streamer(publish)
        self._transport: asyncio.SubprocessTransport | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._started_at = self._loop.time()
        self._mark = ""
        self._timed_out = False
        self._cancelled = False
        self.ended: asyncio.Future[ExecResult] = self._loop.create_future()

    def started(self, *, mark: str, timeout_seconds: float) -> None:
        """Set the limits, once the command runs."""
        self._mark = mark
        if not self.ended.done():
            self._timers.append(self._loop.call_later(timeout_seconds, self._time_out))

    def cancel(self) -> None:
        """Ask the command to end, then end it."""
        self._cancelled = True
        self._stop()

    def kill(self) -> None:
        """End the command and all that it started, at once."""
        self._cancelled = True
        self._kill()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop when the command has been started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the event loop with output."""
        stream: StreamName = "stdout" if fd == 1 else "stderr"
        self._tails[stream].append(data)
        self._streamer.feed(stream, data)

    def process_exited(self) -> None:
        """Called by the event loop when the command itself has ended: what it left in its group ends too."""
        if self._transport is not None:
            kill_group(self._transport.get_pid())
            if self._timed_out or self._cancelled:
                kill_marked(self._mark)  # nor may a child outlive it that has left the group
            self._timers.append(self._loop.call_later(_DRAIN_SECONDS, self._transport.close))

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the command has ended and its pipes are closed."""
        for timer in self._timers:
            timer.cancel()
        self._streamer.close()
        if self._transport is not None:
            self._transport.close()  # all of it has ended; this only lets go of it
        if not self.ended.done():
            self.ended.set_result(self._result())

    def _time_out(self) -> None:
        self._timed_out = True
        self._stop()

    def _stop(self) -> None:
        if self._transport is not None and not self.ended.done():
            terminate_group(self._transport.get_pid())
            self._timers.append(self._loop.call_later(GRACE_SECONDS, self._kill))

    def _kill(self) -> None:
        if self._transport is not None and not self.ended.done():
            kill_tree(self._transport.get_pid(), self._mark)

    def _result(self) -> ExecResult:
        code = self._transport.get_returncode() if self._transport is not None else None
        out, err = self._tails["stdout"], self._tails["stderr"]
        stdout, stderr = out.text(), err.text()
        return ExecResult(
            exit_code=code if code is not None and code >= 0 else None,
            signal=None if code is None or code >= 0 else _signal_name(-code),
            timed_out=self._timed_out,
            cancelled=self._cancelled,
            stdout=stdout,
            stderr=stderr,
            stdout_truncated=out.truncated,
            stderr_truncated=err.truncated,
            duration_ms=round((self._loop.time() - self._started_at) * 1000),
        )


async def start_program(
    policy: Policy, arguments: Exec, *, mark: str, timeout_seconds: float, publish: Publish
) -> RunningProgram:
    """Start the command; NOT_FOUND for a program or folder that is not there, PERMISSION, NOT_A_FOLDER."""
    folder = resolve(policy, arguments.cwd)
    with open_folder(folder):
        pass  # it exists, is a folder, and is reached without links
    words = _words(arguments)
    loop = asyncio.get_running_loop()
    if sys.platform == "win32" and arguments.argv is None:
        # cmd.exe reads its line as it stands; quoting it as one word of a list would change it.
        start = partial(loop.subprocess_shell, lambda: RunningProgram(publish), arguments.command or "")
    else:
        start = partial(loop.subprocess_exec, lambda: RunningProgram(publish), *words)
    try:
        _, program = await start(
            stdin=asyncio.subprocess.DEVNULL,
            cwd=folder.real,
            env=_environment(mark),
            start_new_session=True,
        )
    except OSError as error:
        raise failure_of(error, words[0]) from None
    except ValueError as error:  # NUL in a word
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"The command cannot be run: {error}") from None
    program.started(mark=mark, timeout_seconds=timeout_seconds)
    return program


def _words(arguments: Exec) -> list[str]:
    if arguments.argv is not None:
        if not arguments.argv or not arguments.argv[0]:
            raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "argv names no program.")
        return arguments.argv
    return ["/bin/sh", "-c", arguments.command or ""]


def _environment(mark: str) -> dict[str, str]:
    # As in the person's own terminal, except that nothing may wait for a key press: there is no terminal.
    quiet = {"PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}
    return {**inherited_environment(), **quiet, **_NO_STRANGERS_CODE, MARK: mark}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
