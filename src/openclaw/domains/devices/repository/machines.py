"""Every query on linked machines and their calls."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.devices.models import (
    DeviceCallRow,
    DeviceRow,
    DeviceSessionRow,
    DeviceTokenRow,
    LinkChallengeRow,
)
from openclaw.infra.lookups import LookupScope
from openclaw.infra.scope import Scope

_REMEMBERED = timedelta(days=30)
_HEARD_OF = timedelta(days=1)
# Many at once as one value: a parameter for each field of each call costs more than the rest of it.
_ADD_ENDED = text("""
INSERT INTO device_calls (id, workspace_id, user_id, device_id, command, params, timeout_ms, state, result, error,
    created_at, sent_at, finished_at, expires_at)
SELECT id, workspace_id, user_id, device_id, command, params, timeout_ms, state, result, error,
    created_at, sent_at, finished_at, expires_at
FROM jsonb_populate_recordset(NULL::device_calls, CAST(:calls AS jsonb)) ON CONFLICT DO NOTHING
""")

_RENEW = text("""
UPDATE devices SET online_until = :online_until, last_seen_at = :seen_at
FROM unnest(CAST(:devices AS uuid[]), CAST(:connections AS text[])) AS alive (device_id, connection_id)
WHERE devices.id = alive.device_id AND devices.connection_id = alive.connection_id
""")


async def add_challenge(scope: Scope, row: LinkChallengeRow) -> None:
    """Insert a challenge; the actor's earlier open ones end, so that one code at a time is live."""
    await scope.session.execute(
        update(LinkChallengeRow)
        .where(LinkChallengeRow.user_id == row.user_id, LinkChallengeRow.ended_at.is_(None))
        .values(ended_at=scope.now())
    )
    scope.session.add(row)
    await scope.session.flush()


async def find_challenge(scope: Scope, challenge_id: UUID) -> LinkChallengeRow | None:
    """A challenge that the scope may see."""
    return await scope.session.get(LinkChallengeRow, challenge_id)


async def lock_challenge(scope: Scope, challenge_id: UUID) -> LinkChallengeRow | None:
    """A challenge, locked so that tries are counted one by one."""
    return await scope.session.scalar(
        select(LinkChallengeRow).where(LinkChallengeRow.id == challenge_id).with_for_update()
    )


async def lock_challenge_by_code(scope: Scope, code_mac: str) -> LinkChallengeRow | None:
    """The open challenge with that code, locked; None when none or more than one has it."""
    rows = list(
        await scope.session.scalars(
            select(LinkChallengeRow)
            .where(
                LinkChallengeRow.code_mac == code_mac,
                LinkChallengeRow.ended_at.is_(None),
                LinkChallengeRow.expires_at > scope.now(),
            )
            .limit(2)
            .with_for_update()
        )
    )
    return rows[0] if len(rows) == 1 else None


async def add_device(scope: Scope, row: DeviceRow) -> None:
    """Insert a machine."""
    scope.session.add(row)
    await scope.session.flush()


async def find_device(scope: Scope, device_id: UUID) -> DeviceRow | None:
    """A machine that the scope may see."""
    return await scope.session.get(DeviceRow, device_id)


async def lock_node(scope: Scope, node_id: str) -> None:
    """Let one link of a machine at a time be made, whoever makes it."""
    await scope.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"node|{node_id}"}
    )


async def find_live_device_by_node(scope: Scope, node_id: str) -> DeviceRow | None:
    """The machine with that key that is not revoked."""
    return await scope.session.scalar(
        select(DeviceRow).where(DeviceRow.node_id == node_id, DeviceRow.revoked_at.is_(None))
    )


async def list_devices(scope: Scope) -> list[DeviceRow]:
    """The actor's machines that are not revoked, the most recently linked first."""
    return list(
        await scope.session.scalars(
            select(DeviceRow)
            .where(
                DeviceRow.user_id == scope.user_id,
                DeviceRow.workspace_id == scope.workspace_id,
                DeviceRow.kind == "device",
                DeviceRow.revoked_at.is_(None),
            )
            .order_by(DeviceRow.linked_at.desc())
        )
    )


