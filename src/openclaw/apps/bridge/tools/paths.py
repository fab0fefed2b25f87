"""From the text of a path to an open file, with no way around the local policy in between.

A path is resolved first (links, ``..``), the *real* path is judged, and then that real path is opened one
component at a time, each with O_NOFOLLOW relative to the folder opened before. A real path holds no link, so
whoever swaps a component for one meanwhile makes the open fail instead of leading it elsewhere.
"""

import os
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, failure_of
from openclaw.apps.bridge.versions.folders import CREATING, Folder, identity, keep_owner, temporary_name

MAX_PATH_BYTES = 4096
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


def resolve(policy: Policy, text: str, *, is_entry: bool = False) -> Place:
    """``text`` (absolute, ``~`` or relative to home) as an allowed place; ToolFailedError otherwise.

    ``is_entry``: a link at the very end is meant itself, not what it leads to.
    """
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
        real = _real_entry(full) if is_entry else os.path.realpath(full)
        real.encode()  # a name on the disk that is no UTF-8 cannot be spoken of on the wire
    except (OSError, ValueError):
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "The path cannot be resolved.") from None
    # The text as typed is judged too: a link named .ssh stays closed wherever it leads.
    pattern = policy.denies(full)
    refusal = policy.refusal(real) or (pattern and f"this machine's owner denies it ({pattern})")
    if refusal:
        raise ToolFailedError(FailureCode.DENIED_BY_LOCAL_POLICY, f"{text}: {refusal}.")
    return Place(real=real, shown=text)


def _real_entry(full: str) -> str:
    parent, name = os.path.split(full.rstrip(os.sep))
    if name in ("", ".", ".."):
        return os.path.realpath(full)
    return os.path.join(os.path.realpath(parent), name)


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

    folder: Folder
    name: str
    status: os.stat_result | None

    def replace(self, content: bytes) -> None:
        """Put ``content`` there in one step, keeping mode and owner; CONFLICT if it was changed meanwhile."""
        self.replace_by(lambda descriptor: _write_all(descriptor, content), mode=None)

    def replace_by(self, fill: Callable[[int], None], *, mode: int | None) -> None:
        """As ``replace``, with what ``fill`` writes into an open file, and rights of its own unless None."""
        temporary = temporary_name(self.name)
        present = 0o666 if self.status is None else stat.S_IMODE(self.status.st_mode)
        descriptor = self.folder.open(temporary, CREATING, present if mode is None else 0o600)
        try:
            try:
                fill(descriptor)
                keep_owner(descriptor, self.status)
                if sys.platform != "win32" and (mode is not None or self.status is not None):
                    os.fchmod(descriptor, present if mode is None else mode)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if identity(self.folder.status(self.name)) != identity(self.status):
                raise ToolFailedError(
                    FailureCode.CONFLICT, f"{self.name} was changed by someone else meanwhile"
                )
            self.folder.rename(temporary, self.folder, self.name)
        except BaseException:
            with suppress(OSError):
                self.folder.remove(temporary)
            raise


@contextmanager
def open_target(place: Place, *, create: bool = True, on_make: "OnMake | None" = None) -> Generator[Target]:
    """Where a file shall be written; NOT_A_FILE if something else is there.

    Missing parent folders are made if ``create``; ``on_make`` is called with the path of each before it is made.
    """
    name = os.path.basename(place.real)
    if not name:
        raise ToolFailedError(FailureCode.NOT_A_FILE, f"{place.shown} is a folder")
    with open_parent(place, create=create, on_make=on_make) as folder:
        status = folder.status(name)
        if status is not None and not stat.S_ISREG(status.st_mode):
            raise ToolFailedError(FailureCode.NOT_A_FILE, f"{place.shown} is not a regular file")
        yield Target(folder, name, status)


OnMake = Callable[[str], object]


@contextmanager
def open_parent(place: Place, *, create: bool = False, on_make: OnMake | None = None) -> Generator[Folder]:
    """The folder that holds ``place``; OSErrors of the block are told as ToolFailedError.

    Missing folders are made if ``create``; ``on_make`` is called with the path of each before it is made.
    """
    parent = os.path.dirname(place.real)
    with _walked(parent, place.shown, create=create, on_make=on_make) as descriptor:
        try:
            yield Folder(descriptor, parent)
        except OSError as error:
            raise failure_of(error, place.shown) from None


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


@contextmanager
def _walked(real: str, shown: str, *, create: bool, on_make: OnMake | None = None) -> Generator[int]:
    """The folder at the real path ``real``, opened link-free component by component."""
    if not _BY_DESCRIPTOR:  # Windows: resolve again; there is no opening relative to a folder
        try:
            if create:
                _make_all(Path(real), on_make)
        except OSError as error:
            raise failure_of(error, shown) from None
        if os.path.realpath(real) != real:
            raise ToolFailedError(FailureCode.DENIED_BY_LOCAL_POLICY, f"{shown} changed while it was opened")
        if not Path(real).is_dir():
            raise ToolFailedError(FailureCode.NOT_FOUND, f"{shown} is not in a folder that exists")
        yield -1
        return
    try:
        descriptor = _open_chain(real, create=create, on_make=on_make)
    except OSError as error:
        raise failure_of(error, shown) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make_all(folder: Path, on_make: OnMake | None) -> None:
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        if on_make is not None:
            on_make(str(part))
        part.mkdir(exist_ok=True)


def _open_chain(real: str, *, create: bool, on_make: OnMake | None) -> int:
    parts = [part for part in real.split(os.sep) if part]
    descriptor = os.open(os.sep, _PASS)
    try:
        for depth, part in enumerate(parts, start=1):
            if create:
                with suppress(FileExistsError):
                    if not _exists(part, descriptor):
                        if on_make is not None:
                            on_make(os.sep + os.sep.join(parts[:depth]))
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
