"""Every query on systems, snapshots and branches. Private systems of others are left out here, and by row security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, cast, delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlalchemy.orm import defer

from openclaw.domains.systems.models import SystemBranchRow, SystemRow, SystemSnapshotRow
from openclaw.infra.scope import Scope

_LIGHT = defer(SystemSnapshotRow.content, raiseload=True)
_WITHOUT_PROFILE = defer(SystemRow.profile, raiseload=True)


@dataclass(frozen=True)
class Listed:
    """A system without its profile, and what a list shows of that: names of roles, titles of deliverables."""

    row: SystemRow
    roles: list[str]
    deliverables: list[str]


async def add(scope: Scope, *rows: SystemRow | SystemSnapshotRow | SystemBranchRow) -> None:
    """Insert rows."""
    for row in rows:  # in this order: a snapshot names its system
        scope.session.add(row)
        await scope.session.flush()


def _seen(scope: Scope) -> Select[SystemRow]:
    return select(SystemRow).where(
        SystemRow.workspace_id == scope.workspace_id,
        or_(SystemRow.visibility != "private", SystemRow.created_by_user_id == scope.user_id),
    )


async def find_system(scope: Scope, system_id: UUID, *, lock: bool = False) -> SystemRow | None:
    """A system of the workspace that the actor may see."""
    query = _seen(scope).where(SystemRow.id == system_id).execution_options(populate_existing=True)
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def list_names(scope: Scope, system_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of those of the systems that the actor may see."""
    query = _seen(scope).where(SystemRow.id.in_(system_ids)).with_only_columns(SystemRow.id, SystemRow.name)
    return {row.id: row.name for row in await scope.session.execute(query)}


async def find_by_key(scope: Scope, key: str) -> SystemRow | None:
    """The system that the actor made under that idempotency key."""
    return await scope.session.scalar(
        select(SystemRow).where(
            SystemRow.workspace_id == scope.workspace_id,
            SystemRow.created_by_user_id == scope.user_id,
            SystemRow.idempotency_key == key,
        )
    )


async def list_systems(
    scope: Scope,
    *,
    status: str | None,
    made_by: str | None,
    words: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Listed]:
    """What the actor may see of the workspace's systems, the last changed first; archived ones only when asked for."""
    query = _seen(scope).where(SystemRow.status == status if status else SystemRow.status != "archived")
    if made_by is not None:
        is_own = SystemRow.created_by_user_id == scope.user_id
        query = query.where(is_own if made_by == "me" else ~is_own)
    return await _page(scope, query, words=words, before=before, limit=limit)


async def list_public(
    scope: Scope, *, words: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Listed]:
    """Everybody's public systems that are active, the last changed first."""
    return await _page(scope, _public(), words=words, before=before, limit=limit)


async def find_public(scope: Scope, system_id: UUID) -> SystemRow | None:
    """A public system of any workspace."""
    return await scope.session.scalar(_public().where(SystemRow.id == system_id))


async def find_shared(scope: Scope, share_hash: bytes) -> SystemRow | None:
    """The system whose link has the token with that hash. Needs a system scope."""
    return await scope.session.scalar(
        select(SystemRow).where(
            SystemRow.share_hash == share_hash, SystemRow.visibility == "link", SystemRow.status != "archived"
        )
    )


def _public() -> Select[SystemRow]:
    return select(SystemRow).where(SystemRow.visibility == "public", SystemRow.status == "active")


async def _page(
    scope: Scope,
    query: Select[SystemRow],
    *,
    words: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Listed]:
    if words:
        query = query.where(
            or_(
                SystemRow.name.icontains(words, autoescape=True),
                SystemRow.description.icontains(words, autoescape=True),
            )
        )
    if before is not None:
        query = query.where(tuple_(SystemRow.updated_at, SystemRow.id) < before)
    query = query.order_by(SystemRow.updated_at.desc(), SystemRow.id.desc()).limit(limit)
    named = query.options(_WITHOUT_PROFILE).add_columns(
        func.jsonb_path_query_array(SystemRow.profile, cast("$.roles[*].name", JSONPATH)),
        func.jsonb_path_query_array(SystemRow.profile, cast("$.deliverables[*].title", JSONPATH)),
    )
    return [
        Listed(row, roles or [], deliverables or [])
        for row, roles, deliverables in await scope.session.execute(named)
    ]


async def count_systems(scope: Scope) -> int:
    """How many systems of the workspace the actor may see."""
    query = select(func.count()).select_from(SystemRow).where(SystemRow.workspace_id == scope.workspace_id)
    return await scope.session.scalar(query) or 0


