"""chat.send, chat.history, chat.abort."""

from typing import Any
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import check_session, conversation_of, key_of
from openclaw.apps.gateway.methods.sending import send as say
from openclaw.domains.agents.schemas import TextPart
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations.errors import MessageNotFoundError
from openclaw.domains.conversations.schemas import Message
from openclaw.domains.conversations.service import messages
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.pagination import MAX_PAGE
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
        return {
            "runId": accepted.client_run_id,
            "status": "started" if accepted.is_new else "in_flight" if accepted.is_open else "ok",
            "run": ids.to_wire("run", accepted.run_id),
            "messageId": ids.to_wire("msg", accepted.message.id),
        }

    async def history(connection: Connection, params: ChatHistoryParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.session_key, connection)
            check_session(conversation_id, params.session_id)
            page = await messages.list_messages(
                scope,
                conversation_id,
                cursor=params.cursor,
                limit=params.limit or MAX_PAGE,
                until_id=_message_id(params.message_id),
                offset=params.offset or 0,
            )
        return {
            "sessionKey": params.session_key,
            "sessionId": key_of(conversation_id),
            "messages": [_message(message, params.max_chars) for message in page.items],
            "thinkingLevel": "off",
            **(_next(page.next_cursor) if connection.protocol >= 4 else {}),
        }

    async def abort(connection: Connection, params: ChatAbortParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.session_key, connection)
            run = await runs.find_open_run(scope, conversation_id)
            is_wanted = run is not None and params.run_id in (
                None,
                run.client_run_id,
                ids.to_wire("run", run.id),
            )
            if run is not None and is_wanted:
                await runs.abort_run(scope, run.id)
        return {"ok": True, "aborted": is_wanted, "runIds": [run.client_run_id] if run and is_wanted else []}

    return {"chat.send": send, "chat.history": history, "chat.abort": abort}


def _next(cursor: str | None) -> dict[str, Any]:
    return {"hasMore": cursor is not None, **({"nextCursor": cursor} if cursor else {})}


def _message_id(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return ids.from_wire("msg", text)
    except ValueError:
        raise MessageNotFoundError from None


def _message(message: Message, max_chars: int | None) -> dict[str, Any]:
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
