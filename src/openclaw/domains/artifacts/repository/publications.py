"""Queries on publications and their releases."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from openclaw.domains.artifacts.models import ArtifactRow, PublicationRow, ReleaseRow
from openclaw.infra.scope import Scope


async def put_publication(scope: Scope, values: dict[str, Any]) -> bool:
    """Insert a publication; False when its slug is anybody's."""
    statement = insert(PublicationRow).values(workspace_id=scope.workspace_id, **values)
    found = await scope.session.execute(
        statement.on_conflict_do_nothing(index_elements=["slug"]).returning(PublicationRow.artifact_id)
    )
    return found.scalar() is not None


async def rename(scope: Scope, row: PublicationRow, slug: str) -> bool:
    """Give a site another name; False when it is anybody's, which the scope itself may not see."""
    try:
        async with scope.session.begin_nested():
            row.slug = slug
            await scope.session.flush()
    except IntegrityError:
        return False
    return True


async def find_publication(scope: Scope, artifact_id: UUID, *, lock: bool = False) -> PublicationRow | None:
    """The publication of a result of the workspace."""
    query = select(PublicationRow).where(
        PublicationRow.artifact_id == artifact_id, PublicationRow.workspace_id == scope.workspace_id
    )
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_site(scope: Scope, slug: str) -> tuple[PublicationRow, ReleaseRow] | None:
    """What the public sees under a name. Needs a system scope: the public has none."""
    query = (
        select(PublicationRow, ReleaseRow)
        .join(
            ReleaseRow,
            (ReleaseRow.artifact_id == PublicationRow.artifact_id)
            & (ReleaseRow.number == PublicationRow.release),
        )
        .where(
            PublicationRow.slug == slug,
            PublicationRow.target == "path",
            (PublicationRow.expires_at.is_(None)) | (PublicationRow.expires_at > scope.now()),
        )
    )
    row = (await scope.session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def add_release(scope: Scope, row: ReleaseRow) -> None:
    """Insert a release."""
    scope.session.add(row)
    await scope.session.flush()


async def find_release(
    scope: Scope, artifact_id: UUID, number: int, *, lock: bool = False
) -> ReleaseRow | None:
    """A release of a result of the workspace."""
    query = select(ReleaseRow).where(
        ReleaseRow.artifact_id == artifact_id,
        ReleaseRow.number == number,
        ReleaseRow.workspace_id == scope.workspace_id,
    )
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def list_releases(scope: Scope, artifact_id: UUID) -> list[ReleaseRow]:
    """The newest 100 releases, the newest first."""
    query = (
        select(ReleaseRow)
        .where(ReleaseRow.artifact_id == artifact_id, ReleaseRow.workspace_id == scope.workspace_id)
        .order_by(ReleaseRow.number.desc())
        .limit(100)
    )
    return list(await scope.session.scalars(query))


async def last_release(scope: Scope, artifact_id: UUID) -> int:
    """The number of the newest release; 0 before the first."""
    query = select(func.coalesce(func.max(ReleaseRow.number), 0)).where(
        ReleaseRow.artifact_id == artifact_id, ReleaseRow.workspace_id == scope.workspace_id
    )
    return int(await scope.session.scalar(query) or 0)


async def stop_checking(scope: Scope, artifact_id: UUID) -> bool:
    """Let no release of a result be shown that is not yet checked; whether there was one."""
    stopped = await scope.session.execute(
        update(ReleaseRow)
        .where(
            ReleaseRow.artifact_id == artifact_id,
            ReleaseRow.workspace_id == scope.workspace_id,
            ReleaseRow.state == "checking",
        )
        .values(state="failed", finished_at=scope.now())
        .returning(ReleaseRow.number)
    )
    return bool(stopped.all())


async def end_expired(scope: Scope) -> list[PublicationRow]:
    """Take back what has had its time; the results wait to be published again. Needs a system scope."""
    ended = (
        update(PublicationRow)
        .where(PublicationRow.release.is_not(None), PublicationRow.expires_at <= scope.now())
        .values(release=None, updated_at=scope.now())
        .returning(PublicationRow)
    )
    rows = list(await scope.session.scalars(ended))
    if rows:
        ids = [row.artifact_id for row in rows]
        await scope.session.execute(
            update(ArtifactRow).where(ArtifactRow.id.in_(ids)).values(live_slug=None, live_version=None)
        )
        await scope.session.execute(
            update(ArtifactRow)
            .where(ArtifactRow.id.in_(ids), ArtifactRow.status == "published")
            .values(status="ready_to_publish")
        )
    return rows
