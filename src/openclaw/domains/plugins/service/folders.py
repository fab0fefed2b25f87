"""Folders of code on this machine: made once for their content, read-only, checked again by whoever first uses them.

A folder is ``<kind>/<key>-<build>``: another build has another path, so that no warm jail sees it change. It is made
aside and then given its name; of several processes that want the same one, one makes it and the others wait.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id

MAX_FOLDERS = 200
_UNUSED = timedelta(days=30)
_SPARED = timedelta(hours=2)  # longer than any call
_CONTENT, _SEAL = "content", "seal.json"

Build = Callable[[Path], None]
"""Fills a new folder. What it raises is raised to whoever asked for the folder, and leaves nothing."""


class Folders:
    """The folders below ``root``. ``keys`` seal what is in them: what was changed since is made anew."""

    def __init__(self, root: Path, keys: KeyRing, clock: Clock, *, most: int = MAX_FOLDERS) -> None:
        self._root = root
        self._keys = keys
        self._clock = clock
        self._most = most

    async def ensure(self, kind: str, key: str, build: Build) -> Path:
        """The folder of ``key`` (what its content follows from), made by ``build`` unless it is there and whole."""
        found = await asyncio.to_thread(self._ensure, kind, key, build)
        assert found is not None
        return found

    async def find(self, kind: str, key: str) -> Path | None:
        """The folder of ``key`` if it is there and whole."""
        return await asyncio.to_thread(self._ensure, kind, key, None)

    def touch(self, contents: Sequence[Path]) -> bool:
        """Say that folders are used; False when one of them has gone."""
        try:
            for content in contents:
                os.utime(content.parent)
        except FileNotFoundError:
            return False
        return True

    def _ensure(self, kind: str, key: str, build: Build | None) -> Path | None:
        folder = self._root / kind
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        with _locked(folder / f".{key}.lock"):
            for found in sorted(folder.glob(f"{key}-*")):
                if self._is_whole(found, f"{kind}/{key}"):
                    os.utime(found)
                    return found / _CONTENT
                _remove(found)
            if build is None:
                return None
            self._tidy(folder)
            return self._make(folder, kind, key, build)

    def _make(self, folder: Path, kind: str, key: str, build: Build) -> Path:
        draft = folder / f".draft-{new_id().hex}"
        content = draft / _CONTENT
        content.mkdir(parents=True)
        try:
            build(content)
            for path in [content, *content.rglob("*")]:
                path.chmod(0o555 if path.is_dir() else 0o444)
            (draft / _SEAL).write_text(json.dumps(self._seal(content, f"{kind}/{key}")))
            draft.chmod(0o755)
            made = folder / f"{key}-{new_id().hex}"
            draft.rename(made)
        except BaseException:
            _remove(draft)
            raise
        return made / _CONTENT

    def _seal(self, content: Path, name: str) -> dict[str, str]:
        listing = json.dumps(sorted(_listing(content)))
        return {"listing": hashlib.sha256(listing.encode()).hexdigest(), "mac": self._mac(name, listing)}

    def _mac(self, name: str, listing: str) -> str:
        return self._keys.mac("plugin-folders-v1", f"{name}\n{listing}")

    def _is_whole(self, folder: Path, name: str) -> bool:
        """Whether everything in the folder is as this installation made it."""
        try:
            sealed = json.loads((folder / _SEAL).read_text())
            return sealed == self._seal(folder / _CONTENT, name)
        except (OSError, ValueError):
            return False

    def _tidy(self, folder: Path) -> None:
        """Remove what nobody has used for long, what is too much, and drafts of those who died."""
        now = self._clock.now().timestamp()
        found = sorted((path for path in folder.iterdir() if path.is_dir()), key=_used_at)
        excess = len(found) - self._most + 1
        for index, path in enumerate(found):
            age = now - _used_at(path)
            is_old = age > _UNUSED.total_seconds() or path.name.startswith(".draft-")
            if (is_old or index < excess) and age > _SPARED.total_seconds():
                _remove(path)


def _used_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _listing(content: Path) -> Iterator[tuple[str, str]]:
    """Every file with its digest. Raises ValueError for what is no plain file."""
    for path in content.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is neither a file nor a folder")
        if path.is_file():
            yield str(path.relative_to(content)), hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among processes; the lock ends with the process that holds it."""
    import fcntl  # noqa: PLC0415  (not to be had on Windows, where the server runs and untrusted code does not)

    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(folder: Path) -> None:
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
        with suppress(OSError):
            path.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
