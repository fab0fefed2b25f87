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


class LiveRun:
    """The events of one run, to every connection of its user.

    Text is cumulative, so that a client that missed some needs nothing repeated; it is sent as it comes, but at most
    25 times a second. Beginnings, steps, ends and approvals are told with the transaction that they belong to, and can
    be read again by a client that comes back; it asks for the text of the moment (``repeating``).
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

    def begin_text(self) -> None:
        """A new model call: its text follows what was said before."""
        if self._text:
            self._text += "\n\n"

    def text(self, piece: str) -> None:
        """Some more text of the model."""
        self._unsent += storable(piece)
        if self._flush is None:
            self._flushed()

    def end_text(self) -> None:
        """The model call is over: nothing stays unsent."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        self._send_text()

    def tool(self, step: RunStepRow, phase: str, **more: Any) -> None:
        """A tool call goes on: ``start``, ``update`` or ``result``."""
        self._bus.publish_live(self._topic, self._tool_event(step, phase, **more))

    async def tool_with(self, scope: Scope, step: RunStepRow, phase: str) -> None:
        """A tool call changed in this transaction."""
        await tell(scope, *self._owner, self._tool_event(step, phase))

    async def said(self, scope: Scope) -> None:
        """What the model has said is kept in this transaction: who missed it finds it before what follows."""
        if self._text:
            await tell(scope, *self._owner, self._text_event(""))

    async def started(self, scope: Scope) -> None:
        """The run works from this transaction on. Another process may have begun before: its text is void."""
        data = {"phase": "start", "startedAt": self._now()}
        await tell(scope, *self._owner, self._agent_event("lifecycle", data))

    @contextlib.contextmanager
    def repeating(self) -> Generator[None]:
        """While inside, whoever comes back in mid-sentence is told the text so far."""
        topic = echo_topic(*self._owner)

        def repeat(_topic: str, _body: dict[str, Any]) -> None:
            if self._text:
                self._bus.publish_live(self._topic, self._text_event(""))

        self._bus.subscribe(topic, repeat)
        try:
            yield
        finally:
            self._bus.unsubscribe(topic, repeat)

    async def finished(self, scope: Scope, *, state: str, text: str, error: dict[str, str] | None) -> None:
        """The run has ended, in this transaction."""
        chat: dict[str, Any] = {**self._names, "seq": self._next()}
        phase: dict[str, Any] = {"phase": "end", "endedAt": self._now()}
        if state == "completed":
            chat |= {"state": "final", "message": _message(text, self._now())}
        elif state == "aborted":
            chat |= {"state": "aborted", "stopReason": "rpc"}
        else:
            words = error["title"] if error else ""
            chat |= {
                "state": "error",
                "errorMessage": words,
                "errorKind": "unknown",
                "errorCode": error["code"] if error else "",
            }
            phase = {"phase": "error", "error": words, "endedAt": self._now()}
        await tell(scope, *self._owner, self._agent_event("lifecycle", phase))
        await tell(scope, *self._owner, {"event": "chat", "payload": chat})
        await publish(scope, run_ended_topic(self._run_id), {})

    def _flushed(self) -> None:
        """Send what has come; after that nothing for a moment, so that a quick model is told in larger pieces."""
        self._flush = None
        if self._unsent:
            self._send_text()
            self._flush = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flushed)

    def _send_text(self) -> None:
        if not self._unsent:
            return
        piece, self._unsent = self._unsent, ""
        self._text += piece
        self._bus.publish_live(self._topic, self._text_event(piece))

    def _text_event(self, piece: str) -> dict[str, Any]:
        payload = {
            **self._names,
            "seq": self._next(),
            "state": "delta",
            "deltaText": piece,
            "message": _message(self._text, self._now()),
        }
        return {"event": "chat", "payload": payload}

    def _tool_event(self, step: RunStepRow, phase: str, **more: Any) -> dict[str, Any]:
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
        return self._agent_event("tool", data)

    def _agent_event(self, stream: str, data: dict[str, Any]) -> dict[str, Any]:
        payload = {**self._names, "seq": self._next(), "stream": stream, "ts": self._now(), "data": data}
        return {"event": "agent", "payload": payload}

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _message(text: str, now: int) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}], "timestamp": now}
