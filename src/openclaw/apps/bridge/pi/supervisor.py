"""Keeps one runtime running: starts it, learns its version, holds its session, starts it again, gives up in time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from openclaw.apps.bridge.pi.errors import (
    PiNotFoundError,
    PiSessionInUseError,
    PiStartError,
    PiUnavailableError,
)
from openclaw.apps.bridge.pi.launch import PiLaunch, probe_version
from openclaw.apps.bridge.pi.restarts import Restarts
from openclaw.apps.bridge.pi.runtime import Ears, PiRuntime
from openclaw.apps.bridge.pi.session_lock import SessionLock
from openclaw.apps.bridge.tools.process_tree import mark_of
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.pi.profile import Profile
from openclaw.protocol.pi.redaction import masked

_log = logging.getLogger(__name__)

Phase = Literal["stopped", "starting", "ready", "waiting", "broken"]
_PATIENCE_SECONDS = 60.0  # of a call for a runtime that is being started


class Supervisor:
    """``runtime()`` gives the running one, or says why there is none. ``on_ready`` gets its first state."""

    def __init__(
        self,
        launch: PiLaunch,
        ears: Ears,
        *,
        clock: Clock,
        node_id: str,
        on_ready: Callable[[PiRuntime, dict[str, Any]], Awaitable[None]],
        on_phase: Callable[[], None],
    ) -> None:
        self._launch = launch
        self._ears = ears
        self._clock = clock
        self._node_id = node_id
        self._on_ready = on_ready
        self._on_phase = on_phase
        self._lock = SessionLock()
        self._session = launch.session
        self._restarts = Restarts()
        self._profile: Profile | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._running: PiRuntime | None = None
        self._changed = asyncio.Event()
        self._again = asyncio.Event()
        self.phase: Phase = "stopped"
        self.failure: OpenClawError | None = None

    @property
    def running(self) -> PiRuntime | None:
        """The runtime that is ready, if one is."""
        return self._running

    @property
    def restarts(self) -> int:
        """How often it has ended without being asked to."""
        return self._restarts.count

    async def runtime(self) -> PiRuntime:
        """The runtime, started if need be and waited for while it starts. What keeps it from running, as an error."""
        if self._task is None:
            self._is_closed = False
            self._task = spawn(self._keep_running(), name="pi runtime")
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not self._is_closed and self.phase in {"stopped", "starting"}:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise PiUnavailableError(phase=self.phase) from None
        if self._running is None:
            raise self.failure or PiUnavailableError(phase=self.phase)
        return self._running

    def try_again(self) -> None:
        """Start now instead of after the wait; the count of failures begins anew."""
        self._restarts.reset()
        self._again.set()

    def hold_session(self, state: dict[str, Any]) -> None:
        """Hold the file that ``state`` names, also for after a restart; PiSessionInUseError."""
        file = state.get("sessionFile")
        self._session = Path(file) if isinstance(file, str) and file else None
        if self._session is not None:
            self._lock.hold(self._session)

    async def close(self) -> None:
        """End the runtime in good order, and do not start it again."""
        self._is_closed = True
        if self._task is not None:
            await cancel_and_wait(self._task)
        self._task = None
        self._enter("stopped")
        self._lock.release()

    async def _keep_running(self) -> None:
        while True:
            self._enter("starting")
            started_at = self._clock.now()
            try:
                await self._run_once()
            except OSError as error:  # the project's folder is gone, the session's cannot be written
                self.failure = PiStartError(reason=error.strerror or type(error).__name__)
                _log.warning("the Pi runtime: %s", self.failure)
            except OpenClawError as error:
                self.failure = error
                _log.warning("the Pi runtime: %s", error)
            wait = self._restarts.ended(started_at=started_at, now=self._clock.now())
            is_hopeless = isinstance(self.failure, PiNotFoundError | PiSessionInUseError)
            self._enter("broken" if is_hopeless or self._restarts.is_open else "waiting")
            await self._pause(wait)

    async def _run_once(self) -> None:
        """From a start to the end of it; raises when it does not become ready."""
        program = self._launch.program()
        if self._session is not None:
            self._lock.hold(self._session)
        mark = mark_of(self._node_id, f"pi-{new_id().hex}")
        if self._profile is None:
            self._profile = await probe_version(program, folder=self._launch.folder, mark=mark)
        runtime = PiRuntime(self._ears, profile=self._profile)
        argv = self._launch.argv(program, self._session)
        seconds = self._launch.ready_seconds
        state = await runtime.start(argv, folder=self._launch.folder, mark=mark, seconds=seconds)
        try:
            self.hold_session(state)
            await self._on_ready(runtime, state)
            self._running, self.failure = runtime, None
            self._enter("ready")
            code = await asyncio.shield(runtime.process.exited)
            _log.warning(
                "the Pi runtime ended (%d): %s", code, masked(runtime.process.last_words).strip()[-2000:]
            )
        finally:
            self._running = None
            await runtime.stop()

    async def _pause(self, duration: timedelta) -> None:
        self._again.clear()
        waits = [
            spawn(self._clock.sleep(duration), name="pi back-off"),
            spawn(self._again.wait(), name="pi try again"),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(*waits)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self._changed.set()
        self._on_phase()
