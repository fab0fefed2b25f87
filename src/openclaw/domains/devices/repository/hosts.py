"""Every query on hosts and the tokens that they are enrolled with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select, tuple_, update

from openclaw.domains.devices.models import DeviceRow, HostEnrolmentRow, HostRow, HostSlotRow
from openclaw.infra.scope import Scope

_REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class FoundHost:
    """A host with its machine; ``busy``: so many of its slots are held."""

    host: HostRow
    device: DeviceRow
    busy: int


async def add_host(scope: Scope, row: HostRow) -> None:
    """Insert a host."""
    scope.session.add(row)
    await scope.session.flush()


async def find_host(scope: Scope, host_id: UUID) -> FoundHost | None:
    """A host that the scope may see, revoked or not."""
    row = (await scope.session.execute(_hosts().where(HostRow.device_id == host_id))).first()
    return FoundHost(*row) if row else None


async def lock_host(scope: Scope, host_id: UUID) -> HostRow | None:
    """A host, locked against the watch over leases."""
    return await scope.session.scalar(
        select(HostRow)
        .where(HostRow.device_id == host_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def list_hosts(
    scope: Scope,
    *,
    are_revoked_shown: bool,
    offers: Sequence[str],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[FoundHost]:
    """Hosts of the workspace, the newest first, in one query."""
    query = _hosts().where(HostRow.workspace_id == scope.workspace_id)
    if not are_revoked_shown:
        query = query.where(DeviceRow.revoked_at.is_(None))
    if offers:
        query = query.where(HostRow.offers.contains(list(offers)))
    if after is not None:
        query = query.where(tuple_(DeviceRow.linked_at, DeviceRow.id) < tuple_(*after))
    rows = await scope.session.execute(
        query.order_by(DeviceRow.linked_at.desc(), DeviceRow.id.desc()).limit(limit)
    )
    return [FoundHost(*row) for row in rows]


async def list_known(scope: Scope, device_ids: Collection[UUID]) -> list[DeviceRow]:
    """Those of the machines that are the user's, and hosts of the workspace; also revoked ones."""
    is_known = (DeviceRow.kind == "host") | (DeviceRow.user_id == scope.user_id)
    query = select(DeviceRow).where(
        DeviceRow.id.in_(device_ids), DeviceRow.workspace_id == scope.workspace_id, is_known
    )
    return list(await scope.session.scalars(query))


async def add_enrolment(scope: Scope, row: HostEnrolmentRow) -> None:
    """Insert a token."""
    scope.session.add(row)
    await scope.session.flush()


async def lock_enrolment(scope: Scope, hashed: bytes) -> HostEnrolmentRow | None:
    """The token with that hash, locked so that two uses of it cannot both be the first."""
    return await scope.session.scalar(
        select(HostEnrolmentRow).where(HostEnrolmentRow.hash == hashed).with_for_update()
    )


async def find_enrolment(scope: Scope, token_id: UUID) -> HostEnrolmentRow | None:
    """A token that the scope may see."""
    return await scope.session.get(HostEnrolmentRow, token_id)


async def list_enrolments(scope: Scope, *, limit: int) -> list[HostEnrolmentRow]:
    """The workspace's tokens, the newest first."""
    return list(
        await scope.session.scalars(
            select(HostEnrolmentRow)
            .where(HostEnrolmentRow.workspace_id == scope.workspace_id)
            .order_by(HostEnrolmentRow.created_at.desc(), HostEnrolmentRow.id.desc())
            .limit(limit)
        )
    )


async def revoke_renewals(scope: Scope, host_id: UUID) -> None:
    """End the tokens that would renew the credential of a host."""
    await scope.session.execute(
        update(HostEnrolmentRow)
        .where(
            HostEnrolmentRow.host_id == host_id,
            HostEnrolmentRow.used_at.is_(None),
            HostEnrolmentRow.revoked_at.is_(None),
        )
        .values(revoked_at=scope.now())
    )


async def count_open_enrolments(scope: Scope, workspace_id: UUID) -> int:
    """How many of the workspace's tokens could still be used."""
    query = select(func.count()).where(
        HostEnrolmentRow.workspace_id == workspace_id,
        HostEnrolmentRow.used_at.is_(None),
        HostEnrolmentRow.revoked_at.is_(None),
        HostEnrolmentRow.expires_at > scope.now(),
    )
    return await scope.session.scalar(query) or 0


async def forget_ended(scope: Scope) -> None:
    """Forget tokens that lapsed a month ago."""
    await scope.session.execute(
        delete(HostEnrolmentRow).where(HostEnrolmentRow.expires_at < scope.now() - _REMEMBERED)
    )


def _hosts() -> Select[HostRow, DeviceRow, int]:
    busy = (
        select(func.count())
        .where(HostSlotRow.host_id == HostRow.device_id, HostSlotRow.run_id.is_not(None))
        .correlate(HostRow)
        .scalar_subquery()
    )
    return select(HostRow, DeviceRow, busy).join(DeviceRow, DeviceRow.id == HostRow.device_id)
