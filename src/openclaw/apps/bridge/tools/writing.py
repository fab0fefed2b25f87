"""``fs.write`` and ``fs.edit``: whole files replaced in one step, with a diff of what changed."""

import difflib
import hashlib
from collections.abc import Iterator

import msgspec

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import Place, Target, open_target, resolve
from openclaw.apps.bridge.tools.reading import MAX_FILE_BYTES, decode_text, read_bytes
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.states import State
from openclaw.protocol.tools import FsEdit, FsWrite, Replacement

MAX_DIFF_BYTES = 65_536
_CONTEXT_LINES = 3
_MAX_COMPARED = 4_000_000  # lines before times lines after: difflib is quadratic


class Written(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The result of ``fs.write``; ``previous_sha256`` is None for a new file.

    ``undo_note`` says why it is not ``undoable``.
    """

    path: str
    bytes: int
    created: bool
    sha256: str
    previous_sha256: str | None
    diff: str
    undoable: bool = True
    undo_note: str | None = None


class Edited(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The result of ``fs.edit``."""

    path: str
    replacements: int
    sha256: str
    previous_sha256: str
    diff: str
    undoable: bool = True
    undo_note: str | None = None


def write_file(policy: Policy, arguments: FsWrite, recorder: Recorder) -> Written:
    """Create or replace a text file; parent folders are made, mode and owner are kept."""
    place = resolve(policy, arguments.path)
    try:
        content = arguments.content.encode()
    except UnicodeError:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "The content is not valid Unicode.") from None
    with open_target(place, on_make=recorder.folder_made) as target:
        before = None if target.status is None else _readable(place)
        _replace(target, content, recorder)
    return Written(
        path=place.real,
        bytes=len(content),
        created=target.status is None,
        sha256=_sha256(content),
        previous_sha256=None if before is None else _sha256(before),
        diff=diff_of(b"" if before is None else before, content, place.real),
        undoable=recorder.lost is None,
        undo_note=recorder.lost and recorder.lost.words,
    )


def edit_file(policy: Policy, arguments: FsEdit, recorder: Recorder) -> Edited:
    """Apply exact replacements to a UTF-8 file, all or none; CONFLICT when a text is missing or ambiguous."""
    place = resolve(policy, arguments.path)
    with open_target(place, create=False) as target:
        if target.status is None:
            raise ToolFailedError(FailureCode.NOT_FOUND, f"{place.shown} does not exist")
        before = read_bytes(place)
        try:
            text = before.decode()
        except UnicodeError:
            raise ToolFailedError(FailureCode.NOT_TEXT, f"{place.shown} is not UTF-8 text") from None
        count = 0
        for number, edit in enumerate(arguments.edits, start=1):
            text, times = _replaced(text, edit, number)
            count += times
        try:
            after = text.encode()
        except UnicodeError:
            raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "A new text is not valid Unicode.") from None
        if len(after) > MAX_FILE_BYTES:
            raise ToolFailedError(
                FailureCode.TOO_LARGE, f"{place.shown} would grow over {MAX_FILE_BYTES} bytes"
            )
        _replace(target, after, recorder)
    return Edited(
        path=place.real,
        replacements=count,
        sha256=_sha256(after),
        previous_sha256=_sha256(before),
        diff=diff_of(before, after, place.real),
        undoable=recorder.lost is None,
        undo_note=recorder.lost and recorder.lost.words,
    )


def _replace(target: Target, content: bytes, recorder: Recorder) -> None:
    """Keep what is there, then put ``content`` in its place."""
    after = State("file", _sha256(content), len(content))
    kept = recorder.keep(target.folder, target.name, after=after)
    try:
        target.replace(content)
    except BaseException:
        recorder.forget(kept)
        raise


def _readable(place: Place) -> bytes | None:
    """What the file held, for the diff; None when it is too large to compare."""
    try:
        return read_bytes(place)
    except ToolFailedError as failed:
        if failed.failure.code == FailureCode.TOO_LARGE:
            return None
        raise


def _replaced(text: str, edit: Replacement, number: int) -> tuple[str, int]:
    old, new = edit.old, edit.new
    count = text.count(old)
    if count == 0 and "\r\n" in text and "\r" not in old:
        # Models write LF; the file's own line ends are kept.
        old, new = old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
        count = text.count(old)
    if count == 0:
        raise ToolFailedError(FailureCode.CONFLICT, f"Edit {number}: the text to replace does not occur.")
    if count > 1 and not edit.every:
        raise ToolFailedError(
            FailureCode.CONFLICT, f"Edit {number}: the text to replace occurs {count} times; give more of it."
        )
    return text.replace(old, new), count


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def diff_of(before: bytes, after: bytes, path: str) -> str:
    """A unified diff, cut at 64 KiB with a note; empty for binary content."""
    old, new = decode_text(before), decode_text(after)
    if old is None or new is None or before == after:
        return ""
    kept: list[str] = []
    room = MAX_DIFF_BYTES
    for line in _unified(old[0].splitlines(keepends=True), new[0].splitlines(keepends=True), path):
        shown = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        room -= len(shown.encode("utf-8", "replace"))
        if room < 0:
            kept.append("… (diff cut here)\n")
            break
        kept.append(shown)
    return "".join(kept)


def _unified(old: list[str], new: list[str], path: str) -> Iterator[str]:
    head, tail = _common(old, new)
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_middle) * len(new_middle) <= _MAX_COMPARED:
        start = max(0, head - _CONTEXT_LINES)  # the unchanged ends need no comparing
        end = max(0, tail - _CONTEXT_LINES)
        lines = difflib.unified_diff(
            old[start : len(old) - end], new[start : len(new) - end], path, path, n=_CONTEXT_LINES
        )
        yield from _moved(lines, start)
        return
    yield from (f"--- {path}\n", f"+++ {path}\n")
    yield f"@@ -{head + 1},{len(old_middle)} +{head + 1},{len(new_middle)} @@\n"
    yield from (f"-{line}" for line in old_middle)
    yield from (f"+{line}" for line in new_middle)


def _moved(lines: Iterator[str], by: int) -> Iterator[str]:
    """Hunk headers of a diff of the middle, counted from the start of the file."""
    for index, line in enumerate(lines):
        if by and index >= 2 and line.startswith("@@ "):
            _, old, new, _ = line.split(" ", 3)
            yield f"@@ {_shifted(old, by)} {_shifted(new, by)} @@\n"
        else:
            yield line


def _shifted(span: str, by: int) -> str:
    start, comma, length = span[1:].partition(",")
    return f"{span[0]}{int(start) + by}{comma}{length}"


def _common(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many lines at the start and at the end are the same in both."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail
