"""What clients of other gateways look for around the assistant: settings, schedules, channels, skills, policy.

This one has little of that, and says which part: an empty list where nothing can be, never one where something is.
"""

from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.domains.agents.service import providers
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params_overview as po

_NO_FILE = "none"
_PAGE = 50
_POLICY = {"security": "allowlist", "ask": "on-miss", "askFallback": "deny", "autoAllowSkills": False}


def surrounding_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def config(connection: Connection, _params: Any) -> dict[str, Any]:
        """A probe reads from this how the gateway is set up. The server has no settings file that is a client's."""
        async with platform.database.transaction(connection.actor) as scope:
            model = (await providers.list_models(scope))[0]
        settings = {
            "gateway": {"mode": "remote", "auth": {"mode": "token"}},
            "agents": {"defaults": {"model": {"primary": f"{model.provider}/{model.name}"}}},
        }
        return {
            "path": _NO_FILE,
            "exists": False,
            "raw": None,
            "parsed": settings,
            "valid": True,
            "config": settings,
            "hash": _NO_FILE,
            "issues": [],
            "warnings": [],
            "legacyIssues": [],
        }

    async def jobs(connection: Connection, params: po.CronListParams) -> dict[str, Any]:
        page = {
            "snapshotRevision": _NO_FILE,
            "total": 0,
            "offset": params.offset or 0,
            "limit": params.limit or _PAGE,
            "hasMore": False,
            "nextOffset": None,
        }
        return {"jobs": [], **(page if connection.protocol >= 4 else {})}

    async def schedule(_connection: Connection, _params: Any) -> dict[str, Any]:
        return {"enabled": False, "storePath": _NO_FILE, "jobs": 0, "nextWakeAtMs": None}

    async def channels(_connection: Connection, _params: Any) -> dict[str, Any]:
        return {
            "ts": int(platform.clock.now().timestamp() * 1000),
            "channelOrder": [],
            "channelLabels": {},
            "channelDetailLabels": {},
            "channelSystemImages": {},
            "channelMeta": [],
            "channels": {},
            "channelAccounts": {},
            "channelDefaultAccountId": {},
        }

    async def skills(connection: Connection, _params: Any) -> dict[str, Any]:
        agent = {"agentId": "main"} if connection.protocol >= 4 else {}
        return {"workspaceDir": _NO_FILE, "managedSkillsDir": _NO_FILE, "skills": [], **agent}

    async def heartbeat(_connection: Connection, _params: Any) -> None:
        return None

    async def policy(connection: Connection, _params: Any) -> dict[str, Any]:
        """How calls are judged here, in the words of the released policy file; rules are seen in the console."""
        resolved = {"resolvedDefaults": _POLICY} if connection.protocol >= 4 else {}
        return {
            "path": _NO_FILE,
            "exists": False,
            "hash": _NO_FILE,
            "file": {"version": 1, "defaults": _POLICY, "agents": {}},
            **resolved,
        }

    return {
        "config.get": config,
        "cron.list": jobs,
        "cron.status": schedule,
        "channels.status": channels,
        "skills.status": skills,
        "last-heartbeat": heartbeat,
        "exec.approvals.get": policy,
    }
