"""Every query on channels, their chats and messages."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.agents.models import ApprovalRow
from openclaw.domains.channels.models import (
    ChannelChatRow,
    ChannelMessageRow,
    ChannelRow,
    ChannelUpdateRow,
)
from openclaw.domains.notifications.models import NotificationRow, NotificationSettingsRow
from openclaw.durable.models import JobRow
from openclaw.infra.scope import Scope

_KEPT = timedelta(days=30)
_ACCOUNTS = 7_026
_LISTENING = ("pairing", "connected")


def _mine(scope: Scope) -> tuple[Any, ...]:
    return ChannelRow.user_id == scope.user_id, ChannelRow.workspace_id == scope.workspace_id


async def add(scope: Scope, row: ChannelRow) -> None:
    """Insert a channel."""
    scope.session.add(row)
    await scope.session.flush()


async def find(scope: Scope, channel_id: UUID, *, lock: bool = False) -> ChannelRow | None:
    """A channel of the scope's user."""
    query = select(ChannelRow).where(ChannelRow.id == channel_id, *_mine(scope))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def find_by_key(scope: Scope, key: str) -> ChannelRow | None:
    """The user's channel that was made under that idempotency key."""
    query = select(ChannelRow).where(ChannelRow.idempotency_key == key, *_mine(scope))
    return await scope.session.scalar(query)


async def count(scope: Scope) -> int:
    """How many the user has in the workspace."""
    return await scope.session.scalar(select(func.count()).select_from(ChannelRow).where(*_mine(scope))) or 0


async def list_page(
    scope: Scope, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ChannelRow]:
    """The user's channels, the newest first."""
    query = select(ChannelRow).where(*_mine(scope))
    if before is not None:
        query = query.where(tuple_(ChannelRow.created_at, ChannelRow.id) < before)
    query = query.order_by(ChannelRow.created_at.desc(), ChannelRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def list_telling(scope: Scope) -> Sequence[ChannelRow]:
    """The user's channels that they want to be told things by."""
    query = select(ChannelRow).where(
        *_mine(scope),
        ChannelRow.state == "connected",
        ~ChannelRow.is_paused,
        ChannelRow.tells != "nothing",
        ChannelRow.chat_id.is_not(None),
    )
    return list(await scope.session.scalars(query.order_by(ChannelRow.id)))


async def list_all_of(scope: Scope) -> Sequence[ChannelRow]:
    """All of the user's in the workspace, locked."""
    query = select(ChannelRow).where(*_mine(scope)).order_by(ChannelRow.id)
    return list(await scope.session.scalars(query.with_for_update(key_share=True)))


async def remove(scope: Scope, channel_id: UUID) -> None:
    """Delete a channel with its messages."""
    await scope.session.execute(delete(ChannelRow).where(ChannelRow.id == channel_id, *_mine(scope)))


# For whoever listens. Each needs a system scope.


async def find_any(scope: Scope, channel_id: UUID, *, lock: bool = False) -> ChannelRow | None:
    """A channel of anybody."""
    query = select(ChannelRow).where(ChannelRow.id == channel_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def lock_account(scope: Scope, key: str) -> None:
    """Nobody else claims that account until the transaction ends."""
    await scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, _ACCOUNTS))))


async def is_account_taken(scope: Scope, key: str, *, but: UUID) -> bool:
    """Whether another channel of the installation has that account."""
    query = select(ChannelRow.id).where(ChannelRow.account_key == key, ChannelRow.id != but)
    return await scope.session.scalar(query) is not None


async def take_leases(
    scope: Scope, kinds: Collection[str], *, holder: str, lease: timedelta
) -> Sequence[UUID]:
    """Channels to be polled that nobody polls are this process's now."""
    now = scope.now()
    free = or_(ChannelRow.lease_until.is_(None), ChannelRow.lease_until < now, ChannelRow.lease_of == holder)
    wanted = (
        select(ChannelRow.id)
        .where(ChannelRow.kind.in_(kinds), ChannelRow.state.in_(_LISTENING), ~ChannelRow.is_paused, free)
        .order_by(ChannelRow.id)
        .with_for_update(key_share=True)  # waited for: what is being changed right now is to be polled too
    )
    statement = (
        update(ChannelRow)
        .where(ChannelRow.id.in_(wanted))
        .values(lease_of=holder, lease_until=now + lease)
        .returning(ChannelRow.id)
    )
    return list(await scope.session.scalars(statement))


