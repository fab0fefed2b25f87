"""Queries on results, their versions and the terms that find them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from openclaw.domains.artifacts.models import ArtifactRow, ArtifactTermRow, ArtifactVersionRow
from openclaw.infra.scope import Scope

_END = "\U0010ffff"
_FEW = 5_000
Position = tuple[int, datetime, UUID]


@dataclass(frozen=True)
class Wanted:
    """What a list is of. ``terms``: all of them, each as ``(term, whether it is a beginning)``."""

    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    terms: Sequence[tuple[str, bool]] = ()
    least_rating: int = 0
    is_live: bool | None = None
    is_private: bool = False
    has_body: bool = False
    sort: Literal["newest", "best"] = "newest"


async def add(scope: Scope, row: ArtifactRow | ArtifactVersionRow) -> None:
    """Insert a row."""
    scope.session.add(row)
    await scope.session.flush()


async def find(scope: Scope, artifact_id: UUID, *, lock: bool = False) -> ArtifactRow | None:
    """A result that the scope's user may see."""
    query = select(ArtifactRow).where(ArtifactRow.id == artifact_id, *_seen(scope))
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_by_key(scope: Scope, key: str) -> ArtifactRow | None:
    """The result that the scope's user saved under that idempotency key."""
    query = select(ArtifactRow).where(
        ArtifactRow.workspace_id == scope.workspace_id,
        ArtifactRow.created_by_user_id == scope.user_id,
        ArtifactRow.idempotency_key == key,
    )
    return await scope.session.scalar(query)


async def list_page(
    scope: Scope, wanted: Wanted, *, before: Position | None, limit: int, few: int = _FEW
) -> list[ArtifactRow]:
    """Results of the workspace that the user may see, the newest or the best first.

    What at most ``few`` results have is found by its term, and put in order; else all are gone through in order.
    """
    query = select(ArtifactRow).where(*_seen(scope), *_conditions(wanted))
    named = [_named(scope, *term) for term in wanted.terms]
    counts = await _count_named(scope, named, at_most=few + 1)
    if 0 in counts:
        return []
    rarest = counts.index(min(counts)) if counts and min(counts) <= few else None
    for at, each in enumerate(named):
        # Apart: the planner takes what a word is in for spread over all times, and would go through the newest.
        apart = select(each.distinct().cte("rarest").prefix_with("MATERIALIZED")) if at == rarest else each
        query = query.where(ArtifactRow.id.in_(apart))
    order: tuple[Any, ...] = (ArtifactRow.updated_at, ArtifactRow.id)
    if wanted.sort == "best":
        order = (ArtifactRow.rating, *order)
    if before is not None:
        query = query.where(tuple_(*order) < (before if wanted.sort == "best" else before[1:]))
    query = query.order_by(*(column.desc() for column in order)).limit(limit)
    return list(await scope.session.scalars(query))


async def count(scope: Scope) -> list[tuple[str, str, bool, int]]:
    """How many results the user may see: by status, kind and whether the public sees them."""
    is_live = ArtifactRow.live_slug.is_not(None)
    query = (
        select(ArtifactRow.status, ArtifactRow.kind, is_live, func.count())
        .where(*_seen(scope))
        .group_by(ArtifactRow.status, ArtifactRow.kind, is_live)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await scope.session.execute(query)]


async def stored_bytes(scope: Scope) -> int:
    """The bytes of all versions in the workspace."""
    query = select(func.coalesce(func.sum(ArtifactVersionRow.bytes), 0)).where(
        ArtifactVersionRow.workspace_id == scope.workspace_id
    )
    return int(await scope.session.scalar(query) or 0)


async def remove(scope: Scope, artifact_id: UUID) -> None:
    """Delete a result with everything of it."""
    await scope.session.execute(
        delete(ArtifactRow).where(
            ArtifactRow.id == artifact_id, ArtifactRow.workspace_id == scope.workspace_id
        )
    )


async def find_version(scope: Scope, artifact_id: UUID, number: int) -> ArtifactVersionRow | None:
    """A version of a result of the workspace."""
    return await scope.session.scalar(
        select(ArtifactVersionRow).where(
            ArtifactVersionRow.artifact_id == artifact_id,
            ArtifactVersionRow.number == number,
            ArtifactVersionRow.workspace_id == scope.workspace_id,
        )
    )