async def delete_system(scope: Scope, system_id: UUID) -> None:
    """Delete a system with its vault."""
    await scope.session.execute(
        delete(SystemRow).where(SystemRow.id == system_id, SystemRow.workspace_id == scope.workspace_id)
    )


# The vault


async def find_snapshot(scope: Scope, system_id: UUID, snapshot_id: UUID) -> SystemSnapshotRow | None:
    """A snapshot of the system."""
    return await scope.session.scalar(
        select(SystemSnapshotRow).where(
            SystemSnapshotRow.id == snapshot_id,
            SystemSnapshotRow.system_id == system_id,
            SystemSnapshotRow.workspace_id == scope.workspace_id,
        )
    )


async def list_snapshots(
    scope: Scope, system_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[SystemSnapshotRow]:
    """Snapshots, the newest first, without what they hold."""
    query = (
        select(SystemSnapshotRow)
        .where(SystemSnapshotRow.system_id == system_id, SystemSnapshotRow.workspace_id == scope.workspace_id)
        .options(_LIGHT)
    )
    if before is not None:
        query = query.where(tuple_(SystemSnapshotRow.created_at, SystemSnapshotRow.id) < before)
    query = query.order_by(SystemSnapshotRow.created_at.desc(), SystemSnapshotRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def find_head(scope: Scope, branch: SystemBranchRow) -> SystemSnapshotRow | None:
    """The newest snapshot of a branch that holds all of a system, or the one that the branch began at."""
    newest = await scope.session.scalar(
        select(SystemSnapshotRow)
        .where(
            SystemSnapshotRow.system_id == branch.system_id,
            SystemSnapshotRow.branch_id == branch.id,
            SystemSnapshotRow.workspace_id == scope.workspace_id,
            SystemSnapshotRow.scopes.contains(["system_config", "team_blueprint", "prompt_assignments"]),
        )
        .order_by(SystemSnapshotRow.created_at.desc(), SystemSnapshotRow.id.desc())
        .limit(1)
    )
    return newest or await find_snapshot(scope, branch.system_id, branch.parent_snapshot_id)


async def count_snapshots(scope: Scope, system_id: UUID) -> int:
    """How many snapshots a system has."""
    query = (
        select(func.count()).select_from(SystemSnapshotRow).where(SystemSnapshotRow.system_id == system_id)
    )
    return await scope.session.scalar(query) or 0


async def trim_checkpoints(scope: Scope, system_id: UUID, *, keep: int, spared: Sequence[UUID]) -> None:
    """Let go of a system's oldest automatic checkpoints beyond ``keep``, but for those ``spared``."""
    newest = (
        select(SystemSnapshotRow.id)
        .where(SystemSnapshotRow.system_id == system_id, SystemSnapshotRow.kind == "auto_checkpoint")
        .order_by(SystemSnapshotRow.created_at.desc(), SystemSnapshotRow.id.desc())
        .limit(keep)
    )
    begun_at = select(SystemBranchRow.parent_snapshot_id).where(SystemBranchRow.system_id == system_id)
    await scope.session.execute(
        delete(SystemSnapshotRow).where(
            SystemSnapshotRow.system_id == system_id,
            SystemSnapshotRow.kind == "auto_checkpoint",
            SystemSnapshotRow.id.not_in(newest),
            SystemSnapshotRow.id.not_in(begun_at),
            SystemSnapshotRow.id.not_in(spared),
        )
    )


async def put_snapshots(scope: Scope, rows: Sequence[dict[str, object]]) -> None:
    """Note down snapshots that a machine keeps; those that are noted down stay as they are."""
    if rows:
        await scope.session.execute(insert(SystemSnapshotRow).values(rows).on_conflict_do_nothing())


async def forget_unlisted(scope: Scope, system_id: UUID, listed: Sequence[UUID]) -> None:
    """Forget the snapshots of a local-only system that its machine does not keep any more."""
    await scope.session.execute(
        delete(SystemSnapshotRow).where(
            SystemSnapshotRow.system_id == system_id,
            SystemSnapshotRow.is_local,
            SystemSnapshotRow.id.not_in(listed),
        )
    )


async def list_branches(scope: Scope, system_id: UUID) -> list[SystemBranchRow]:
    """A system's branches, the oldest first."""
    return list(
        await scope.session.scalars(
            select(SystemBranchRow)
            .where(SystemBranchRow.system_id == system_id, SystemBranchRow.workspace_id == scope.workspace_id)
            .order_by(SystemBranchRow.created_at, SystemBranchRow.id)
        )
    )
