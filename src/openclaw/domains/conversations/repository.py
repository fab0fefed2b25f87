"""Every query on conversations and messages."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from openclaw.domains.conversations.models import ConversationRow, MessageRow
from openclaw.infra.scope import Scope

RESTORABLE = timedelta(days=30)
_LIKE_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def _mine(scope: Scope) -> ColumnElement[bool]:
    return and_(ConversationRow.user_id == scope.user_id, ConversationRow.workspace_id == scope.workspace_id)


async def add_conversations(scope: Scope, *rows: ConversationRow) -> None:
    """Insert conversations."""
    scope.session.add_all(rows)
    await scope.session.flush()


async def find_conversation(
    scope: Scope, conversation_id: UUID, *, deleted: bool = False
) -> ConversationRow | None:
    """A conversation of the scope's user; with ``deleted`` one that was deleted."""
    gone = ConversationRow.deleted_at.is_not(None) if deleted else ConversationRow.deleted_at.is_(None)
    return await scope.session.scalar(
        select(ConversationRow).where(ConversationRow.id == conversation_id, _mine(scope), gone)
    )


async def lock_conversation(scope: Scope, conversation_id: UUID) -> ConversationRow | None:
    """A conversation of the scope's user, locked so that messages get their numbers one by one."""
    return await scope.session.scalar(
        select(ConversationRow)
        .where(ConversationRow.id == conversation_id, _mine(scope), ConversationRow.deleted_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def find_main(scope: Scope) -> ConversationRow | None:
    """The user's main conversation in the workspace, if there is one yet."""
    return await scope.session.scalar(select(ConversationRow).where(_mine(scope), ConversationRow.is_main))


async def ensure_main(scope: Scope, conversation_id: UUID, title: str) -> ConversationRow:
    """The user's main conversation in the workspace, made with that id and title at first use."""
    now = scope.now()
    await scope.session.execute(
        insert(ConversationRow)
        .values(
            id=conversation_id,
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            title=title,
            is_main=True,
            summary_through_seq=0,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
    )
    row = await find_main(scope)
    assert row is not None
    return row


def _wanted(
    scope: Scope,
    *,
    query: str | None,
    archived: bool | None,
    title: str | None = None,
    since: datetime | None = None,
) -> list[ColumnElement[bool]]:
    conditions = [_mine(scope), ConversationRow.deleted_at.is_(None), ConversationRow.kind == "chat"]
    if archived is not None:
        at = ConversationRow.archived_at
        conditions.append(at.is_not(None) if archived else at.is_(None))
    if query:
        pattern = f"%{query.translate(_LIKE_ESCAPES)}%"
        said = exists().where(
            MessageRow.conversation_id == ConversationRow.id,
            MessageRow.superseded_at.is_(None),
            MessageRow.text.ilike(pattern, escape="\\"),
        )
        conditions.append(or_(ConversationRow.title.ilike(pattern, escape="\\"), said))
    if title is not None:
        conditions.append(ConversationRow.title == title)
    if since is not None:
        conditions.append(ConversationRow.updated_at >= since)
    return conditions


_NEWEST_FIRST = (ConversationRow.updated_at.desc(), ConversationRow.id.desc())


async def list_conversations(
    scope: Scope, *, query: str | None, archived: bool, before: tuple[datetime, UUID] | None, limit: int
) -> list[ConversationRow]:
    """The user's conversations, the most recently used first; ``query`` looks in titles and messages."""
    wanted = select(ConversationRow).where(*_wanted(scope, query=query, archived=archived))
    if before is not None:
        wanted = wanted.where(tuple_(ConversationRow.updated_at, ConversationRow.id) < before)
    return list(await scope.session.scalars(wanted.order_by(*_NEWEST_FIRST).limit(limit)))


async def find_conversations(
    scope: Scope,
    *,
    query: str | None,
    title: str | None,
    archived: bool | None,
    since: datetime | None,
    offset: int,
    limit: int,
) -> tuple[list[ConversationRow], int]:
    """Some of the user's conversations, the most recently used first, and how many there are in all.

    ``archived`` None: both. ``title`` is the whole title; ``since``: used then or later.
    """
    wanted = _wanted(scope, query=query, archived=archived, title=title, since=since)
    count = await scope.session.scalar(select(func.count()).select_from(ConversationRow).where(*wanted))
    rows = select(ConversationRow).where(*wanted).order_by(*_NEWEST_FIRST).offset(offset).limit(limit)
    return list(await scope.session.scalars(rows)), count or 0


async def last_messages(scope: Scope, conversation_ids: list[UUID]) -> dict[UUID, MessageRow]:
    """The newest message with a text of each conversation."""
    rows = await scope.session.scalars(
        select(MessageRow)
        .where(
            MessageRow.conversation_id.in_(conversation_ids),
            MessageRow.superseded_at.is_(None),
            MessageRow.text != "",
        )
        .ext(distinct_on(MessageRow.conversation_id))
        .order_by(MessageRow.conversation_id, MessageRow.seq.desc())
    )
    return {row.conversation_id: row for row in rows}


async def add_messages(scope: Scope, *rows: MessageRow) -> None:
    """Insert messages."""
    scope.session.add_all(rows)
    await scope.session.flush()


async def next_seq(scope: Scope, conversation_id: UUID, key: str | None = None) -> tuple[int, int | None]:
    """The number of the next message, and that of the one accepted with ``key``; the conversation must be locked."""
    last, known = (
        await scope.session.execute(
            select(
                func.max(MessageRow.seq),
                func.max(MessageRow.seq).filter(MessageRow.idempotency_key == key),
            ).where(MessageRow.conversation_id == conversation_id)
        )
    ).one()
    return (last or 0) + 1, known if key is not None else None


async def find_message(scope: Scope, conversation_id: UUID, message_id: UUID) -> MessageRow | None:
    """A message of the conversation that is not superseded."""
    return await scope.session.scalar(
        select(MessageRow).where(
            MessageRow.id == message_id,
            MessageRow.conversation_id == conversation_id,
            MessageRow.superseded_at.is_(None),
        )
    )


async def find_at_seq(scope: Scope, conversation_id: UUID, seq: int) -> MessageRow | None:
    """The message with that number."""
    return await scope.session.scalar(
        select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.seq == seq)
    )


async def count_messages(scope: Scope, conversation_id: UUID) -> int:
    """How many messages of a conversation are not superseded."""
    query = (
        select(func.count())
        .select_from(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.superseded_at.is_(None))
    )
    return await scope.session.scalar(query) or 0


async def list_messages(
    scope: Scope,
    conversation_id: UUID,
    *,
    before_seq: int | None = None,
    after_seq: int = 0,
    offset: int = 0,
    limit: int | None = None,
) -> list[MessageRow]:
    """Messages that are not superseded between two numbers, oldest first; with ``limit`` the newest of them.

    ``offset``: leave out so many of the newest.
    """
    wanted = select(MessageRow).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.superseded_at.is_(None),
        MessageRow.seq > after_seq,
    )
    if before_seq is not None:
        wanted = wanted.where(MessageRow.seq < before_seq)
    rows = list(
        await scope.session.scalars(wanted.order_by(MessageRow.seq.desc()).offset(offset).limit(limit))
    )
    return rows[::-1]


async def list_said_into(scope: Scope, conversation_id: UUID, run_id: UUID) -> list[MessageRow]:
    """What was said into a run after its question, oldest first."""
    reply = (
        select(MessageRow.seq)
        .where(MessageRow.run_id == run_id, MessageRow.role == "assistant")
        .scalar_subquery()
    )
    return list(
        await scope.session.scalars(
            select(MessageRow)
            .where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.run_id == run_id,
                MessageRow.role == "user",
                MessageRow.seq > reply,
            )
            .order_by(MessageRow.seq)
        )
    )