async def renew_lease(scope: Scope, channel_id: UUID, *, holder: str, lease: timedelta) -> ChannelRow | None:
    """The channel, polled by this process for so much longer; None when it is not to be polled by it any more."""
    statement = (
        update(ChannelRow)
        .where(
            ChannelRow.id == channel_id,
            ChannelRow.lease_of == holder,
            ChannelRow.state.in_(_LISTENING),
            ~ChannelRow.is_paused,
        )
        .values(lease_until=scope.now() + lease)
        .returning(ChannelRow)
    )
    return await scope.session.scalar(statement, execution_options={"populate_existing": True})


async def give_leases_back(scope: Scope, holder: str) -> None:
    """A process that goes polls nothing any more."""
    gone = update(ChannelRow).where(ChannelRow.lease_of == holder)
    await scope.session.execute(gone.values(lease_of=None, lease_until=None))


# Messages


async def add_update(scope: Scope, values: dict[str, Any]) -> bool:
    """Keep something that came in; False when it had come before."""
    statement = insert(ChannelUpdateRow).values(values)
    statement = statement.on_conflict_do_nothing(constraint="uq_channel_updates_key")
    return await scope.session.scalar(statement.returning(ChannelUpdateRow.id)) is not None


async def has_update(scope: Scope, channel_id: UUID, keys: Collection[str]) -> bool:
    """Whether one of those has come before."""
    query = select(ChannelUpdateRow.id).where(
        ChannelUpdateRow.channel_id == channel_id, ChannelUpdateRow.key.in_(keys)
    )
    return await scope.session.scalar(query.limit(1)) is not None


async def find_update(scope: Scope, update_id: UUID) -> ChannelUpdateRow | None:
    """Something that came in for the scope's user."""
    query = select(ChannelUpdateRow).where(
        ChannelUpdateRow.id == update_id,
        ChannelUpdateRow.user_id == scope.user_id,
        ChannelUpdateRow.workspace_id == scope.workspace_id,
    )
    return await scope.session.scalar(query.execution_options(populate_existing=True))


async def find_earlier(scope: Scope, row: ChannelUpdateRow, conversation_id: UUID | None) -> UUID | None:
    """What came before it in the same chat, for the same conversation as far as that is known, and is being handled.

    The job that handles it has its id; one that was cancelled, or has failed, holds nobody up.
    """
    query = select(ChannelUpdateRow.id).where(
        ChannelUpdateRow.channel_id == row.channel_id,
        ChannelUpdateRow.chat_id == row.chat_id,
        ChannelUpdateRow.handled_at.is_(None),
        ChannelUpdateRow.id < row.id,
        exists().where(JobRow.id == ChannelUpdateRow.id, JobRow.finished_at.is_(None)),
        or_(ChannelUpdateRow.conversation_id.is_(None), ChannelUpdateRow.conversation_id == conversation_id),
    )
    return await scope.session.scalar(query.limit(1))


async def find_chat(scope: Scope, channel_id: UUID, chat_id: str) -> ChannelChatRow | None:
    """Where a chat leads to."""
    return await scope.session.get(ChannelChatRow, (channel_id, chat_id), populate_existing=True)


async def find_chat_of(scope: Scope, conversation_id: UUID) -> ChannelChatRow | None:
    """The chat that leads to a conversation."""
    query = select(ChannelChatRow).where(ChannelChatRow.conversation_id == conversation_id)
    return await scope.session.scalar(query.limit(1))


async def find_update_of_approval(scope: Scope, approval_id: UUID) -> ChannelUpdateRow | None:
    """What came in and is not done with, whose run asks a question."""
    query = (
        select(ChannelUpdateRow)
        .join(ApprovalRow, ApprovalRow.run_id == ChannelUpdateRow.run_id)
        .where(ApprovalRow.id == approval_id, ChannelUpdateRow.handled_at.is_(None))
    )
    return await scope.session.scalar(query.limit(1))


