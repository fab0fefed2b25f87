"""``python -m openclaw.sandbox.supervisor``: started by the client, which is its standard input."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from openclaw.sandbox.guest import kernel
from openclaw.sandbox.supervisor.daemon import Daemon
from openclaw.sandbox.supervisor.jail import Sight

_PREFIX = "openclaw-sandbox-"


def _remove_orphans() -> None:
    """Folders of supervisors that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if folder.stat().st_uid == os.getuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def main() -> None:
    """Serve until the client is gone."""
    os.umask(0o022)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's; the client decides when we end
    kernel.adopt_orphans()
    kernel.hide_memory()
    with socket.socket(fileno=0) as client:
        client.setblocking(False)
        _remove_orphans()
        fresh = Path(tempfile.mkdtemp(prefix="openclaw-fresh-"))
        fresh.chmod(0o711)
        lock = os.open(fresh, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # while we live; before others take it for an orphan
        runtime = fresh.rename(fresh.with_name(_PREFIX + fresh.name.rpartition("-")[2]))
        (runtime / "sight").mkdir()
        sight = Sight(runtime / "sight")
        try:
            with contextlib.suppress(asyncio.CancelledError):
                asyncio.run(Daemon(client, runtime, sight).serve())
        finally:
            sight.close()
            shutil.rmtree(runtime, ignore_errors=True)


if __name__ == "__main__":
    main()
