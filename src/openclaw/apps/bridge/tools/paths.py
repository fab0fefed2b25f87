"""From the text of a path to an open file, with no way around the local policy in between.

A path is resolved first (links, ``..``), the *real* path is judged, and then that real path is opened one
component at a time, each with O_NOFOLLOW relative to the folder opened before. A real path holds no link, so
whoever swaps a component for one meanwhile makes the open fail instead of leading it elsewhere.
"""

import os
import secrets
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, failure_of

MAX_PATH_BYTES = 4096
_TEMPORARY_START_BYTES = 100
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a FIFO must not hang the bridge
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# Passing through a folder takes search permission only; O_PATH asks for no more (Linux).
_PASS = getattr(os, "O_PATH", os.O_RDONLY) | _DIRECTORY | _NOFOLLOW | _CLOEXEC
_BY_DESCRIPTOR = os.open in os.supports_dir_fd


@dataclass(frozen=True)
class Place:
    """A judged path: ``real`` is resolved and allowed; ``shown`` is what was asked for."""

    real: str
    shown: str


def resolve(policy: Policy, text: str) -> Place:
    """``text`` (absolute, ``~`` or relative to home) as an allowed place; ToolFailedError otherwise."""
    if "\0" in text:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "The path holds a NUL character.")
    try:
        size = len(text.encode())
    except UnicodeError:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "The path is not valid text.") from None
    if size > MAX_PATH_BYTES:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"The path is over {MAX_PATH_BYTES} bytes.")
    full = expand(text, home=policy.home, folder=policy.home)
    if full is None:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "Only ~ itself can be expanded, not ~user.")
    try:
        real = os.path.realpath(full)
        real.encode()  # a name on the disk that is no UTF-8 cannot be spoken of on the wire
    except (OSError, ValueError):
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "The path cannot be resolved.") from None
    # The text as typed is judged too: a link named .ssh stays closed wherever it leads.
    pattern = policy.denies(full)
    refusal = policy.refusal(real) or (pattern and f"this machine's owner denies it ({pattern})")
    if refusal:
        raise ToolFailedError(FailureCode.DENIED_BY_LOCAL_POLICY, f"{text}: {refusal}.")
    return Place(real=real, shown=text)


def expand(text: str, *, home: str, folder: str) -> str | None:
    """``text`` as an absolute path, ``~`` as ``home``, relative to ``folder``; None for ``~user``."""
    if text == "~" or text.startswith(("~/", f"~{os.sep}")):
        return home + text[1:]
    if text.startswith("~") and not (Path(folder) / text).exists():
        return None
    return str(Path(folder) / text)


@contextmanager
def open_folder(place: Place, *, create: bool = False) -> Generator[int]:
    """A descriptor of the folder at ``place`` for use with ``dir_fd``; made, with its parents, if ``create``."""
    with _walked(place.real, place.shown, create=create) as descriptor:
        yield descriptor


@contextmanager
def open_file(place: Place) -> Generator[int]:
    """A read-only descriptor of the regular file at ``place``."""
    parent, name = os.path.split(place.real)
    with _walked(parent, place.shown, create=False) as folder:
        try:
            descriptor = open_entry(folder, name, parent=parent)
        except OSError as error:
            raise failure_of(error, place.shown) from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ToolFailedError(FailureCode.NOT_A_FILE, f"{place.shown} is not a regular file")
            yield descriptor
        finally:
            os.close(descriptor)


def open_entry(folder: int, name: str, *, parent: str) -> int:
    """A read-only descriptor of ``name`` in the open ``folder``, never through a link; OSError as it comes."""
    flags = os.O_RDONLY | _NOFOLLOW | _CLOEXEC | _NONBLOCK | _BINARY
    if _BY_DESCRIPTOR:
        return os.open(name, flags, dir_fd=folder)
    return os.open(Path(parent) / name, flags)


