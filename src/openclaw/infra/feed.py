"""What a user is told in a workspace: events in the order of their commits, numbered, and kept for a while.

A client that comes back says how far it had read (its cursor) and is told the rest, through whichever process it
comes. Streamed text is no part of it: whoever works on a run repeats what it has said (``echo_topic``).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, delete, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base, note_fact
from openclaw.infra.scope import Scope

_KEPT = text("interval '30 minutes'")
PAGE = 50
MOST_MISSED = 2_000


class UserEventHeadRow(Base):
    """The number of a user's newest event in a workspace."""

    __tablename__ = "user_event_heads"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class UserEventRow(Base):
    """An event of a user in a workspace: ``{"event", "payload", "scope"?}``."""

    __tablename__ = "user_events"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Position:
    """Where a client begins to read. ``is_resumed``: it misses nothing that it was not told before."""

    seq: int
    is_resumed: bool


def user_topic(user_id: UUID, workspace_id: UUID) -> str:
    """On the bus: the events, with ``cursor`` their number, and between them live ones, which have none."""
    return f"user:{user_id.hex}:{workspace_id.hex}"


def echo_topic(user_id: UUID, workspace_id: UUID) -> str:
    """On the bus: somebody wants to hear again what the user's runs have said so far."""
    return f"echo:{user_id.hex}:{workspace_id.hex}"


async def tell(scope: Scope, user_id: UUID, workspace_id: UUID, body: dict[str, Any]) -> None:
    """Tell the user's clients in a workspace, when the transaction commits: ``{"event", "payload", "scope"?}``.

    ``scope`` in the body is what a client must have been granted besides.
    """
    owner = {"u": user_id.hex, "w": workspace_id.hex}
    note_fact(scope, {"t": user_topic(user_id, workspace_id), "b": body, **owner})


async def find_position(scope: Scope, cursor: str) -> Position:
    """Where the actor reads on that had read until ``cursor``; from now on when that is unknown or too long ago.

    Whoever has missed more than `MOST_MISSED` is quicker to read everything anew.
    """
    newest = await scope.session.scalar(_of_actor(scope, select(UserEventHeadRow.seq), UserEventHeadRow)) or 0
    seen = _parse(scope, cursor)
    if seen is None or not newest - MOST_MISSED <= seen <= newest:
        return Position(newest, is_resumed=False)
    oldest = await scope.session.scalar(
        _of_actor(scope, select(func.min(UserEventRow.seq)), UserEventRow).where(UserEventRow.seq > seen)
    )
    if seen == newest or oldest == seen + 1:
        return Position(seen, is_resumed=True)
    return Position(newest, is_resumed=False)


async def list_events(scope: Scope, *, after: int) -> Sequence[UserEventRow]:
    """The actor's events after number ``after``, `PAGE` at most, in order."""
    query = _of_actor(scope, select(UserEventRow), UserEventRow).where(UserEventRow.seq > after)
    return (await scope.session.scalars(query.order_by(UserEventRow.seq).limit(PAGE))).all()


def cursor_of(user_id: UUID, workspace_id: UUID, seq: int) -> str:
    """What a client keeps of having read until ``seq``. It says nothing to another user, nor in another workspace."""
    return f"{seq}.{_tag(user_id, workspace_id)}"


async def forget_old(scope: Scope) -> None:
    """Let go of what nobody comes back for any more."""
    await scope.session.execute(delete(UserEventRow).where(UserEventRow.created_at < func.now() - _KEPT))


def _of_actor(scope: Scope, query: Any, table: type[UserEventHeadRow] | type[UserEventRow]) -> Any:
    return query.where(table.workspace_id == scope.workspace_id, table.user_id == scope.user_id)


def _parse(scope: Scope, cursor: str) -> int | None:
    number, _, tag = cursor.partition(".")
    is_ours = tag == _tag(scope.user_id, scope.workspace_id) and number.isascii() and number.isdigit()
    return int(number) if is_ours and len(number) < 19 else None


def _tag(user_id: UUID, workspace_id: UUID) -> str:
    return hashlib.blake2b(user_id.bytes + workspace_id.bytes, digest_size=4).hexdigest()
