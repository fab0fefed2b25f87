"""The machine's own verdict on a call: its owner's policy first, then the same grading as the server's."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import MAX_PATH_BYTES, expand, resolve
from openclaw.protocol import places
from openclaw.protocol.grading import Assessment, Grade, Segment, grade_call
from openclaw.protocol.programs import STANDARD_FOLDERS
from openclaw.protocol.tools import UNDO, UNDO_PREVIEW, Exec, FsRead, FsUndo, FsUndoPreview, FsWrite

_BREAKS = re.compile(r"[\s;&|<>(){}`\"'=,:@]+")
_QUOTES = str.maketrans("", "", "\"'\\")
_HOME_VARIABLE = re.compile(r"\$(?:HOME\b|\{HOME\})|%USERPROFILE%")
_EXPANDED = re.compile(r"[$`{~]|file:")
_MOVES = frozenset({"cd", "pushd", "chdir"})
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
    if assessment.grade > (accepted := policy.max_grade_of(tool)):
        raise _denied(
            f"This call is graded {assessment.grade}; this machine's owner accepts {accepted} of {tool} at most."
        )
    if isinstance(arguments, Exec):
        folder = resolve(policy, arguments.cwd).real
        _judge_words(policy, arguments, folder)
        for segment in assessment.segments:
            _judge_segment(policy, segment)
        _judge_hidden_places(policy, arguments, folder, assessment)


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


def _judge_words(policy: Policy, arguments: Exec, folder: str) -> None:
    """Refuse a command whose words name a denied path. A hurdle, not a wall: a program can build any path."""
    for word in _words(arguments, policy.home):
        if (pattern := _denied_by(policy, word, folder)) is not None:
            raise _denied(f"The command names {word[:200]!r}, which this machine's owner denies ({pattern}).")


def _judge_segment(policy: Policy, segment: Segment) -> None:
    """Refuse a command that is told of a path outside the allowed folders. Its program may be anywhere."""
    named = segment.paths
    if segment.program in _MOVES and all(word.startswith("-") for word in segment.text.split()[1:]):
        named = (policy.home,)  # `cd` alone goes home
    for path in named:
        if places.is_harmless_device(path) or _is_program(path, {segment.program}):
            continue
        found = list(_found(path))
        if not found and _can_come(path, segment.grade):
            found = [os.path.realpath(path)]
        _refuse_outside(policy, path, found)


def _judge_hidden_places(policy: Policy, arguments: Exec, folder: str, assessment: Assessment) -> None:
    """Refuse words that lead outside by a link, or that are no argument yet: ``x=/elsewhere/y; cat $x``."""
    programs = {segment.program for segment in assessment.segments}
    texts = (arguments.command or "", *(arguments.argv or ()))
    # Where the words do not tell all, each one counts, also inside a quoted text.
    tells_all = not any(segment.opaque for segment in assessment.segments) and not any(
        _EXPANDED.search(text) for text in texts
    )
    for word in _words(arguments, policy.home):
        path = expand(word, home=policy.home, folder=folder)
        if path is None:
            path = os.path.expanduser(word)  # pathlib raises for an unknown user
        elif (tells_all and (os.path.isabs(word) or word.startswith("~"))) or not word.strip("/"):
            continue  # it was an argument and is judged; a lone slash divides more often than it names the root
        normal = os.path.normpath(path)
        is_known = normal in STANDARD_FOLDERS or places.is_harmless_device(normal)
        if os.path.isabs(path) and not is_known and not _is_program(normal, programs):
            _refuse_outside(policy, word, _found(path))


def _refuse_outside(policy: Policy, shown: str, reals: Iterable[str]) -> None:
    for real in reals:
        if (refusal := policy.refusal(real)) is not None:
            raise _denied(f"The command names {shown[:200]!r}: {refusal}.")


def _found(path: str) -> Iterator[str]:
    """The real paths of what is there under ``path``, which may hold a pattern."""
    if os.path.lexists(path):
        yield os.path.realpath(path)
    if not glob.has_magic(path):
        return
    *parents, last = path.split("/")
    # Some shells let `.*/x` go up a folder; Python's glob does not.
    up = "/".join([*(".." if p[:1] == "." and fnmatch.fnmatchcase("..", p) else p for p in parents), last])
    for pattern in dict.fromkeys((path, up)):
        for match in islice(glob.iglob(pattern, include_hidden=True), _MAX_GLOB_MATCHES):
            yield os.path.realpath(match)


def _is_program(path: str, programs: set[str]) -> bool:
    folder, name = os.path.split(path)
    return path in programs or (folder in STANDARD_FOLDERS and name in programs)


def _can_come(path: str, grade: Grade) -> bool:
    """Whether ``path``, which is not there, could be when the command runs: the `/a/d` of `sed '/a/d' f` could not."""
    if path.startswith("/proc/"):
        return True  # what is there depends on who looks
    if grade == Grade.READ:
        return False
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return grade >= Grade.HIGH or os.access(path, os.W_OK)  # a high one may run with other rights


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
    if "/" in word or os.sep in word or word.startswith((".", "~")) or os.path.lexists(path):
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