@dataclass(frozen=True)
class Target:
    """A file to be written: its open parent folder, its name there, and what is there now (None = nothing)."""

    folder: int
    parent: str
    name: str
    status: os.stat_result | None

    def replace(self, content: bytes) -> None:
        """Put ``content`` there in one step, keeping mode and owner; CONFLICT if it was changed meanwhile."""
        start = os.fsencode(self.name)[:_TEMPORARY_START_BYTES].decode(
            "utf-8", "ignore"
        )  # a name is 255 bytes
        temporary = f".{start}.{secrets.token_hex(6)}.tmp"
        mode = 0o666 if self.status is None else stat.S_IMODE(self.status.st_mode)
        descriptor = self._open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                self._keep_identity(file.fileno())
                os.fsync(file.fileno())
            if _identity(self._status()) != _identity(self.status):
                raise ToolFailedError(
                    FailureCode.CONFLICT, f"{self.name} was changed by someone else meanwhile"
                )
            self._rename(temporary)
        except BaseException:
            with suppress(OSError):
                self._unlink(temporary)
            raise

    def _open(self, name: str, flags: int, mode: int) -> int:
        if _BY_DESCRIPTOR:
            return os.open(name, flags | _CLOEXEC, mode, dir_fd=self.folder)
        return os.open(Path(self.parent) / name, flags | _CLOEXEC, mode)

    def _status(self) -> os.stat_result | None:
        return _status_of(self.folder, self.parent, self.name)

    def _rename(self, temporary: str) -> None:
        if _BY_DESCRIPTOR:
            os.replace(temporary, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        else:
            (Path(self.parent) / temporary).replace(Path(self.parent) / self.name)

    def _unlink(self, temporary: str) -> None:
        if _BY_DESCRIPTOR:
            os.unlink(temporary, dir_fd=self.folder)
        else:
            (Path(self.parent) / temporary).unlink()

    def _keep_identity(self, descriptor: int) -> None:
        if self.status is None or sys.platform == "win32":
            return
        with suppress(PermissionError):  # only root can give a file away
            os.fchown(descriptor, self.status.st_uid, self.status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(self.status.st_mode))


@contextmanager
def open_target(place: Place) -> Generator[Target]:
    """Where a file shall be written; missing parent folders are made. NOT_A_FILE if something else is there."""
    parent, name = os.path.split(place.real)
    if not name:
        raise ToolFailedError(FailureCode.NOT_A_FILE, f"{place.shown} is a folder")
    with _walked(parent, place.shown, create=True) as folder:
        try:
            status = _status_of(folder, parent, name)
            if status is not None and not stat.S_ISREG(status.st_mode):
                raise ToolFailedError(FailureCode.NOT_A_FILE, f"{place.shown} is not a regular file")
            yield Target(folder=folder, parent=parent, name=name, status=status)
        except OSError as error:
            raise failure_of(error, place.shown) from None


@contextmanager
def _walked(real: str, shown: str, *, create: bool) -> Generator[int]:
    """The folder at the real path ``real``, opened link-free component by component."""
    if not _BY_DESCRIPTOR:  # Windows: resolve again; there is no opening relative to a folder
        try:
            if create:
                Path(real).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failure_of(error, shown) from None
        if os.path.realpath(real) != real:
            raise ToolFailedError(FailureCode.DENIED_BY_LOCAL_POLICY, f"{shown} changed while it was opened")
        if not Path(real).is_dir():
            raise ToolFailedError(FailureCode.NOT_FOUND, f"{shown} is not in a folder that exists")
        yield -1
        return
    try:
        descriptor = _open_chain(real, create=create)
    except OSError as error:
        raise failure_of(error, shown) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_chain(real: str, *, create: bool) -> int:
    parts = [part for part in real.split(os.sep) if part]
    descriptor = os.open(os.sep, _PASS)
    try:
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    if not _exists(part, descriptor):
                        os.mkdir(part, 0o777, dir_fd=descriptor)
            inner = os.open(part, _PASS, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _status_of(folder: int, parent: str, name: str) -> os.stat_result | None:
    try:
        if _BY_DESCRIPTOR:
            return os.stat(name, dir_fd=folder, follow_symlinks=False)
        return (Path(parent) / name).lstat()
    except FileNotFoundError:
        return None


def _identity(status: os.stat_result | None) -> tuple[int, int, int] | None:
    return None if status is None else (status.st_ino, status.st_mtime_ns, status.st_size)
