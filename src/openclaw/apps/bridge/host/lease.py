"""How long this host may go on without a word from the server, and the end of everything when that is over."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from openclaw.apps.bridge.host.leash import RENEWAL

_log = logging.getLogger(__name__)
_GRACE_SECONDS = 0.5  # of the leash: the host itself ends things in better order


class Lease:
    """Counts from when the host asked, not from when it was answered. ``on_over`` is called when the time is up."""

    def __init__(self, mark: str, on_over: Callable[[], None]) -> None:
        self._mark = mark
        self._on_over = on_over
        self._loop = asyncio.get_running_loop()
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    @property
    def stands(self) -> bool:
        """Whether something may be run now."""
        return self._deadline is not None and self._loop.time() < self._deadline

    def renew(self, *, asked_at: float, seconds: float) -> None:
        """The server has answered what was asked at ``asked_at`` (of the loop's time)."""
        self._deadline = max(self._deadline or 0.0, asked_at + seconds)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._over)
        self._tell_leash(self._deadline - self._loop.time() + _GRACE_SECONDS)

    def close(self) -> None:
        """Nothing is run any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._deadline = None
        self._end_leash()

    def _over(self) -> None:
        _log.warning("the server was out of reach for as long as the lease: everything that runs is ended")
        self._deadline = None
        self._on_over()

    def _tell_leash(self, seconds: float) -> None:
        if sys.platform == "win32":
            return
        leash = self._leash
        if leash is None or leash.poll() is not None:
            leash = self._leash = self._start()
        assert leash.stdin is not None
        with suppress(BrokenPipeError):  # it was ended by somebody; the next renewal starts another
            os.write(leash.stdin.fileno(), RENEWAL.pack(seconds))

    def _start(self) -> "subprocess.Popen[bytes]":
        # In a session of its own: what ends the host from its terminal must not end this first.
        return subprocess.Popen(
            [sys.executable, "-m", "openclaw.apps.bridge.host.leash", self._mark],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _end_leash(self) -> None:
        if self._leash is not None and self._leash.stdin is not None:
            self._leash.stdin.close()
            self._leash.wait()
