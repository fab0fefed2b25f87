"""Calls of plugins as they were noted down, and how strictly a workspace wants them kept apart."""

from collections.abc import Sequence
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.models import PluginCallRow
from openclaw.domains.plugins.repository import installed as repository
from openclaw.domains.plugins.schemas import (
    PluginCall,
    PluginSettings,
    PutPluginSettings,
    RefusedConnection,
)
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.kit.pagination import Page, cursor_of, position_of
from openclaw.sandbox.calls import Tier


async def list_calls(scope: Scope, *, name: str | None, cursor: str | None, limit: int) -> Page[PluginCall]:
    """A page of the user's calls, the last first. Raises InvalidInputError."""
    rows = await repository.list_calls(scope, name=name, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].finished_at, shown[-1].id) if len(rows) > limit else None
    return Page([_view(row) for row in shown], following)


async def find_call(scope: Scope, run_id: UUID, path: str) -> PluginCall | None:
    """The last call for a workflow step of the user's."""
    row = await repository.find_call(scope, run_id, path)
    return _view(row) if row else None


async def forget(scope: Scope, run_ids: Sequence[UUID]) -> None:
    """Forget the calls for steps of those workflow runs."""
    await repository.delete_calls_of(scope, run_ids)


async def get_settings(scope: Scope) -> PluginSettings:
    """What the workspace asks of plugins' isolation."""
    row = await repository.find_settings(scope)
    return PluginSettings(least_tier=row.least_tier if row else Tier.LANDLOCK.value)  # type: ignore[arg-type]


async def put_settings(scope: Scope, data: PutPluginSettings) -> PluginSettings:
    """Ask for it. Raises NotAllowedError."""
    check_role(scope.who, Role.ADMIN)
    await repository.put_settings(scope, data.least_tier)
    await audit.append(scope, "plugins.settings_changed", detail={"leastTier": data.least_tier})
    return PluginSettings(least_tier=data.least_tier)


def _view(row: PluginCallRow) -> PluginCall:
    return PluginCall(
        name=row.name,
        version=row.version,
        action=row.action,
        state=row.state,  # type: ignore[arg-type]
        tier=row.tier,
        error=row.error["message"] if row.error else None,
        usage=row.usage,
        refused=[RefusedConnection(**each) for each in row.refused or ()],
        logs=row.logs,
        workflow_run_id=row.run_id,
        path=row.path,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
