"""The Pi runtime as the localhost path reads it: started at the first read, told of without being asked."""

from collections.abc import Awaitable
from datetime import timedelta

from openclaw.apps.bridge.errors import NoRuntimeError
from openclaw.apps.bridge.localhost.rpc import Availability
from openclaw.apps.bridge.pi.driver import PiDriver
from openclaw.apps.bridge.pi.errors import PiNotFoundError
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.reads import Read
from openclaw.kit.clock import Clock

# Looking along the PATH is file work: not at every health request.
_LOOK_AGAIN = timedelta(seconds=10)
_AVAILABILITY: dict[str, Availability] = {
    "stopped": "idle",
    "starting": "starting",
    "ready": "ready",
    "waiting": "failed",
    "broken": "failed",
}


class PiReads:
    """`RuntimeReads` of the ``driver`` that runs ``launch``."""

    def __init__(self, driver: PiDriver, launch: PiLaunch, *, clock: Clock) -> None:
        self._driver = driver
        self._launch = launch
        self._clock = clock
        self._looked_at = clock.now() - _LOOK_AGAIN
        self._is_installed = False

    @property
    def availability(self) -> Availability:
        """Whether there is a runtime and how it is, from what is known."""
        phase = self._driver.status.phase
        if phase in {"stopped", "broken"} and not self._look():
            return "none"
        return _AVAILABILITY[phase]

    @property
    def is_ready(self) -> bool:
        """It runs, and has a model."""
        status = self._driver.status
        return status.phase == "ready" and status.can_prompt is True

    async def state(self) -> Read:
        """`get_state`."""
        return await self._told(self._driver.state())

    async def messages(self, *, last: int) -> Read:
        """`get_messages`, the ``last`` so many."""
        return await self._told(self._driver.messages(last=last))

    async def stats(self) -> Read:
        """`get_session_stats`."""
        return await self._told(self._driver.stats())

    async def _told(self, read: Awaitable[Read]) -> Read:
        if self._driver.status.failure == PiNotFoundError.code and self._look():
            self._driver.try_again()  # installed meanwhile
        try:
            return await read
        except PiNotFoundError:
            raise NoRuntimeError from None

    def _look(self) -> bool:
        now = self._clock.now()
        if now >= self._looked_at + _LOOK_AGAIN:
            self._looked_at = now
            try:
                self._launch.program()
                self._is_installed = True
            except PiNotFoundError:
                self._is_installed = False
        return self._is_installed
