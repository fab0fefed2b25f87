"""Every query on packages, publishers and kill switches."""

from uuid import UUID

from sqlalchemy import delete, func, or_, select

from openclaw.domains.plugins.models import PluginBlockRow, PluginPackageRow, PluginPublisherRow
from openclaw.infra.scope import Scope


async def add(scope: Scope, row: PluginPackageRow | PluginPublisherRow | PluginBlockRow) -> None:
    """Insert a row."""
    scope.session.add(row)
    await scope.session.flush()


async def lock_name(scope: Scope, workspace_id: UUID, visibility: str, name: str) -> None:
    """Until the transaction ends nobody else publishes under the name in that registry."""
    place = "" if visibility == "public" else workspace_id.hex
    key = func.hashtextextended(f"plugin-name:{visibility}:{place}:{name}", 0)
    await scope.session.execute(select(func.pg_advisory_xact_lock(key)))


async def find_package(scope: Scope, package_id: UUID, *, lock: bool = False) -> PluginPackageRow | None:
    """A package of the workspace, or an approved public one."""
    query = select(PluginPackageRow).where(
        PluginPackageRow.id == package_id,
        or_(PluginPackageRow.workspace_id == scope.workspace_id, _is_approved()),
    )
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_any_public(scope: Scope, package_id: UUID) -> PluginPackageRow | None:
    """A public package in whatever state, locked. Needs a system scope: for operators."""
    query = select(PluginPackageRow).where(
        PluginPackageRow.id == package_id, PluginPackageRow.visibility == "public"
    )
    return await scope.session.scalar(query.with_for_update())


async def find_version(
    scope: Scope, workspace_id: UUID, visibility: str, name: str, version: str
) -> PluginPackageRow | None:
    """That version in the workspace's registry, or in the public one (which takes a system scope to see all of)."""
    query = select(PluginPackageRow).where(
        PluginPackageRow.visibility == visibility,
        PluginPackageRow.name == name,
        PluginPackageRow.version == version,
    )
    if visibility == "private":
        query = query.where(PluginPackageRow.workspace_id == workspace_id)
    return await scope.session.scalar(query)


async def list_packages(scope: Scope, *, name: str | None = None, limit: int) -> list[PluginPackageRow]:
    """What the workspace may see, the newest first: its own, and what is approved for everybody."""
    query = select(PluginPackageRow).where(
        or_(PluginPackageRow.workspace_id == scope.workspace_id, _is_approved())
    )
    if name is not None:
        query = query.where(PluginPackageRow.name == name)
    query = query.order_by(PluginPackageRow.created_at.desc(), PluginPackageRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def list_pending(scope: Scope, *, limit: int) -> list[PluginPackageRow]:
    """Public packages that nobody has looked at, the oldest first. Needs a system scope: for operators."""
    query = (
        select(PluginPackageRow)
        .where(PluginPackageRow.visibility == "public", PluginPackageRow.review_state == "pending")
        .order_by(PluginPackageRow.created_at, PluginPackageRow.id)
        .limit(limit)
    )
    return list(await scope.session.scalars(query))


async def count_packages(scope: Scope, workspace_id: UUID) -> tuple[int, int]:
    """How many packages a workspace has published, and their bytes."""
    size = func.coalesce(func.sum(PluginPackageRow.archive_bytes), 0)
    query = select(func.count(), size).where(PluginPackageRow.workspace_id == workspace_id)
    count, used = (await scope.session.execute(query)).one()
    return count, used


async def find_publisher(
    scope: Scope, workspace_id: UUID, visibility: str, name: str
) -> PluginPublisherRow | None:
    """Whose key a name has in the workspace's registry, or in the public one (which takes a system scope)."""
    query = select(PluginPublisherRow).where(
        PluginPublisherRow.visibility == visibility, PluginPublisherRow.name == name
    )
    if visibility == "private":
        query = query.where(PluginPublisherRow.workspace_id == workspace_id)
    return await scope.session.scalar(query.with_for_update())


async def list_blocks(scope: Scope, workspace_id: UUID) -> list[PluginBlockRow]:
    """Kill switches that hold for a workspace, everybody's too."""
    query = select(PluginBlockRow).where(
        or_(PluginBlockRow.workspace_id == workspace_id, PluginBlockRow.workspace_id.is_(None))
    )
    return list(await scope.session.scalars(query.order_by(PluginBlockRow.created_at.desc()).limit(1_000)))


async def find_block(scope: Scope, block_id: UUID) -> PluginBlockRow | None:
    """A kill switch that holds for the workspace."""
    query = select(PluginBlockRow).where(
        PluginBlockRow.id == block_id,
        or_(PluginBlockRow.workspace_id == scope.workspace_id, PluginBlockRow.workspace_id.is_(None)),
    )
    return await scope.session.scalar(query)


async def delete_block(scope: Scope, block_id: UUID) -> None:
    """Take a kill switch back; one for everybody needs a system scope."""
    await scope.session.execute(delete(PluginBlockRow).where(PluginBlockRow.id == block_id))


def _is_approved():  # noqa: ANN202  (a condition of SQLAlchemy's, whose type says nothing)
    return (PluginPackageRow.visibility == "public") & (PluginPackageRow.review_state == "approved")
