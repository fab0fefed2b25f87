"""One turn of a conversation with the runtime: prompted, judged call by call, told of, and ended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.errors import PolicyFileError
from openclaw.apps.bridge.pi.errors import PiUngatedError
from openclaw.apps.bridge.pi.gating import ANYTHING, ToolUse, gate_call, tool_use, verdict_on
from openclaw.apps.bridge.pi.sessions import GATE_NAME, PiSession
from openclaw.apps.bridge.pi.telling import Teller
from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.tools.premises import Premises, check, look
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.pi.dialogs import Dialog, Reply
from openclaw.protocol.pi.errors import PiDialogError
from openclaw.protocol.pi.records import Event
from openclaw.protocol.runs import (
    Answer,
    Asked,
    Began,
    Closed,
    Delivery,
    Heard,
    KeptEvent,
    LiveEvent,
    Method,
    Question,
    RunLimits,
)

_DENIED = "The person did not allow this."
_UNREADABLE = "The call cannot be read, so it was not run."


class Turn:
    """A turn that is on. ``keep`` and ``show`` take what there is to tell of it."""

    def __init__(
        self,
        session: PiSession,
        *,
        folder: Path,
        home: str,
        policy: Callable[[], Policy],
        limits: RunLimits = ANYTHING,
        keep: Callable[[KeptEvent], None],
        show: Callable[[LiveEvent], None],
    ) -> None:
        self.session = session
        self._folder = folder
        self._home = home
        self._policy = policy
        self._limits = limits
        self._keep = keep
        self._teller = Teller(keep, show)
        self._ended: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._end: dict[str, Any] | None = None  # what the runtime said last of that
        self._prompted = asyncio.Event()
        self._saying = 0
        self._silence = asyncio.Event()  # nothing is being said into it
        self._silence.set()
        self._seen: set[str] = set()
        self._gates: dict[str, str] = {}  # question -> the call that waits for it
        self._methods: dict[str, Method] = {}
        self._uses: dict[str, ToolUse] = {}
        self._premises: dict[
            str, Premises
        ] = {}  # question -> what the call rested on when it was asked about
        self._timers: list[asyncio.TimerHandle] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._failure: OpenClawError | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self._ended.done()

    async def run(self, text: str) -> dict[str, Any]:
        """Prompt, and wait for the end: ``outcome``, and ``error`` when there are words for it. Cancelling stops it.

        Raises what the driver raises when the turn does not begin, and PiUngatedError.
        """
        driver = self.session.driver
        stop = driver.listen(self._hear, answers_dialogs=True)
        try:
            await self.session.start()
            state = await driver.state()
            self._keep(Began(session=_session_name(state.data)))
            await driver.prompt(text)
            self._prompted.set()
            end = await asyncio.shield(self._ended)
        except asyncio.CancelledError:
            self._ended.cancel()
            with suppress(OpenClawError):
                await driver.abort()
            raise
        finally:
            self._ended.cancel()  # if it has not come to that
            self._prompted.set()
            stop()
            self._close()
            await cancel_and_wait(*self._tasks)
            await self._silence.wait()  # what it still stirs up is not the next turn's
            self.session.remember()
        if self._failure is not None:
            raise self._failure
        return end

    async def say(self, call: str, text: str, delivery: Delivery) -> bool:
        """Say something into it, by that call; False when it is over. It does not end while that is on its way."""
        await self._prompted.wait()  # an idle runtime would take it for the turn
        if self.has_ended:
            return False
        driver = self.session.driver
        self._saying += 1
        self._silence.clear()
        try:
            await (driver.steer if delivery == "steer" else driver.follow_up)(text)
            if self.has_ended:  # stopped: it would be a run that nobody knows of
                await driver.abort()
                return False
            self._keep(Heard(say=call))
            return True
        finally:
            self._saying -= 1
            if not self._saying:
                self._silence.set()
                self._end_if_over()

    async def answer(self, answer: Answer) -> None:
        """Give the runtime the person's answer. PiDialogError when the question is not open any more.

        A call that would not be the one any more that they allowed is refused all the same.
        """
        if answer.is_allowed and (change := await self._change_since(answer.question)) is not None:
            answer = Answer(answer.run, answer.question, is_allowed=False, text=change)
        method = self._methods.get(answer.question)
        if method is None:
            raise PiDialogError(reason="it is no longer open")
        if not answer.is_allowed and (call := self._gates.get(answer.question)) is not None:
            self._teller.denied(call)
        self._reply(answer.question, _reply(method, answer))

    # ── What the runtime says ──

    def _hear(self, event: Event) -> None:
        if event.type == "run_ended":
            self._end = event.members
            self._end_if_over()
            return
        if event.type == "tool_execution_end" and not self._teller.knows(
            str(event.members.get("toolCallId"))
        ):
            self._heard_of_too_late(event)
            return
        self._teller.hear(event)
        if event.type == "extension_ui_request":
            for dialog in self.session.driver.dialogs():
                if dialog.id not in self._seen:
                    self._seen.add(dialog.id)
                    self._opened(dialog)

    def _end_if_over(self) -> None:
        """End, unless what was said as the runtime stopped has begun it anew, or may yet."""
        is_quiet = self.session.driver.has_settled and not self._saying
        if self._end is not None and not self._ended.done() and (is_quiet or self._failure is not None):
            self._ended.set_result(self._end)

    def _heard_of_too_late(self, event: Event) -> None:
        """A call that nobody judged. One that failed did not get as far; after any other there is no trust left."""
        members = event.members
        call, name = str(members.get("toolCallId")), str(members.get("toolName"))
        self._teller.started(tool_use(call, name, members.get("args") or {}, self._folder), None)
        self._teller.hear(event)
        if members.get("isError") is not True and self._failure is None:
            self._failure = PiUngatedError()
            self._tasks.append(spawn(self._abort(), name="pi ungated"))

    async def _abort(self) -> None:
        with suppress(OpenClawError):
            await self.session.driver.abort()

    def _opened(self, dialog: Dialog) -> None:
        if dialog.title == GATE_NAME and dialog.method == "input":
            self._tasks.append(spawn(self._gate(dialog), name="pi gate"))
        else:
            self._ask(dialog)

    async def _gate(self, dialog: Dialog) -> None:
        use = gate_call(dialog.placeholder, self._folder)
        if use is None:
            self._answer(dialog.id, _UNREADABLE)
            return
        self._uses[use.call] = use
        verdict = await verdict_on(use, self._policy, self._limits)
        if verdict.refusal is not None:
            self._teller.started(use, None)
            self._teller.denied(use.call)
            self._answer(dialog.id, verdict.refusal)
        elif verdict.grade is Grade.READ:
            self._teller.started(use, None)
            self._answer(dialog.id, "allow")
        else:
            grade = "high" if verdict.grade is Grade.HIGH else "modify"
            if (premises := await self._look(use)) is not None:
                self._premises[dialog.id] = premises
            self._methods[dialog.id], self._gates[dialog.id] = "gate", use.call
            question = Question(dialog.id, "gate", grade, tool=use.name, arguments=use.arguments)
            self._teller.started(use, question)

    async def _change_since(self, question: str) -> str | None:
        """What is not as it was when the question was put, in words."""
        before, use = self._premises.get(question), self._uses.get(self._gates.get(question, ""))
        if before is None or use is None:
            return None
        if (now := await self._look(use)) is None:
            return "The policy of this machine cannot be used any more."
        try:
            check(before, now)
        except ToolFailedError as failed:
            return failed.failure.message
        return None

    async def _look(self, use: ToolUse) -> Premises | None:
        """What a call rests on now; None for a tool that is not known, and without a policy."""
        try:
            policy = self._policy()
        except PolicyFileError:
            return None
        return None if use.decoded is None else await asyncio.to_thread(look, policy, use.name, use.decoded)

    def _ask(self, dialog: Dialog) -> None:
        """An extension of the person's own asks: graded as the command that it is about, if it is about one."""
        use = next(
            (
                use
                for use in self._uses.values()
                if dialog.method == "confirm"
                and use.arguments.get("command") in {dialog.message, dialog.title}
            ),
            None,
        )
        high = use is not None and (
            use.decoded is None or grade_call(use.name, use.decoded, home=self._home).grade >= Grade.HIGH
        )
        question = Question(
            id=dialog.id,
            method=dialog.method,
            grade="high" if high else "modify",
            tool=None if use is None else use.name,
            arguments=None if use is None else use.arguments,
            title=dialog.title,
            message=dialog.message or dialog.placeholder[:20_000],
            options=list(dialog.options),
        )
        self._methods[dialog.id] = dialog.method
        self._keep(Asked(question=question, call=None if use is None else use.call))
        if dialog.timeout_seconds is not None:
            self._timers.append(
                asyncio.get_running_loop().call_later(dialog.timeout_seconds, self._lapsed, dialog.id)
            )

    def _lapsed(self, question: str) -> None:
        """The runtime has given up waiting: that was a no."""
        if self._methods.pop(question, None) is not None:
            self._keep(Closed(question=question))

    def _answer(self, question: str, text: str) -> None:
        with suppress(PiDialogError):
            self._reply(question, text)

    def _reply(self, question: str, reply: Reply) -> None:
        self.session.driver.answer_dialog(question, reply)
        self._methods.pop(question, None)

    def _close(self) -> None:
        self._teller.close()
        for timer in self._timers:
            timer.cancel()


def _reply(method: Method, answer: Answer) -> Reply:
    if method == "gate":
        return "allow" if answer.is_allowed else answer.text or _DENIED
    if method == "confirm":
        return answer.is_allowed
    return answer.text if answer.is_allowed else None


def _session_name(state: dict[str, Any]) -> str | None:
    name = state.get("sessionId")
    return name[:200] if isinstance(name, str) and name else None
