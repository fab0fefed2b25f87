"""health, status, presence, models and the one agent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openclaw import __version__
from openclaw.apps.gateway.at_once import Immediate
from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import key_of
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.domains.agents.schemas.providers import Model
from openclaw.domains.agents.service import providers
from openclaw.domains.conversations.schemas import Conversation
from openclaw.domains.conversations.service import catalog
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform

_RECENT = 10


def overview_methods(platform: Platform, hub: ConnectionHub) -> dict[str, Handler]:
    """Handlers by name."""

    async def health(connection: Connection, _params: Any) -> dict[str, Any]:
        return await health_of(platform, connection.actor)

    async def status(connection: Connection, _params: Any) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor, is_quiet=True) as scope:
            model = (await providers.list_models(scope))[0]
            found, count = await catalog.find_conversations(scope, limit=_RECENT)
            now = scope.now()
        recent = [
            {**_used(c, now), "kind": "direct", "sessionId": key_of(c.id), "model": model.name, "flags": []}
            for c in found
        ]
        return {
            "heartbeat": {"defaultAgentId": "main", "agents": []},
            "channelSummary": [],
            "queuedSystemEvents": [],
            "sessions": {
                "paths": [],
                "count": count,
                "defaults": {"model": model.name, "contextTokens": None},
                "recent": recent,
                "byAgent": [],
            },
            "runtimeVersion": __version__,
        }

    def presence(connection: Connection, _params: Any) -> list[Any]:
        return list(hub.presence(connection.actor.user_id, connection.actor.workspace_id))

    async def models(connection: Connection, _params: Any) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor, is_quiet=True) as scope:
            found = await providers.list_models(scope)
        return {"models": models_of(found)}

    async def agents(connection: Connection, _params: Any) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor, is_quiet=True) as scope:
            model = (await providers.list_models(scope))[0]
        agent = {"id": "main", "name": "OpenClaw", "model": {"primary": f"{model.provider}/{model.name}"}}
        return {"defaultId": "main", "mainKey": "main", "scope": "per-sender", "agents": [agent]}

    def identity(_connection: Connection, _params: Any) -> dict[str, Any]:
        return {"agentId": "main", "name": "OpenClaw"}

    return {
        "health": health,
        "status": status,
        "system-presence": Immediate(presence),
        "models.list": models,
        "agents.list": agents,
        "agent.identity.get": Immediate(identity),
    }


def models_of(found: Sequence[Model]) -> list[dict[str, Any]]:
    """Models, as ``models.list`` answers them."""
    return [{"id": model.name, "name": model.name, "provider": model.provider} for model in found]


async def health_of(platform: Platform, actor: Actor) -> dict[str, Any]:
    """How the gateway is and what the actor has in it, as ``health`` answers and tells."""
    started = platform.clock.now()
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        found, count = await catalog.find_conversations(scope, limit=_RECENT)
    recent = [_used(conversation, started) for conversation in found]
    sessions = {"path": "", "count": count, "recent": recent}
    return {
        "ok": True,
        "ts": int(started.timestamp() * 1000),
        "durationMs": int((platform.clock.now() - started).total_seconds() * 1000),
        "channels": {},
        "channelOrder": [],
        "channelLabels": {},
        "heartbeatSeconds": 0,
        "defaultAgentId": "main",
        "agents": [{"agentId": "main", "isDefault": True, "sessions": sessions}],
        "sessions": sessions,
    }


def _used(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """A conversation in a list of those used last."""
    return {
        "key": key_of(conversation.id),
        "updatedAt": int(conversation.updated_at.timestamp() * 1000),
        "age": int((now - conversation.updated_at).total_seconds() * 1000),
    }
