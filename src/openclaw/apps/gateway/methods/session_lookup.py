"""sessions.resolve, describe, compact, subscribe: what clients ask about conversations beside the list of them."""

from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import conversation_of, key_of, name_of
from openclaw.apps.gateway.methods.sessions import list_of, row_of
from openclaw.domains.agents.service import providers
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.service import catalog, messages
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params_sessions as ps
from openclaw.protocol.gateway.params import NoParams, SessionsListParams
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
        connection.hear_of_sessions(is_wanted=True)
        is_list_wanted = any(
            getattr(params, field) is not None for field in SessionsListParams.__struct_fields__
        )
        first = {"list": await list_of(platform, connection, params)} if is_list_wanted else {}
        return {"subscribed": True, **first}

    async def unsubscribe(connection: Connection, _params: NoParams) -> dict[str, Any]:
        connection.hear_of_sessions(is_wanted=False)
        return {"subscribed": False}

    async def describe(connection: Connection, params: ps.SessionsDescribeParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            try:
                conversation_id = await conversation_of(scope, params.key, connection)
            except ConversationNotFoundError:
                return {"session": None}
            conversation = await catalog.get_conversation(scope, conversation_id)
            model = (await providers.list_models(scope))[0]
        with_last = params.include_last_message is True
        return {"session": row_of(conversation, params.key, model, with_last=with_last)}

    async def follow(connection: Connection, params: ps.SessionsFollowParams) -> dict[str, Any]:
        return await following(connection, params.key, is_wanted=True)

    async def unfollow(connection: Connection, params: ps.SessionsUnfollowParams) -> dict[str, Any]:
        return await following(connection, params.key, is_wanted=False)

    async def following(connection: Connection, key: str, *, is_wanted: bool) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await conversation_of(scope, key, connection)
        connection.follow(key_of(conversation_id), is_wanted=is_wanted)
        return {"subscribed": is_wanted, "key": key}

    return {
        "sessions.resolve": resolve,
        "sessions.compact": compact,
        "sessions.describe": describe,
        "sessions.subscribe": subscribe,
        "sessions.unsubscribe": unsubscribe,
        "sessions.messages.subscribe": follow,
        "sessions.messages.unsubscribe": unfollow,
    }


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
