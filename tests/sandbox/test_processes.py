"""Ends of processes: each is told to who waits for it, and those that nobody waits for are taken too."""

import asyncio
import os
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


async def test_the_end_of_ours_is_told_and_not_taken_for_an_orphans() -> None:
    from openclaw.sandbox.supervisor.processes import reap_orphans, start, wait_for_end

    read, write = os.pipe()
    process = start(["/bin/sh", "-c", "read line; exit 3"], {0: read}, user=None, enter=None, environment={})
    os.close(read)
    waiting = asyncio.ensure_future(wait_for_end(process))
    await asyncio.wait([waiting], timeout=0.01)  # it lives, so the end is waited for
    reap_orphans()
    os.write(write, b"\n")
    os.close(write)
    assert await waiting == 3


def test_who_may_become_another() -> None:
    from openclaw.sandbox.supervisor.processes import can_become

    assert can_become(os.getuid()) is (os.getuid() == 0)  # groups are root's to change


async def test_a_program_that_does_not_start_is_an_error_of_the_system() -> None:
    from openclaw.sandbox.supervisor.processes import start

    def fails() -> None:
        raise PermissionError

    with pytest.raises(OSError, match="preexec"):
        start(["/bin/true"], {}, user=None, enter=fails, environment={})
    with pytest.raises(FileNotFoundError):
        start(["/bin/absent"], {}, user=None, enter=None, environment={})
