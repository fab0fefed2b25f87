"""Bytes of previous versions, each stored once under its SHA-256."""

import hashlib
import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_CHUNK = 1_048_576
_TEMPORARY = "new."


class Blobs:
    """Files named by their hash in a folder of the owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def copied(self, source: int) -> Generator["Copy"]:
        """A copy of the rest of an open file; a blob once ``Copy.settle`` is called. OSError as it comes."""
        path = self._folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        total, size = hashlib.sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while piece := os.read(source, _CHUNK):
                    total.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            yield Copy(self._folder, path, total.hexdigest(), size)
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    def open(self, sha256: str) -> int:
        """A read-only descriptor of a blob; FileNotFoundError when it is gone."""
        return os.open(self._folder / sha256[:2] / sha256, os.O_RDONLY)

    def remove(self, sha256: str) -> None:
        """Delete a blob if it is there."""
        with suppress(FileNotFoundError):
            (self._folder / sha256[:2] / sha256).unlink()

    def sweep(self, known: set[str]) -> None:
        """Delete what a killed process left half done, and blobs that are not ``known``."""
        for path in self._folder.glob("*"):
            if path.name.startswith(_TEMPORARY):
                path.unlink()
                continue
            for blob in path.glob("*"):
                if blob.name not in known:
                    blob.unlink()


class Copy:
    """Bytes on the disk that are no blob yet."""

    def __init__(self, folder: Path, path: Path, sha256: str, size: int) -> None:
        self.sha256 = sha256
        self.size = size
        self._folder = folder
        self._path = path

    def settle(self) -> None:
        """Make it a blob; on return it survives a power cut."""
        shelf = self._folder / self.sha256[:2]
        is_new = not shelf.exists()
        shelf.mkdir(mode=0o700, exist_ok=True)
        self._path.replace(shelf / self.sha256)
        _sync(shelf)
        if is_new:
            _sync(self._folder)


def _sync(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
