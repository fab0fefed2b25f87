"""Ending a command together with everything that it started.

Each command runs in a session and process group of its own, which one signal reaches. A child that leaves the
group (``setsid``, a daemon) is found by the mark that every descendant inherits in its environment; that needs
/proc, so on macOS and Windows such a child can survive.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

MARK = "OPENCLAW_CALL"
_PROC = Path("/proc")
_ROUNDS = 4  # a child may fork while we look


def mark_of(node_id: str, call_id: str) -> str:
    """The value of ``MARK`` for one call of one machine."""
    return f"{node_id[:16]}/{call_id}"


def terminate_group(leader: int) -> None:
    """Ask the group of ``leader`` to end."""
    if sys.platform == "win32":
        _kill_windows_tree(leader)
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGTERM)


def kill_tree(leader: int, mark: str) -> None:
    """End the group of ``leader`` and every process that carries ``mark``, at once."""
    kill_group(leader)
    kill_marked(mark)


def kill_group(leader: int) -> None:
    """End the group of ``leader`` at once."""
    if sys.platform == "win32":
        _kill_windows_tree(leader)
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def kill_marked(mark: str) -> int:
    """End every process whose ``MARK`` starts with ``mark``; how many there were."""
    if sys.platform != "linux":
        return 0
    total = 0
    for _ in range(_ROUNDS):
        found = _marked(f"{MARK}={mark}".encode())
        for process in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        total += len(found)
        if not found:
            break
    return total


def _marked(entry: bytes) -> list[int]:
    found: list[int] = []
    own = os.getpid()
    for folder in _PROC.iterdir():
        if not folder.name.isdigit() or int(folder.name) == own:
            continue
        try:
            # Bounded by the kernel's argument limit; a zombie's is empty, a stranger's is refused.
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if any(part.startswith(entry) for part in environment.split(b"\0")):
            found.append(int(folder.name))
    return found


def _kill_windows_tree(leader: int) -> None:
    command = ["taskkill", "/F", "/T", "/PID", str(leader)]
    subprocess.run(command, check=False, capture_output=True)
