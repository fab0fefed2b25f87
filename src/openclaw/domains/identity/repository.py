"""Every query on accounts and sessions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.identity.models import AuthSessionRow, LoginFailuresRow, RefreshTokenRow, UserRow
from openclaw.infra.scope import Scope

_FIRST_ACCOUNT_LOCK = 7_001
_REMEMBERED = timedelta(days=30)


async def lock_registration(scope: Scope) -> None:
    """Let one registration at a time decide whether it is the first."""
    await scope.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ACCOUNT_LOCK})


async def has_users(scope: Scope) -> bool:
    """True once an account exists."""
    return bool(await scope.session.scalar(select(exists(select(UserRow.id)))))


async def add_user(scope: Scope, row: UserRow) -> None:
    """Insert an account; IntegrityError when its name or address is taken."""
    scope.session.add(row)
    await scope.session.flush()


async def find_user_by_identifier(scope: Scope, identifier: str) -> UserRow | None:
    """The account with that user name or email address, ignoring case."""
    wanted = func.lower(identifier)  # by the database, as the column: its locale says what a small letter is
    return await scope.session.scalar(
        select(UserRow).where(
            or_(func.lower(UserRow.username) == wanted, func.lower(UserRow.email) == wanted)
        )
    )


async def find_user(scope: Scope, user_id: UUID) -> UserRow | None:
    """The account with that id."""
    return await scope.session.get(UserRow, user_id)


async def list_users(scope: Scope, user_ids: list[UUID]) -> list[UserRow]:
    """The accounts with those ids that the scope may see."""
    return list(await scope.session.scalars(select(UserRow).where(UserRow.id.in_(user_ids))))


async def add_session(scope: Scope, row: AuthSessionRow) -> None:
    """Insert a session."""
    scope.session.add(row)
    await scope.session.flush()


async def find_session(scope: Scope, session_id: UUID) -> AuthSessionRow | None:
    """A session by id."""
    return await scope.session.get(AuthSessionRow, session_id)


async def find_live_session(scope: Scope, session_id: UUID) -> tuple[AuthSessionRow, UserRow] | None:
    """A session that has neither ended nor expired, with its active account."""
    row = (
        await scope.session.execute(
            select(AuthSessionRow, UserRow)
            .join(UserRow, UserRow.id == AuthSessionRow.user_id)
            .where(
                AuthSessionRow.id == session_id,
                AuthSessionRow.revoked_at.is_(None),
                AuthSessionRow.expires_at > scope.now(),
                UserRow.is_active,
            )
        )
    ).first()
    return (row[0], row[1]) if row else None


async def list_sessions(scope: Scope) -> list[AuthSessionRow]:
    """The actor's live sessions, newest first."""
    return list(
        await scope.session.scalars(
            select(AuthSessionRow)
            .where(
                AuthSessionRow.user_id == scope.user_id,
                AuthSessionRow.revoked_at.is_(None),
                AuthSessionRow.expires_at > scope.now(),
            )
            .order_by(AuthSessionRow.last_seen_at.desc())
        )
    )


async def touch_session(scope: Scope, session_id: UUID, *, seen_at: datetime, expires_at: datetime) -> None:
    """Note that a session was used."""
    await scope.session.execute(
        update(AuthSessionRow)
        .where(AuthSessionRow.id == session_id)
        .values(last_seen_at=seen_at, expires_at=expires_at)
    )


async def revoke_sessions(
    scope: Scope, user_id: UUID, *, only: UUID | None = None, keep: UUID | None = None
) -> list[UUID]:
    """End sessions of ``user_id`` (``only`` one, or all but ``keep``); returns those that were still live."""
    wanted = update(AuthSessionRow).where(
        AuthSessionRow.user_id == user_id, AuthSessionRow.revoked_at.is_(None)
    )
    if only is not None:
        wanted = wanted.where(AuthSessionRow.id == only)
    if keep is not None:
        wanted = wanted.where(AuthSessionRow.id != keep)
    return list(
        await scope.session.scalars(wanted.values(revoked_at=scope.now()).returning(AuthSessionRow.id))
    )


async def add_refresh_token(scope: Scope, row: RefreshTokenRow) -> None:
    """Insert a refresh token."""
    scope.session.add(row)
    await scope.session.flush()


async def lock_refresh_token(scope: Scope, hashed: bytes) -> RefreshTokenRow | None:
    """A refresh token, locked so that two uses of it cannot both be the first."""
    return await scope.session.scalar(
        select(RefreshTokenRow).where(RefreshTokenRow.hash == hashed).with_for_update()
    )


async def forget_expired(scope: Scope) -> None:
    """Forget sessions that ended or lapsed a month ago with their tokens, and failures of the last day and before."""
    lapsed = AuthSessionRow.expires_at < scope.now() - _REMEMBERED
    ended = AuthSessionRow.revoked_at < scope.now() - _REMEMBERED
    await scope.session.execute(delete(AuthSessionRow).where(or_(lapsed, ended)))
    day = scope.now() - timedelta(days=1)
    await scope.session.execute(delete(LoginFailuresRow).where(LoginFailuresRow.window_started_at < day))


async def find_failures(scope: Scope, subjects: list[str]) -> list[LoginFailuresRow]:
    """Failure counts of ``subjects``."""
    return list(
        await scope.session.scalars(select(LoginFailuresRow).where(LoginFailuresRow.subject.in_(subjects)))
    )


async def add_failure(
    scope: Scope, subject: str, *, limit: int, window_start: datetime, locked_until: datetime
) -> None:
    """Count one failure; at ``limit`` within the window the subject is locked."""
    fresh = LoginFailuresRow.window_started_at < window_start
    count = LoginFailuresRow.failures + 1
    statement = insert(LoginFailuresRow).values(
        subject=subject, failures=1, window_started_at=scope.now(), locked_until=None
    )
    await scope.session.execute(
        statement.on_conflict_do_update(
            index_elements=[LoginFailuresRow.subject],
            set_={
                "failures": _when(fresh, 1, count),
                "window_started_at": _when(fresh, scope.now(), LoginFailuresRow.window_started_at),
                "locked_until": _when(
                    fresh, None, _when(count >= limit, locked_until, LoginFailuresRow.locked_until)
                ),
            },
        )
    )


async def clear_failures(scope: Scope, subject: str) -> None:
    """Forget the failures of ``subject`` after a success."""
    await scope.session.execute(delete(LoginFailuresRow).where(LoginFailuresRow.subject == subject))


def _when(condition: ColumnElement[bool], then: Any, otherwise: Any) -> Any:
    return case((condition, then), else_=otherwise)
