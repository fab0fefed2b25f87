"""Every query on installations, what they keep, the workspace's settings and calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.plugins.models import (
    PluginCallRow,
    PluginEntryRow,
    PluginPackageRow,
    PluginRow,
    PluginSettingsRow,
)
from openclaw.infra.scope import Scope

_KEPT = timedelta(days=30)


async def add(scope: Scope, row: PluginRow) -> None:
    """Insert an installation; IntegrityError when the workspace has one of that name."""
    scope.session.add(row)
    await scope.session.flush()


async def find(scope: Scope, plugin_id: UUID, *, lock: bool = False) -> PluginRow | None:
    """An installation of the workspace."""
    query = select(PluginRow).where(PluginRow.id == plugin_id, PluginRow.workspace_id == scope.workspace_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def find_by_name(scope: Scope, name: str) -> PluginRow | None:
    """The workspace's installation of a plugin."""
    query = select(PluginRow).where(PluginRow.workspace_id == scope.workspace_id, PluginRow.name == name)
    return await scope.session.scalar(query)


async def list_all(scope: Scope) -> list[PluginRow]:
    """What the workspace has installed, by name."""
    query = select(PluginRow).where(PluginRow.workspace_id == scope.workspace_id).order_by(PluginRow.name)
    return list(await scope.session.scalars(query.limit(1_000)))


async def remove(scope: Scope, row: PluginRow) -> None:
    """Forget an installation and what it kept."""
    await scope.session.delete(row)
    await scope.session.flush()


async def list_digests(scope: Scope, digests: Sequence[str]) -> set[str]:
    """Which of ``digests`` somebody has installed or published. Needs a system scope."""
    found = select(PluginRow.digest).where(PluginRow.digest.in_(digests))
    published = select(PluginPackageRow.digest).where(PluginPackageRow.digest.in_(digests))
    return {*await scope.session.scalars(found), *await scope.session.scalars(published)}


# What plugins keep


async def lock_entries(scope: Scope, plugin_id: UUID) -> tuple[int, int]:
    """How many entries a plugin has, and their bytes; until the transaction ends nobody else writes any."""
    key = func.hashtextextended(f"plugin-entries:{plugin_id}", 0)
    await scope.session.execute(select(func.pg_advisory_xact_lock(key)))
    query = select(func.count(), func.coalesce(func.sum(PluginEntryRow.bytes), 0)).where(
        PluginEntryRow.plugin_id == plugin_id, PluginEntryRow.workspace_id == scope.workspace_id
    )
    count, size = (await scope.session.execute(query)).one()
    return count, size


async def find_entry(scope: Scope, plugin_id: UUID, key: str) -> PluginEntryRow | None:
    """What a plugin keeps under ``key``."""
    query = select(PluginEntryRow).where(
        PluginEntryRow.plugin_id == plugin_id,
        PluginEntryRow.workspace_id == scope.workspace_id,
        PluginEntryRow.key == key,
    )
    return await scope.session.scalar(query)


async def put_entry(scope: Scope, plugin_id: UUID, key: str, value: Any, size: int) -> None:
    """Keep ``value`` (JSON) under ``key``, in place of what was there."""
    values = {"value": {"value": value}, "bytes": size, "updated_at": scope.now()}
    statement = insert(PluginEntryRow).values(
        plugin_id=plugin_id, key=key, workspace_id=scope.workspace_id, **values
    )
    await scope.session.execute(
        statement.on_conflict_do_update(index_elements=["plugin_id", "key"], set_=values)
    )


async def delete_entry(scope: Scope, plugin_id: UUID, key: str) -> None:
    """Forget what is kept under ``key``."""
    await scope.session.execute(
        delete(PluginEntryRow).where(
            PluginEntryRow.plugin_id == plugin_id,
            PluginEntryRow.workspace_id == scope.workspace_id,
            PluginEntryRow.key == key,
        )
    )


async def list_keys(scope: Scope, plugin_id: UUID, prefix: str) -> list[str]:
    """The keys of a plugin that begin so, in order."""
    query = (
        select(PluginEntryRow.key)
        .where(
            PluginEntryRow.plugin_id == plugin_id,
            PluginEntryRow.workspace_id == scope.workspace_id,
            PluginEntryRow.key.startswith(prefix, autoescape=True),
        )
        .order_by(PluginEntryRow.key)
        .limit(1_000)
    )
    return list(await scope.session.scalars(query))


# Settings


async def find_settings(scope: Scope) -> PluginSettingsRow | None:
    """What the workspace asks of plugins' isolation; None: nothing beyond the default."""
    return await scope.session.get(PluginSettingsRow, scope.workspace_id)


async def put_settings(scope: Scope, least_tier: str) -> None:
    """Set what the workspace asks of plugins' isolation."""
    values = {"least_tier": least_tier, "updated_by_user_id": scope.user_id, "updated_at": scope.now()}
    statement = insert(PluginSettingsRow).values(workspace_id=scope.workspace_id, **values)
    await scope.session.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=values))


# Calls


async def put_call(scope: Scope, values: dict[str, Any]) -> None:
    """Note a call down; the same call again replaces what was noted."""
    owned = {"workspace_id": scope.workspace_id, "user_id": scope.user_id}
    changed = {key: value for key, value in values.items() if key != "id"}
    statement = insert(PluginCallRow).values(**values, **owned)
    await scope.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


async def find_call(scope: Scope, run_id: UUID, path: str) -> PluginCallRow | None:
    """The last call for a step of a run of the scope's user."""
    query = select(PluginCallRow).where(
        PluginCallRow.workspace_id == scope.workspace_id,
        PluginCallRow.user_id == scope.user_id,
        PluginCallRow.run_id == run_id,
        PluginCallRow.path == path,
    )
    return await scope.session.scalar(query.order_by(PluginCallRow.finished_at.desc()).limit(1))


async def list_calls(
    scope: Scope, *, name: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[PluginCallRow]:
    """The user's calls, the last first."""
    query = select(PluginCallRow).where(
        PluginCallRow.workspace_id == scope.workspace_id, PluginCallRow.user_id == scope.user_id
    )
    if name is not None:
        query = query.where(PluginCallRow.name == name)
    if before is not None:
        query = query.where(tuple_(PluginCallRow.finished_at, PluginCallRow.id) < before)
    query = query.order_by(PluginCallRow.finished_at.desc(), PluginCallRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def delete_calls_of(scope: Scope, run_ids: Sequence[UUID]) -> None:
    """Delete the calls for steps of those workflow runs."""
    await scope.session.execute(delete(PluginCallRow).where(PluginCallRow.run_id.in_(run_ids)))


async def forget_old_calls(scope: Scope) -> None:
    """Forget calls that ended a month ago. Needs a system scope."""
    await scope.session.execute(delete(PluginCallRow).where(PluginCallRow.finished_at < scope.now() - _KEPT))
