"""An open folder and what can be done with the names in it, never through a link."""

import hashlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from openclaw.apps.bridge.versions.states import ABSENT, State

BY_DESCRIPTOR = os.open in os.supports_dir_fd
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_BINARY = getattr(os, "O_BINARY", 0)
READING = os.O_RDONLY | _NOFOLLOW | _CLOEXEC | _NONBLOCK | _BINARY
CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _CLOEXEC | _BINARY
_CHUNK = 1_048_576
_START_BYTES = 100


class _At(TypedDict, total=False):
    dir_fd: int


@dataclass(frozen=True)
class Folder:
    """``descriptor`` is open, or -1 where the system cannot open relative to one (Windows): then ``path`` counts.

    Every method raises OSError as it comes.
    """

    descriptor: int
    path: str

    def status(self, name: str) -> os.stat_result | None:
        """What ``name`` is, of a link the link itself; None for nothing."""
        try:
            return os.stat(self._name(name), follow_symlinks=False, **self._at)
        except FileNotFoundError:
            return None

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """A descriptor of ``name``."""
        return os.open(self._name(name), flags, mode, **self._at)

    @contextmanager
    def inside(self, name: str) -> Generator["Folder"]:
        """The folder ``name``, opened to be read."""
        path = str(Path(self.path) / name)
        if self.descriptor < 0:
            yield Folder(-1, path)
            return
        descriptor = self.open(name, READING | _DIRECTORY)
        try:
            yield Folder(descriptor, path)
        finally:
            os.close(descriptor)

    def names(self) -> list[str]:
        """Every name in it, sorted; of a folder opened by ``inside``."""
        return sorted(os.listdir(self.path if self.descriptor < 0 else self.descriptor))

    def make_folder(self, name: str, mode: int = 0o777) -> None:
        """Make the folder ``name``."""
        os.mkdir(self._name(name), mode, **self._at)

    def remove_folder(self, name: str) -> None:
        """Remove the empty folder ``name``."""
        os.rmdir(self._name(name), **self._at)

    def remove(self, name: str) -> None:
        """Remove ``name``, which is no folder."""
        os.unlink(self._name(name), **self._at)

    def rename(self, name: str, other: "Folder", new_name: str) -> None:
        """Move ``name`` to ``new_name`` in ``other``, over what is there."""
        if self.descriptor < 0:
            Path(self._name(name)).replace(other._name(new_name))  # noqa: SLF001  (the same class)
        else:
            os.replace(name, new_name, src_dir_fd=self.descriptor, dst_dir_fd=other.descriptor)

    def read_link(self, name: str) -> str:
        """Where the link ``name`` points."""
        return os.readlink(self._name(name), **self._at)

    def make_link(self, target: str, name: str) -> None:
        """Make the link ``name``."""
        os.symlink(target, self._name(name), **self._at)

    def set_mode_and_time(self, name: str, *, mode: int, mtime_ns: int) -> None:
        """Give the folder ``name`` its rights and its time back."""
        if self.descriptor < 0:
            os.utime(self._name(name), ns=(mtime_ns, mtime_ns))
            return
        descriptor = self.open(name, READING | _DIRECTORY)
        try:
            os.utime(descriptor, ns=(mtime_ns, mtime_ns))
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)

    def look(self, name: str) -> State:
        """The state of ``name``, a file with the hash of its bytes. PermissionError when it cannot be read."""
        status = self.status(name)
        state = self.outline(name, status)
        if state.kind != "file":
            return state
        descriptor = self.open(name, READING)
        try:
            return with_hash(state, digest(descriptor))
        finally:
            os.close(descriptor)

    def outline(self, name: str, status: os.stat_result | None) -> State:
        """The state of ``name`` without the hash of its bytes."""
        if status is None:
            return ABSENT
        mode, mtime = stat.S_IMODE(status.st_mode), status.st_mtime_ns
        if stat.S_ISREG(status.st_mode):
            return State("file", size=status.st_size, mode=mode, mtime_ns=mtime)
        if stat.S_ISDIR(status.st_mode):
            return State("folder", mode=mode, mtime_ns=mtime)
        if stat.S_ISLNK(status.st_mode):
            return State("link", target=self.read_link(name))
        return State("other", mode=mode)

    def _name(self, name: str) -> str:
        return name if self.descriptor >= 0 else str(Path(self.path) / name)

    @property
    def _at(self) -> _At:
        return {"dir_fd": self.descriptor} if self.descriptor >= 0 else {}


def temporary_name(name: str) -> str:
    """A new name beside ``name`` for what will be renamed to it; ``leftover_of`` knows it again."""
    return f".{_start(name)}.{secrets.token_hex(6)}.tmp"


def leftover_of(name: str) -> re.Pattern[str]:
    """Matches the temporary names of ``name``."""
    return re.compile(rf"\.{re.escape(_start(name))}\.[0-9a-f]{{12}}\.tmp")


def _start(name: str) -> str:
    """As much of a name as leaves room beside it: a file system counts bytes, not letters."""
    return os.fsencode(name)[:_START_BYTES].decode("utf-8", "ignore")


def digest(descriptor: int) -> str:
    """The SHA-256 of an open file from its present position on, in hex."""
    total = hashlib.sha256()
    while piece := os.read(descriptor, _CHUNK):
        total.update(piece)
    return total.hexdigest()


def with_hash(state: State, sha256: str) -> State:
    """A file's state with what its bytes hash to."""
    return State(state.kind, sha256, state.size, state.mode, state.mtime_ns)


def identity(status: os.stat_result | None) -> tuple[int, int, int] | None:
    """Tells whether a file was changed or exchanged between two looks at it."""
    return None if status is None else (status.st_ino, status.st_mtime_ns, status.st_size)


def keep_owner(descriptor: int, status: os.stat_result | None) -> None:
    """Give an open file the owner of the one that it replaces, as far as that is allowed."""
    if status is None or sys.platform == "win32":
        return
    with suppress(PermissionError):  # only root can give a file away
        os.fchown(descriptor, status.st_uid, status.st_gid)
