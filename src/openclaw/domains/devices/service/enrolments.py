"""Enrolment tokens: made by admins, shown once, used by one machine, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import (
    BadProofError,
    HostNotFoundError,
    HostTokenEndedError,
    HostTokenNotFoundError,
    HostTokenOfAnotherError,
    TooManyHostTokensError,
)
from openclaw.domains.devices.models import DeviceRow, HostEnrolmentRow, HostRow
from openclaw.domains.devices.repository import hosts as repository
from openclaw.domains.devices.schemas import CreateHostToken, EnrolHost, HostToken
from openclaw.domains.devices.service import registry, sessions
from openclaw.domains.devices.service.host_registry import DEFAULT_SLOTS, settle
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.device import decode_public_key, enrol_proof_text, node_id_of, verify_signature

PREFIX = "oche"
MOST_OPEN = 50
_SHOWN = 200
_HINT_LETTERS = 4
SCOPES = ("host:connect", "runs:carry")


@dataclass(frozen=True)
class NewToken:
    """A token with its secret, which is kept nowhere else."""

    row: HostEnrolmentRow
    secret: str


async def create_token(scope: Scope, data: CreateHostToken) -> NewToken:
    """A token for one machine. Raises NotAllowedError below admin, TooManyHostTokensError, InvalidInputError."""
    check_role(scope.who, Role.ADMIN)
    made = await _add(scope, scope.who, data)
    await audit.append(scope, "devices.host_token_created", subject=ids.to_wire("htok", made.row.id))
    return made


async def rotate(scope: Scope, actor: Actor, host_id: UUID) -> NewToken:
    """End the credential of a host, with its socket and what it carries; a token with which its machine comes back.

    The host stays what it is, and only its own key can use the token. Needs a system scope. Raises HostNotFoundError,
    NotAllowedError, TooManyHostTokensError.
    """
    found = await repository.find_host(scope, host_id)
    if found is None or found.host.workspace_id != actor.workspace_id or found.device.revoked_at is not None:
        raise HostNotFoundError
    check_role(actor, Role.ADMIN)
    await repository.revoke_renewals(scope, host_id)
    made = await _add(scope, actor, CreateHostToken(name=found.device.name), host_id=host_id)
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="devices.host_rotated",
        subject=ids.to_wire("host", host_id),
        detail={"name": found.device.name, "token": ids.to_wire("htok", made.row.id)},
    )
    await registry.end_sessions(scope, found.device, reason="its credential was rotated")
    await registry.announce(scope, found.device, "changed")
    return made


async def _add(scope: Scope, maker: Actor, data: CreateHostToken, *, host_id: UUID | None = None) -> NewToken:
    if await repository.count_open_enrolments(scope, maker.workspace_id) >= MOST_OPEN:
        raise TooManyHostTokensError(limit=MOST_OPEN)
    secret = new_token(PREFIX)
    row = HostEnrolmentRow(
        id=ids.new_id(),
        workspace_id=maker.workspace_id,
        created_by_user_id=maker.user_id,
        hash=digest(secret),
        hint=secret[-_HINT_LETTERS:],
        name=registry.checked_name(data.name) if data.name is not None else None,
        labels=data.labels,
        capacity=data.capacity,
        region=data.region,
        provider=data.provider,
        created_at=scope.now(),
        expires_at=scope.now() + timedelta(minutes=data.expires_in_minutes),
        used_at=None,
        host_id=host_id,
        revoked_at=None,
    )
    await repository.add_enrolment(scope, row)
    return NewToken(row, secret)


async def list_tokens(scope: Scope) -> list[HostToken]:
    """The workspace's latest tokens. Raises NotAllowedError below admin."""
    check_role(scope.who, Role.ADMIN)
    return [seen(row, scope.now()) for row in await repository.list_enrolments(scope, limit=_SHOWN)]


async def revoke_token(scope: Scope, token_id: UUID) -> None:
    """End a token; a host that it made stays. Raises HostTokenNotFoundError, NotAllowedError."""
    row = await repository.find_enrolment(scope, token_id)
    if row is None or row.workspace_id != scope.workspace_id:
        raise HostTokenNotFoundError
    check_role(scope.who, Role.ADMIN)
    if row.revoked_at is None:
        row.revoked_at = scope.now()
        await audit.append(scope, "devices.host_token_revoked", subject=ids.to_wire("htok", row.id))


