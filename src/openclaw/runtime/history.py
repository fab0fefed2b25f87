"""The conversation as models get it: messages of pydantic-ai, built and stored in one place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse

_SUMMARY_HEAD = "[Summary of the earlier conversation]"


@dataclass(frozen=True)
class ToolOutcome:
    """What a tool call came to. ``content`` is JSON data; a failed or denied call says so in ``content``."""

    call_id: str
    name: str
    content: Any
    is_error: bool = False


def user_message(text: str) -> "ModelRequest":
    """What the person said."""
    from pydantic_ai.messages import ModelRequest, UserPromptPart

    return ModelRequest(parts=[UserPromptPart(content=text)])


def assistant_message(text: str) -> "ModelResponse":
    """What the assistant said, where only the text is known (imports, tests)."""
    from pydantic_ai.messages import ModelResponse, TextPart

    return ModelResponse(parts=[TextPart(content=text)])


def tool_message(outcomes: Sequence[ToolOutcome]) -> "ModelRequest":
    """The outcomes of all tool calls of one reply, in the order of the calls."""
    from pydantic_ai.messages import ModelRequest, ToolReturnPart

    return ModelRequest(
        parts=[
            ToolReturnPart(
                tool_name=outcome.name,
                tool_call_id=outcome.call_id,
                content=outcome_text(outcome),
                outcome="failed" if outcome.is_error else "success",
            )
            for outcome in outcomes
        ]
    )


def outcome_text(outcome: ToolOutcome) -> str:
    """The outcome as the model reads it: JSON, with an ``error`` member where the call failed."""
    content = outcome.content
    if outcome.is_error and not (isinstance(content, dict) and "error" in content):
        content = {"error": content}
    return json.dumps(content, ensure_ascii=False)


def summary_message(summary: str) -> "ModelRequest":
    """Stands in for older turns that no longer fit."""
    return user_message(f"{_SUMMARY_HEAD}\n{summary}")


def first_words(message: "ModelMessage") -> str:
    """The person's text in ``message``, "" if it holds none."""
    for part in message.parts:
        if part.part_kind == "user-prompt":
            return part.content if isinstance(part.content, str) else " ".join(map(str, part.content))
    return ""


def dump_history(messages: Sequence["ModelMessage"]) -> bytes:
    """``messages`` as JSON."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    return ModelMessagesTypeAdapter.dump_json(list(messages))


def load_history(stored: bytes | str) -> "list[ModelMessage]":
    """Messages from ``dump_history``."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    return ModelMessagesTypeAdapter.validate_json(stored)
