"""sessions.list, preview, patch, reset, delete: conversations as clients of the gateway know them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET
from pydantic import ValidationError

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import check_session, conversation_of, key_of, name_of
from openclaw.domains.agents.schemas import TextPart
from openclaw.domains.agents.schemas.providers import Model
from openclaw.domains.agents.service import providers
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.schemas import Conversation, UpdateConversation
from openclaw.domains.conversations.service import catalog, messages
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import MAX_PAGE
from openclaw.protocol.gateway.params import (
    SessionsDeleteParams,
    SessionsListParams,
    SessionsPatchParams,
    SessionsPreviewParams,
    SessionsResetParams,
)

_PREVIEWS = 12
_PREVIEW_CHARS = 240


def session_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def list_sessions(connection: Connection, params: SessionsListParams) -> dict[str, Any]:
        return await list_of(platform, connection, params)

    async def preview(connection: Connection, params: SessionsPreviewParams) -> dict[str, Any]:
        limit = params.limit or _PREVIEWS
        characters = params.max_chars or _PREVIEW_CHARS
        async with platform.database.transaction(connection.actor) as scope:
            previews = [await _preview(scope, connection, key, limit, characters) for key in params.keys]
            now = scope.now()
        return {"ts": int(now.timestamp() * 1000), "previews": previews}

    async def patch(connection: Connection, params: SessionsPatchParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.key, connection)
            check_session(conversation_id, params.expected_session_id)
            if params.label is not UNSET:
                await set_label(scope, conversation_id, params.label)
            if params.archived is not UNSET:
                await catalog.set_archived(scope, conversation_id, archived=params.archived is True)
            entry = await catalog.get_conversation(scope, conversation_id)
            model = (await providers.list_models(scope))[0]
        resolved = {"modelProvider": model.provider, "model": model.name}
        return {"ok": True, "path": "", "key": params.key, "entry": entry_of(entry), "resolved": resolved}

    async def reset(connection: Connection, params: SessionsResetParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.key, connection)
            await messages.start_over(scope, conversation_id)
            entry = await catalog.get_conversation(scope, conversation_id)
            model = (await providers.list_models(scope))[0]
        return {"ok": True, "key": params.key, "entry": {**entry_of(entry), "model": model.name}}

    async def delete(connection: Connection, params: SessionsDeleteParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.key, connection)
            check_session(conversation_id, params.expected_session_id)
            entry = await catalog.get_conversation(scope, conversation_id)
            if params.archived_only and not entry.archived:
                return {"ok": True, "key": params.key, "deleted": False, "archived": []}
            if params.delete_transcript is False:
                await catalog.set_archived(scope, conversation_id, archived=True)
                return {"ok": True, "key": params.key, "deleted": False, "archived": [params.key]}
            await catalog.delete_conversation(scope, conversation_id)
        return {"ok": True, "key": params.key, "deleted": True, "archived": []}

    return {
        "sessions.list": list_sessions,
        "sessions.preview": preview,
        "sessions.patch": patch,
        "sessions.reset": reset,
        "sessions.delete": delete,
    }


async def list_of(platform: Platform, connection: Connection, params: SessionsListParams) -> dict[str, Any]:
    """A page of the user's conversations, as ``sessions.list`` answers it."""
    limit, offset = params.limit or MAX_PAGE, params.offset or 0
    async with platform.database.transaction(connection.actor) as scope:
        found, count = await _find(scope, params, offset=offset, limit=limit)
        await _call_main(scope, connection)
        model = (await providers.list_models(scope))[0]
        now = scope.now()
    rows = [
        row_of(
            conversation,
            name_of(connection, conversation.id),
            model,
            with_last=params.include_last_message is True,
        )
        for conversation in found
    ]
    return {
        "ts": int(now.timestamp() * 1000),
        "path": "",
        "count": len(rows),
        "defaults": defaults_of(model),
        "sessions": rows,
        **(_position(offset + len(rows), count, limit) if connection.protocol >= 4 else {}),
    }


async def _call_main(scope: Scope, connection: Connection) -> None:
    """Clients of release 3 know the main conversation as ``main`` and by no other name."""
    main_id = await catalog.find_main_id(scope) if connection.protocol < 4 else None
    if main_id is not None:
        connection.call_session(key_of(main_id), "main")


async def _find(
    scope: Scope, params: SessionsListParams, *, offset: int, limit: int
) -> tuple[list[Conversation], int]:
    if params.spawned_by is not None:
        return [], 0  # no conversation here has been started by another
    minutes = params.active_minutes
    return await catalog.find_conversations(
        scope,
        query=params.search,
        title=params.label,
        archived=None if params.archived == "all" else params.archived is True,
        since=scope.now() - timedelta(minutes=minutes) if minutes else None,
        offset=offset,
        limit=limit,
    )


def _position(reached: int, count: int, limit: int) -> dict[str, Any]:
    has_more = reached < count
    return {
        "totalCount": count,
        "limitApplied": limit,
        "hasMore": has_more,
        "nextOffset": reached if has_more else None,
    }


async def set_label(scope: Scope, conversation_id: UUID, label: str | None) -> None:
    """Give a conversation that title, or without one its own. Raises InvalidInputError."""
    if not label:
        await catalog.reset_title(scope, conversation_id)
        return
    try:
        data = UpdateConversation.model_validate({"title": label})
    except ValidationError as error:
        raise InvalidInputError(field="label", reason=error.errors()[0]["msg"]) from None
    await catalog.update_conversation(scope, conversation_id, data)


async def _preview(
    scope: Scope, connection: Connection, key: str, limit: int, characters: int
) -> dict[str, Any]:
    try:
        conversation_id = await conversation_of(scope, key, connection)
    except ConversationNotFoundError:
        return {"key": key, "status": "missing", "items": []}
    page = await messages.list_messages(scope, conversation_id, cursor=None, limit=limit)
    items = [
        {"role": message.role, "text": part.text[:characters]}
        for message in page.items
        for part in message.parts
        if isinstance(part, TextPart)
    ]
    return {"key": key, "status": "ok" if items else "empty", "items": items}


def defaults_of(model: Model) -> dict[str, Any]:
    """What a conversation works with until it is told otherwise."""
    return {"modelProvider": model.provider, "model": model.name, "contextTokens": None}


def row_of(conversation: Conversation, key: str, model: Model, *, with_last: bool = False) -> dict[str, Any]:
    """A conversation in ``sessions.list``; ``with_last``: with the beginning of its newest message."""
    last = conversation.last_message if with_last else None
    return {
        "key": key,
        "kind": "direct",
        "label": conversation.title,
        "displayName": conversation.title,
        "updatedAt": int(conversation.updated_at.timestamp() * 1000),
        "sessionId": key_of(conversation.id),
        "systemSent": True,
        "abortedLastRun": False,
        "modelProvider": model.provider,
        "model": model.name,
        **({"lastMessagePreview": last.text} if last else {}),
    }


def entry_of(conversation: Conversation) -> dict[str, Any]:
    """A conversation as the methods that change one answer it."""
    return {
        "sessionId": key_of(conversation.id),
        "label": conversation.title,
        "updatedAt": int(conversation.updated_at.timestamp() * 1000),
        "systemSent": True,
        "abortedLastRun": False,
    }
