"""Routes of vaults: snapshots, what differs between them, restores, clones, branches."""

from typing import Annotated

from fastapi import Path, Response

from openclaw.domains.systems.api.systems import GONE, OF_MACHINES, AtSystem, Cursor, Limit, tagged
from openclaw.domains.systems.errors import (
    BranchExistsError,
    InvalidProfileError,
    PlanExpiredError,
    SnapshotNotFoundError,
    SystemArchivedError,
    SystemChangedError,
    TooManySystemsError,
)
from openclaw.domains.systems.schemas import (
    CloneSystem,
    CompareSnapshots,
    ConfirmRestore,
    CreateSystemBranch,
    PlanRestore,
    Restored,
    RestorePlan,
    SaveSystemSnapshot,
    SystemBranch,
    SystemBranches,
    SystemComparison,
    SystemDetail,
    SystemSnapshot,
    SystemSnapshotDetail,
    SystemSnapshots,
)
from openclaw.domains.systems.service import catalog, snapshots
from openclaw.domains.systems.service import vault as service
from openclaw.domains.systems.service.vault import Vault
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope, Platform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import SystemSnapshotId

router = slice_router("systems")
AtSnapshot = Annotated[SystemSnapshotId, Path()]
_CHANGE = (*GONE, *OF_MACHINES, NotAllowedError, SystemArchivedError)


@router.get("/systems/{system_id}/snapshots", operation_id="listSystemSnapshots", responses=errors(*GONE))
async def list_snapshots(
    scope: CurrentScope, system_id: AtSystem, cursor: Cursor = None, limit: Limit = 50
) -> SystemSnapshots:
    """A system's snapshots, the newest first; of a local-only one, those that its machine has told of."""
    row = await catalog.access_system(scope, system_id)
    page = await snapshots.list_snapshots(scope, row, cursor=cursor, limit=limit)
    return SystemSnapshots(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/systems/{system_id}/snapshots",
    status_code=201,
    operation_id="saveSystemSnapshot",
    responses=errors(*_CHANGE, TooManySystemsError),
)
async def save_snapshot(
    actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem, data: SaveSystemSnapshot
) -> SystemSnapshot:
    """Keep what the system is now."""
    return await _vault(platform).save(actor, system_id, data)


@router.post(
    "/systems/{system_id}/snapshots/refresh",
    status_code=204,
    operation_id="refreshSystemSnapshots",
    responses=errors(*GONE, *OF_MACHINES),
)
async def refresh_snapshots(actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem) -> None:
    """Ask the machine of a local-only system what it keeps."""
    await _vault(platform).refresh(actor, system_id)


@router.post(
    "/systems/{system_id}/snapshots/compare",
    operation_id="compareSystemSnapshots",
    responses=errors(*GONE, *OF_MACHINES, SnapshotNotFoundError),
)
async def compare_snapshots(
    actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem, data: CompareSnapshots
) -> SystemComparison:
    """What differs between two snapshots, or between one and now, in words."""
    return await _vault(platform).compare(actor, system_id, data)


@router.get(
    "/systems/{system_id}/snapshots/{snapshot_id}",
    operation_id="getSystemSnapshot",
    responses=errors(*GONE, SnapshotNotFoundError),
)
async def get_snapshot(
    scope: CurrentScope, system_id: AtSystem, snapshot_id: AtSnapshot
) -> SystemSnapshotDetail:
    """A snapshot with what it holds."""
    return await service.get_snapshot(scope, system_id, snapshot_id)


@router.post(
    "/systems/{system_id}/restore-plan",
    operation_id="planSystemRestore",
    responses=errors(*_CHANGE, SnapshotNotFoundError, InvalidProfileError),
)
async def plan_restore(
    actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem, data: PlanRestore
) -> RestorePlan:
    """What restoring a snapshot, or going to a branch, would change; with the token that confirms it."""
    return await _vault(platform).plan(actor, system_id, data)


@router.post(
    "/systems/{system_id}/restore",
    operation_id="restoreSystem",
    responses=errors(
        *_CHANGE, SnapshotNotFoundError, InvalidProfileError, PlanExpiredError, SystemChangedError
    ),
)
async def restore_system(
    actor: CurrentActor,
    platform: CurrentPlatform,
    response: Response,
    system_id: AtSystem,
    data: ConfirmRestore,
) -> Restored:
    """Do what was planned, if the system is still as it was then. Restoring the checkpoint undoes it."""
    restored = await _vault(platform).restore(actor, system_id, data)
    tagged(response, restored.system)
    return restored


@router.post(
    "/systems/{system_id}/clone",
    status_code=201,
    operation_id="cloneSystem",
    responses=errors(*_CHANGE, SnapshotNotFoundError, InvalidProfileError, TooManySystemsError),
)
async def clone_system(
    actor: CurrentActor,
    platform: CurrentPlatform,
    response: Response,
    system_id: AtSystem,
    data: CloneSystem,
) -> SystemDetail:
    """Another system that is as this one was, or is; without its history."""
    return tagged(response, await _vault(platform).clone(actor, system_id, data))


@router.get("/systems/{system_id}/branches", operation_id="listSystemBranches", responses=errors(*GONE))
async def list_branches(scope: CurrentScope, system_id: AtSystem) -> SystemBranches:
    """A system's branches, the oldest first."""
    row = await catalog.access_system(scope, system_id)
    return SystemBranches(items=await snapshots.list_branches(scope, row))


@router.post(
    "/systems/{system_id}/branches",
    status_code=201,
    operation_id="createSystemBranch",
    responses=errors(*_CHANGE, SnapshotNotFoundError, BranchExistsError, TooManySystemsError),
)
async def create_branch(
    actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem, data: CreateSystemBranch
) -> SystemBranch:
    """A line that begins at a snapshot, or at what the system is now. Going to it is a restore."""
    return await _vault(platform).branch(actor, system_id, data)


def _vault(platform: Platform) -> Vault:
    return Vault(platform.database, platform.bus, platform.keys)
