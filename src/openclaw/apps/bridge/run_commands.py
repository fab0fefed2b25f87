"""What the server asks of the runtime on this machine: turns, words into them, answers, changes of the session."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from openclaw.apps.bridge.journal import Journal
from openclaw.apps.bridge.pi.sessions import PiSession, PiSessions
from openclaw.apps.bridge.pi.turns import Turn
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.pi.errors import PiDialogError
from openclaw.protocol.runs import (
    Answer,
    Compact,
    KeptEvent,
    ListModels,
    LiveEvent,
    NewSession,
    Run,
    RunCommand,
    Say,
    SetModel,
    SyncMode,
    decode_run_command,
    limited,
    shortened,
)
from openclaw.protocol.tools import InvalidArguments
from openclaw.protocol.vault import denied_tools

SYSTEM_FENCE = "openclaw-system"


class EventOutlet(Protocol):
    """Where what runs tell goes to: the connection, when there is one."""

    def send_run_event(self, call_id: str, seq: int | None, event: bytes) -> None:
        """Send it, or drop it; one with a number is sent again after the next hello."""
        ...


class RunCommands:
    """Does what the server asks of the runtime. A turn's call lasts as long as the turn."""

    def __init__(
        self,
        *,
        sessions: PiSessions,
        policies: PolicyStore,
        journal: Journal,
        outlet: EventOutlet,
        vault: VaultStore,
    ) -> None:
        self._sessions = sessions
        self._policies = policies
        self._journal = journal
        self._outlet = outlet
        self._vault = vault
        self._turns: dict[str, Turn] = {}

    async def perform(self, call_id: str, command: RunCommand, *, device_id: str) -> dict[str, Any]:
        """Do it; its result. ToolFailedError."""
        try:
            match command:
                case Run():
                    return await self._run(call_id, command, device_id)
                case Say():
                    return await self._say(call_id, command)
                case Answer():
                    return await self._answer(command)
                case _:
                    session = await self._sessions.open(command.conversation)
                    async with session.in_use():
                        await session.start()
                        return await _change(session, command)
        except OpenClawError as error:
            words = error.code if self._keeps_words(command) else str(error)
            raise ToolFailedError(FailureCode.RUNTIME_FAILED, words) from None

    def _keeps_words(self, command: RunCommand) -> bool:
        """Whether the runtime's own sentences stay here: they may quote what was said."""
        match command:
            case Run():
                return command.mode != "full"
            case Say() | Answer():
                turn = self._turns.get(command.run)
                return turn is None or turn.session.keeps_words
            case _:
                return self._sessions.keeps_words(command.conversation)

    async def _run(self, call_id: str, command: Run, device_id: str) -> dict[str, Any]:
        if command.system is not None:
            if command.mode != "local_only":  # an answer might quote what must not leave this machine
                raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "A local-only system runs local-only.")
            document = await asyncio.to_thread(self._vault.document, device_id, command.system)
            denied = denied_tools(document).union(command.limits.denied_tools)
            command = msgspec.structs.replace(
                command,
                text=with_system(command.text, document),
                limits=msgspec.structs.replace(command.limits, denied_tools=sorted(denied)),
                system=None,
            )
        session = await self._sessions.open(command.conversation)
        async with session.in_use():
            if not session.confine(command.mode):
                words = "This conversation lets less leave this machine."
                raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, words)
            return await self._lead(call_id, command, session, device_id)

    async def _lead(self, call_id: str, command: Run, session: PiSession, device_id: str) -> dict[str, Any]:
        teller = _Telling(
            self._journal, self._outlet, call_id=call_id, device_id=device_id, mode=command.mode
        )
        turn = self._turns[call_id] = Turn(
            session,
            folder=self._sessions.launch.folder,
            policy=self._policies.current,
            limits=command.limits,
            home=str(self._policies.home),
            keep=teller.keep,
            show=teller.show,
        )
        try:
            end = await turn.run(command.text)
        finally:
            del self._turns[call_id]
        return {"outcome": end.get("outcome", "completed"), "events": teller.count}

    async def _say(self, call_id: str, command: Say) -> dict[str, Any]:
        if not await self._turn(command.run).say(call_id, command.text, command.delivery):
            raise _ended()
        return {}

    async def _answer(self, command: Answer) -> dict[str, Any]:
        try:
            await self._turn(command.run).answer(command)
        except PiDialogError as error:
            raise ToolFailedError(FailureCode.CONFLICT, str(error)) from None
        return {}

    def _turn(self, run: str) -> Turn:
        turn = self._turns.get(run)
        if turn is None or turn.has_ended:
            raise _ended()
        return turn


async def _change(
    session: PiSession, command: NewSession | SetModel | Compact | ListModels
) -> dict[str, Any]:
    """What is done between turns."""
    driver = session.driver
    match command:
        case NewSession():
            state = await driver.new_session()
            session.remember()
            return {"session": state.data.get("sessionId")}
        case SetModel(provider=provider, model=model):
            return {"model": await driver.set_model(provider=provider, model=model)}
        case Compact():
            await driver.compact()
            return {}
        case ListModels():
            state = await driver.state()
            return {"models": await driver.models(), "model": state.data.get("model")}


def with_system(text: str, document: Mapping[str, Any]) -> str:
    """What the person said, and what this machine keeps of the system that they said it in, as data."""
    kept = msgspec.json.encode(document).decode().replace("`", "\\u0060")
    return (
        f"{text}\n\nThe system that this is about, as this machine keeps it:\n```{SYSTEM_FENCE}\n{kept}\n```"
    )


class _Telling:
    """What one run tells: limited to its sync mode, numbered, kept until the server has it."""

    def __init__(
        self, journal: Journal, outlet: EventOutlet, *, call_id: str, device_id: str, mode: SyncMode
    ) -> None:
        self._journal = journal
        self._outlet = outlet
        self._call_id = call_id
        self._device_id = device_id
        self._mode: SyncMode = mode
        self.count = 0

    def keep(self, event: KeptEvent) -> None:
        told = limited(shortened(event), self._mode)
        if told is not None:
            self.count += 1
            content = msgspec.json.encode(told)
            self._journal.keep_event(self._call_id, self.count, device_id=self._device_id, event=content)
            self._outlet.send_run_event(self._call_id, self.count, content)

    def show(self, event: LiveEvent) -> None:
        if (told := limited(event, self._mode)) is not None:
            content = msgspec.json.encode(msgspec.structs.replace(told, after=self.count))
            self._outlet.send_run_event(self._call_id, None, content)


def decode_run_call(command: str, params_json: str | None) -> RunCommand:
    """The arguments of a run command; INVALID_ARGUMENTS."""
    try:
        return decode_run_command(command, msgspec.json.decode(params_json or "{}"))
    except (InvalidArguments, msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"{command}: {error}") from None


def _ended() -> ToolFailedError:
    return ToolFailedError(FailureCode.RUN_ENDED, "This turn has ended.")
