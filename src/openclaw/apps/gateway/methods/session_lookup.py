"""sessions.resolve, compact, subscribe: what released clients ask about conversations beside the list of them."""

from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import conversation_of, name_of
from openclaw.apps.gateway.methods.sessions import list_of
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.service import catalog, messages
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway.params import SessionsListParams
from openclaw.protocol.gateway.params_overview import (
    SessionsCompactParams,
    SessionsResolveParams,
    SessionsSubscribeParams,
)


def session_lookup_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def resolve(connection: Connection, params: SessionsResolveParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            try:
                key = await _resolved(scope, connection, params)
            except ConversationNotFoundError:
                if not params.allow_missing:
                    raise
                return {"ok": False}
        return {"ok": True, "key": key, **({"agentId": "main"} if connection.protocol >= 4 else {})}

    async def compact(connection: Connection, params: SessionsCompactParams) -> dict[str, Any]:
        """Nothing to do: what a model is told is shortened by itself, and what was said is kept."""
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, params.key, connection)
            kept = await messages.count_messages(scope, conversation_id)
        return {"ok": True, "key": params.key, "compacted": False, "kept": kept}

    async def subscribe(connection: Connection, params: SessionsSubscribeParams) -> dict[str, Any]:
        """Every connection that may read hears of its user's conversations; the list is what a client starts from."""
        is_list_wanted = any(
            getattr(params, field) is not None for field in SessionsListParams.__struct_fields__
        )
        first = {"list": await list_of(platform, connection, params)} if is_list_wanted else {}
        return {"subscribed": True, **first}

    return {"sessions.resolve": resolve, "sessions.compact": compact, "sessions.subscribe": subscribe}


async def _resolved(scope: Scope, connection: Connection, params: SessionsResolveParams) -> str:
    """What the client may call the conversation. Raises ConversationNotFoundError."""
    name = params.key or params.session_id
    if name is not None:
        await conversation_of(scope, name, connection)
        return name
    found, _ = await catalog.find_conversations(scope, title=params.label, limit=1)
    if not found:
        raise ConversationNotFoundError
    return name_of(connection, found[0].id)
