"""What the rest of the bridge asks of the Pi runtime.

Reads are for anybody who may see this machine's session; everything else is for the control plane alone, after its
checks: a prompt is code that runs here.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.pi.errors import PiBusyError, PiNoAnswerError, PiOverloadedError, PiUnavailableError
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.reads import LastReads, Read, ReadName
from openclaw.apps.bridge.pi.runtime import Ears, PiRuntime
from openclaw.apps.bridge.pi.supervisor import Phase, Supervisor
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.pi.commands import (
    Behaviour,
    Command,
    Compact,
    GetAvailableModels,
    GetMessages,
    GetSessionStats,
    GetState,
    NewSession,
    Prompt,
    SetModel,
)
from openclaw.protocol.pi.dialogs import Dialog, Reply
from openclaw.protocol.pi.errors import PiRefusedError
from openclaw.protocol.pi.profile import Profile
from openclaw.protocol.pi.records import Event
from openclaw.protocol.pi.redaction import messages_of, model_of, models_of, state_of, stats_of

STATE_SECONDS = 2.0
MESSAGES_SECONDS = 5.0
_CHANGE_SECONDS = 10.0
_COMPACT_SECONDS = 600.0

Listener = Callable[[Event], None]


@dataclass(frozen=True)
class PiStatus:
    """How the runtime is, without asking it. ``can_prompt``: it has a model; None when that is not known."""

    phase: Phase
    is_busy: bool
    can_prompt: bool | None
    profile: Profile
    restarts: int
    failure: str | None


@dataclass(frozen=True)
class _Listening:
    listener: Listener
    answers_dialogs: bool


class PiDriver:
    """One runtime on one session. Nothing is started before the first call that needs it."""

    def __init__(self, launch: PiLaunch, *, clock: Clock, node_id: str) -> None:
        self._clock = clock
        self._listeners: list[_Listening] = []
        self._last = LastReads()
        self._refreshing: asyncio.Task[None] | None = None
        self._phase_told: Phase = "stopped"
        self._supervisor = Supervisor(
            launch,
            Ears(self._tell, self._has_dialogs),
            clock=clock,
            node_id=node_id,
            on_ready=self._became_ready,
            on_phase=self._phase_changed,
        )

    # ── How it is ──

    @property
    def status(self) -> PiStatus:
        """How it is, from what is known: for health and presence, which must not wait."""
        supervisor, runtime = self._supervisor, self._supervisor.running
        state = self._last.find("state", self._clock.now())
        return PiStatus(
            phase=supervisor.phase,
            is_busy=runtime is not None and runtime.is_busy,
            can_prompt=None if state is None else state.data["model"] is not None,
            profile=Profile() if runtime is None else runtime.profile,
            restarts=supervisor.restarts,
            failure=None if supervisor.failure is None else supervisor.failure.code,
        )

    @property
    def session_file(self) -> Path | None:
        """Where its session is kept, once it has named the file."""
        return self._supervisor.session

    async def start(self) -> None:
        """Start it now. PiNotFoundError, PiStartError, PiSessionInUseError, PiUnavailableError."""
        await self._supervisor.runtime()

    def try_again(self) -> None:
        """Start it again now, however often it has failed."""
        self._supervisor.try_again()

    async def close(self) -> None:
        """End it and all that it has started."""
        if self._refreshing is not None:
            await cancel_and_wait(self._refreshing)
        await self._supervisor.close()

    def listen(self, listener: Listener, *, answers_dialogs: bool = False) -> Callable[[], None]:
        """Call ``listener`` with each event until the function that is returned is called.

        Events are those of ``protocol.pi.events`` and two of the driver's own: ``run_ended`` (``outcome`` completed,
        aborted, failed or interrupted) and ``phase`` (``phase``). While nobody who listens ``answers_dialogs``, every
        dialog is cancelled at once.
        """
        listening = _Listening(listener, answers_dialogs)
        self._listeners.append(listening)

        def stop() -> None:
            if listening in self._listeners:
                self._listeners.remove(listening)
            if not self._has_dialogs() and self._supervisor.running is not None:
                self._supervisor.running.cancel_dialogs()

        return stop

    # ── Reads ──

    async def state(self) -> Read:
        """``get_state``, cleaned; ``isStreaming`` by the busy rule."""
        return await self._read("state")

    async def messages(self, *, last: int | None = None) -> Read:
        """``get_messages``, cleaned; only the ``last`` so many when given."""
        read = await self._read("messages")
        return Read(messages_of(read.data, last=last), read.age, read.is_stale) if last is not None else read

    async def stats(self) -> Read:
        """``get_session_stats``, cleaned."""
        return await self._read("stats")

    async def models(self) -> list[dict[str, Any]]:
        """The models that it has credentials for. PiBusyError where that would block a run."""
        runtime = await self._supervisor.runtime()
        if runtime.is_deaf_to_reads:
            raise PiBusyError
        return models_of(await runtime.call(GetAvailableModels(), seconds=MESSAGES_SECONDS))

    # ── Runs ──

    async def prompt(self, message: str) -> None:
        """Start a run; returns when it is accepted. PiBusyError while one is on, PiRefusedError, PiNoAnswerError."""
        runtime = await self._supervisor.runtime()
        if runtime.is_busy:
            raise PiBusyError
        try:
            await runtime.prompt(Prompt(message))
        except PiRefusedError:
            if runtime.is_busy:  # it began one by itself in between
                raise PiBusyError from None
            raise

    async def steer(self, message: str) -> None:
        """Say something into the run after its present turn; idle, it is a prompt."""
        await self._send(message, "steer")

    async def follow_up(self, message: str) -> None:
        """Say something when the run would end; idle, it is a prompt."""
        await self._send(message, "followUp")

    async def abort(self) -> None:
        """Stop the run: dialogs are cancelled, queued messages forgotten where the runtime can. Returns when idle."""
        await (await self._supervisor.runtime()).abort()

    @property
    def has_settled(self) -> bool:
        """Whether no run is on, and the end of the last one was told."""
        runtime = self._supervisor.running
        return runtime is None or runtime.has_settled

    async def new_session(self) -> Read:
        """Begin an empty session (a run that is on ends); its state. PiRefusedError when an extension prevents it."""
        runtime = await self._supervisor.runtime()
        if runtime.is_busy:
            await runtime.abort()
        answer = await runtime.call(NewSession(), seconds=_CHANGE_SECONDS)
        if isinstance(answer, dict) and answer.get("cancelled") is True:  # pyright: ignore[reportUnknownMemberType]
            raise PiRefusedError(command="new_session", reason="an extension prevented it")
        self._last.clear()
        runtime.session_changed()
        state = await runtime.call(GetState(), seconds=STATE_SECONDS)
        self._supervisor.hold_session(state)
        return self._last.keep("state", state_of(state), self._clock.now())

    async def set_model(self, *, provider: str, model: str) -> dict[str, Any] | None:
        """Use another model; the model. PiRefusedError for one that it does not know or has no credentials for."""
        runtime = await self._supervisor.runtime()
        if runtime.is_deaf_to_reads:
            raise PiBusyError
        return model_of(await runtime.call(SetModel(provider, model), seconds=_CHANGE_SECONDS))

    async def compact(self, instructions: str | None = None) -> None:
        """Summarise the context; a run that is on ends first. Takes as long as the model takes."""
        runtime = await self._supervisor.runtime()
        if runtime.is_busy:
            await runtime.abort()
        await runtime.call(Compact(instructions), seconds=_COMPACT_SECONDS)

    # ── Dialogs ──

    def dialogs(self) -> list[Dialog]:
        """The dialogs that wait for an answer, oldest first."""
        runtime = self._supervisor.running
        return [] if runtime is None else runtime.dialogs()

    def answer_dialog(self, dialog_id: str, reply: Reply) -> None:
        """Answer one; None cancels it. PiDialogError when it is not open or the reply does not fit."""
        if (runtime := self._supervisor.running) is None:
            raise PiUnavailableError(phase=self._supervisor.phase)
        runtime.answer_dialog(dialog_id, reply)

    # ── Inside ──

    async def _send(self, message: str, behaviour: Behaviour) -> None:
        # As a prompt that says how it queues: a run may end while this is on its way, and a bare `steer` would then lie
        # in npm's queue until the next prompt.
        await (await self._supervisor.runtime()).prompt(Prompt(message, behaviour))

    async def _read(self, name: ReadName) -> Read:
        runtime = self._supervisor.running
        kept = self._last.find(name, self._clock.now())
        if kept is not None and (runtime is None or runtime.is_deaf_to_reads):
            return self._with_busy(name, kept, runtime)
        runtime = runtime or await self._supervisor.runtime()
        if runtime.is_deaf_to_reads:
            raise PiBusyError
        try:
            read = await self._ask(runtime, name)
        except (PiNoAnswerError, PiUnavailableError, PiOverloadedError):
            if kept is None:
                raise
            read = kept
        return self._with_busy(name, read, runtime)

    async def _ask(self, runtime: PiRuntime, name: ReadName) -> Read:
        command, seconds, clean = _READS[name]
        data = clean(await runtime.call(command, seconds=seconds))
        return self._last.keep(name, data, self._clock.now())

    def _with_busy(self, name: ReadName, read: Read, runtime: PiRuntime | None) -> Read:
        if name != "state":
            return read
        is_busy = runtime is not None and runtime.is_busy
        return Read({**read.data, "isStreaming": is_busy}, read.age, read.is_stale)

    async def _became_ready(self, runtime: PiRuntime, state: dict[str, Any]) -> None:
        now, shown = self._clock.now(), state_of(state)
        before = self._last.find("state", now)
        if before is not None and before.data.get("sessionId") != shown.get("sessionId"):
            self._last.clear()
        self._last.keep("state", shown, now)
        await self._refresh(runtime)

    async def _refresh(self, runtime: PiRuntime) -> None:
        """A runtime that cannot be read in a run is read before and after it."""
        with suppress(OpenClawError):
            for name in _READS:
                if runtime.profile.blocks_reads_in_a_run and not runtime.is_deaf_to_reads:
                    await self._ask(runtime, name)

    def _phase_changed(self) -> None:
        phase = self._supervisor.phase
        if phase != self._phase_told:
            self._phase_told = phase
            self._tell(Event("phase", {"phase": phase}))

    def _has_dialogs(self) -> bool:
        return any(listening.answers_dialogs for listening in self._listeners)

    def _tell(self, event: Event) -> None:
        if event.type == "run_ended" and (runtime := self._supervisor.running) is not None:
            self._refreshing = spawn(self._refresh(runtime), name="pi reads")
        for listening in tuple(self._listeners):
            listening.listener(event)


_READS: dict[ReadName, tuple[Command, float, Callable[[Any], dict[str, Any]]]] = {
    "state": (GetState(), STATE_SECONDS, state_of),
    "messages": (GetMessages(), MESSAGES_SECONDS, messages_of),
    "stats": (GetSessionStats(), STATE_SECONDS, stats_of),
}