async def find_chat_of_approval(scope: Scope, approval_id: UUID) -> ChannelChatRow | None:
    """The chat that leads to the conversation in which a question was asked."""
    query = (
        select(ChannelChatRow)
        .join(ApprovalRow, ApprovalRow.conversation_id == ChannelChatRow.conversation_id)
        .where(ApprovalRow.id == approval_id)
    )
    return await scope.session.scalar(query.limit(1))


async def add_chat(scope: Scope, row: ChannelChatRow) -> None:
    """Insert where a chat leads to."""
    scope.session.add(row)
    await scope.session.flush()


async def forget_chat(scope: Scope, channel_id: UUID, chat_id: str) -> None:
    """A chat leads nowhere any more."""
    gone = delete(ChannelChatRow).where(
        ChannelChatRow.channel_id == channel_id, ChannelChatRow.chat_id == chat_id
    )
    await scope.session.execute(gone)


async def leave_chats(scope: Scope, channel_id: UUID) -> None:
    """Whoever was bound is told nothing any more: not what they have asked, nor what waits to be sent."""
    chats, came, waits = ChannelChatRow, ChannelUpdateRow, ChannelMessageRow
    await scope.session.execute(delete(chats).where(chats.channel_id == channel_id))
    is_open = (came.channel_id == channel_id, came.handled_at.is_(None))
    await scope.session.execute(update(came).where(*is_open).values(handled_at=scope.now(), text=""))
    is_queued = (waits.channel_id == channel_id, waits.state == "queued")
    await scope.session.execute(update(waits).where(*is_queued).values(state="failed", text=""))


async def add_message(scope: Scope, values: dict[str, Any]) -> bool:
    """Keep a message that is to be sent; False when there is one of that key."""
    statement = insert(ChannelMessageRow).values(values)
    statement = statement.on_conflict_do_nothing(constraint="uq_channel_messages_key")
    return await scope.session.scalar(statement.returning(ChannelMessageRow.id)) is not None


async def find_message(scope: Scope, message_id: UUID) -> ChannelMessageRow | None:
    """A message to be sent for the scope's user."""
    query = select(ChannelMessageRow).where(
        ChannelMessageRow.id == message_id,
        ChannelMessageRow.user_id == scope.user_id,
        ChannelMessageRow.workspace_id == scope.workspace_id,
    )
    return await scope.session.scalar(query.execution_options(populate_existing=True))


async def find_notice(scope: Scope, notification_id: UUID) -> NotificationRow | None:
    """A notification of anybody. Needs a system scope."""
    return await scope.session.get(NotificationRow, notification_id)


async def find_settings(scope: Scope, user_id: UUID) -> NotificationSettingsRow | None:
    """How a user wants to be reached."""
    query = select(NotificationSettingsRow).where(NotificationSettingsRow.user_id == user_id)
    return await scope.session.scalar(query)


async def find_question(scope: Scope, channel_id: UUID, code: str) -> ChannelMessageRow | None:
    """The question of that code that a channel has asked last."""
    query = select(ChannelMessageRow).where(
        ChannelMessageRow.channel_id == channel_id, ChannelMessageRow.code == code
    )
    return await scope.session.scalar(query.order_by(ChannelMessageRow.id.desc()).limit(1))


async def was_told(scope: Scope, channel_id: UUID, key: str, *, since: datetime) -> bool:
    """Whether a message was made whose key begins like that."""
    query = select(ChannelMessageRow.id).where(
        ChannelMessageRow.channel_id == channel_id,
        ChannelMessageRow.created_at > since,
        ChannelMessageRow.key.startswith(key, autoescape=True),
    )
    return await scope.session.scalar(query.limit(1)) is not None


async def forget_old(scope: Scope) -> None:
    """A chore: what came and went a month ago."""
    before = scope.now() - _KEPT
    await scope.session.execute(delete(ChannelUpdateRow).where(ChannelUpdateRow.received_at < before))
    await scope.session.execute(delete(ChannelMessageRow).where(ChannelMessageRow.created_at < before))
