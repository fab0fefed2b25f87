"""A runtime's events as those of a run: what the server keeps, and what only pages that look on right now see."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from openclaw.apps.bridge.pi.gating import ToolUse
from openclaw.protocol.pi.records import Event
from openclaw.protocol.runs import (
    MAX_TEXT,
    Delta,
    KeptEvent,
    LiveEvent,
    Output,
    Question,
    Said,
    ToolEnded,
    ToolStarted,
)

_FLUSH_SECONDS = 0.04
_PIECE = 60_000
_MAX_COUNT = 2**31 - 1
_STOPS: dict[str, Literal["stop", "length", "tools", "error", "aborted"]] = {
    "stop": "stop",
    "length": "length",
    "toolUse": "tools",
    "error": "error",
    "aborted": "aborted",
}


@dataclass
class _Tool:
    """A call that was told of."""

    name: str
    path: str | None
    shown: str = ""
    is_denied: bool = False


@dataclass
class Teller:
    """Hears the events of one run in order. ``keep`` and ``show`` pass on what comes of them."""

    keep: Callable[[KeptEvent], None]
    show: Callable[[LiveEvent], None]
    replies: int = 0
    _said: int = 0  # letters of the present reply that were shown
    _unsaid: str = ""
    _flush: asyncio.TimerHandle | None = None
    _tools: dict[str, _Tool] = field(default_factory=dict[str, _Tool])

    def hear(self, event: Event) -> None:
        """Take one event."""
        members = event.members
        match event.type:
            case "message_update":
                inner: dict[str, Any] = members["assistantMessageEvent"]
                if inner.get("type") == "text_delta":
                    self._add(str(inner.get("delta", "")))
            case "message_end" if members["message"]["role"] == "assistant":
                self._reply(members["message"])
            case "tool_execution_update":
                self._output(members)
            case "tool_execution_end":
                self._tool_ended(members)
            case _:
                pass

    def knows(self, call: str) -> bool:
        """Whether the call was told of."""
        return call in self._tools

    def started(self, use: ToolUse, question: Question | None) -> None:
        """A call was judged: it runs, or waits for an answer."""
        path = use.arguments.get("path")
        self._tools[use.call] = _Tool(use.name, path if isinstance(path, str) else None)
        self.keep(ToolStarted(call=use.call, name=use.name, arguments=use.arguments, question=question))

    def denied(self, call: str) -> None:
        """It will not run."""
        if (tool := self._tools.get(call)) is not None:
            tool.is_denied = True

    def close(self) -> None:
        """Nothing is shown any more."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None

    def _add(self, piece: str) -> None:
        self._unsaid += piece
        if self._flush is None:
            if self._said == 0:
                self._show_text()
            self._flush = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flushed)

    def _flushed(self) -> None:
        self._flush = None
        self._show_text()

    def _show_text(self) -> None:
        while self._unsaid:
            piece, self._unsaid = self._unsaid[:_PIECE], self._unsaid[_PIECE:]
            self.show(Delta(reply=self.replies, offset=self._said, text=piece))
            self._said += len(piece)

    def _reply(self, message: dict[str, Any]) -> None:
        self.close()
        self._show_text()
        usage: dict[str, Any] = message.get("usage", {})
        cost = usage.get("cost", {}).get("total")
        read = (usage.get(key, 0) for key in ("input", "cacheRead", "cacheWrite"))
        self.keep(
            Said(
                stop=_STOPS.get(message.get("stopReason", ""), "stop"),
                input_tokens=_count(sum(read)),
                output_tokens=_count(usage.get("output", 0)),
                cost_micros=None if cost is None else max(0, round(cost * 1_000_000)),
                model=str(message.get("model", ""))[:200] or None,
                text=_text(message.get("content"))[:MAX_TEXT],
                error=message.get("errorMessage"),
            )
        )
        self.replies += 1
        self._said = 0

    def _output(self, members: dict[str, Any]) -> None:
        tool = self._tools.get(call := str(members.get("toolCallId")))
        if tool is None:
            return
        so_far = _text(members.get("partialResult", {}).get("content"))
        piece = so_far[len(tool.shown) :][:_PIECE] if so_far.startswith(tool.shown) else ""
        if piece:
            tool.shown += piece
            self.show(Output(call=call, text=piece))

    def _tool_ended(self, members: dict[str, Any]) -> None:
        tool = self._tools.get(call := str(members.get("toolCallId")))
        if tool is None:
            return
        text = _text(members.get("result", {}).get("content"))
        self.keep(
            ToolEnded(
                call=call,
                is_error=members.get("isError") is True,
                is_denied=tool.is_denied,
                result=_result(tool, text),
            )
        )


def _result(tool: _Tool, text: str) -> dict[str, Any]:
    """What our tool of that name would have answered, as far as a text tells it."""
    where = {} if tool.path is None else {"path": tool.path}
    key = {"exec": "stdout", "fs.read": "content"}.get(tool.name, "text")
    return {**where, key: text}


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    blocks = cast("list[dict[str, Any]]", content or [])
    return "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")


def _count(number: float) -> int:
    return min(max(int(number), 0), _MAX_COUNT)