async def enrol(scope: Scope, data: EnrolHost) -> sessions.NewSession | OpenClawError:
    """Make the machine that proves its key a host of the token's workspace. Needs a system scope.

    That a token was tried which is over is *returned*, so that the caller commits the note of it before raising it.
    Raises InvalidInputError, BadProofError and HostTokenEndedError, which change nothing.
    """
    registry.checked_name(data.device.name)
    node_id = _proven_node(scope, data)
    row = await repository.lock_enrolment(scope, digest(data.token))
    if row is None:
        raise HostTokenEndedError
    if not await _is_open(scope, row):
        await _note_refused(scope, row, node_id)
        return HostTokenEndedError()
    renewed = await repository.find_host(scope, row.host_id) if row.host_id else None
    if renewed is not None and renewed.device.node_id != node_id:
        await _note_refused(scope, row, node_id)
        return HostTokenOfAnotherError()
    owner_id = renewed.device.user_id if renewed else row.created_by_user_id
    owner = Actor(user_id=owner_id, workspace_id=row.workspace_id, role=Role.MEMBER)
    machine = registry.Machine(
        node_id=node_id,
        public_key=data.device.public_key,
        name=renewed.device.name if renewed else row.name or data.device.name,
        platform=data.device.platform,
        version=data.device.version,
        client="bridge",
        commands=[],
        kind=registry.HOST,
    )
    device = await registry.adopt(scope, owner, machine)
    if renewed is None:
        await _note_host(scope, row, device)
    row.used_at, row.host_id = scope.now(), device.id
    await audit.append_for(
        scope,
        workspace_id=device.workspace_id,
        user_id=device.user_id,
        action="devices.host_enrolled",
        subject=ids.to_wire("host", device.id),
        detail={"name": device.name, "nodeId": node_id, "token": ids.to_wire("htok", row.id)},
    )
    await registry.announce(scope, device, "enrolled")
    return await sessions.open_session(scope, device, scopes=list(SCOPES))


def seen(row: HostEnrolmentRow, now: datetime) -> HostToken:
    """A token as admins see it."""
    return HostToken(
        id=row.id,
        hint=row.hint,
        status=_status(row, now),
        name=row.name,
        labels=row.labels,
        capacity=row.capacity,
        region=row.region,
        provider=row.provider,
        created_by=row.created_by_user_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        host_id=row.host_id,
    )


def _status(row: HostEnrolmentRow, now: datetime) -> Literal["open", "used", "expired", "revoked"]:
    if row.used_at is not None:
        return "used"
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.expires_at > now else "expired"


async def _is_open(scope: Scope, row: HostEnrolmentRow) -> bool:
    """Whether the token may be used: also who made it must still be one who may."""
    if _status(row, scope.now()) != "open":
        return False
    if row.host_id is not None:
        found = await repository.find_host(scope, row.host_id)
        if found is None or found.device.revoked_at is not None:
            return False
    role = await workspaces.find_standing(
        scope, user_id=row.created_by_user_id, workspace_id=row.workspace_id
    )
    if role is None:
        return False
    try:
        check_role(Actor(row.created_by_user_id, row.workspace_id, role), Role.ADMIN)
    except NotAllowedError:
        return False
    return True


async def _note_refused(scope: Scope, row: HostEnrolmentRow, node_id: str) -> None:
    """Somebody has a token that is over: the workspace's admins should know."""
    await audit.append_for(
        scope,
        workspace_id=row.workspace_id,
        user_id=None,
        action="devices.host_token_refused",
        subject=ids.to_wire("htok", row.id),
        detail={"nodeId": node_id, "status": _status(row, scope.now())},
    )


async def _note_host(scope: Scope, row: HostEnrolmentRow, device: DeviceRow) -> None:
    """What the token says of the host, which may have been one before."""
    host = await repository.lock_host(scope, device.id)
    if host is None:
        host = HostRow(
            device_id=device.id,
            workspace_id=device.workspace_id,
            reported={},
            offers=[],
            slots=DEFAULT_SLOTS,
            last_heartbeat_at=None,
            late_at=None,
            lease_until=None,
        )
        await repository.add_host(scope, host)
    host.labels, host.capacity = row.labels, row.capacity
    host.region, host.provider, host.is_draining = row.region, row.provider, False
    await settle(scope, host, device)


def _proven_node(scope: Scope, data: EnrolHost) -> str:
    try:
        raw = decode_public_key(data.device.public_key)
    except ValueError as error:
        raise BadProofError(reason=str(error)) from None
    sessions.check_fresh(scope, data.signed_at)
    node_id = node_id_of(raw)
    text = enrol_proof_text(token=data.token, node_id=node_id, signed_at_ms=data.signed_at)
    if not verify_signature(public_key=raw, signature=data.signature, text=text):
        raise BadProofError(reason="the signature does not match")
    return node_id
