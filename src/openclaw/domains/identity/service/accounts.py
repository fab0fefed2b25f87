"""Accounts and sessions: sign up, sign in, rotate, revoke."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from openclaw.domains.identity import events, repository
from openclaw.domains.identity.errors import (
    AccountLockedError,
    AccountTakenError,
    InvalidCredentialsError,
    SessionNotFoundError,
    SessionRevokedError,
)
from openclaw.domains.identity.models import AuthSessionRow, RefreshTokenRow, UserRow
from openclaw.domains.identity.schemas import ChangePassword, Register, UpdateMe
from openclaw.domains.identity.service.passwords import check_password, hash_password, is_password
from openclaw.domains.identity.service.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, TokenSigner
from openclaw.infra.bus import publish
from openclaw.infra.outbox import record
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit.ids import new_id

FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 50
FAILURE_WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)


@dataclass(frozen=True)
class Tokens:
    """The credentials of a session, shown once."""

    session_id: UUID
    access: str
    access_expires_at: datetime
    refresh: str
    refresh_expires_at: datetime


@dataclass(frozen=True)
class Client:
    """Where a request comes from."""

    address: str | None
    user_agent: str


async def create_user(scope: Scope, data: Register, *, password_hash: str, language: str) -> UserRow:
    """A new account; the first one becomes the instance owner. Raises AccountTakenError.

    ``password_hash`` is made before the transaction, so that hashing holds no connection. Needs `lock_registration`.
    """
    now = scope.now()
    user = UserRow(
        id=new_id(),
        username=data.username,
        email=data.email.lower(),
        password_hash=password_hash,
        display_name=data.display_name or data.username,
        role="member" if await repository.has_users(scope) else "owner",
        language=language,
        theme="system",
        is_active=True,
        created_at=now,
        updated_at=now,
    )
    try:
        async with scope.session.begin_nested():
            await repository.add_user(scope, user)
    except IntegrityError as error:
        raise AccountTakenError(
            field="email" if "uq_users_email" in str(error.orig) else "username"
        ) from None
    await record(scope, events.SIGNED_UP, {"userId": user.id.hex, "username": user.username})
    return user


async def hash_new_password(data: Register) -> str:
    """The hash to keep for a new account. Raises WeakPasswordError."""
    check_password(data.password, username=data.username, email=data.email)
    return await hash_password(data.password)


async def check_not_locked(scope: Scope, *, identifier: str, client: Client) -> tuple[UserRow | None, str]:
    """The account (or None) and its failure subject. Raises AccountLockedError: known and unknown names lock alike."""
    user = await repository.find_user_by_identifier(scope, identifier)
    subject = _subject(user.id.hex if user else identifier.lower(), client)
    await _check_not_locked(scope, subject, client)
    return user, subject


async def check_own_not_locked(scope: Scope, user_id: UUID, *, client: Client) -> tuple[UserRow, str]:
    """The account of a session and its failure subject. Needs a system scope. Raises AccountLockedError."""
    user = await repository.find_user(scope, user_id)
    assert user is not None, "the actor's account exists while the session lives"
    subject = _subject(user.id.hex, client)
    await _check_not_locked(scope, subject, client)
    return user, subject


async def note_failure(scope: Scope, *, user: UserRow | None, subject: str, client: Client) -> None:
    """Count a wrong password against the account and the address; as much work when there is no such account."""
    now = scope.now()
    for counted, limit in ((subject, FAILURES_PER_ACCOUNT), (_address_subject(client), FAILURES_PER_ADDRESS)):
        await repository.add_failure(
            scope, counted, limit=limit, window_start=now - FAILURE_WINDOW, locked_until=now + LOCK
        )
    fact = {"userId": user.id.hex if user else None, "address": client.address}
    await record(scope, events.SIGN_IN_FAILED, fact)


async def note_success(scope: Scope, *, user: UserRow, subject: str, client: Client) -> None:
    """Forget earlier failures and record the sign-in.

    Raises AccountLockedError when so many guesses failed while this password was checked that it is one of them.
    """
    await _check_not_locked(scope, subject, client)
    await repository.clear_failures(scope, subject)
    await record(
        scope,
        events.SIGNED_IN,
        {"userId": user.id.hex, "address": client.address, "agent": client.user_agent},
    )


async def verify_password(user: UserRow | None, password: str) -> None:
    """Raise InvalidCredentialsError unless ``user`` is active and has this password; takes the same time for None."""
    is_right = await is_password(user.password_hash if user else None, password)
    if user is None or not is_right or not user.is_active:
        raise InvalidCredentialsError


async def open_session(scope: Scope, user: UserRow, client: Client, signer: TokenSigner) -> Tokens:
    """A new session with its first tokens."""
    now = scope.now()
    session = AuthSessionRow(
        id=new_id(),
        user_id=user.id,
        user_agent=client.user_agent[:300],
        address=client.address,
        created_at=now,
        last_seen_at=now,
        expires_at=now + REFRESH_LIFETIME,
        revoked_at=None,
    )
    await repository.add_session(scope, session)
    return await _issue(scope, user_id=user.id, session_id=session.id, signer=signer)


async def refresh(scope: Scope, refresh_token: str, signer: TokenSigner) -> tuple[UserRow, Tokens] | None:
    """New tokens for a refresh token, which is used up.

    None when the token was used before: it has been stolen or copied, and its whole session is now revoked (so the
    caller must let the transaction commit, then answer SessionRevokedError). Raises SessionRevokedError otherwise.
    """
    token = await repository.lock_refresh_token(scope, digest(refresh_token))
    if token is None or token.expires_at <= scope.now():
        raise SessionRevokedError
    live = await repository.find_live_session(scope, token.session_id)
    if live is None:
        raise SessionRevokedError
    if token.used_at is not None:
        await end_session(scope, user_id=token.user_id, session_id=token.session_id)
        await record(
            scope, events.TOKEN_REUSED, {"userId": token.user_id.hex, "sessionId": token.session_id.hex}
        )
        return None
    token.used_at = scope.now()
    tokens = await _issue(scope, user_id=token.user_id, session_id=token.session_id, signer=signer)
    await repository.touch_session(
        scope, token.session_id, seen_at=scope.now(), expires_at=tokens.refresh_expires_at
    )
    return live[1], tokens


async def end_session(scope: Scope, *, user_id: UUID, session_id: UUID) -> None:
    """Revoke one session and close its sockets; SessionNotFoundError when it is not a live one of the user."""
    ended = await repository.revoke_sessions(scope, user_id, only=session_id)
    if not ended:
        raise SessionNotFoundError
    await publish(scope, events.SESSION_ENDED_TOPIC, {"sessionIds": [session.hex for session in ended]})


async def revoke_session(scope: Scope, session_id: UUID) -> None:
    """End one of the actor's own sessions. Raises SessionNotFoundError."""
    await end_session(scope, user_id=scope.user_id, session_id=session_id)
    event = events.SIGNED_OUT if session_id == scope.who.session_id else events.SESSION_REVOKED
    await record(scope, event, {"userId": scope.user_id.hex, "sessionId": session_id.hex})


