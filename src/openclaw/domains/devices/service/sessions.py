"""A machine's credentials: short-lived access tokens, rotating refresh tokens, reuse ends the link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import BadProofError, DeviceSessionRevokedError, DeviceTokenExpiredError
from openclaw.domains.devices.models import DeviceRow, DeviceSessionRow, DeviceTokenRow
from openclaw.domains.devices.repository import machines as repository
from openclaw.domains.devices.schemas import RefreshDevice
from openclaw.domains.devices.service import registry
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.device import decode_public_key, refresh_proof_text, verify_signature

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=60)
PROOF_SKEW = timedelta(minutes=10)


@dataclass(frozen=True)
class NewSession:
    """A machine with fresh credentials, shown once."""

    device: DeviceRow
    session_id: UUID
    scopes: list[str]
    access: str
    access_expires_at: datetime
    refresh: str


async def open_session(scope: Scope, device: DeviceRow, *, scopes: list[str]) -> NewSession:
    """A new session of a machine. Needs a system scope."""
    session = DeviceSessionRow(
        id=ids.new_id(),
        workspace_id=device.workspace_id,
        user_id=device.user_id,
        device_id=device.id,
        scopes=list(scopes),
        access_expires_at=scope.now() + ACCESS_LIFETIME,
        created_at=scope.now(),
        revoked_at=None,
    )
    await repository.add_session(scope, session)
    return await _issue(scope, session, device, refresh=new_token("ocdr"))


async def refresh(scope: Scope, data: RefreshDevice) -> NewSession | None:
    """New tokens for a machine. Needs a system scope.

    None when the token had been used before: the link is revoked; the caller commits, then raises
    DeviceSessionRevokedError. Raises DeviceSessionRevokedError, BadProofError and InvalidInputError, which change
    nothing.
    """
    hashed = digest(data.refresh_token)
    token = await repository.lock_token(scope, hashed)
    found = (
        await repository.find_session(scope, token.session_id) if token and token.kind == "refresh" else None
    )
    if token is None or found is None or token.expires_at <= scope.now():
        raise DeviceSessionRevokedError
    session, device = found
    if session.revoked_at is not None or device.revoked_at is not None:
        raise DeviceSessionRevokedError
    wanted = digest(data.next_refresh_token) if data.next_refresh_token else None
    if token.superseded_at is not None:
        # Before the proof: whoever holds an old token without the key is the very thief that this is about.
        if not await _is_repeat(scope, token, device, data):
            await note_reuse(scope, device)
            return None
        assert data.next_refresh_token is not None
        return await _issue_access(scope, session, device, refresh=data.next_refresh_token)
    _check_proof(scope, device, data)
    if wanted is not None and await repository.find_token(scope, wanted) is not None:
        raise InvalidInputError(field="nextRefreshToken", reason="was issued before; choose a random one")
    successor = data.next_refresh_token or new_token("ocdr")
    await repository.supersede_tokens(scope, session.id, kind="refresh", successor_hash=digest(successor))
    return await _issue(scope, session, device, refresh=successor)


async def authenticate(scope: Scope, access_token: str) -> tuple[DeviceSessionRow, DeviceRow] | None:
    """The machine behind an access token. Needs a system scope.

    None when the token was superseded: the link is revoked; the caller commits, then raises
    DeviceSessionRevokedError. Raises DeviceSessionRevokedError, DeviceTokenExpiredError.
    """
    token = await repository.find_token(scope, digest(access_token))
    found = (
        await repository.find_session(scope, token.session_id) if token and token.kind == "access" else None
    )
    if token is None or found is None:
        raise DeviceSessionRevokedError
    session, device = found
    if session.revoked_at is not None or device.revoked_at is not None:
        raise DeviceSessionRevokedError
    if token.superseded_at is not None:
        await note_reuse(scope, device)
        return None
    if token.expires_at <= scope.now():
        raise DeviceTokenExpiredError
    return session, device


async def list_live(scope: Scope, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of those machines' sessions have not been revoked and were refreshed in time. Needs a system scope."""
    return await repository.list_live_sessions(scope, session_ids)


