"""What a run says while it works: text as it streams, tools as they start, print and end."""

import asyncio
import contextlib
from collections.abc import Generator
from typing import Any
from uuid import UUID

from openclaw.domains.agents.events import run_ended_topic
from openclaw.domains.agents.models import RunStepRow
from openclaw.infra.bus import EventBus, publish
from openclaw.infra.feed import echo_topic, tell, user_topic
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Actor, Scope
from openclaw.kit import ids
from openclaw.kit.clock import Clock

_FLUSH_SECONDS = 0.04
_PATIENCE_SECONDS = 1.0  # with an event that is late, or was undone with its transaction


class LiveRun:
    """The events of one run, to every connection of its user.

    Text is cumulative, so that a client that missed some needs nothing repeated; it is sent as it comes, but at most
    25 times a second. Beginnings, steps, ends and approvals are told with the transaction that they belong to, and can
    be read again by a client that comes back; it asks for the text of the moment.

    Everybody hears all of it in the order in which it was said. What is live is sent before what is told after it, and
    waits until what was told before it was heard here (``listening``): then that is on its way to every process.
    """

    def __init__(
        self,
        bus: EventBus,
        clock: Clock,
        actor: Actor,
        *,
        run_id: UUID,
        client_run_id: str,
        conversation_id: UUID,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._owner = actor.user_id, actor.workspace_id
        self._topic = user_topic(*self._owner)
        self._run_id = run_id
        self._names = {
            "runId": client_run_id,
            "run": ids.to_wire("run", run_id),
            "sessionKey": ids.to_wire("conv", conversation_id),
        }
        self._seq = 0
        self._text = ""
        self._unsent = ""
        self._flush: asyncio.TimerHandle | None = None
        self._has_spoken = False  # since something was told
        self._is_listening = False
        self._awaited = 0  # the number of what was told last and has not been heard; 0: nothing
        self._patience: asyncio.TimerHandle | None = None
        self._waiting: list[tuple[RunStepRow, dict[str, str]]] = []  # output of tools

    def begin_text(self) -> None:
        """A new model call: its text follows what was said before."""
        if self._unsent:
            self._unsent += "\n\n"
        elif self._text:
            self._text += "\n\n"

    def text(self, piece: str) -> None:
        """Some more text of the model."""
        self._unsent += storable(piece)
        if self._flush is None:
            self._flushed()

    def end_text(self) -> None:
        """The model call is over: nothing stays unsent but what waits its turn."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        self._send_text()

    def output(self, step: RunStepRow, part: dict[str, str]) -> None:
        """A running tool prints ``part``: ``stream``, ``text``, and ``device`` where it runs on several."""
        if self._must_wait():
            self._waiting.append((step, part))
        else:
            self._publish("agent", self._tool(step, "update", partialResult=part))

    async def tool_with(self, scope: Scope, step: RunStepRow, phase: str) -> None:
        """A tool call changed in this transaction: ``start``, ``update`` or ``result``."""
        await self._tell(scope, "agent", self._tool(step, phase))

    async def said(self, scope: Scope) -> None:
        """What the model has said is kept in this transaction: who missed it finds it before what follows."""
        if self._text or self._unsent:
            await self._tell(scope, "chat", self._delta(self._take_unsent()))

    async def state_changed(self, scope: Scope) -> None:
        """The run waits for its machine, or no longer does: lists and headers say so."""
        payload = {"sessionKey": self._names["sessionKey"], "reason": "run", "ts": self._now()}
        await tell(scope, *self._owner, {"event": "sessions.changed", "payload": payload})

    async def started(self, scope: Scope) -> None:
        """The run works from this transaction on. Another process may have begun before: its text is void."""
        data = {"phase": "start", "startedAt": self._now()}
        await self._tell(scope, "agent", self._agent("lifecycle", data))

    @contextlib.contextmanager
    def listening(self) -> Generator[None]:
        """While inside, live words wait for what was told before them, and are repeated to whoever comes back."""
        topic = echo_topic(*self._owner)

        def repeat(_topic: str, _body: dict[str, Any]) -> None:
            if self._text:
                self._publish("chat", self._delta(""))

        self._bus.subscribe(topic, repeat)
        self._is_listening = True
        try:
            yield
        finally:
            self._bus.unsubscribe(topic, repeat)
            self._is_listening = False
            self._await(0)
            if self._flush is not None:
                self._flush.cancel()

    async def finished(self, scope: Scope, *, state: str, text: str, error: dict[str, str] | None) -> None:
        """The run has ended, in this transaction."""
        phase: dict[str, Any] = {"phase": "end", "endedAt": self._now()}
        chat: dict[str, Any]
        if state == "completed":
            chat = {"state": "final", "message": _message(text, self._now())}
        elif state == "aborted":
            chat = {"state": "aborted", "stopReason": "rpc"}
        else:
            words = error["title"] if error else ""
            chat = {
                "state": "error",
                "errorMessage": words,
                "errorKind": "unknown",
                "errorCode": error["code"] if error else "",
            }
            phase = {"phase": "error", "error": words, "endedAt": self._now()}
        await self._tell(scope, "agent", self._agent("lifecycle", phase))
        await self._tell(scope, "chat", chat)
        await publish(scope, run_ended_topic(self._run_id), {})

    # ── In order ──

    async def _tell(self, scope: Scope, event: str, members: dict[str, Any]) -> None:
        """Tell with the transaction, and before it what has waited until now."""
        if self._unsent:
            await self._tell(scope, "chat", self._delta(self._take_unsent()))
        if self._has_spoken:
            self._has_spoken = False
            await self._bus.flush()
        await tell(scope, *self._owner, self._numbered(event, members))
        if self._is_listening:
            self._await(self._seq)

    def _publish(self, event: str, members: dict[str, Any]) -> None:
        self._has_spoken = True
        self._bus.publish_live(self._topic, self._numbered(event, members))

    def _must_wait(self) -> bool:
        """Whether a live event would overtake what was told before it. If so, it is given up in time."""
        if self._awaited and self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._go_on)
        return self._awaited > 0

    def _await(self, seq: int) -> None:
        """Let words wait until that event is heard; 0: no longer."""
        self._awaited = seq
        if seq:  # only as long: a user's runs would all hear every word of each other
            self._bus.subscribe(self._topic, self._hear)
            return
        self._bus.unsubscribe(self._topic, self._hear)
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hear(self, _topic: str, body: dict[str, Any]) -> None:
        payload = body["payload"]
        if "cursor" in body and payload.get("run") == self._names["run"]:
            # Afterwards: others here may be told of it only after us.
            asyncio.get_running_loop().call_soon(self._heard, payload["seq"])

    def _heard(self, seq: int) -> None:
        if 0 < self._awaited <= seq:
            self._go_on()

    def _go_on(self) -> None:
        """Send what has waited. A tool's output is of no use any more once its result was told."""
        self._await(0)
        waiting, self._waiting = self._waiting, []
        for step, part in waiting:
            if step.finished_at is None:
                self.output(step, part)
        if self._flush is None:
            self._flushed()

    def _flushed(self) -> None:
        """Send what has come; after that nothing for a moment, so that a quick model is told in larger pieces."""
        self._flush = None
        if self._send_text():
            self._flush = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flushed)

    def _send_text(self) -> bool:
        if not self._unsent or self._must_wait():
            return False
        self._publish("chat", self._delta(self._take_unsent()))
        return True

    def _take_unsent(self) -> str:
        piece, self._unsent = self._unsent, ""
        self._text += piece
        return piece

    # ── What is said ──

    def _delta(self, piece: str) -> dict[str, Any]:
        return {"state": "delta", "deltaText": piece, "message": _message(self._text, self._now())}

    def _tool(self, step: RunStepRow, phase: str, **more: Any) -> dict[str, Any]:
        data: dict[str, Any] = {
            "phase": phase,
            "name": step.name,
            "toolCallId": step.tool_call_id,
            "stepId": ids.to_wire("step", step.id),
            "state": step.state,
            **more,
        }
        if step.device_id is not None:
            data["device"] = {"id": ids.to_wire("dev", step.device_id), "name": step.device_name}
        if step.targets:
            data["targets"] = [
                {"id": ids.to_wire("dev", UUID(hex=target["id"])), "name": target["name"]}
                for target in step.targets
            ]
        if phase == "start":
            data["args"] = step.arguments
        if phase == "result":
            data |= {"result": step.output, "isError": step.error is not None, "error": step.error}
        return self._agent("tool", data)

    def _agent(self, stream: str, data: dict[str, Any]) -> dict[str, Any]:
        return {"stream": stream, "ts": self._now(), "data": data}

    def _numbered(self, event: str, members: dict[str, Any]) -> dict[str, Any]:
        self._seq += 1
        return {"event": event, "payload": {**self._names, "seq": self._seq, **members}}

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _message(text: str, now: int) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}], "timestamp": now}
