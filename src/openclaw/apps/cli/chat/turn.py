"""One turn: the message sent, and everything that comes of it followed to its end, over lost connections too."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

from openclaw.apps.cli.api import Api
from openclaw.apps.cli.chat.gateway import (
    Gateway,
    GatewayEvent,
    GatewayLost,
    GatewayLostError,
    open_gateway,
)
from openclaw.apps.cli.errors import GatewayUnreachableError, ServerRefusedError, ServerUnreachableError
from openclaw.kit.clock import SystemClock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

ENDED = frozenset({"ok", "error", "denied", "aborted"})
_TRIES = 8
_LONGEST_WAIT = 8


@dataclass
class ToolCall:
    """A tool call as far as it is known."""

    id: str
    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    device: str = ""
    state: str = "pending"
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


@dataclass(frozen=True)
class TurnEnd:
    """How a turn ended; ``parked``: an approval waits and nobody was to be asked."""

    state: Literal["completed", "aborted", "failed", "parked"]
    code: str = ""
    words: str = ""
    approval: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What the person decided about an approval."""

    decision: Literal["allow-once", "allow-conversation", "allow-always", "deny"]
    reason: str | None = None
    confirm: bool = False


class View(Protocol):
    """Where a turn is shown."""

    def started(self, *, conversation_id: str, run_id: str, message_id: str) -> None:
        """The message is accepted."""

    def said(self, piece: str) -> None:
        """The assistant says more."""

    def tool(self, call: ToolCall) -> None:
        """A call came into another state."""

    def tool_output(self, call: ToolCall, stream: str, text: str) -> None:
        """A running call prints."""

    def asked(self, approval: dict[str, Any]) -> None:
        """A call needs consent."""

    def answered(self, approval: dict[str, Any], *, elsewhere: bool) -> None:
        """The consent was given, refused, or is no longer needed."""

    def refused(self, words: str) -> None:
        """The answer was not accepted."""

    def lost(self) -> None:
        """The connection is lost and tried again."""

    def stopping(self) -> None:
        """The person wants it to stop."""

    def ended(self, end: TurnEnd, run: dict[str, Any]) -> None:
        """It is over; ``run`` as the server tells it."""


Ask = Callable[[dict[str, Any]], "asyncio.Task[Answer]"]


class _Stop:
    """In place of an event: the person pressed Ctrl-C."""


@dataclass(frozen=True)
class _Answered:
    approval: dict[str, Any]
    answer: Answer


