"""Users' settings, the browsers that take pushes, and the tokens that answer from one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.identity.models import AuthSessionRow, UserRow
from openclaw.domains.notifications.models import AnswerTokenRow, NotificationSettingsRow, PushSubscriptionRow
from openclaw.domains.workspaces.models import MembershipRow
from openclaw.infra.scope import Scope


async def find_settings(scope: Scope, user_id: UUID) -> NotificationSettingsRow | None:
    """How a user wants to be reached."""
    query = select(NotificationSettingsRow).where(NotificationSettingsRow.user_id == user_id)
    return await scope.session.scalar(query)


async def put_settings(scope: Scope, values: dict[str, Any]) -> None:
    """Replace the actor's settings."""
    values = {**values, "user_id": scope.user_id, "updated_at": scope.now()}
    statement = insert(NotificationSettingsRow).values(values)
    await scope.session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def find_recipient(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> UserRow | None:
    """An active account, if it is a member of the workspace. Needs a system scope."""
    return await scope.session.scalar(
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(UserRow.id == user_id, UserRow.is_active, MembershipRow.workspace_id == workspace_id)
    )


async def put_subscription(scope: Scope, values: dict[str, Any]) -> UUID:
    """Keep a browser of the actor's, in place of what was known of the same one; its id."""
    statement = insert(PushSubscriptionRow).values(values)
    again = {key: values[key] for key in ("session_id", "p256dh", "auth", "name")}
    statement = statement.on_conflict_do_update(constraint="uq_push_subscriptions_endpoint", set_=again)
    found = await scope.session.scalar(statement.returning(PushSubscriptionRow.id))
    assert found is not None
    return found


async def list_subscriptions(scope: Scope, user_id: UUID) -> Sequence[PushSubscriptionRow]:
    """A user's browsers whose session is signed in, the newest first."""
    query = (
        select(PushSubscriptionRow)
        .join(AuthSessionRow, AuthSessionRow.id == PushSubscriptionRow.session_id)
        .where(
            PushSubscriptionRow.user_id == user_id,
            AuthSessionRow.revoked_at.is_(None),
            AuthSessionRow.expires_at > scope.now(),
        )
        .order_by(PushSubscriptionRow.created_at.desc())
    )
    # Anew: in the transaction that replaces one, its row is known as it was.
    query = query.execution_options(populate_existing=True)
    return (await scope.session.scalars(query)).all()


async def delete_subscription(scope: Scope, subscription_id: UUID, user_id: UUID) -> bool:
    """Forget a browser; False when there is none."""
    found = await scope.session.scalar(
        delete(PushSubscriptionRow)
        .where(PushSubscriptionRow.id == subscription_id, PushSubscriptionRow.user_id == user_id)
        .returning(PushSubscriptionRow.id)
    )
    return found is not None


async def note_used(scope: Scope, subscription_id: UUID) -> None:
    """A push has reached the browser's service. Needs a system scope."""
    await scope.session.execute(
        update(PushSubscriptionRow)
        .where(PushSubscriptionRow.id == subscription_id)
        .values(used_at=scope.now())
    )


async def add_token(scope: Scope, row: AnswerTokenRow) -> None:
    """Insert a token that answers once."""
    scope.session.add(row)
    await scope.session.flush()


async def use_token(scope: Scope, hashed: bytes) -> AnswerTokenRow | None:
    """The token, used up by this; None when it is unknown, used or over. Needs a system scope."""
    query = (
        update(AnswerTokenRow)
        .where(
            AnswerTokenRow.hash == hashed,
            AnswerTokenRow.used_at.is_(None),
            AnswerTokenRow.expires_at > scope.now(),
        )
        .values(used_at=scope.now())
        .returning(AnswerTokenRow)
    )
    return await scope.session.scalar(query)


async def forget_expired_tokens(scope: Scope) -> None:
    """A chore: tokens whose time is over. Needs a system scope."""
    await scope.session.execute(delete(AnswerTokenRow).where(AnswerTokenRow.expires_at < scope.now()))


async def forget_signed_out(scope: Scope) -> None:
    """A chore: browsers whose session has ended. Needs a system scope."""
    ended = select(AuthSessionRow.id).where(
        AuthSessionRow.revoked_at.is_not(None) | (AuthSessionRow.expires_at < scope.now())
    )
    await scope.session.execute(delete(PushSubscriptionRow).where(PushSubscriptionRow.session_id.in_(ended)))
