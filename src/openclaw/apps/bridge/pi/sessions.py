"""The runtimes of this machine: one for each conversation that the server leads here, and one for nobody's reads.

A conversation has a folder of its own, where its session files are and ``session`` names the present one: after a
restart of the bridge it goes on where it was. ``mode`` is the narrowest sync mode of its turns: what was said in that
is in the session, and a later turn could be asked for it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from openclaw.apps.bridge.pi.driver import PiDriver
from openclaw.apps.bridge.pi.errors import PiBusyError, PiCrowdedError, PiUngatedError
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.kit.clock import Clock
from openclaw.protocol.pi.records import Event
from openclaw.protocol.runs import SyncMode

GATE = Path(__file__).with_name("gate.js")
GATE_NAME = "openclaw-gate"
MAX_RUNTIMES = 4  # at once; each takes over 100 MB
_PRESENT = "session"
_MODE = "mode"
_MODES: tuple[SyncMode, ...] = ("local_only", "metadata", "full")
_ENDING_SECONDS = 25.0  # what was stopped takes a moment to end, and the next turn may be here before


class PiSession:
    """The runtime of one conversation."""

    def __init__(self, driver: PiDriver, folder: Path) -> None:
        self.driver = driver
        self._use = asyncio.Lock()
        self._folder = folder
        self._is_gated = False
        driver.listen(self._hear)

    @property
    def is_used(self) -> bool:
        """Whether something is done with it, so that it may not be closed."""
        return self._use.locked()

    @property
    def keeps_words(self) -> bool:
        """Whether something was said in it that must not leave this machine."""
        return _narrowest(self._folder) != "full"

    @asynccontextmanager
    async def in_use(self) -> AsyncGenerator[None]:
        """Nobody else does anything with it inside. PiBusyError while another goes on."""
        try:
            async with asyncio.timeout(_ENDING_SECONDS):
                await self._use.acquire()
        except TimeoutError:
            raise PiBusyError from None
        try:
            yield
        finally:
            self._use.release()

    async def start(self) -> None:
        """Start it unless it runs. What ``PiDriver.start`` raises, and PiUngatedError."""
        await self.driver.start()
        if not self._is_gated:
            await self.driver.close()
            raise PiUngatedError
        self.remember()

    def remember(self) -> None:
        """Note which session file is the present one."""
        if (file := self.driver.session_file) is not None:
            (self._folder / _PRESENT).write_text(str(file), encoding="utf-8")

    def confine(self, mode: SyncMode) -> bool:
        """Note the mode of a turn; False when it lets more leave this machine than an earlier one did."""
        narrowest = _narrowest(self._folder)
        if narrowest not in _MODES or _MODES.index(mode) > _MODES.index(narrowest):
            return False
        (self._folder / _MODE).write_text(mode, encoding="utf-8")
        return True

    def _hear(self, event: Event) -> None:
        if event.type == "phase" and event.members.get("phase") == "starting":
            self._is_gated = False
        elif event.type == "extension_ui_request" and event.members.get("statusKey") == GATE_NAME:
            self._is_gated = True


class PiSessions:
    """Opens and closes runtimes. ``launch`` is that of the one which is only read."""

    def __init__(
        self, launch: PiLaunch, folder: Path, *, clock: Clock, node_id: str, at_once: int = MAX_RUNTIMES
    ) -> None:
        self.launch = launch
        self._at_once = at_once
        self._folder = folder
        self._clock = clock
        self._node_id = node_id
        self._nobodys = PiDriver(launch, clock=clock, node_id=node_id)
        self._open: OrderedDict[str, PiSession] = OrderedDict()  # the one used last is last

    @property
    def shown(self) -> PiDriver:
        """The one that reads are of: that of the conversation used last."""
        return next(reversed(self._open.values())).driver if self._open else self._nobodys

    async def open(self, conversation: str) -> PiSession:
        """The runtime of a conversation, not necessarily started. PiCrowdedError."""
        session = self._open.get(conversation)
        if session is None:
            await self._make_room()
            session = self._open[conversation] = self._new(conversation)
        self._open.move_to_end(conversation)
        return session

    def keeps_words(self, conversation: str) -> bool:
        """The same of a conversation that need not be open."""
        return _narrowest(self._folder / conversation) != "full"

    async def close(self) -> None:
        """End them all. They are opened again when somebody asks."""
        closing = [session.driver for session in self._open.values()]
        self._open.clear()
        for driver in (*closing, self._nobodys):
            await driver.close()

    async def _make_room(self) -> None:
        if len(self._open) < self._at_once:
            return
        idle = next((key for key, session in self._open.items() if not session.is_used), None)
        if idle is None:
            raise PiCrowdedError(limit=self._at_once)
        await self._open.pop(idle).driver.close()

    def _new(self, conversation: str) -> PiSession:
        folder = self._folder / conversation
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        present: Path | None = None
        with suppress(FileNotFoundError):
            present = Path((folder / _PRESENT).read_text(encoding="utf-8"))
        launch = replace(
            self.launch,
            arguments=(*self.launch.arguments, "--extension", str(GATE)),
            session=present if present is not None and present.exists() else None,
            session_folder=folder,
        )
        return PiSession(PiDriver(launch, clock=self._clock, node_id=self._node_id), folder)


def _narrowest(folder: Path) -> str:
    """The mode of a conversation's turns so far."""
    try:
        return (folder / _MODE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return "full"