class Turn:
    """A turn in one conversation. ``ask`` starts asking the person; None: an approval ends the turn (``parked``)."""

    def __init__(
        self, api: Api, view: View, *, session_key: str, ask: Ask | None, waits: bool = False
    ) -> None:
        self._api = api
        self._view = view
        self._session_key = session_key
        self._ask = ask
        self._waits = waits
        self._key = new_id().hex
        self._run_id = ""
        self._said = ""
        self._calls: dict[str, ToolCall] = {}
        self._questions: dict[str, dict[str, Any]] = {}
        self._shown: set[str] = set()
        self._answered: set[str] = set()
        self._asking: asyncio.Task[Any] | None = None
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._is_stopping = False
        self._cursor: str | None = None
        self._is_sent_away = False
        self._lost = 0
        self._end: TurnEnd | None = None

    def stop(self) -> None:
        """Ask the run to stop; the turn ends when it has."""
        self._inbox.put_nowait(_Stop())

    async def run(self, text: str) -> TurnEnd:
        """Send ``text`` and follow the run. Raises ServerRefusedError, GatewayUnreachableError and the API's errors."""
        clock = SystemClock()
        while True:
            try:
                end = await self._connected(text)
                break
            except (GatewayUnreachableError, ServerUnreachableError):
                self._lost += 1
                if self._lost > _TRIES or not self._run_id:
                    raise
                if self._is_sent_away:  # there is another gateway, or soon this one again
                    self._is_sent_away = False
                    continue
                if self._lost == 1:
                    self._view.lost()
                await clock.sleep(timedelta(seconds=min(2 ** (self._lost - 1), _LONGEST_WAIT)))
            finally:
                await self._stop_asking()
        self._view.ended(end, await self._run_if_reachable())
        return end

    async def _connected(self, text: str) -> TurnEnd:
        """One connection: to the turn's end, unless it is lost before."""
        ticket = await asyncio.to_thread(self._api.post, "/auth/gateway-ticket")
        try:
            async with open_gateway(
                ticket["url"], ticket["ticket"], self._inbox, cursor=self._cursor
            ) as gateway:
                self._cursor = gateway.cursor
                await self._send(gateway, text)
                self._lost = 0
                return await self._follow(gateway)
        except GatewayLostError as lost:
            raise GatewayUnreachableError(url=ticket["url"], reason=str(lost)) from None

    async def _send(self, gateway: Gateway, text: str) -> None:
        """Send the message; after a lost connection the same key finds the run.

        It is then read from the start, unless the gateway tells what was missed.
        """
        params = {"sessionKey": self._session_key, "message": text, "idempotencyKey": self._key}
        sent = await gateway.request("chat.send", params)
        if not self._run_id:
            self._run_id = sent["run"]
            run = await self._run() if not self._session_key.startswith("conv_") else {}
            self._session_key = run.get("conversationId", self._session_key)
            self._view.started(
                conversation_id=self._session_key, run_id=self._run_id, message_id=sent["messageId"]
            )
            return
        # An answer of ours that was lost on the way leaves no event.
        is_answer_lost = any(question["id"] in self._answered for question in self._questions.values())
        if is_answer_lost or not gateway.is_resumed:
            self._catch_up(await self._run())
        if self._is_stopping and self._end is None:  # the wish to stop may have been lost as well
            await self._request_abort(gateway)

    async def _run(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._api.get, f"/runs/{self._run_id}")

    async def _run_if_reachable(self) -> dict[str, Any]:
        try:
            return await self._run()
        except OpenClawError:
            return {}

    async def _follow(self, gateway: Gateway) -> TurnEnd:
        while self._end is None:
            if (end := self._ask_next()) is not None:
                return end
            arrived = await self._inbox.get()
            if isinstance(arrived, GatewayEvent):
                self._cursor = arrived.cursor or self._cursor
                self._take(arrived)
            elif isinstance(arrived, _Stop):
                await self._abort(gateway)
            elif isinstance(arrived, _Answered):
                await self._decide(gateway, arrived)
            elif isinstance(arrived, GatewayLost):
                if arrived.gateway is gateway:  # else it was a former one
                    raise GatewayLostError(arrived.reason)
            elif isinstance(arrived, Exception):
                raise arrived
        return self._end

    def _take(self, event: GatewayEvent) -> None:
        payload = event.payload
        if event.name == "shutdown":
            self._is_sent_away = "restartExpectedMs" in payload
        elif event.name == "exec.approval.requested" and payload["approval"]["runId"] == self._run_id:
            self._questions[payload["approval"]["toolCallId"]] = payload["approval"]
        elif event.name == "exec.approval.resolved" and payload["approval"]["runId"] == self._run_id:
            self._resolve(payload["approval"])
        elif payload.get("run") != self._run_id:
            return
        elif event.name == "chat":
            self._chat(payload)
        elif event.name == "agent" and payload["stream"] == "tool":
            self._tool(payload["data"])

    def _chat(self, payload: dict[str, Any]) -> None:
        state = payload["state"]
        if state == "delta":
            self._say(_text_of(payload))
        elif state == "final":
            self._say_rest(_text_of(payload))
            self._end = TurnEnd("completed")
        elif state == "aborted":
            self._end = TurnEnd("aborted")
        else:
            self._end = TurnEnd("failed", payload.get("errorCode") or "", payload.get("errorMessage") or "")

    def _say(self, whole: str) -> None:
        """``whole`` is all the text so far. A run that another process took over begins its text anew."""
        piece = whole.removeprefix(self._said) if whole.startswith(self._said) else f"\n\n{whole}"
        self._said = whole
        if piece:
            self._view.said(piece)

    def _say_rest(self, whole: str) -> None:
        if whole.startswith(self._said):
            self._say(whole)
        elif self._said not in whole:
            self._view.said(f"\n\n{whole}")

    def _tool(self, data: dict[str, Any]) -> None:
        call = self._calls.setdefault(data["toolCallId"], ToolCall(data["toolCallId"]))
        call.name = data["name"]
        device: dict[str, str] = data.get("device") or {}
        call.device = device.get("name", call.device)
        call.arguments = data.get("args") or call.arguments
        if partial := data.get("partialResult"):
            self._view.tool_output(call, partial["stream"], partial["text"])
            return
        if call.state in ENDED or (call.state == data["state"] and data["phase"] != "start"):
            return
        call.state, call.result, call.error = data["state"], data.get("result"), data.get("error")
        self._view.tool(call)

    def _catch_up(self, run: dict[str, Any]) -> None:
        texts: list[str] = []
        for part in run["parts"]:
            if part["type"] == "text":
                texts.append(part["text"])
                continue
            if part["approval"] and part["approval"]["state"] == "pending":
                self._answered.discard(part["approval"]["id"])  # an answer to it was lost on the way
                self._questions[part["toolCallId"]] = part["approval"]
            elif part["toolCallId"] in self._questions and part["approval"]:
                self._resolve(part["approval"])
            self._tool({**part, "args": part["arguments"], "phase": "update"})
        if run["state"] in ("completed", "failed", "aborted"):
            self._say_rest("\n\n".join(texts))
            error: dict[str, str] = run["error"] or {}
            self._end = TurnEnd(run["state"], error.get("code", ""), error.get("title", ""))

    def _resolve(self, approval: dict[str, Any]) -> None:
        question = self._questions.pop(approval["toolCallId"], None)
        if question is None:
            return
        elsewhere = question["id"] not in self._answered
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        self._view.answered(approval, elsewhere=elsewhere)

    def _ask_next(self) -> TurnEnd | None:
        """Ask about the call that the run waits at; the calls after it may no longer be wanted once it is answered."""
        current = next((call for call in self._calls.values() if call.state not in ENDED), None)
        approval = self._questions.get(current.id) if current else None
        if approval is None or self._asking is not None or self._is_stopping:
            return None
        if approval["id"] in self._answered:  # and its event is on the way
            return None
        if approval["id"] not in self._shown:
            self._shown.add(approval["id"])
            self._view.asked(approval)
        elif self._ask is None:
            return None
        if self._ask is not None:
            asking = self._ask(approval)
            asking.add_done_callback(lambda task: self._note_answer(approval, task))
            self._asking = asking
            return None
        return None if self._waits else TurnEnd("parked", approval=approval)

    def _note_answer(self, approval: dict[str, Any], task: "asyncio.Task[Answer]") -> None:
        if not task.cancelled():
            self._inbox.put_nowait(task.exception() or _Answered(approval, task.result()))

    async def _decide(self, gateway: Gateway, answered: _Answered) -> None:
        await self._stop_asking()  # after a lost connection the person may be asked again already
        self._answered.add(answered.approval["id"])
        answer = answered.answer
        params: dict[str, Any] = {"id": answered.approval["id"], "decision": answer.decision}
        if answer.reason:
            params["reason"] = answer.reason
        if answer.confirm:
            params["confirm"] = True
        try:
            await gateway.request("exec.approval.resolve", params)
        except ServerRefusedError as refused:
            self._answered.discard(answered.approval["id"])
            if refused.refusal != "agents.approval_decided":  # else its event tells
                self._view.refused(refused.detail)

    async def _abort(self, gateway: Gateway) -> None:
        self._is_stopping = True
        await self._stop_asking()
        self._view.stopping()
        await self._request_abort(gateway)

    async def _request_abort(self, gateway: Gateway) -> None:
        await gateway.request("chat.abort", {"sessionKey": self._session_key, "runId": self._key})

    async def _stop_asking(self) -> None:
        asking, self._asking = self._asking, None
        if asking is not None:
            await cancel_and_wait(asking)


def asking(question: "Callable[[dict[str, Any]], Any]") -> Ask:
    """``question`` (a coroutine function) as what a turn asks with."""
    return lambda approval: spawn(question(approval), name="approval question")


def _text_of(payload: dict[str, Any]) -> str:
    message: dict[str, Any] = payload.get("message") or {}
    parts: list[dict[str, Any]] = message.get("content") or []
    return "".join(part.get("text", "") for part in parts)
