"""Link challenges: made on the page, redeemed by the machine with proof of its key."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import (
    BadProofError,
    ChallengeEndedError,
    ChallengeNotFoundError,
    WrongCodeError,
)
from openclaw.domains.devices.models import LinkChallengeRow
from openclaw.domains.devices.repository import machines as repository
from openclaw.domains.devices.schemas import ChallengeState, Redeem
from openclaw.domains.devices.service import registry, sessions
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.device import decode_public_key, link_proof_text, node_id_of, verify_signature

LIFETIME = timedelta(minutes=10)
TRIES = 5
PROOF_SKEW = timedelta(minutes=10)
SCOPES = ("device:connect", "tools:run")


@dataclass(frozen=True)
class NewChallenge:
    """A challenge with its code, which is kept nowhere else."""

    id: UUID
    code: str
    row: LinkChallengeRow


async def create_challenge(scope: Scope, keys: KeyRing) -> NewChallenge:
    """Offer to link a machine to the actor. Raises NotAllowedError for viewers."""
    check_role(scope.who, Role.MEMBER)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = LinkChallengeRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        code_mac=_mac(keys, code),
        tries_left=TRIES,
        created_at=scope.now(),
        expires_at=scope.now() + LIFETIME,
        device_id=None,
        ended_at=None,
    )
    await repository.add_challenge(scope, row)
    return NewChallenge(row.id, code, row)


async def get_challenge_state(scope: Scope, challenge_id: UUID) -> ChallengeState:
    """How the actor's challenge stands. Raises ChallengeNotFoundError."""
    row = await repository.find_challenge(scope, challenge_id)
    if row is None or row.user_id != scope.user_id:
        raise ChallengeNotFoundError
    if row.device_id is not None:
        status = "redeemed"
    elif row.tries_left == 0:
        status = "failed"
    else:
        status = "expired" if row.ended_at is not None or row.expires_at <= scope.now() else "pending"
    return ChallengeState(status=status, device_id=row.device_id, tries_left=row.tries_left)


async def redeem(scope: Scope, data: Redeem, keys: KeyRing) -> sessions.NewSession | OpenClawError:
    """Link the machine that proves its key and knows the code. Needs a system scope.

    A wrong code is *returned* as its error, so that the caller commits the spent try before raising it.
    Raises InvalidInputError, BadProofError and ChallengeEndedError, which spend nothing.
    """
    registry.checked_name(data.device.name)
    public_key, node_id = _proven_key(scope, data)
    challenge = await _lock(scope, data, keys)
    if challenge is None or challenge.ended_at is not None or challenge.expires_at <= scope.now():
        raise ChallengeEndedError
    if not hmac.compare_digest(challenge.code_mac, _mac(keys, data.code)):
        challenge.tries_left -= 1
        if challenge.tries_left > 0:
            return WrongCodeError(tries_left=challenge.tries_left)
        challenge.ended_at = scope.now()
        return ChallengeEndedError()
    actor = Actor(user_id=challenge.user_id, workspace_id=challenge.workspace_id, role=Role.MEMBER)
    machine = registry.Machine(
        node_id=node_id,
        public_key=public_key,
        name=data.device.name,
        platform=data.device.platform,
        version=data.device.version,
        client="bridge",
        commands=[],
    )
    device = await registry.adopt(scope, actor, machine)
    challenge.device_id, challenge.ended_at = device.id, scope.now()
    await audit.append_for(
        scope,
        workspace_id=device.workspace_id,
        user_id=device.user_id,
        action="devices.linked",
        subject=ids.to_wire("dev", device.id),
        detail={"name": device.name, "nodeId": node_id, "platform": device.platform},
    )
    await registry.announce(scope, device, "linked")
    return await sessions.open_session(scope, device, scopes=list(SCOPES))


async def _lock(scope: Scope, data: Redeem, keys: KeyRing) -> LinkChallengeRow | None:
    if data.challenge_id is None:
        return await repository.lock_challenge_by_code(scope, _mac(keys, data.code))
    try:
        challenge_id = ids.from_wire("chal", data.challenge_id)
    except ValueError:
        return None
    return await repository.lock_challenge(scope, challenge_id)


def _proven_key(scope: Scope, data: Redeem) -> tuple[str, str]:
    try:
        raw = decode_public_key(data.device.public_key)
    except ValueError as error:
        raise BadProofError(reason=str(error)) from None
    sessions.check_fresh(scope, data.signed_at)
    node_id = node_id_of(raw)
    text = link_proof_text(
        challenge_id=data.challenge_id, code=data.code, node_id=node_id, signed_at_ms=data.signed_at
    )
    if not verify_signature(public_key=raw, signature=data.signature, text=text):
        raise BadProofError(reason="the signature does not match")
    return data.device.public_key, node_id


def _mac(keys: KeyRing, code: str) -> str:
    return keys.mac("link-codes-v1", code)
