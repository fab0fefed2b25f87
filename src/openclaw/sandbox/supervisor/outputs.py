"""Files that a call leaves: read through the kernel's strictest way, so that nothing but its own files comes back."""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openclaw.sandbox.guest import kernel

_DEPTH, _NAME = 4, 128
_ODD = frozenset('\\:*?"<>|')
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(1, 10))]
)
_REASONS = frozenset(
    ["ELOOP", "too deep", "not a regular file", "has other names", "too many files", "too large"]
)


@dataclass
class Collected:
    """Files by their path below the folder, and what was left where it is, with the reason."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    total: int = 0

    def refuse(self, path: str, reason: str) -> None:
        """Remember some of what was refused: the names are the code's own."""
        if len(self.refused) < 50:
            self.refused["".join(c if c.isprintable() else "?" for c in path[:120])] = reason


def collect_files(folder: int, *, most: int, most_bytes: int) -> Collected:
    """The regular files below the descriptor ``folder``: no links of any kind, no other file system, within budgets."""
    found = Collected()
    rest = [("", 0)]
    seen = 0
    while rest:
        inside, depth = rest.pop()
        try:
            descriptor = kernel.open_beneath(folder, inside or ".", os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            found.refuse(inside, errno.errorcode.get(error.errno or 0, "error"))
            continue
        names: list[str] = []
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    seen += 1
                    if seen > most * 10:
                        found.refuse(inside or ".", "too many entries")
                        break
                    names.append(entry.name)
        finally:
            os.close(descriptor)
        for name in sorted(names):
            path = f"{inside}/{name}" if inside else name
            if not is_good_name(name):
                found.refuse(path, "name")
            elif _take(folder, path, found, most=most, most_bytes=most_bytes):
                if depth < _DEPTH:
                    rest.append((path, depth + 1))
                else:
                    found.refuse(path, "too deep")
    return found


def is_good_name(name: str) -> bool:
    """Whether a file may be called this wherever it goes next: not hidden, nothing that deceives the eye (control
    characters, marks that turn the direction of writing), nothing that another system takes for something else."""
    return (
        0 < len(name) <= _NAME
        and name.isprintable()
        and name[0] not in ". -~"
        and name[-1] not in ". "
        and not _ODD.intersection(name)
        and name.partition(".")[0].rstrip().upper() not in _RESERVED
    )


def accept_files(
    listed: Sequence[tuple[str, int]],
    body: bytes,
    refused: Mapping[str, str],
    *,
    most: int,
    most_bytes: int,
) -> Collected:
    """Files that a guest names and sends one after another, under the same rules: it may be under the code's spell."""
    found = Collected()
    for path, reason in refused.items():
        found.refuse(path, reason if reason in _REASONS else "error")
    start = 0
    for path, size in listed:
        content = body[start : start + size]
        start += size
        names = path.split("/")
        if len(names) > _DEPTH + 1 or not all(map(is_good_name, names)):
            found.refuse(path, "name")
        elif len(found.files) >= most:
            found.refuse(path, "too many files")
        elif found.total + len(content) > most_bytes:
            found.refuse(path, "too large")
        else:
            found.files[path] = content
            found.total += len(content)
    return found


def _take(folder: int, path: str, found: Collected, *, most: int, most_bytes: int) -> bool:
    """Read one entry; True when it is a folder."""
    try:
        # Not blocking: a pipe must not hang us.
        descriptor = kernel.open_beneath(folder, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        found.refuse(path, errno.errorcode.get(error.errno or 0, "error"))
        return False
    try:
        status = os.fstat(descriptor)
        room = most_bytes - found.total
        if stat.S_ISDIR(status.st_mode):
            return True
        if not stat.S_ISREG(status.st_mode):
            found.refuse(path, "not a regular file")
        elif status.st_nlink != 1:
            found.refuse(path, "has other names")
        elif len(found.files) >= most:
            found.refuse(path, "too many files")
        elif status.st_size > room:
            found.refuse(path, "too large")
        else:
            body = _read(descriptor, room + 1)
            if len(body) > room:
                found.refuse(path, "too large")
            else:
                found.files[path] = body
                found.total += len(body)
    finally:
        os.close(descriptor)
    return False


def _read(descriptor: int, most: int) -> bytes:
    parts = bytearray()
    while len(parts) < most and (part := os.read(descriptor, min(1 << 20, most - len(parts)))):
        parts += part
    return bytes(parts)


def size_of(folder: str, *, entries: int = 4000) -> int:
    """Bytes on disk below ``folder``, never following links; more than any limit when there are too many entries."""
    total = count = 0
    rest = [folder]
    while rest:
        try:
            with os.scandir(rest.pop()) as found:
                for entry in found:
                    count += 1
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        rest.append(entry.path)
        except OSError:
            continue
        if count > entries:
            return 1 << 60
    return total
