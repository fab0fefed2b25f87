"""Snapshots whose content the server keeps."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.systems import repository
from openclaw.domains.systems.errors import BranchExistsError, SnapshotNotFoundError, TooManySystemsError
from openclaw.domains.systems.models import SystemBranchRow, SystemRow, SystemSnapshotRow
from openclaw.domains.systems.schemas import CreateSystemBranch, SystemBranch, SystemSnapshot
from openclaw.domains.systems.service import documents, views
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of
from openclaw.protocol.vault import MAX_SNAPSHOTS, PRESETS, canonical, extract

KEPT_CHECKPOINTS = 100
MAX_BRANCHES = 100


async def keep(
    scope: Scope, row: SystemRow, *, kind: str, label: str, scopes: Sequence[str] = PRESETS["full"]
) -> SystemSnapshotRow:
    """Keep what a system is now. Raises TooManySystemsError."""
    if kind == "auto_checkpoint":
        spared = [each for each in (row.active_snapshot_id, row.baseline_snapshot_id) if each]
        await repository.trim_checkpoints(scope, row.id, keep=KEPT_CHECKPOINTS - 1, spared=spared)
    elif await repository.count_snapshots(scope, row.id) >= MAX_SNAPSHOTS:
        raise TooManySystemsError(limit=MAX_SNAPSHOTS)
    content = extract(documents.document_of(row), scopes)
    snapshot = SystemSnapshotRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        system_id=row.id,
        is_local=False,
        kind=kind,
        label=label,
        scopes=list(scopes),
        content=content,
        digest=documents.digest_of(content),
        bytes=len(canonical(content)),
        branch_id=row.current_branch_id,
        system_version=row.version,
        created_by_user_id=scope.user_id,
        created_at=scope.now(),
    )
    await repository.add(scope, snapshot)
    return snapshot


async def access_snapshot(scope: Scope, row: SystemRow, snapshot_id: UUID) -> SystemSnapshotRow:
    """A snapshot of a system that was authorised. Raises SnapshotNotFoundError."""
    found = await repository.find_snapshot(scope, row.id, snapshot_id)
    if found is None:
        raise SnapshotNotFoundError
    return found


async def list_snapshots(
    scope: Scope, row: SystemRow, *, cursor: str | None, limit: int
) -> Page[SystemSnapshot]:
    """A page of a system's snapshots, the newest first. Raises InvalidInputError."""
    rows = await repository.list_snapshots(scope, row.id, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([views.snapshot_view(each) for each in shown], following)


async def access_branch(scope: Scope, row: SystemRow, branch_id: UUID) -> SystemBranchRow:
    """A branch of a system that was authorised. Raises SnapshotNotFoundError."""
    for branch in await repository.list_branches(scope, row.id):
        if branch.id == branch_id:
            return branch
    raise SnapshotNotFoundError


async def list_branches(scope: Scope, row: SystemRow) -> list[SystemBranch]:
    """A system's branches, the oldest first."""
    return [branch_view(row, branch) for branch in await repository.list_branches(scope, row.id)]


async def check_branch_name(scope: Scope, row: SystemRow, name: str) -> None:
    """Raise BranchExistsError or TooManySystemsError when there can be no branch of that name."""
    known = await repository.list_branches(scope, row.id)
    if any(branch.name == name for branch in known):
        raise BranchExistsError(name=name)
    if len(known) >= MAX_BRANCHES:
        raise TooManySystemsError(limit=MAX_BRANCHES)


async def add_branch(scope: Scope, row: SystemRow, data: CreateSystemBranch, parent_id: UUID) -> SystemBranch:
    """A branch that begins at a snapshot. Raises BranchExistsError, TooManySystemsError."""
    await check_branch_name(scope, row, data.name)
    branch = SystemBranchRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        system_id=row.id,
        name=data.name,
        description=data.description,
        parent_snapshot_id=parent_id,
        created_by_user_id=scope.user_id,
        created_at=scope.now(),
    )
    await repository.add(scope, branch)
    return branch_view(row, branch)


def branch_view(row: SystemRow, branch: SystemBranchRow) -> SystemBranch:
    """A branch as it travels."""
    fields: dict[str, Any] = {
        name: getattr(branch, name)
        for name in ("id", "name", "description", "parent_snapshot_id", "created_at")
    }
    return SystemBranch(**fields, active=branch.id == row.current_branch_id)
