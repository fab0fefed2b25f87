"""What an approval rests on: the folder, the programs and the files as they were when the person was asked.

A machine looks when it hears that a call waits for an answer, and looks again before it runs it. What a script
holds, where a link leads or which file stands there may have changed meanwhile; then the answer was about something
else. Looking says nothing to anybody: hashes stay on the machine.
"""

import hashlib
import os
import shlex
import shutil
import stat
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from openclaw.apps.bridge.config import inherited_environment
from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import expand, resolve
from openclaw.protocol.grading import Segment, grade_call
from openclaw.protocol.programs import INTERPRETERS, RUNNERS, SHELLS
from openclaw.protocol.tools import Exec, FsDelete, FsEdit, FsMove, FsWrite

MAX_HASHED_BYTES = 64 * 1_048_576
_MAX_WORDS = 200
_RUN_WHAT_THEY_ARE_GIVEN = SHELLS | RUNNERS | frozenset(INTERPRETERS) | {".", "source"}


class Premises(Struct, frozen=True):
    """``call`` is a digest of tool and arguments; ``found`` what was found there, by what it is called in words."""

    call: str
    found: dict[str, str]


def look(policy: Policy, tool: str, arguments: Struct) -> Premises:
    """The premises of a call as they are now; reads files, so it belongs in a thread."""
    call = hashlib.sha256(tool.encode() + b"\0" + msgspec.json.encode(arguments)).hexdigest()
    return Premises(call, dict(_found(policy, tool, arguments)))


def check(before: Premises, now: Premises) -> None:
    """Pass, or CHANGED_SINCE_APPROVAL that names what is not as it was."""
    if before.call != now.call:
        raise _changed("This is not the call that was approved.")
    names = [name for name in before.found | now.found if before.found.get(name) != now.found.get(name)]
    if names:
        raise _changed(f"Changed since the approval was asked for: {', '.join(names)[:1000]}. Ask again.")


def _found(policy: Policy, tool: str, arguments: Struct) -> Iterator[tuple[str, str]]:
    match arguments:
        case Exec():
            yield from _of_command(policy, tool, arguments)
        case FsWrite(path=path) | FsEdit(path=path) | FsDelete(path=path):
            yield from _of_path(policy, path, is_entry=isinstance(arguments, FsDelete))
        case FsMove(path=path, to=to):
            yield from _of_path(policy, path, is_entry=True)
            yield from _of_path(policy, to, is_entry=True)
        case _:
            return


def _of_path(policy: Policy, path: str, *, is_entry: bool) -> Iterator[tuple[str, str]]:
    try:
        real = resolve(policy, path, is_entry=is_entry).real
    except ToolFailedError:
        return  # it will be refused when it is to run
    yield path, f"{real} {_content(real)}"


def _of_command(policy: Policy, tool: str, arguments: Exec) -> Iterator[tuple[str, str]]:
    try:
        folder = resolve(policy, arguments.cwd).real
    except ToolFailedError:
        return
    yield f"the folder {arguments.cwd}", f"{folder} {_identity(folder)}"
    search = inherited_environment().get("PATH")
    for segment in grade_call(tool, arguments, home=policy.home).segments:
        program = segment.program and shutil.which(segment.program, path=search)
        if program:
            yield f"the program {segment.program}", f"{os.path.realpath(program)} {_content(program)}"
        for word in _given(segment):
            path = expand(word, home=policy.home, folder=folder)
            if path is None or policy.refusal(real := os.path.realpath(path)) is not None:
                continue
            if os.path.isfile(real):
                yield path, f"{real} {_content(real)}"


def _given(segment: Segment) -> list[str]:
    """The words that may name a file which the command runs: all of them when its program runs what it is given."""
    name = os.path.basename(segment.program).casefold().rstrip("0123456789.")
    if not segment.opaque and name not in _RUN_WHAT_THEY_ARE_GIVEN:
        return []
    try:
        words = shlex.split(segment.text)
    except ValueError:
        words = segment.text.split()
    return [word for word in (*words, *segment.paths) if word and "\0" not in word][:_MAX_WORDS]


def _content(path: str) -> str:
    """What is at ``path``: a hash of a file, the identity of what is too large to hash or is no file."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return f"link {os.readlink(path)}" if not os.path.isfile(path) else _hash(os.path.realpath(path))
        return _hash(path) if stat.S_ISREG(status.st_mode) else _identity(path)
    except (OSError, ValueError):
        return _identity(path)


def _hash(path: str) -> str:
    if os.stat(path).st_size > MAX_HASHED_BYTES:
        return _identity(path)
    with open(path, "rb", opener=_opener) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def _identity(path: str) -> str:
    """Which thing it is; of a file also its size and time, for its content is not looked at."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return "nothing"
    is_file = stat.S_ISREG(status.st_mode)
    return f"{status.st_dev}:{status.st_ino}" + (f" {status.st_size} {status.st_mtime_ns}" if is_file else "")


def _changed(message: str) -> ToolFailedError:
    return ToolFailedError(FailureCode.CHANGED_SINCE_APPROVAL, message)
