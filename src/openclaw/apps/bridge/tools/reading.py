"""``fs.list`` and ``fs.read``."""

import codecs
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, failure_of
from openclaw.apps.bridge.tools.paths import Place, open_file, open_folder, resolve
from openclaw.protocol.tools import MAX_OUTPUT_BYTES, FsList, FsRead

MAX_FILE_BYTES = 32 * 1_048_576
_MAX_SCANNED = 50_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EntryType = Literal["file", "folder", "link", "other"]


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """One name in a folder; ``size`` in bytes, of the link itself for a link."""

    path: str
    name: str
    type: EntryType
    size: int
    modified_at: str


class Listing(msgspec.Struct, frozen=True):
    """The result of ``fs.list``, folder by folder, each sorted by name."""

    path: str
    entries: list[Entry]
    truncated: bool


class FileText(msgspec.Struct, frozen=True, rename="camel"):
    """The result of ``fs.read``: ``lines`` lines from ``first_line`` (from 0) on; none for a binary file."""

    path: str
    content: str
    first_line: int
    lines: int
    total_lines: int
    truncated: bool
    size: int
    encoding: str | None
    binary: bool


def list_folder(policy: Policy, arguments: FsList) -> Listing:
    """The entries of a folder, ``depth`` levels deep. Denied folders are named but not entered."""
    place = resolve(policy, arguments.path)
    entries: list[Entry] = []
    waiting = [(place.real, 1)]
    truncated = False
    while waiting and not truncated:
        folder, level = waiting.pop(0)
        try:
            found, cut = _entries_of(Place(real=folder, shown=place.shown if level == 1 else folder))
        except ToolFailedError:
            if level == 1:
                raise
            continue  # a folder below that is closed or gone does not spoil the rest
        room = arguments.limit - len(entries)
        truncated = cut or len(found) > room
        entries += found[:room]
        if level < arguments.depth:
            waiting += [
                (entry.path, level + 1)
                for entry in found[:room]
                if entry.type == "folder" and policy.refusal(entry.path) is None
            ]
    return Listing(path=place.real, entries=entries, truncated=truncated)


def read_file(policy: Policy, arguments: FsRead) -> FileText:
    """Lines of a text file; a binary file answers with ``binary`` and no content."""
    place = resolve(policy, arguments.path)
    data = read_bytes(place)
    decoded = decode_text(data)
    if decoded is None:
        return FileText(place.real, "", 0, 0, 0, truncated=False, size=len(data), encoding=None, binary=True)
    text, encoding = decoded
    lines = text.splitlines(keepends=True) if "\n" not in text and "\r" in text else _by_newline(text)
    wanted = lines[arguments.offset : arguments.offset + arguments.limit]
    content, taken = _within(wanted, MAX_OUTPUT_BYTES)
    return FileText(
        path=place.real,
        content=content,
        first_line=arguments.offset,
        lines=taken,
        total_lines=len(lines),
        truncated=arguments.offset + taken < len(lines) or len(content) < sum(map(len, wanted[:taken])),
        size=len(data),
        encoding=encoding,
        binary=False,
    )


def read_bytes(place: Place) -> bytes:
    """The whole file at ``place``; TOO_LARGE over 32 MiB."""
    with open_file(place) as descriptor:
        if os.fstat(descriptor).st_size > MAX_FILE_BYTES:
            raise _too_large(place)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            try:
                data = file.read(MAX_FILE_BYTES + 1)
            except OSError as error:
                raise failure_of(error, place.shown) from None
    if len(data) > MAX_FILE_BYTES:  # it grew, or is a pseudo file without a size
        raise _too_large(place)
    return data


def decode_text(data: bytes) -> tuple[str, str] | None:
    """``data`` as text and its encoding (by its mark, else UTF-8, GB 18030 or Latin-1); None when binary."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeError:
                return None
    if b"\0" in data:
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _entries_of(place: Place) -> tuple[list[Entry], bool]:
    found: list[Entry] = []
    with open_folder(place) as descriptor:
        try:
            inner = os.open(".", os.O_RDONLY, dir_fd=descriptor) if descriptor >= 0 else None
        except OSError as error:
            raise failure_of(error, place.shown) from None
        try:
            with os.scandir(place.real if inner is None else inner) as scan:
                for entry in scan:
                    if len(found) == _MAX_SCANNED:
                        return sorted(found, key=_by_name), True
                    found += _described(entry, place.real)
        except OSError as error:
            raise failure_of(error, place.shown) from None
        finally:
            if inner is not None:
                os.close(inner)
    return sorted(found, key=_by_name), False


def _described(entry: "os.DirEntry[str]", folder: str) -> Iterator[Entry]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return  # gone since the folder was read
    name = entry.name.encode("utf-8", "replace").decode()  # a name that is no text must not break the answer
    yield Entry(
        path=os.path.join(folder, name),
        name=name,
        type=_type_of(status.st_mode),
        size=status.st_size,
        modified_at=datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat().replace("+00:00", "Z"),
    )


def _type_of(mode: int) -> EntryType:
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def _by_name(entry: Entry) -> tuple[str, str]:
    return entry.name.casefold(), entry.name


def _by_newline(text: str) -> list[str]:
    """Lines as editors count them: split at LF only, not at form feeds or Unicode separators."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _within(lines: list[str], limit: int) -> tuple[str, int]:
    """As many whole lines as fit in ``limit`` bytes; the first one is cut if it alone does not."""
    taken: list[str] = []
    room = limit
    for line in lines:
        size = len(line.encode("utf-8", "replace"))
        if size > room:
            if not taken:
                return line.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"), 1
            break
        room -= size
        taken.append(line)
    return "".join(taken), len(taken)


def _too_large(place: Place) -> ToolFailedError:
    return ToolFailedError(
        FailureCode.TOO_LARGE,
        f"{place.shown} is over {MAX_FILE_BYTES} bytes; read a part of it with a program (head, tail, grep)",
    )
