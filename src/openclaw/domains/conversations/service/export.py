"""A conversation as a file: Markdown to read, JSON to process."""

from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.agents.schemas import TextPart, ToolPart
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.schemas import Message
from openclaw.domains.conversations.service import catalog, messages
from openclaw.infra.scope import Scope

_WORDS = {"en": {"user": "You", "assistant": "OpenClaw"}, "zh": {"user": "我", "assistant": "OpenClaw"}}


async def export_json(scope: Scope, conversation_id: UUID) -> bytes:
    """The whole conversation with every tool call. Raises ConversationNotFoundError."""
    conversation = await catalog.get_conversation(scope, conversation_id)
    said = await _all(scope, conversation_id)
    body: dict[str, Any] = {
        "conversation": conversation.model_dump(mode="json", by_alias=True),
        "messages": [message.model_dump(mode="json", by_alias=True) for message in said],
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


async def export_markdown(scope: Scope, conversation_id: UUID) -> str:
    """The whole conversation to read. Raises ConversationNotFoundError."""
    conversation = await catalog.get_conversation(scope, conversation_id)
    words = _WORDS[scope.who.language]
    blocks = [f"# {conversation.title}"]
    for message in await _all(scope, conversation_id):
        blocks.append(f"## {words[message.role]} · {message.created_at:%Y-%m-%d %H:%M} UTC")
        blocks += [part.text if isinstance(part, TextPart) else _tool(part) for part in message.parts]
        if message.error is not None:
            blocks.append(f"> {message.error.title}")
    return "\n\n".join(blocks) + "\n"


async def _all(scope: Scope, conversation_id: UUID) -> list[Message]:
    return await messages.view(scope, await repository.list_messages(scope, conversation_id))


def _tool(part: ToolPart) -> str:
    arguments = orjson.dumps(part.arguments, option=orjson.OPT_INDENT_2).decode()
    lines = [f"**{part.name}** · {part.state}", _fenced(arguments, "json")]
    if part.result is not None:
        text = part.result.get("stdout") or part.result.get("content") or part.result.get("diff")
        shown = str(text) if text else orjson.dumps(part.result, option=orjson.OPT_INDENT_2).decode()
        lines.append(_fenced(shown, ""))
    if part.error is not None:
        lines.append(f"> {part.error.code}: {part.error.message}")
    return "\n\n".join(lines)


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