async def hash_changed_password(user: UserRow, data: ChangePassword) -> str:
    """The hash to keep for a new password, made before the transaction.

    Raises InvalidCredentialsError, which counts as a failure (`note_failure`), and WeakPasswordError.
    """
    await verify_password(user, data.current_password)
    check_password(data.new_password, username=user.username, email=user.email)
    return await hash_password(data.new_password)


async def change_password(
    scope: Scope, user_id: UUID, *, password_hash: str, subject: str, client: Client, keep: UUID | None
) -> None:
    """Set a new password and end every session but ``keep``. Needs a system scope.

    Raises AccountLockedError when so many guesses failed meanwhile that the right one may be one of them.
    """
    await _check_not_locked(scope, subject, client)
    await repository.clear_failures(scope, subject)
    user = await repository.find_user(scope, user_id)
    assert user is not None, "the actor's account exists while the session lives"
    user.password_hash, user.updated_at = password_hash, scope.now()
    ended = await repository.revoke_sessions(scope, user.id, keep=keep)
    await publish(scope, events.SESSION_ENDED_TOPIC, {"sessionIds": [session.hex for session in ended]})
    await record(scope, events.PASSWORD_CHANGED, {"userId": user.id.hex})


async def get_me(scope: Scope) -> UserRow:
    """The actor's own account."""
    user = await repository.find_user(scope, scope.user_id)
    assert user is not None, "the actor's account exists while the session lives"
    return user


async def update_me(scope: Scope, data: UpdateMe) -> UserRow:
    """Change the actor's profile; fields left out stay."""
    user = await get_me(scope)
    for field, value in data.model_dump(exclude_none=True).items():
        setattr(user, field, value)
    user.updated_at = scope.now()
    return user


async def find_user(scope: Scope, user_id: UUID) -> UserRow | None:
    """An account that the scope may see."""
    return await repository.find_user(scope, user_id)


async def list_users(scope: Scope, user_ids: list[UUID]) -> list[UserRow]:
    """The accounts with those ids that the scope may see."""
    return await repository.list_users(scope, user_ids)


async def lock_registration(scope: Scope) -> None:
    """Let one registration at a time decide whether it is the first. Needs a system scope."""
    await repository.lock_registration(scope)


async def has_users(scope: Scope) -> bool:
    """True once an account exists."""
    return await repository.has_users(scope)


async def list_sessions(scope: Scope) -> list[AuthSessionRow]:
    """The actor's live sessions."""
    return await repository.list_sessions(scope)


async def is_signed_in(scope: Scope, session_id: UUID) -> bool:
    """Whether a session has neither ended nor expired, of an active account. Needs a system scope."""
    return await repository.find_live_session(scope, session_id) is not None


async def _issue(scope: Scope, *, user_id: UUID, session_id: UUID, signer: TokenSigner) -> Tokens:
    now = scope.now()
    refresh_token = new_token("ocrt")
    tokens = Tokens(
        session_id=session_id,
        access=signer.sign(
            user_id=user_id, session_id=session_id, audience="api", expires_at=now + ACCESS_LIFETIME
        ),
        access_expires_at=now + ACCESS_LIFETIME,
        refresh=refresh_token,
        refresh_expires_at=now + REFRESH_LIFETIME,
    )
    await repository.add_refresh_token(
        scope,
        RefreshTokenRow(
            hash=digest(refresh_token),
            session_id=session_id,
            user_id=user_id,
            used_at=None,
            expires_at=tokens.refresh_expires_at,
        ),
    )
    return tokens


async def _check_not_locked(scope: Scope, subject: str, client: Client) -> None:
    for failures in await repository.find_failures(scope, [subject, _address_subject(client)]):
        if failures.locked_until is not None and failures.locked_until > scope.now():
            seconds = int((failures.locked_until - scope.now()).total_seconds()) + 1
            raise AccountLockedError(retry_after_seconds=seconds)


def _subject(account: str, client: Client) -> str:
    return f"{account}|{client.address}"


def _address_subject(client: Client) -> str:
    return f"address|{client.address}"