async def list_devices_of(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> list[DeviceRow]:
    """A user's linked machines in a workspace, without its hosts. Needs a system scope."""
    return list(
        await scope.session.scalars(
            select(DeviceRow).where(
                DeviceRow.user_id == user_id,
                DeviceRow.workspace_id == workspace_id,
                DeviceRow.kind == "device",
                DeviceRow.revoked_at.is_(None),
            )
        )
    )


async def clear_primary(scope: Scope) -> None:
    """None of the actor's machines is the primary one any more."""
    await scope.session.execute(
        update(DeviceRow)
        .where(
            DeviceRow.user_id == scope.user_id,
            DeviceRow.workspace_id == scope.workspace_id,
            DeviceRow.is_primary,
        )
        .values(is_primary=False)
    )


async def set_presence(
    scope: Scope,
    device_id: UUID,
    *,
    connection_id: str,
    online_until: datetime | None,
    only_current: bool = True,
    **changed: Any,
) -> bool:
    """Note that a connection of the machine is alive, or gone (None); ``only_current``: if it is still the latest."""
    query = update(DeviceRow).where(DeviceRow.id == device_id)
    if only_current:
        query = query.where(DeviceRow.connection_id == connection_id)
    found = await scope.session.scalar(
        query.values(
            connection_id=connection_id, online_until=online_until, last_seen_at=scope.now(), **changed
        ).returning(DeviceRow.id)
    )
    return found is not None


async def renew_presence(scope: Scope, connections: Mapping[UUID, str], *, online_until: datetime) -> None:
    """Note that those machines' connections are alive, each if it is still the machine's latest."""
    await scope.session.execute(
        _RENEW,
        {
            "devices": list(connections),
            "connections": list(connections.values()),
            "online_until": online_until,
            "seen_at": scope.now(),
        },
    )


async def list_linked(scope: Scope, device_ids: Collection[UUID]) -> set[UUID]:
    """Which of those machines are not revoked."""
    return set(
        await scope.session.scalars(
            select(DeviceRow.id).where(DeviceRow.id.in_(device_ids), DeviceRow.revoked_at.is_(None))
        )
    )


async def list_live_sessions(scope: Scope, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of those sessions stand and have an access token that has not lapsed."""
    return set(
        await scope.session.scalars(
            select(DeviceSessionRow.id).where(
                DeviceSessionRow.id.in_(session_ids),
                DeviceSessionRow.revoked_at.is_(None),
                DeviceSessionRow.access_expires_at > scope.now(),
            )
        )
    )


async def add_session(scope: Scope, row: DeviceSessionRow) -> None:
    """Insert a machine's session."""
    scope.session.add(row)
    await scope.session.flush()


async def find_session(scope: Scope, session_id: UUID) -> tuple[DeviceSessionRow, DeviceRow] | None:
    """A machine's session with the machine."""
    row = (
        await scope.session.execute(
            select(DeviceSessionRow, DeviceRow)
            .join(DeviceRow, DeviceRow.id == DeviceSessionRow.device_id)
            .where(DeviceSessionRow.id == session_id)
        )
    ).first()
    return (row[0], row[1]) if row else None


async def revoke_sessions(scope: Scope, device_id: UUID) -> None:
    """End every session of a machine."""
    await scope.session.execute(
        update(DeviceSessionRow)
        .where(DeviceSessionRow.device_id == device_id, DeviceSessionRow.revoked_at.is_(None))
        .values(revoked_at=scope.now())
    )


async def add_token(scope: Scope, row: DeviceTokenRow) -> None:
    """Insert a token."""
    scope.session.add(row)
    await scope.session.flush()


async def lock_token(scope: Scope, hashed: bytes) -> DeviceTokenRow | None:
    """A token, locked so that two uses of it cannot both be the first."""
    return await scope.session.scalar(
        select(DeviceTokenRow).where(DeviceTokenRow.hash == hashed).with_for_update()
    )


async def find_token(scope: Scope, hashed: bytes) -> DeviceTokenRow | None:
    """A token by its hash."""
    return await scope.session.get(DeviceTokenRow, hashed)


async def supersede_tokens(
    scope: Scope, session_id: UUID, *, kind: str, successor_hash: bytes | None
) -> None:
    """Mark the live tokens of one kind as replaced."""
    await scope.session.execute(
        update(DeviceTokenRow)
        .where(
            DeviceTokenRow.session_id == session_id,
            DeviceTokenRow.kind == kind,
            DeviceTokenRow.superseded_at.is_(None),
        )
        .values(superseded_at=scope.now(), successor_hash=successor_hash)
    )


async def forget_expired(scope: Scope) -> None:
    """Forget lapsed challenges and tokens, and calls that ended a month ago (their steps keep the outcome)."""
    await scope.session.execute(
        delete(LinkChallengeRow).where(LinkChallengeRow.expires_at < scope.now() - timedelta(days=1))
    )
    await scope.session.execute(
        delete(DeviceTokenRow).where(DeviceTokenRow.expires_at < scope.now() - _REMEMBERED)
    )
    await scope.session.execute(
        delete(DeviceCallRow).where(DeviceCallRow.finished_at < scope.now() - _REMEMBERED)
    )


async def add_call(scope: Scope, values: dict[str, Any]) -> bool:
    """Insert a call; False when one with that id exists (the same step, asked again after a crash)."""
    inserted = await scope.session.scalar(
        insert(DeviceCallRow).values(**values).on_conflict_do_nothing().returning(DeviceCallRow.id)
    )
    return inserted is not None


async def add_ended_calls(scope: Scope, values: list[dict[str, Any]]) -> None:
    """Insert calls that have ended already; one that exists is left as it is."""
    await scope.session.execute(_ADD_ENDED, {"calls": orjson.dumps(values, default=str).decode()})


async def is_call_kept(scope: LookupScope, call_id: UUID) -> bool:
    """Whether the scope may see a call with that id."""
    return await scope.value("SELECT true FROM device_calls WHERE id = $1", call_id) is True


async def find_call(scope: Scope, call_id: UUID) -> DeviceCallRow | None:
    """A call that the scope may see, read afresh."""
    return await scope.session.get(DeviceCallRow, call_id, populate_existing=True)


async def list_open_calls(scope: Scope, device_id: UUID) -> list[DeviceCallRow]:
    """Calls that the machine has not answered, oldest first."""
    return list(
        await scope.session.scalars(
            select(DeviceCallRow)
            .where(
                DeviceCallRow.device_id == device_id,
                DeviceCallRow.state.in_(("queued", "sent")),
                DeviceCallRow.expires_at > scope.now(),
            )
            .order_by(DeviceCallRow.created_at)
        )
    )


async def list_ended_here(scope: Scope, device_id: UUID) -> list[UUID]:
    """Calls of the machine that ended on this side within the last day, oldest first."""
    return list(
        await scope.session.scalars(
            select(DeviceCallRow.id)
            .where(
                DeviceCallRow.device_id == device_id,
                DeviceCallRow.state.in_(("cancelled", "expired")),
                DeviceCallRow.finished_at > scope.now() - _HEARD_OF,
            )
            .order_by(DeviceCallRow.finished_at)
        )
    )


async def forget_calls(scope: Scope, call_ids: Sequence[UUID], *, ends: bool) -> None:
    """Forget what calls were about, and what came of them where ``ends`` are to be forgotten too."""
    values = {"params": {}} | ({"result": None, "error": None} if ends else {})
    await scope.session.execute(update(DeviceCallRow).where(DeviceCallRow.id.in_(call_ids)).values(values))


async def finish_call(
    scope: Scope,
    call_id: UUID,
    *,
    device_id: UUID,
    state: str,
    result: dict[str, Any] | None,
    error: dict[str, Any] | None,
    over: Collection[str] = ("queued", "sent"),
) -> bool:
    """Keep a call's answer; False when it had ended before: its state was none of ``over``."""
    finished = await scope.session.scalar(
        update(DeviceCallRow)
        .where(
            DeviceCallRow.id == call_id,
            DeviceCallRow.device_id == device_id,
            DeviceCallRow.state.in_(over),
        )
        .values(state=state, result=result, error=error, finished_at=scope.now())
        .returning(DeviceCallRow.id)
    )
    return finished is not None


async def claim_call(scope: Scope, call_id: UUID) -> bool:
    """Mark a call as sent; False when it had been sent before, or has ended."""
    claimed = await scope.session.scalar(
        update(DeviceCallRow)
        .where(DeviceCallRow.id == call_id, DeviceCallRow.state == "queued")
        .values(state="sent", sent_at=scope.now())
        .returning(DeviceCallRow.id)
    )
    return claimed is not None


async def end_sent_calls(
    scope: Scope, device_id: UUID, *, spared: Collection[UUID], error: dict[str, Any]
) -> list[UUID]:
    """Fail the calls that a machine was sent, but for those ``spared``; returns their ids."""
    return list(
        await scope.session.scalars(
            update(DeviceCallRow)
            .where(
                DeviceCallRow.device_id == device_id,
                DeviceCallRow.state == "sent",
                DeviceCallRow.id.not_in(spared),
            )
            .values(state="failed", error=error, finished_at=scope.now())
            .returning(DeviceCallRow.id)
        )
    )


async def end_open_calls(scope: Scope, device_id: UUID, *, error: dict[str, Any]) -> list[UUID]:
    """Fail every open call of a machine; returns their ids."""
    return list(
        await scope.session.scalars(
            update(DeviceCallRow)
            .where(DeviceCallRow.device_id == device_id, DeviceCallRow.state.in_(("queued", "sent")))
            .values(state="failed", error=error, finished_at=scope.now())
            .returning(DeviceCallRow.id)
        )
    )
