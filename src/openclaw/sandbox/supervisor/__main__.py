"""``python -m openclaw.sandbox.supervisor``: started by the client, which is its standard input."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from openclaw.sandbox.guest import kernel
from openclaw.sandbox.supervisor.daemon import Daemon


def main() -> None:
    """Serve until the client is gone."""
    os.umask(0o022)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's; the client decides when we end
    kernel.adopt_orphans()
    kernel.hide_memory()
    with socket.socket(fileno=0) as client:
        client.setblocking(False)
        runtime = Path(tempfile.mkdtemp(prefix="openclaw-sandbox-"))
        runtime.chmod(0o711)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                asyncio.run(Daemon(client, runtime).serve())
        finally:
            shutil.rmtree(runtime, ignore_errors=True)


if __name__ == "__main__":
    main()
