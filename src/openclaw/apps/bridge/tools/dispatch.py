"""From a tool's name and arguments to its result, within the local policy."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.collecting import collect
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.judgement import judge, needs_lookup
from openclaw.apps.bridge.tools.moving import delete, move
from openclaw.apps.bridge.tools.output import Publish
from openclaw.apps.bridge.tools.process_tree import kill_group
from openclaw.apps.bridge.tools.programs import RunningProgram, start_program
from openclaw.apps.bridge.tools.reading import list_folder, read_file
from openclaw.apps.bridge.tools.search import MAX_SECONDS, SearchReply, job_of, search
from openclaw.apps.bridge.tools.system import describe_system
from openclaw.apps.bridge.tools.undo.undoing import preview_undo, undo
from openclaw.apps.bridge.tools.writing import edit_file, write_file
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.protocol.tools import (
    ARGUMENTS,
    PERSON_ARGUMENTS,
    Exec,
    FsCollect,
    FsDelete,
    FsEdit,
    FsList,
    FsMove,
    FsRead,
    FsSearch,
    FsUndo,
    FsUndoPreview,
    FsWrite,
    InvalidArguments,
    PolicyCheck,
    decode_command,
)

_SEARCH_MODULE = "openclaw.apps.bridge.tools.search"


class Control:
    """How a call that runs can be stopped from outside."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._program: RunningProgram | None = None

    def attach(self, program: RunningProgram) -> None:
        """The call now runs ``program``."""
        self._program = program
        if self.stopped.is_set():
            program.cancel()

    def cancel(self) -> bool:
        """Ask the call to end; False when there is no command to ask, so that the caller stops waiting itself."""
        self.stopped.set()
        if self._program is not None:
            self._program.cancel()
        return self._program is not None

    async def wait_until_ended(self) -> None:
        """Wait for the end of the call's command, if it has one."""
        if self._program is not None:
            await asyncio.shield(self._program.ended)

    def kill(self) -> None:
        """End the call's command at once."""
        self.stopped.set()
        if self._program is not None:
            self._program.kill()


def decode_call(tool: str, params_json: str | None) -> Struct:
    """The arguments of a call; UNKNOWN_COMMAND or INVALID_ARGUMENTS."""
    if tool not in ARGUMENTS and tool not in PERSON_ARGUMENTS:
        raise ToolFailedError(FailureCode.UNKNOWN_COMMAND, f"This machine has no tool {tool[:64]!r}.")
    try:
        return decode_command(tool, msgspec.json.decode(params_json or "{}"))
    except (InvalidArguments, msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"{tool}: {error}") from None


async def judge_call(policy: Policy, tool: str, arguments: Struct) -> None:
    """Pass, or ToolFailedError with what the machine's owner refuses."""
    if isinstance(arguments, PolicyCheck):
        return  # it runs nothing, and its answer is the judgement
    if needs_lookup(arguments):
        await asyncio.to_thread(judge, policy, tool, arguments)
    else:
        judge(policy, tool, arguments)


async def perform(
    policy: Policy,
    arguments: Struct,
    *,
    recorder: Recorder,
    mark: str,
    timeout_ms: int | None,
    publish: Publish,
    control: Control,
    hand_over: Callable[[bytes], Awaitable[None]],
) -> Struct:
    """Do it and return the result; ToolFailedError otherwise. The call has been judged before."""
    match arguments:
        case Exec():
            seconds = arguments.timeout_seconds
            if timeout_ms is not None:
                seconds = min(seconds, timeout_ms / 1000)
            program = await start_program(
                policy, arguments, mark=mark, timeout_seconds=seconds, publish=publish
            )
            control.attach(program)
            return await asyncio.shield(program.ended)  # whoever stops waiting does not unmake it
        case FsSearch(regex=True):
            return await _search_apart(policy, arguments)
        case FsSearch():
            return await asyncio.to_thread(search, policy, arguments, control.stopped.is_set)
        case FsWrite() | FsEdit() | FsMove() | FsDelete() | FsUndo():
            # Not interruptible: after a cancel it must not stay unknown whether the file was changed.
            return await asyncio.shield(asyncio.to_thread(_change, policy, arguments, recorder))
        case FsCollect():
            return await collect(policy, arguments, hand_over)
        case PolicyCheck():
            return await _check_policy(policy, arguments)
        case FsUndoPreview():
            return await asyncio.to_thread(preview_undo, policy, arguments, recorder)
        case FsList() | FsRead():
            return await asyncio.to_thread(_READERS[type(arguments)], policy, arguments)
        case _:
            return await asyncio.to_thread(describe_system, home=policy.home)


class PolicyWord(Struct, frozen=True, omit_defaults=True):
    """What the machine's owner says to a call: ``allowed``, or why not."""

    allowed: bool
    message: str | None = None


async def _check_policy(policy: Policy, check: PolicyCheck) -> PolicyWord:
    try:
        arguments = decode_call(check.tool, msgspec.json.encode(check.arguments).decode())
        await judge_call(policy, check.tool, arguments)
    except ToolFailedError as failed:
        return PolicyWord(allowed=False, message=failed.failure.message)
    return PolicyWord(allowed=True)


_CHANGERS: dict[type[Struct], Callable[[Policy, Any, Recorder], Struct]] = {
    FsWrite: write_file,
    FsEdit: edit_file,
    FsMove: move,
    FsDelete: delete,
    FsUndo: undo,
}
_READERS: dict[type[Struct], Callable[[Policy, Any], Struct]] = {FsList: list_folder, FsRead: read_file}


def changes_files(arguments: Struct) -> bool:
    """Whether a call with these arguments changes files itself, so that it must not be cut off."""
    return type(arguments) in _CHANGERS


def _change(policy: Policy, arguments: Struct, recorder: Recorder) -> Struct:
    try:
        return _CHANGERS[type(arguments)](policy, arguments, recorder)
    finally:
        recorder.settle()


async def _search_apart(policy: Policy, arguments: FsSearch) -> Struct:
    """Search by regular expression in a process of its own, which ends when the caller stops waiting."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        _SEARCH_MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(MAX_SECONDS + 5):
            answer, _ = await process.communicate(job_of(policy, arguments))
    except TimeoutError:
        raise ToolFailedError(
            FailureCode.INVALID_ARGUMENTS,
            "The regular expression takes too long on these files; simplify it.",
        ) from None
    finally:
        if process.returncode is None:
            kill_group(process.pid)
            await process.wait()
    try:
        reply = msgspec.json.decode(answer, type=SearchReply)
    except msgspec.DecodeError:
        raise ToolFailedError(FailureCode.INTERNAL, "The search process failed.") from None
    if reply.found is None:
        failure = reply.failure
        assert failure is not None
        raise ToolFailedError(FailureCode(failure.code), failure.message)
    return reply.found
