"""Processes: starting them, watching their end, and counting what a tree of them uses where no control group does."""

import asyncio
import contextlib
import glob
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openclaw.sandbox.guest import kernel

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",  # it starts a thread per processor, and counts those of the machine
}

_ours: set[int] = set()


def start(
    command: Sequence[str],
    descriptors: Mapping[int, int],
    *,
    user: int | None,
    enter: Callable[[], None] | None,
    environment: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    """Start ``command`` with open files only at the numbers of ``descriptors``, as ``user``, after ``enter``.

    The program dies with the supervisor. Only safe in a process of one thread.
    """

    def prepare() -> None:
        if enter is not None:
            enter()
        above = {target: os.dup(source) for target, source in descriptors.items()}
        moved = {target: _above(source) for target, source in above.items()}
        for target, source in moved.items():
            os.dup2(source, target)
        if user is not None:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        kernel.die_with_parent()

    try:
        process = _start(command, prepare, descriptors, environment)
    except subprocess.SubprocessError as error:  # all that it says of what failed in `prepare`
        raise OSError(str(error)) from error
    _ours.add(process.pid)
    return process


def _start(
    command: Sequence[str],
    prepare: Callable[[], None],
    descriptors: Mapping[int, int],
    environment: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a jail's command, of our making
        command,
        preexec_fn=prepare,  # noqa: PLW1509 - one thread
        pass_fds=tuple(descriptors),
        stdin=subprocess.DEVNULL if 0 not in descriptors else None,
        stdout=subprocess.DEVNULL if 1 not in descriptors else None,
        stderr=subprocess.DEVNULL if 2 not in descriptors else None,
        env=dict(environment),
        cwd="/",
    )


def can_become(user: int) -> bool:
    """Whether this process may give itself up for ``user``: it may lack the right, or the user may not exist here."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def reap_orphans() -> None:
    """Take the ends of what came to us when the process that made it was killed: nobody else waits for them."""
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            if int(child) not in _ours:
                with contextlib.suppress(OSError):
                    os.waitpid(int(child), os.WNOHANG)


def _above(descriptor: int) -> int:
    """Out of the way of the numbers that descriptors are moved to."""
    while descriptor < 64:
        descriptor = os.dup(descriptor)
    return descriptor


async def wait_for_end(process: subprocess.Popen[bytes]) -> int:
    """The exit code, once it has ended."""
    if process.poll() is None:
        ended = asyncio.get_running_loop().create_future()
        descriptor = os.pidfd_open(process.pid)
        loop = asyncio.get_running_loop()
        loop.add_reader(descriptor, lambda: ended.done() or ended.set_result(None))
        try:
            await ended
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
    code = process.wait()
    _ours.discard(process.pid)
    return code


def count_of_user(user: int) -> int:
    """How many processes and threads ``user`` has on the machine."""
    count = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            text = status.read_text()
            if int(text.split("\nUid:", 1)[1].split(None, 1)[0]) == user:
                count += int(text.split("\nThreads:", 1)[1].split(None, 1)[0])
    return count


@dataclass
class Tree:
    """A process and all below it, sampled. A process namespace or a subreaper keeps them below."""

    root: int
    memory_bytes: int
    interval: float = 0.02
    is_over: bool = False
    peak_bytes: int = 0
    _seen: dict[int, int] = field(default_factory=dict)

    def _members(self) -> list[int]:
        found: list[int] = []
        rest = [self.root]
        while rest:
            process = rest.pop()
            found.append(process)
            for children in glob.iglob(f"/proc/{process}/task/*/children"):  # each thread has its own
                with contextlib.suppress(OSError):
                    rest += map(int, Path(children).read_text().split())
        return found

    def cpu_seconds(self) -> float:
        """Used so far by those that live, those that were waited for, and at least what was seen of the rest."""
        waited = memory = 0
        for process in self._members():
            with contextlib.suppress(OSError, IndexError):
                numbers = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
                self._seen[process] = int(numbers[11]) + int(numbers[12])
                waited += sum(map(int, numbers[11:15]))
                memory += self._memory_of(process)
        self.peak_bytes = max(self.peak_bytes, memory)
        self.is_over = self.is_over or memory > self.memory_bytes
        return max(waited, sum(self._seen.values())) / _TICKS

    def _memory_of(self, process: int) -> int:
        sizes = Path(f"/proc/{process}/statm").read_text().split()
        return (int(sizes[1]) - int(sizes[2])) * _PAGE  # resident less shared with files

    def kill(self) -> None:
        """SIGKILL for all below the root."""
        for process in self._members()[1:]:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)


class SharingTree(Tree):
    """One whose processes share memory that counts: each has its part of it."""

    interval: float = 0.1  # the kernel walks all pages for it

    def _memory_of(self, process: int) -> int:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
        return super()._memory_of(process)
