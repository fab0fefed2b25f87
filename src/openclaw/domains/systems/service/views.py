"""Systems as their readers see them: members, and those whom one was only shown."""

import re
from collections.abc import Sequence
from typing import Any

from openclaw.domains.identity.service import accounts
from openclaw.domains.systems.models import SystemRow, SystemSnapshotRow
from openclaw.domains.systems.repository import Listed
from openclaw.domains.systems.schemas import (
    PublicSystem,
    SharedSystem,
    System,
    SystemDetail,
    SystemSnapshot,
    SystemTemplate,
)
from openclaw.domains.systems.templates import Template, find_template
from openclaw.infra.scope import Role, Scope

AUTOMATIC = frozenset({"baseline", "auto_checkpoint"})
_DECIDES = frozenset({Role.OWNER, Role.ADMIN})
# What others are shown of a profile; ids of the workspace's own things (providers, bindings, automations) are not.
_SHOWN = (
    "roles",
    "memory",
    "routing",
    "permissions",
    "skills",
    "prompts",
    "stages",
    "deliverables",
    "resultSchema",
)
# Shapes of credentials that people paste into prompts. A net below the rule that none belong there.
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]*"
    r"|\boc[a-z]{1,4}_[A-Za-z0-9_-]{30,}"
    r"|(?i:\b(?:password|passwd|secret|token|api[_-]?key)\s*[:=]\s*)[^\s,;\"'{}]{6,}"
)
_MASK = "•••"


def template_view(template: Template) -> SystemTemplate:
    """A template as it travels."""
    return SystemTemplate.model_validate(template)


async def list_view(scope: Scope, found: Sequence[Listed]) -> list[System]:
    """Systems in a list, with the names of who made them."""
    users = await accounts.list_users(scope, list({each.row.created_by_user_id for each in found}))
    names = {user.id: user.display_name for user in users}
    return [
        System.model_validate(_plain(scope, each.row, names.get(each.row.created_by_user_id, ""), each.roles))
        for each in found
    ]


async def detail_view(scope: Scope, row: SystemRow) -> SystemDetail:
    """One system with all that its reader may know."""
    users = await accounts.list_users(scope, [row.created_by_user_id])
    is_member = scope.who.role is not Role.VIEWER
    is_maker = row.created_by_user_id == scope.user_id
    return SystemDetail.model_validate(
        _plain(scope, row, users[0].display_name if users else "", _names((row.profile or {}).get("roles")))
        | {
            "profile": row.profile,
            "digest": row.digest,
            "intake": find_template(row.template_id, scope.who.language).intake,
            "baseline_snapshot_id": row.baseline_snapshot_id,
            "active_snapshot_id": row.active_snapshot_id,
            "current_branch_id": row.current_branch_id,
            "last_updated_by": row.last_updated_by_user_id,
            "may_edit": is_member and not row.is_local,
            "may_decide": is_member and (is_maker or scope.who.role in _DECIDES),
        }
    )


def shared_view(row: SystemRow, language: str) -> SharedSystem:
    """A system as somebody sees it whom it was shown to."""
    return SharedSystem.model_validate(_shown(row, language) | {"profile": shown_profile(row.profile or {})})


def public_view(found: Listed, language: str) -> PublicSystem:
    """A system in the list of public ones."""
    named = {"roles": masked(found.roles), "deliverables": masked(found.deliverables)}
    return PublicSystem.model_validate(_shown(found.row, language) | {"id": found.row.id} | named)


def shown_profile(profile: dict[str, Any]) -> dict[str, Any]:
    """What of a profile may be shown: nothing that names the workspace's own things, credentials masked."""
    shown = {name: masked(profile[name]) for name in _SHOWN if name in profile}
    shown["roles"] = [{**role, "provider": None, "model": None} for role in shown.get("roles", [])]
    return shown


def masked(value: Any) -> Any:
    """``value`` (JSON) with what looks like a credential blotted out."""
    if isinstance(value, str):
        return _SECRET.sub(_MASK, value)
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def snapshot_view(row: SystemSnapshotRow) -> SystemSnapshot:
    """A snapshot without what it holds."""
    return SystemSnapshot.model_validate(snapshot_fields(row))


def snapshot_fields(row: SystemSnapshotRow) -> dict[str, Any]:
    """The fields of a snapshot that are known to the server in any case."""
    return {
        "id": row.id,
        "kind": row.kind,
        "label": row.label,
        "scopes": row.scopes,
        "digest": row.digest,
        "bytes": row.bytes,
        "automatic": row.kind in AUTOMATIC,
        "branch_id": row.branch_id,
        "system_version": row.system_version,
        "created_by": row.created_by_user_id,
        "created_at": row.created_at,
    }


def _shown(row: SystemRow, language: str) -> dict[str, Any]:
    return {
        "name": masked(row.name),
        "description": masked(row.description),
        "template": row.template_id,
        "category": find_template(row.template_id, language).category,
        "updated_at": row.updated_at,
    }


def _names(roles: Any) -> list[str]:
    return [role["name"] for role in roles or ()]


def _plain(scope: Scope, row: SystemRow, maker: str, roles: list[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "template": row.template_id,
        "category": find_template(row.template_id, scope.who.language).category,
        "status": row.status,
        "visibility": row.visibility,
        "sync_mode": row.sync_mode,
        "allows_remote_launch": row.allows_remote_launch,
        "device_id": row.device_id,
        "version": row.version,
        "roles": roles,
        "created_by": row.created_by_user_id,
        "created_by_name": maker,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
