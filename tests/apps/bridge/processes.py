"""Whether processes still run, waited for by signal; gates that commands wait at."""

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import Self


async def wait_until_gone(*pids: int) -> None:
    """Return when none of ``pids`` runs any more; fails after 60 s."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        gone = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(descriptor, gone.set)  # readable once the process has ended; does not reap it
        try:
            async with asyncio.timeout(60):
                await gone.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids_in(file: Path) -> list[int]:
    return [int(word) for word in file.read_text().split()]


class Gate:
    """A named pipe that commands wait at with ``read _ < gate``, until the test lets one through."""

    def __init__(self, folder: Path) -> None:
        os.mkfifo(folder / "gate")
        self._descriptor = os.open(folder / "gate", os.O_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def let_through(self, count: int = 1) -> None:
        os.write(self._descriptor, b"\n" * count)
