"""What a process has started, found before it ends: afterwards nothing tells whose child an orphan was.

A process is known by its id and its start time, since ids are used again.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PS = ["ps", "-A", "-o", "pid=,ppid=,lstart="]


@dataclass(frozen=True)
class Process:
    """One process, as long as it lives."""

    pid: int
    started: str


def descendants(root: int) -> set[Process]:
    """Every living descendant of ``root``, whatever group or session it is in. Nothing on Windows."""
    children: dict[int, list[Process]] = {}
    for parent, process in _table():
        children.setdefault(parent, []).append(process)
    found: set[Process] = set()
    level = [root]
    while level:
        below = [child for pid in level for child in children.get(pid, []) if child not in found]
        found.update(below)
        level = [child.pid for child in below]
    return found


def end_processes(processes: Iterable[Process]) -> int:
    """End those that still are the same; how many there were."""
    alive = set(processes)
    if not alive:
        return 0
    alive &= {process for _, process in _table()}
    for process in alive:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, signal.SIGKILL)
    return len(alive)


def _table() -> list[tuple[int, Process]]:
    """Each process of the machine after its parent's id; zombies have nothing left to end."""
    if sys.platform == "win32":
        return []
    return _read_proc() if _PROC.joinpath("self/stat").exists() else _ask_ps()


def _read_proc() -> list[tuple[int, Process]]:
    table: list[tuple[int, Process]] = []
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_bytes()
        except OSError:
            continue  # it has ended
        # `pid (name) state ppid …`: the name may hold spaces and brackets, so count from its last bracket.
        fields = stat[stat.rfind(b")") + 2 :].split()
        if fields[0] != b"Z":
            table.append((int(fields[1]), Process(int(folder.name), fields[19].decode())))
    return table


def _ask_ps() -> list[tuple[int, Process]]:
    listed = subprocess.run(_PS, capture_output=True, text=True, check=False).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [(int(row[1]), Process(int(row[0]), row[2])) for row in rows if len(row) == 3]
