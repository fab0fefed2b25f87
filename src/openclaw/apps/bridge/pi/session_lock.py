"""One runtime per session file. Two do not see each other: both append, and one's messages vanish from view."""

import os
from pathlib import Path

from openclaw.apps.bridge.file_lock import try_lock
from openclaw.apps.bridge.pi.errors import PiSessionInUseError


class SessionLock:
    """Holds a session file for this process's runtime, by a lock file beside it that runtimes do not look at."""

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._path: Path | None = None

    def hold(self, session: Path) -> None:
        """Hold ``session`` (and let go of the one before); PiSessionInUseError when another bridge has it."""
        path = session.parent.resolve() / f".{session.name}.openclaw-lock"
        if path == self._path:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if not try_lock(descriptor, exclusive=True):
            os.close(descriptor)
            raise PiSessionInUseError
        self.release()
        self._descriptor, self._path = descriptor, path

    def release(self) -> None:
        """Let go. The empty file stays: removing it would let two hold "the same" lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = self._path = None
