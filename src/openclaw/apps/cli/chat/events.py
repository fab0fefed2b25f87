"""A turn as one JSON event a line, for programs."""

from typing import Any

from openclaw.apps.cli.chat.turn import ToolCall, TurnEnd
from openclaw.apps.cli.output import tell_json


class EventLines:
    """The view for programs. The members of each event are stable."""

    def __init__(self) -> None:
        self._text = ""

    def started(self, *, conversation_id: str, run_id: str, message_id: str) -> None:
        """The message is accepted."""
        tell_json(
            {"event": "started", "conversationId": conversation_id, "runId": run_id, "messageId": message_id}
        )

    def said(self, piece: str) -> None:
        """The assistant says more."""
        self._text += piece
        tell_json({"event": "text", "delta": piece})

    def tool(self, call: ToolCall) -> None:
        """A call came into another state."""
        tell_json(
            {
                "event": "tool",
                "toolCallId": call.id,
                "name": call.name,
                "state": call.state,
                "arguments": call.arguments,
                "device": call.device or None,
                "result": call.result,
                "error": call.error,
            }
        )

    def tool_output(self, call: ToolCall, stream: str, text: str) -> None:
        """A running call prints."""
        tell_json({"event": "tool_output", "toolCallId": call.id, "stream": stream, "text": text})

    def asked(self, approval: dict[str, Any]) -> None:
        """A call needs consent."""
        tell_json({"event": "approval", "approval": approval})

    def answered(self, approval: dict[str, Any], *, elsewhere: bool) -> None:
        """The consent was given, refused, or is no longer needed."""
        tell_json({"event": "approval_resolved", "approval": approval})

    def refused(self, words: str) -> None:
        """The answer was not accepted: cannot be, since none is given here."""

    def lost(self) -> None:
        """The connection is lost and tried again."""
        tell_json({"event": "reconnecting"})

    def stopping(self) -> None:
        """The person wants it to stop."""
        tell_json({"event": "stopping"})

    def ended(self, end: TurnEnd, run: dict[str, Any]) -> None:
        """It is over."""
        told: dict[str, Any] = {
            "event": "ended",
            "state": end.state,
            "text": self._text,
            "model": run.get("model"),
            "demo": run.get("demo", False),
            "usage": run.get("usage"),
            "error": {"code": end.code, "detail": end.words} if end.code else None,
        }
        if end.approval is not None:
            told["approvalId"] = end.approval["id"]
        tell_json(told)
