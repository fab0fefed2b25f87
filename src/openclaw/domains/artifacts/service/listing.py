"""The results centre: lists that answer what is finished, best, usable, and what made it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from openclaw.domains.artifacts.models import ArtifactRow
from openclaw.domains.artifacts.policy import statuses
from openclaw.domains.artifacts.policy.terms import CONTINUES, origin_term, searched, tag_term
from openclaw.domains.artifacts.repository import results as repository
from openclaw.domains.artifacts.repository.results import Wanted
from openclaw.domains.artifacts.schemas import ArtifactCounts
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor

Can = Literal["export", "share", "publish", "continue"]


def wanted(
    *,
    status: Sequence[str] = (),
    kind: Sequence[str] = (),
    tags: Sequence[str] = (),
    origins: Mapping[str, str | None] | None = None,
    words: str | None = None,
    can: Can | None = None,
    is_finished: bool | None = None,
    is_live: bool | None = None,
    least_rating: int = 0,
    sort: Literal["newest", "best"] = "newest",
) -> Wanted:
    """What a list is asked for; all of it has to hold."""
    terms = [(tag_term(tag), False) for tag in tags]
    terms += [(origin_term(name, value), False) for name, value in (origins or {}).items() if value]
    terms += searched(words or "")
    if can == "continue":
        terms.append((CONTINUES, False))
    asked = set(status) or set(statuses.STATUSES) - {"archived"}
    if can == "publish":
        asked &= set(statuses.PUBLISHABLE)
    if is_finished is not None:
        asked = {each for each in asked if (each in statuses.FINISHED) == is_finished}
    is_any = asked == set(statuses.STATUSES) - {"archived"}
    return Wanted(
        statuses=[] if is_any else [each for each in statuses.STATUSES if each in asked] or ["none"],
        kinds=kind,
        terms=terms,
        least_rating=least_rating,
        is_live=is_live,
        is_private=can == "share",
        has_body=can in ("export", "publish"),
        sort=sort,
    )


async def list_artifacts(scope: Scope, asked: Wanted, *, cursor: str | None, limit: int) -> Page[ArtifactRow]:
    """A page of the results that the user may see. Raises InvalidInputError."""
    rows = await repository.list_page(scope, asked, before=_position(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = _cursor(shown[-1]) if len(rows) > limit else None
    return Page(shown, following)


async def count_artifacts(scope: Scope) -> ArtifactCounts:
    """How many results the user may see."""
    by_status: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    live = 0
    for status, kind, is_live, number in await repository.count(scope):
        by_status[status] += number
        by_kind[kind] += number
        live += number if is_live else 0
    finished = sum(by_status[status] for status in statuses.FINISHED)
    counts = {"statuses": dict(by_status), "kinds": dict(by_kind), "live": live, "finished": finished}
    return ArtifactCounts.model_validate(counts)


def _cursor(row: ArtifactRow) -> str:
    return encode_cursor(f"{row.rating}|{row.updated_at.isoformat()}|{row.id.hex}")


def _position(cursor: str | None) -> tuple[int, datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        rating, at, digits = decode_cursor(cursor).split("|")
        return int(rating) & 0x7F, datetime.fromisoformat(at), UUID(hex=digits)
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
