"""The machine's own verdict on a call: its owner's policy first, then the same grading as the server's."""

import glob
import os
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import MAX_PATH_BYTES, expand, resolve
from openclaw.protocol.grading import Assessment, Grade, grade_call
from openclaw.protocol.tools import UNDO, UNDO_PREVIEW, Exec, FsRead, FsUndo, FsUndoPreview, FsWrite

_BREAKS = re.compile(r"[\s;&|<>(){}`\"'=,:@]+")
_QUOTES = str.maketrans("", "", "\"'\\")
_HOME_VARIABLE = re.compile(r"\$(?:HOME\b|\{HOME\})")
_MAX_GLOB_MATCHES = 1000


def judge(policy: Policy, tool: str, arguments: Struct) -> None:
    """Pass, or ToolFailedError (DENIED_BY_LOCAL_POLICY) that says what the owner refuses."""
    # Whoever may not write may not undo; the paths themselves are judged one by one.
    tool = {UNDO: "fs.write", UNDO_PREVIEW: "fs.read"}.get(tool, tool)
    if not policy.allows_tool(tool):
        raise _denied(f"This machine's owner has switched {tool} off.")
    assessment = _assess(policy, tool, arguments)
    if assessment.grade is Grade.DANGEROUS:
        raise _denied("This call is dangerous; this machine never runs such calls.")
    if assessment.grade > Grade(policy.max_grade):
        raise _denied(
            f"This call is graded {assessment.grade}; this machine's owner accepts {policy.max_grade} at most."
        )
    if isinstance(arguments, Exec):
        _judge_words(policy, arguments)


def _assess(policy: Policy, tool: str, arguments: Struct) -> Assessment:
    if isinstance(arguments, FsUndo):
        arguments = FsWrite(path="~/any", content="")
    if isinstance(arguments, FsUndoPreview):
        arguments = FsRead(path="~/any")
    return grade_call(tool, arguments, home=policy.home)


def needs_lookup(arguments: Struct) -> bool:
    """Whether judging has to read folders (glob characters in a command), so that it belongs in a thread."""
    if not isinstance(arguments, Exec):
        return False
    return any(glob.has_magic(text) for text in (arguments.command or "", *(arguments.argv or ())))


def _judge_words(policy: Policy, arguments: Exec) -> None:
    """Refuse a command whose words name a denied path. A hurdle, not a wall: a program can build any path."""
    folder = resolve(policy, arguments.cwd).real
    for word in _words(arguments, policy.home):
        if (pattern := _denied_by(policy, word, folder)) is not None:
            raise _denied(f"The command names {word[:200]!r}, which this machine's owner denies ({pattern}).")


def _words(arguments: Exec, home: str) -> Iterator[str]:
    texts = [arguments.command] if arguments.command is not None else list(arguments.argv or ())
    seen: set[str] = set()
    for text in (_HOME_VARIABLE.sub(lambda _: home, text) for text in texts):
        # With the quotes taken out as well: `.s""sh` is .ssh to a shell.
        for form in (text, text.translate(_QUOTES)):
            for word in (form, *_BREAKS.split(form)):
                if word and "\0" not in word and len(word) <= MAX_PATH_BYTES and word not in seen:
                    seen.add(word)
                    yield word


def _denied_by(policy: Policy, word: str, folder: str) -> str | None:
    path = expand(word, home=policy.home, folder=folder)
    if path is None:  # ~user: the name of the home folder is unknown, the rest is not
        return policy.denies(word)
    path = os.path.normpath(path)
    # A bare word is a path only if there is such a file: `id_user` may be a column, a branch, a variable.
    if "/" in word or word.startswith((".", "~")) or os.path.lexists(path):
        pattern = policy.denies(path) or policy.denies(os.path.realpath(path))
        if pattern is not None:
            return pattern
    if glob.has_magic(word):
        for match in islice(glob.iglob(path, include_hidden=True), _MAX_GLOB_MATCHES):
            if (pattern := policy.denies(match)) is not None:
                return pattern
    return None


def _denied(message: str) -> ToolFailedError:
    return ToolFailedError(FailureCode.DENIED_BY_LOCAL_POLICY, message)
