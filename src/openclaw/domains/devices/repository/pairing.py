"""Every query on gateway tokens and on machines that wait to be let in."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update

from openclaw.domains.devices.models import GatewayTokenRow, PairingRequestRow
from openclaw.infra.scope import Scope

_REMEMBERED = timedelta(days=30)


async def lock_user(scope: Scope, user_id: UUID, workspace_id: UUID) -> None:
    """Let one token or request of a user in a workspace at a time be made, so that their number stays bounded."""
    await scope.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"pairing|{user_id}|{workspace_id}"},
    )


async def add(scope: Scope, row: GatewayTokenRow | PairingRequestRow) -> None:
    """Insert a token or a request."""
    scope.session.add(row)
    await scope.session.flush()


async def list_tokens(scope: Scope) -> list[GatewayTokenRow]:
    """The actor's tokens that are not revoked, the newest first."""
    return list(
        await scope.session.scalars(
            select(GatewayTokenRow)
            .where(
                GatewayTokenRow.user_id == scope.user_id,
                GatewayTokenRow.workspace_id == scope.workspace_id,
                GatewayTokenRow.revoked_at.is_(None),
            )
            .order_by(GatewayTokenRow.created_at.desc())
        )
    )


async def count_live_tokens(scope: Scope) -> int:
    """How many of the actor's tokens can still be used."""
    count = await scope.session.scalar(
        select(func.count())
        .select_from(GatewayTokenRow)
        .where(
            GatewayTokenRow.user_id == scope.user_id,
            GatewayTokenRow.workspace_id == scope.workspace_id,
            GatewayTokenRow.revoked_at.is_(None),
            or_(GatewayTokenRow.expires_at.is_(None), GatewayTokenRow.expires_at > scope.now()),
        )
    )
    return count or 0


async def list_tokens_by_id(scope: Scope, token_ids: Collection[UUID]) -> list[GatewayTokenRow]:
    """Those tokens."""
    return list(await scope.session.scalars(select(GatewayTokenRow).where(GatewayTokenRow.id.in_(token_ids))))


async def find_token(scope: Scope, token_id: UUID) -> GatewayTokenRow | None:
    """A token that the scope may see."""
    return await scope.session.get(GatewayTokenRow, token_id)


async def find_token_by_hash(scope: Scope, hashed: bytes) -> GatewayTokenRow | None:
    """The token with that SHA-256. Needs a system scope: any tenant's."""
    return await scope.session.scalar(select(GatewayTokenRow).where(GatewayTokenRow.hash == hashed))


async def note_used(scope: Scope, token_id: UUID, *, unless_since: datetime) -> None:
    """Note that a token was used now; nothing is written when it was used after ``unless_since``."""
    await scope.session.execute(
        update(GatewayTokenRow)
        .where(
            GatewayTokenRow.id == token_id,
            or_(GatewayTokenRow.last_used_at.is_(None), GatewayTokenRow.last_used_at < unless_since),
        )
        .values(last_used_at=scope.now())
    )


async def revoke_tokens_of(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> list[UUID]:
    """Revoke every token of a user in a workspace; their ids. Needs a system scope."""
    return list(
        await scope.session.scalars(
            update(GatewayTokenRow)
            .where(
                GatewayTokenRow.user_id == user_id,
                GatewayTokenRow.workspace_id == workspace_id,
                GatewayTokenRow.revoked_at.is_(None),
            )
            .values(revoked_at=scope.now())
            .returning(GatewayTokenRow.id)
        )
    )


async def list_waiting(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> list[PairingRequestRow]:
    """A user's requests that wait for a decision, the oldest first."""
    return list(
        await scope.session.scalars(
            select(PairingRequestRow)
            .where(
                PairingRequestRow.user_id == user_id,
                PairingRequestRow.workspace_id == workspace_id,
                PairingRequestRow.decision.is_(None),
                PairingRequestRow.expires_at > scope.now(),
            )
            .order_by(PairingRequestRow.expires_at, PairingRequestRow.id)
        )
    )


async def find_rejected(
    scope: Scope, node_id: str, *, user_id: UUID, workspace_id: UUID, since: datetime
) -> PairingRequestRow | None:
    """The machine's request that the user rejected after ``since``."""
    return await scope.session.scalar(
        select(PairingRequestRow)
        .where(
            PairingRequestRow.user_id == user_id,
            PairingRequestRow.workspace_id == workspace_id,
            PairingRequestRow.node_id == node_id,
            PairingRequestRow.decision == "rejected",
            PairingRequestRow.decided_at > since,
        )
        .limit(1)
    )


async def lock_request(
    scope: Scope, request_id: UUID, *, user_id: UUID, workspace_id: UUID
) -> PairingRequestRow | None:
    """A user's request that waits, locked: the first decision counts."""
    return await scope.session.scalar(
        select(PairingRequestRow)
        .where(
            PairingRequestRow.id == request_id,
            PairingRequestRow.user_id == user_id,
            PairingRequestRow.workspace_id == workspace_id,
            PairingRequestRow.decision.is_(None),
            PairingRequestRow.expires_at > scope.now(),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def forget_request(scope: Scope, row: PairingRequestRow) -> None:
    """Delete a request."""
    await scope.session.delete(row)
    await scope.session.flush()


async def forget_requests_of_token(scope: Scope, token_id: UUID) -> list[UUID]:
    """Delete the undecided requests that came with a token; their ids."""
    return list(
        await scope.session.scalars(
            delete(PairingRequestRow)
            .where(PairingRequestRow.token_id == token_id, PairingRequestRow.decision.is_(None))
            .returning(PairingRequestRow.id)
        )
    )


async def forget_ended(scope: Scope) -> None:
    """Forget requests of yesterday, and tokens that ended a month ago."""
    await scope.session.execute(
        delete(PairingRequestRow).where(PairingRequestRow.expires_at < scope.now() - timedelta(days=1))
    )
    ended_before = scope.now() - _REMEMBERED
    await scope.session.execute(
        delete(GatewayTokenRow).where(
            or_(GatewayTokenRow.revoked_at < ended_before, GatewayTokenRow.expires_at < ended_before)
        )
    )
