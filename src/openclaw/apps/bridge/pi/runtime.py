"""One runtime from its start to its end: calls with deadlines, the busy state, dialogs, events."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.pi.errors import (
    PiNoAnswerError,
    PiOverloadedError,
    PiStartError,
    PiUnavailableError,
)
from openclaw.apps.bridge.pi.process import PiProcess, start_process
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.pi.busy import BusyTracker
from openclaw.protocol.pi.commands import (
    Abort,
    ClearQueue,
    Command,
    GetState,
    Prompt,
    command_name,
    encode_command,
    encode_line,
)
from openclaw.protocol.pi.correlation import Correlator, LateFailure, Matched
from openclaw.protocol.pi.dialogs import Dialog, OpenDialogs, Reply, dialog_in, dialog_reply
from openclaw.protocol.pi.errors import PiAnswerTooLargeError, PiRefusedError
from openclaw.protocol.pi.events import public_event
from openclaw.protocol.pi.framing import MAX_LINE_BYTES, OversizedLine
from openclaw.protocol.pi.profile import Profile, learn
from openclaw.protocol.pi.records import Answer, Event, Noise, decode_record
from openclaw.protocol.pi.redaction import masked, safe_reason

_log = logging.getLogger(__name__)

PROMPT_SECONDS = 30.0
ABORT_SECONDS = 10.0
_STOP_ABORT_SECONDS = 2.0
_QUEUE_SECONDS = 2.0
_LOOK_SECONDS = 0.5
_OUTCOMES = {"aborted": "aborted", "error": "failed"}


@dataclass(frozen=True)
class Ears:
    """Who hears of what happens. Called in the event loop, in order."""

    event: Callable[[Event], None]
    has_dialogs: Callable[[], bool]
    """Whether somebody would answer a dialog; if not, it is cancelled at once, or every gate would hang."""


class PiRuntime:
    """A started runtime. After ``exited`` every call fails with PiUnavailableError."""

    def __init__(self, ears: Ears, *, profile: Profile) -> None:
        self.profile = profile
        self._ears = ears
        self._loop = asyncio.get_running_loop()
        self._process: PiProcess | None = None
        self._calls = Correlator("oc")
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._busy = BusyTracker(sends_settled=profile.sends_settled)
        self._dialogs = OpenDialogs()
        self._timer: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._outcome: dict[str, Any] = {}
        self._look: asyncio.TimerHandle | None = None
        self._prompts_sent = 0  # and not yet answered
        self._startup_error = ""

    @property
    def is_busy(self) -> bool:
        """Whether a run is on."""
        return self._busy.is_busy(self._loop.time())

    @property
    def has_settled(self) -> bool:
        """Whether no run is on, and the end of the last one was told."""
        return self._idle.is_set()

    @property
    def is_deaf_to_reads(self) -> bool:
        """Whether a read sent now would stop its whole input until the run ends: also right behind a prompt."""
        return self.profile.blocks_reads_in_a_run and (self.is_busy or self._prompts_sent > 0)

    @property
    def is_compacting(self) -> bool:
        """Whether it summarises its context."""
        return self._busy.is_compacting

    @property
    def process(self) -> PiProcess:
        """Its process."""
        assert self._process is not None
        return self._process

    async def start(self, argv: Sequence[str], *, folder: Path, mark: str, seconds: float) -> dict[str, Any]:
        """Start and wait until it is ready; its first state, as it sent it. PiStartError, and nothing runs then."""
        self._process = await start_process(argv, folder=folder, mark=mark, on_line=self._take)
        self._process.exited.add_done_callback(lambda _: self._gone())
        try:
            return await self.call(GetState(), seconds=seconds)
        except OpenClawError as error:
            self.process.kill()
            code = await asyncio.shield(self.process.exited)
            _log.warning("the Pi runtime did not start: %s", masked(self.process.last_words).strip())
            silent = isinstance(error, PiNoAnswerError)
            reason = self._startup_error or ("no answer in time" if silent else f"exit code {code}")
            raise PiStartError(reason=reason) from None
        except BaseException:
            self.process.kill()
            raise

    async def stop(self) -> None:
        """End it in good order: dialogs, the run, the process, and all that it has started."""
        try:
            if not self.process.exited.done():
                self.process.look()  # what has left its tool's group is nobody's child once the tool has ended
                self.cancel_dialogs()
                if self.is_busy:
                    await self._quietly(Abort(), _STOP_ABORT_SECONDS)
        finally:
            await self.process.stop()

    # ── Calls ──

    async def call(self, command: Command, *, seconds: float) -> Any:
        """The ``data`` of the answer. PiRefusedError, PiNoAnswerError, PiUnavailableError, PiOverloadedError."""
        name = command_name(command)
        if self.process.exited.done():
            raise PiUnavailableError(phase="ended")
        if self._calls.is_full:
            raise PiOverloadedError
        call_id = self._calls.expect(name)
        future: asyncio.Future[Answer] = self._loop.create_future()
        try:
            line = encode_command(call_id, command)
            self._waiting[call_id] = future
            self.process.write(line)
            answer = await self._answered(future, name, seconds)
        finally:
            self._waiting.pop(call_id, None)
            self._calls.forget(call_id)
        if not answer.success:
            raise PiRefusedError(command=name, reason=safe_reason(answer.error))
        return answer.data

    async def prompt(self, command: Prompt) -> None:
        """Send a message; returns when it is accepted: as a run, into the queue, or as a command that has ended."""
        self._prompts_sent += 1
        try:
            await self.call(command, seconds=PROMPT_SECONDS)
        finally:
            self._prompts_sent -= 1

    async def abort(self) -> None:
        """Stop the run and forget its queue; returns when nothing runs. PiNoAnswerError."""
        self.process.look()
        self.cancel_dialogs()  # it would wait for them
        if self.profile.has_clear_queue:
            await self._quietly(ClearQueue(), _QUEUE_SECONDS)
        await self.call(Abort(), seconds=ABORT_SECONDS)
        if not await self.settles_within(ABORT_SECONDS):
            raise PiNoAnswerError(command="abort", seconds=ABORT_SECONDS)

    async def settles_within(self, seconds: float) -> bool:
        """Whether the run, if one is on, has ended after at most ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def session_changed(self) -> None:
        """The session is another one: what ran, has ended, with or without a word."""
        self._outcome = {"outcome": "aborted"}
        self._busy.ended()
        self._notice()

    async def _answered(self, future: "asyncio.Future[Answer]", name: str, seconds: float) -> Answer:
        while True:
            done, _ = await asyncio.wait([future], timeout=seconds)
            if done:
                return future.result()
            # An extension's command is answered when it has ended, and may wait for a person.
            if name != "prompt" or not self._dialogs.waiting(self._loop.time()):
                raise PiNoAnswerError(command=name, seconds=seconds)

    async def _quietly(self, command: Command, seconds: float) -> None:
        try:
            await self.call(command, seconds=seconds)
        except OpenClawError as error:
            _log.info("%s was not done: %s", command_name(command), error.code)

    # ── Dialogs ──

    def dialogs(self) -> list[Dialog]:
        """The dialogs that wait for an answer."""
        return self._dialogs.waiting(self._loop.time())

    def answer_dialog(self, dialog_id: str, reply: Reply) -> None:
        """Answer one; None cancels it. PiDialogError when it is not open or the reply does not fit."""
        now = self._loop.time()
        dialog = self._dialogs.take(dialog_id, now)
        try:
            self.process.write(encode_line(dialog_reply(dialog, reply)))
        except OpenClawError:
            self._dialogs.opened(dialog, now)  # it still waits
            raise

    def cancel_dialogs(self) -> None:
        """Cancel every open dialog."""
        for dialog in self._dialogs.clear():
            self.process.write(encode_line(dialog_reply(dialog, None)))

    # ── What it writes ──

    def _take(self, line: bytes | OversizedLine) -> None:
        if isinstance(line, OversizedLine):
            self._drop(line)
            return
        record = decode_record(line)
        if isinstance(record, Noise):
            _log.warning("the Pi runtime wrote %d bytes that are no record", record.size)
        elif isinstance(record, Answer):
            self.profile = learn(self.profile, record)
            self._match(record)
        else:
            self.profile = learn(self.profile, record)
            self._hear(record)

    def _drop(self, line: OversizedLine) -> None:
        _log.warning("the Pi runtime wrote a line of %d bytes; it was dropped", line.size)
        future = self._waiting.get(line.call_id() or "")
        if future is not None and not future.done():
            future.set_exception(PiAnswerTooLargeError(size=line.size, limit=MAX_LINE_BYTES))

    def _match(self, answer: Answer) -> None:
        found = self._calls.match(answer)
        if isinstance(found, LateFailure):
            self._outcome = {"outcome": "failed", "error": safe_reason(answer.error)}
            self._busy.ended()
            self._notice()
        elif isinstance(found, Matched):
            if answer.command == "prompt" and answer.success:
                self._busy.accepted(self._loop.time())
                self._notice()
            future = self._waiting.get(found.call_id)
            if future is not None and not future.done():
                future.set_result(answer)
        elif not answer.success:
            _log.info("the Pi runtime refused something that nobody waits for: %s", safe_reason(answer.error))

    def _hear(self, event: Event) -> None:
        now = self._loop.time()
        self._busy.heard(event, now)
        if event.type.startswith("tool_execution_") and self._look is None:
            self._look = self._loop.call_later(_LOOK_SECONDS, self._look_now)
        if (dialog := dialog_in(event)) is not None:
            self._dialogs.opened(dialog, now)
            if not self._ears.has_dialogs():
                self.cancel_dialogs()
        if event.type == "error" and event.members.get("phase") == "startup":
            self._startup_error = safe_reason(str(event.members.get("message", "")))
        if (shown := public_event(event)) is not None:
            self._remember(shown)
            self._ears.event(shown)
        self._notice()

    def _look_now(self) -> None:
        self._look = None
        self.process.look()

    def _remember(self, event: Event) -> None:
        """What the run has come to so far, by its last answer."""
        if event.type == "agent_start":
            self._outcome = {"outcome": "completed"}
        elif event.type == "message_end":
            message: dict[str, Any] = event.members["message"]
            if message["role"] == "assistant":
                self._outcome = {"outcome": _OUTCOMES.get(message.get("stopReason", ""), "completed")}
                if "errorMessage" in message:
                    self._outcome["error"] = message["errorMessage"]

    def _notice(self) -> None:
        """Tell of a run's end, now or when the busy rule decides."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._loop.time()
        if self._busy.is_busy(now):
            self._idle.clear()
            if (at := self._busy.decides_at) is not None:
                self._timer = self._loop.call_at(at, self._notice)
        elif not self._idle.is_set():
            self._idle.set()
            self._ears.event(Event("run_ended", self._outcome or {"outcome": "completed"}))
            self._outcome = {}

    def _gone(self) -> None:
        if self._look is not None:
            self._look.cancel()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(PiUnavailableError(phase="ended"))
        self._dialogs.clear()
        self._outcome = {"outcome": "interrupted"}
        self._busy.ended()
        self._notice()