async def forget_question(scope: Scope, run_id: UUID) -> None:
    """Forget the words of a run's question."""
    reply = (
        select(MessageRow.seq)
        .where(MessageRow.run_id == run_id, MessageRow.role == "assistant")
        .scalar_subquery()
    )
    await scope.session.execute(
        update(MessageRow)
        .where(MessageRow.run_id == run_id, MessageRow.role == "user", MessageRow.seq < reply)
        .values(text="")
    )


async def supersede_from(scope: Scope, conversation_id: UUID, seq: int) -> None:
    """Set every message from ``seq`` on aside; they stay in the record."""
    await scope.session.execute(
        update(MessageRow)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.seq >= seq,
            MessageRow.superseded_at.is_(None),
        )
        .values(superseded_at=scope.now())
    )


async def set_text(scope: Scope, run_id: UUID, text: str) -> UUID | None:
    """Keep the final words of a run's reply, for search and previews; which message that is."""
    return await scope.session.scalar(
        update(MessageRow)
        .where(MessageRow.run_id == run_id, MessageRow.role == "assistant")
        .values(text=text)
        .returning(MessageRow.id)
    )


async def forget_deleted(scope: Scope) -> list[UUID]:
    """Delete for good what was deleted a month ago; returns the runs that no message tells of any more."""
    old = scope.now() - RESTORABLE
    gone = select(ConversationRow.id).where(ConversationRow.deleted_at < old)
    runs = set(
        await scope.session.scalars(
            select(MessageRow.run_id).where(
                MessageRow.conversation_id.in_(gone), MessageRow.run_id.is_not(None)
            )
        )
    )
    await scope.session.execute(delete(ConversationRow).where(ConversationRow.deleted_at < old))
    kept = set(await scope.session.scalars(select(MessageRow.run_id).where(MessageRow.run_id.in_(runs))))
    return [run for run in runs - kept if run is not None]


async def update_conversation(scope: Scope, conversation_id: UUID, **values: Any) -> None:
    """Change a conversation of the scope's user."""
    await scope.session.execute(
        update(ConversationRow).where(ConversationRow.id == conversation_id, _mine(scope)).values(**values)
    )
