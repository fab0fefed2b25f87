"""A harmless call that tries a few forbidden things: the supervisor runs it to see whether its jail holds."""

import contextlib
import os
import socket
from typing import Any


def run(inputs: Any, host: object) -> list[Any]:
    """``[inputs, what should have failed and did not]``."""
    leaks: list[str] = []
    with contextlib.suppress(OSError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        leaks.append("network")
    with contextlib.suppress(OSError):
        os.close(os.open("/etc/shadow", os.O_RDONLY))
        leaks.append("files of the host")
    with contextlib.suppress(OSError):
        os.close(os.open("/usr/openclaw-probe", os.O_WRONLY | os.O_CREAT, 0o600))
        leaks.append("a system that can be written to")
    return [inputs, leaks]
