"""Gateway tokens: what released command lines and node hosts connect with. Shown once, scoped, revocable."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices import policy
from openclaw.domains.devices.errors import (
    GatewayTokenInvalidError,
    GatewayTokenNotFoundError,
    TooManyGatewayTokensError,
)
from openclaw.domains.devices.models import GatewayTokenRow
from openclaw.domains.devices.repository import pairing as repository
from openclaw.domains.devices.schemas import CreateGatewayToken, GatewayToken
from openclaw.domains.identity.events import SESSION_ENDED_TOPIC
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.bus import publish
from openclaw.infra.scope import Role, Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit import ids

PREFIX = "ocgt"
MOST_LIVE = 50
_HINT_LETTERS = 4
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Bearer:
    """Whom a presented token stands for; ``scopes`` is what it may do now."""

    token: GatewayTokenRow
    role: Role
    scopes: list[str]


async def create_token(scope: Scope, data: CreateGatewayToken) -> tuple[GatewayTokenRow, str]:
    """A new token of the actor and its secret, which is kept nowhere.

    Raises NotAllowedError for scopes that the actor's role does not have, TooManyGatewayTokensError.
    """
    role = scope.who.role
    if not set(data.scopes) <= set(policy.token_scopes(role)):
        raise NotAllowedError(role=role.value)
    await repository.lock_user(scope, scope.user_id, scope.workspace_id)
    if await repository.count_live_tokens(scope) >= MOST_LIVE:
        raise TooManyGatewayTokensError(limit=MOST_LIVE)
    secret = new_token(PREFIX)
    row = GatewayTokenRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        name=data.name,
        hash=digest(secret),
        hint=secret[-_HINT_LETTERS:],
        scopes=policy.allowed_scopes(role, data.scopes),
        created_at=scope.now(),
        expires_at=scope.now() + timedelta(days=data.expires_in_days) if data.expires_in_days else None,
        last_used_at=None,
        revoked_at=None,
    )
    await repository.add(scope, row)
    detail = {"name": row.name, "scopes": row.scopes}
    await audit.append(
        scope, "devices.gateway_token_created", subject=ids.to_wire("gtok", row.id), detail=detail
    )
    return row, secret


async def list_tokens(scope: Scope) -> list[GatewayToken]:
    """The actor's tokens, the newest first; revoked ones are gone."""
    return [GatewayToken.model_validate(row) for row in await repository.list_tokens(scope)]


async def access_token(scope: Scope, token_id: UUID) -> GatewayTokenRow:
    """One of the actor's tokens; GatewayTokenNotFoundError for any other, and for revoked ones."""
    row = await repository.find_token(scope, token_id)
    if (
        row is None
        or row.revoked_at is not None
        or (row.user_id, row.workspace_id) != (scope.user_id, scope.workspace_id)
    ):
        raise GatewayTokenNotFoundError
    return row


async def revoke_token(scope: Scope, token_id: UUID) -> None:
    """End a token: its sockets close, and machines that it brought wait no longer.

    Raises GatewayTokenNotFoundError.
    """
    row = await access_token(scope, token_id)
    row.revoked_at = scope.now()
    await repository.forget_requests_of_token(scope, row.id)
    await publish(scope, SESSION_ENDED_TOPIC, {"sessionIds": [row.id.hex]})
    await audit.append(
        scope,
        "devices.gateway_token_revoked",
        subject=ids.to_wire("gtok", row.id),
        detail={"name": row.name},
    )


async def revoke_all_of(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> None:
    """End every token of a user in a workspace. Needs a system scope."""
    ended = await repository.revoke_tokens_of(scope, user_id=user_id, workspace_id=workspace_id)
    if ended:
        await publish(scope, SESSION_ENDED_TOPIC, {"sessionIds": [token_id.hex for token_id in ended]})


async def authenticate(scope: Scope, secret: str) -> Bearer:
    """Whom a presented token stands for. Needs a system scope. Raises GatewayTokenInvalidError."""
    row = await repository.find_token_by_hash(scope, digest(secret))
    role = await _standing(scope, row)
    if row is None or role is None:
        raise GatewayTokenInvalidError
    await repository.note_used(scope, row.id, unless_since=scope.now() - _USE_NOTED_EVERY)
    return Bearer(row, role, policy.allowed_scopes(role, row.scopes))


async def list_live(scope: Scope, token_ids: Collection[UUID]) -> set[UUID]:
    """Which of those tokens have neither been revoked nor expired. Needs a system scope."""
    return {row.id for row in await repository.list_tokens_by_id(scope, token_ids) if _is_live(scope, row)}


async def find(scope: Scope, secret: str) -> GatewayTokenRow | None:
    """The live token with that secret; it does not count as used. Needs a system scope."""
    row = await repository.find_token_by_hash(scope, digest(secret))
    return row if row is not None and _is_live(scope, row) else None


async def _standing(scope: Scope, row: GatewayTokenRow | None) -> Role | None:
    if row is None or not _is_live(scope, row):
        return None
    return await workspaces.find_standing(scope, user_id=row.user_id, workspace_id=row.workspace_id)


def _is_live(scope: Scope, row: GatewayTokenRow) -> bool:
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > scope.now())