async def find_device(scope: Scope, access_token: str) -> DeviceRow | None:
    """The linked machine that the token was ever issued to; unlike ``authenticate`` it draws no conclusion.

    Needs a system scope.
    """
    token = await repository.find_token(scope, digest(access_token))
    found = await repository.find_session(scope, token.session_id) if token else None
    return found[1] if found is not None and found[1].revoked_at is None else None


async def note_reuse(scope: Scope, device: DeviceRow) -> None:
    """An old token was presented: someone else may hold the machine's credentials, so the link ends."""
    await audit.append_for(
        scope,
        workspace_id=device.workspace_id,
        user_id=device.user_id,
        action="devices.token_reused",
        subject=ids.to_wire("dev", device.id),
    )
    await registry.end_link(scope, device, reason="an old token was presented", told_as="device.stolen")


def check_fresh(scope: Scope, signed_at_ms: int) -> None:
    """Raise BadProofError unless a proof was signed within ten minutes of now."""
    signed_at = (
        datetime.fromtimestamp(signed_at_ms / 1000, UTC)
        if signed_at_ms < 10**14
        else datetime.max.replace(tzinfo=UTC)
    )
    if abs(scope.now() - signed_at) > PROOF_SKEW:
        raise BadProofError(reason="the device's clock is off by more than ten minutes")


def _check_proof(scope: Scope, device: DeviceRow, data: RefreshDevice) -> None:
    check_fresh(scope, data.signed_at)
    text = refresh_proof_text(
        node_id=data.node_id, signed_at_ms=data.signed_at, refresh_token=data.refresh_token
    )
    key = decode_public_key(device.public_key)
    if data.node_id != device.node_id or not verify_signature(
        public_key=key, signature=data.signature, text=text
    ):
        raise BadProofError(reason="the signature does not match")


async def _is_repeat(scope: Scope, token: DeviceTokenRow, device: DeviceRow, data: RefreshDevice) -> bool:
    """Whether the machine itself asks again for the tokens that replaced ``token``, and has not used them yet."""
    if data.next_refresh_token is None:
        return False
    wanted = digest(data.next_refresh_token)
    try:
        _check_proof(scope, device, data)
    except BadProofError:
        return False
    return token.successor_hash == wanted and not await _is_used(scope, wanted)


async def _is_used(scope: Scope, hashed: bytes) -> bool:
    token = await repository.find_token(scope, hashed)
    return token is None or token.superseded_at is not None


async def _issue(scope: Scope, session: DeviceSessionRow, device: DeviceRow, *, refresh: str) -> NewSession:
    await repository.add_token(scope, _token(scope, session, refresh, "refresh", REFRESH_LIFETIME))
    return await _issue_access(scope, session, device, refresh=refresh)


async def _issue_access(
    scope: Scope, session: DeviceSessionRow, device: DeviceRow, *, refresh: str
) -> NewSession:
    await repository.supersede_tokens(scope, session.id, kind="access", successor_hash=None)
    access = new_token("ocda")
    await repository.add_token(scope, _token(scope, session, access, "access", ACCESS_LIFETIME))
    session.access_expires_at = scope.now() + ACCESS_LIFETIME
    return NewSession(device, session.id, list(session.scopes), access, session.access_expires_at, refresh)


def _token(
    scope: Scope, session: DeviceSessionRow, token: str, kind: str, lifetime: timedelta
) -> DeviceTokenRow:
    return DeviceTokenRow(
        hash=digest(token),
        workspace_id=session.workspace_id,
        user_id=session.user_id,
        session_id=session.id,
        kind=kind,
        expires_at=scope.now() + lifetime,
        superseded_at=None,
        successor_hash=None,
    )