async def find_any_version(
    scope: Scope, workspace_id: UUID, artifact_id: UUID, number: int
) -> ArtifactVersionRow | None:
    """A version of a result of a named workspace. Needs a system scope: for whoever has an address of it."""
    return await scope.session.scalar(
        select(ArtifactVersionRow).where(
            ArtifactVersionRow.artifact_id == artifact_id,
            ArtifactVersionRow.number == number,
            ArtifactVersionRow.workspace_id == workspace_id,
        )
    )


async def find_version_by_key(scope: Scope, artifact_id: UUID, key: str) -> ArtifactVersionRow | None:
    """The version that was saved under that idempotency key."""
    return await scope.session.scalar(
        select(ArtifactVersionRow).where(
            ArtifactVersionRow.artifact_id == artifact_id,
            ArtifactVersionRow.idempotency_key == key,
            ArtifactVersionRow.workspace_id == scope.workspace_id,
        )
    )


async def list_versions(scope: Scope, artifact_id: UUID) -> list[ArtifactVersionRow]:
    """The newest 200 versions, the newest first."""
    query = (
        select(ArtifactVersionRow)
        .where(
            ArtifactVersionRow.artifact_id == artifact_id,
            ArtifactVersionRow.workspace_id == scope.workspace_id,
        )
        .order_by(ArtifactVersionRow.number.desc())
        .limit(200)
    )
    return list(await scope.session.scalars(query))


async def put_derived(scope: Scope, artifact_id: UUID, number: int, derived: dict[str, Any]) -> None:
    """Keep what was found out about a version."""
    await scope.session.execute(
        update(ArtifactVersionRow)
        .where(
            ArtifactVersionRow.artifact_id == artifact_id,
            ArtifactVersionRow.number == number,
            ArtifactVersionRow.workspace_id == scope.workspace_id,
        )
        .values(derived=derived)
    )


async def put_terms(scope: Scope, artifact_id: UUID, terms: Iterable[str]) -> None:
    """From now on the result is found by these terms, and by no others."""
    await scope.session.execute(
        delete(ArtifactTermRow).where(
            ArtifactTermRow.workspace_id == scope.workspace_id, ArtifactTermRow.artifact_id == artifact_id
        )
    )
    values = [
        {"workspace_id": scope.workspace_id, "term": term, "artifact_id": artifact_id} for term in terms
    ]
    if values:
        await scope.session.execute(upsert(ArtifactTermRow).on_conflict_do_nothing(), values)


async def list_terms(scope: Scope, artifact_id: UUID) -> list[str]:
    """What the result is found by."""
    query = select(ArtifactTermRow.term).where(
        ArtifactTermRow.workspace_id == scope.workspace_id, ArtifactTermRow.artifact_id == artifact_id
    )
    return list(await scope.session.scalars(query))


def _seen(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        ArtifactRow.workspace_id == scope.workspace_id,
        (ArtifactRow.visibility == "workspace") | (ArtifactRow.created_by_user_id == scope.user_id),
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(ArtifactRow.status.in_(wanted.statuses))
    else:
        found.append(ArtifactRow.status != "archived")
    if wanted.kinds:
        found.append(ArtifactRow.kind.in_(wanted.kinds))
    if wanted.least_rating:
        found.append(ArtifactRow.rating >= wanted.least_rating)
    if wanted.is_live is not None:
        is_live = ArtifactRow.live_slug.is_not(None)
        found.append(is_live if wanted.is_live else ~is_live)
    if wanted.is_private:
        found.append(ArtifactRow.visibility == "private")
    if wanted.has_body:
        found += [ArtifactRow.sync_mode == "full", ArtifactRow.file_count > 0]
    return found


def _named(scope: Scope, term: str, is_beginning: bool) -> Select[UUID]:
    # By comparison and not by LIKE, which row-level security would keep from using the index.
    is_it = ArtifactTermRow.term == term
    if is_beginning:
        is_it = (ArtifactTermRow.term >= term) & (ArtifactTermRow.term < term + _END)
    return select(ArtifactTermRow.artifact_id).where(
        ArtifactTermRow.workspace_id == scope.workspace_id, is_it
    )


async def _count_named(scope: Scope, named: Sequence[Select[UUID]], *, at_most: int) -> list[int]:
    if not named:
        return []
    counts = [
        select(func.count()).select_from(each.limit(at_most).subquery()).scalar_subquery() for each in named
    ]
    return list((await scope.session.execute(select(*counts))).one())
