"""chat.*: what is said in a conversation, and what a chat page begins with."""

from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import check_session, conversation_of, key_of
from openclaw.apps.gateway.methods.overview import models_of
from openclaw.apps.gateway.methods.sending import send as say
from openclaw.apps.gateway.methods.sending import sent, stop
from openclaw.apps.gateway.methods.sessions import defaults_of, row_of
from openclaw.domains.agents.schemas import TextPart
from openclaw.domains.agents.service import providers
from openclaw.domains.conversations.errors import MessageNotFoundError
from openclaw.domains.conversations.schemas import Message
from openclaw.domains.conversations.service import catalog, messages, notes
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.pagination import MAX_PAGE
from openclaw.protocol.gateway import params_sessions as ps
from openclaw.protocol.gateway.params import ChatAbortParams, ChatHistoryParams, ChatSendParams


def chat_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def send(connection: Connection, params: ChatSendParams) -> dict[str, Any]:
        accepted = await say(
            platform,
            connection,
            params.session_key,
            text=params.message,
            key=params.idempotency_key,
            session_id=params.session_id,
        )
        return sent(accepted)

    async def history(connection: Connection, params: ChatHistoryParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            return await _history(scope, connection, params, limit=params.limit or MAX_PAGE)

    async def startup(connection: Connection, params: ps.ChatStartupParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            found = await _history(scope, connection, params, limit=params.limit or MAX_PAGE)
            fitting = _fitting(found["messages"], params.max_bytes)
            if fitting < len(found["messages"]):
                found = await _history(scope, connection, params, limit=fitting)
            conversation_id = await conversation_of(scope, params.session_key, connection)
            conversation = await catalog.get_conversation(scope, conversation_id)
            known = await providers.list_models(scope)
        return {
            **found,
            "defaults": defaults_of(known[0]),
            "sessionInfo": row_of(conversation, params.session_key, known[0]),
            "metadata": {"models": models_of(known), "commands": []},
        }

    async def metadata(connection: Connection, params: ps.ChatMetadataParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            if params.session_key is not None:
                await conversation_of(scope, params.session_key, connection)
            return {"models": models_of(await providers.list_models(scope)), "commands": []}

    async def inject(connection: Connection, params: ps.ChatInjectParams) -> dict[str, Any]:
        text = f"[{params.label}]\n\n{params.message}" if params.label else params.message
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.session_key, connection)
            note_id = await notes.add_note(scope, conversation_id, text=text)
        return {"ok": True, "messageId": ids.to_wire("msg", note_id)}

    async def abort(connection: Connection, params: ChatAbortParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.session_key, connection)
            stopped = await stop(scope, conversation_id, params.run_id)
        return {"ok": True, "aborted": stopped is not None, "runIds": [stopped] if stopped else []}

    return {
        "chat.send": send,
        "chat.history": history,
        "chat.startup": startup,
        "chat.metadata": metadata,
        "chat.inject": inject,
        "chat.abort": abort,
    }


async def _history(
    scope: Scope, connection: Connection, params: ChatHistoryParams, *, limit: int
) -> dict[str, Any]:
    conversation_id = await conversation_of(scope, params.session_key, connection)
    check_session(conversation_id, params.session_id)
    page = await messages.list_messages(
        scope,
        conversation_id,
        cursor=params.cursor,
        limit=limit,
        until_id=_message_id(params.message_id),
        offset=params.offset or 0,
    )
    return {
        "sessionKey": params.session_key,
        "sessionId": key_of(conversation_id),
        "messages": [wire_message(message, params.max_chars) for message in page.items],
        "thinkingLevel": "off",
        **(_next(page.next_cursor) if connection.protocol >= 4 else {}),
    }


def _fitting(found: list[dict[str, Any]], max_bytes: int | None) -> int:
    """How many of the newest messages fit; the newest one does always."""
    size = 0
    for count, message in enumerate(reversed(found)):
        size += len(msgspec.json.encode(message))
        if max_bytes is not None and size > max_bytes:
            return max(count, 1)
    return len(found)


def _next(cursor: str | None) -> dict[str, Any]:
    return {"hasMore": cursor is not None, **({"nextCursor": cursor} if cursor else {})}


def _message_id(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return ids.from_wire("msg", text)
    except ValueError:
        raise MessageNotFoundError from None


def wire_message(message: Message, max_chars: int | None) -> dict[str, Any]:
    """A message as ``chat.history`` has it, each text cut after ``max_chars``."""
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            content.append({"type": "text", "text": part.text[:max_chars]})
        else:
            content.append(
                {
                    "type": "toolCall",
                    "id": part.tool_call_id,
                    "name": part.name,
                    "arguments": part.arguments,
                    "state": part.state,
                }
            )
    return {
        "role": message.role,
        "content": content,
        "timestamp": int(message.created_at.timestamp() * 1000),
        **({"errorMessage": message.error.title} if message.error else {}),
    }
