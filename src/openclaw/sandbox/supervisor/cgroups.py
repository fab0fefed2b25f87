"""Control groups: the kernel's own count and limit of what a jail uses. Both versions; absent where not writable."""

import contextlib
import os
import signal
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO

from openclaw.kit.clock import SystemClock

_ROOT = Path("/sys/fs/cgroup")
_V1 = ("memory", "pids", "cpuacct")
_V2 = ("memory", "pids", "cpu")
_LEAF = "openclaw"
_CLOCK = SystemClock()
_SHORTLY = timedelta(milliseconds=5)
_TRIES = 400


def _own_group(controller: str) -> str:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return "/"


def _parents() -> dict[str, Path]:
    """The folder of each controller in which groups can be made, below this process's own."""
    if (_ROOT / "cgroup.controllers").exists():
        folder = _ROOT / _own_group("").lstrip("/")
        if folder.name == _LEAF and set(_V2) <= _enabled(folder.parent):
            folder = folder.parent  # an earlier supervisor's doing, or that of the one beside us
        folders = {str(name): folder for name in _V2}
        if not set(_V2) <= set((folder / "cgroup.controllers").read_text().split()):
            return {}
        _delegate(folder)
    else:
        folders = {name: _ROOT / name / _own_group(name).lstrip("/") for name in _V1}
        folders = {name: path if path.is_dir() else _ROOT / name for name, path in folders.items()}
    usable = all(path.is_dir() and os.access(path, os.W_OK) for path in folders.values())
    return folders if usable else {}


def _enabled(folder: Path) -> set[str]:
    return set((folder / "cgroup.subtree_control").read_text().split())


def _delegate(folder: Path) -> None:
    """Version 2: a group with children that have controllers holds no processes itself, so ours go to a leaf.

    The root may hold both; it is the one without a type.
    """
    if set(_V2) <= _enabled(folder):
        return
    if (folder / "cgroup.type").exists():
        leaf = folder / _LEAF
        leaf.mkdir(exist_ok=True)
        for process in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (leaf / "cgroup.procs").write_text(process)
    (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in _V2))


def find_parents() -> dict[str, Path]:
    """Where groups can be made; empty where they cannot."""
    try:
        return _parents()
    except (OSError, ValueError):
        return {}


def remove_orphans(parents: dict[str, Path]) -> None:
    """Groups of supervisors that were killed; what was in them died with those."""
    for folder in {folder for parent in parents.values() for folder in parent.glob("openclaw-*-*")}:
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):  # not empty yet: the next supervisor's
                folder.rmdir()


@dataclass
class Counts:
    """What the kernel has counted so far."""

    killed: int = 0  # for memory
    refused_processes: int = 0


@dataclass
class Group:
    """The group of one jail. ``interval``: seconds between looks at it."""

    parents: dict[str, Path]
    name: str
    interval: float = 0.1
    folders: dict[str, Path] = field(default_factory=dict[str, Path])
    _peak: IO[str] | None = None  # version 2 remembers by who asks what the peak was since when
    _before: Counts = field(default_factory=Counts)

    def make(self, *, memory_bytes: int, processes: int) -> None:
        """Make it; OSError if that fails."""
        self.folders = {controller: parent / self.name for controller, parent in self.parents.items()}
        for folder in set(self.folders.values()):
            folder.mkdir()
        self.limit(memory_bytes=memory_bytes, processes=processes)

    @property
    def _is_v2(self) -> bool:
        return "cpu" in self.folders

    def limit(self, *, memory_bytes: int, processes: int) -> None:
        """Set the limits of the next call."""
        self._before = self.counts()
        memory, pids = self.folders["memory"], self.folders["pids"]
        (pids / "pids.max").write_text(str(processes))
        if self._is_v2:
            (memory / "memory.max").write_text(str(memory_bytes))
            with contextlib.suppress(OSError):
                (memory / "memory.swap.max").write_text("0")
            self._forget_peak(memory / "memory.peak")
            return
        both = memory / "memory.memsw.limit_in_bytes"  # absent where the kernel does not count swap
        if both.exists():
            both.write_text("-1")
        (memory / "memory.limit_in_bytes").write_text(str(memory_bytes))
        if both.exists():
            both.write_text(str(memory_bytes))
        with contextlib.suppress(OSError):
            (memory / "memory.max_usage_in_bytes").write_text("0")  # the peak of this call

    def _forget_peak(self, file: Path) -> None:
        """Before Linux 6.12 it cannot be forgotten: then it is that of all calls so far."""
        try:
            if self._peak is None:
                self._peak = file.open("r+", encoding="ascii")
            self._peak.seek(0)
            self._peak.write("0")
            self._peak.flush()
        except OSError:
            self._drop_peak()

    def _drop_peak(self) -> None:
        if self._peak is not None:
            with contextlib.suppress(OSError):  # what it could not write
                self._peak.close()
            self._peak = None

    def enter(self) -> None:
        """Put the calling process in."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text("0")

    def counts(self) -> Counts:
        """What happened so far."""
        memory = "memory.events" if self._is_v2 else "memory.oom_control"
        return Counts(
            _value(self.folders["memory"] / memory, "oom_kill"),
            _value(self.folders["pids"] / "pids.events", "max"),
        )

    @property
    def is_over(self) -> bool:
        """Whether the kernel has killed for memory since the limits were set."""
        return self.counts().killed > self._before.killed

    @property
    def has_refused_processes(self) -> bool:
        """Whether a process could not be made since the limits were set."""
        return self.counts().refused_processes > self._before.refused_processes

    def cpu_seconds(self) -> float:
        """Used by all that ever were in it."""
        if self._is_v2:
            return _value(self.folders["cpu"] / "cpu.stat", "usage_usec") / 1e6
        return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9

    @property
    def peak_bytes(self) -> int:
        """The most memory that was in use."""
        name = "memory.peak" if self._is_v2 else "memory.max_usage_in_bytes"
        with contextlib.suppress(OSError):
            if self._peak is not None:
                self._peak.seek(0)
                return int(self._peak.read())
            return int((self.folders["memory"] / name).read_text())
        return 0

    def kill(self) -> None:
        """SIGKILL for everything in it now; where the kernel does it, also for what is being made."""
        with contextlib.suppress(OSError):
            at_once = self.folders["pids"] / "cgroup.kill"  # version 2, since Linux 5.14
            if at_once.exists():
                at_once.write_text("1")
                return
        with contextlib.suppress(OSError):
            for process in (self.folders["pids"] / "cgroup.procs").read_text().split():
                with contextlib.suppress(OSError):
                    os.kill(int(process), signal.SIGKILL)

    def is_gone(self) -> bool:
        """Remove it; False while something in it has not ended yet."""
        self.kill()
        self._drop_peak()
        for folder in set(self.folders.values()):
            with contextlib.suppress(FileNotFoundError):
                try:
                    folder.rmdir()
                except OSError:
                    return False
        return True


async def remove_when_empty(group: Group) -> None:
    """Kill what is in it and remove it, as soon as the kernel lets."""
    for _ in range(_TRIES):
        if group.is_gone():
            return
        await _CLOCK.sleep(_SHORTLY)  # the kernel tells nobody when a group is empty


def _value(file: Path, key: str) -> int:
    with contextlib.suppress(OSError):
        for line in file.read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == key:
                return int(value)
    return 0
