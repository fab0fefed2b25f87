"""Whether processes still run, waited for by the kernel's own signal."""

import asyncio
import contextlib
import os
from collections.abc import Iterator

END_SECONDS = 60


def is_running(pid: int) -> bool:
    """Whether a process has that id. One that has ended and was not reaped yet counts as running."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def end_of(pid: int) -> Iterator[asyncio.Event]:
    """An event that is set the moment ``pid`` ends. Linux."""
    ended = asyncio.Event()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        ended.set()
        yield ended
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)  # readable once the process has ended; does not reap it
    try:
        yield ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def wait_until_gone(*pids: int) -> None:
    """Return when none of ``pids`` runs any more. Raises TimeoutError."""
    async with asyncio.timeout(END_SECONDS):
        for pid in pids:
            with end_of(pid) as ended:
                await ended.wait()
