"""Kill switches: what fits one does not run, and what runs is ended, on every worker."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.errors import PluginBlockedError, PluginNotFoundError
from openclaw.domains.plugins.events import STOPPED_TOPIC
from openclaw.domains.plugins.models import PluginBlockRow
from openclaw.domains.plugins.repository import registry as repository
from openclaw.domains.plugins.schemas import SetBlock
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.ids import new_id


def find_reason(
    blocks: Sequence[PluginBlockRow], *, name: str, version: str, publisher_key: str
) -> str | None:
    """Why a plugin does not run; None when it does."""
    for block in blocks:
        wanted = (block.name or name, block.version or version, block.publisher_key or publisher_key)
        if wanted == (name, version, publisher_key):
            return block.reason
    return None


async def find_reason_in(
    scope: Scope, workspace_id: UUID, *, name: str, version: str, publisher_key: str
) -> str | None:
    """Why a plugin does not run in a workspace; None when it does."""
    blocks = await repository.list_blocks(scope, workspace_id)
    return find_reason(blocks, name=name, version=version, publisher_key=publisher_key)


async def check_not_blocked(
    scope: Scope, workspace_id: UUID, *, name: str, version: str, publisher_key: str
) -> None:
    """Raise PluginBlockedError when a kill switch is set, for the workspace or for everybody."""
    reason = await find_reason_in(
        scope, workspace_id, name=name, version=version, publisher_key=publisher_key
    )
    if reason is not None:
        raise PluginBlockedError(name=name, version=version, reason=reason)


async def list_blocks(scope: Scope) -> list[PluginBlockRow]:
    """Kill switches that hold for the workspace."""
    return await repository.list_blocks(scope, scope.workspace_id)


async def set_block(scope: Scope, actor: Actor, data: SetBlock) -> PluginBlockRow:
    """Switch off, for the workspace, or ``everywhere`` in a system scope that an operator's request opened.

    Raises NotAllowedError, InvalidInputError.
    """
    if data.name is None and data.publisher_key is None:
        raise InvalidInputError(field="name", reason="name a plugin or a publisher")
    if not data.everywhere:
        check_role(actor, Role.ADMIN)
    row = PluginBlockRow(
        id=new_id(),
        workspace_id=None if data.everywhere else actor.workspace_id,
        name=data.name,
        version=data.version,
        publisher_key=data.publisher_key,
        reason=data.reason,
        created_by_user_id=actor.user_id,
        created_at=scope.now(),
    )
    await repository.add(scope, row)
    await publish(scope, STOPPED_TOPIC, _named(row))
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="plugins.blocked",
        subject=data.name,
        detail=_named(row),
    )
    return row


async def access_block(scope: Scope, block_id: UUID) -> PluginBlockRow:
    """A kill switch that holds for the workspace. Raises PluginNotFoundError."""
    row = await repository.find_block(scope, block_id)
    if row is None:
        raise PluginNotFoundError
    return row


async def remove_block(scope: Scope, actor: Actor, row: PluginBlockRow) -> None:
    """Take a kill switch back, one for everybody in a system scope that an operator's request opened.

    Raises NotAllowedError.
    """
    if row.workspace_id is not None:
        check_role(actor, Role.ADMIN)
    await repository.delete_block(scope, row.id)
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="plugins.unblocked",
        subject=row.name,
        detail=_named(row),
    )


def _named(row: PluginBlockRow) -> dict[str, Any]:
    return {
        "workspaceId": row.workspace_id.hex if row.workspace_id else None,
        "name": row.name,
        "version": row.version,
        "publisherKey": row.publisher_key,
        "reason": row.reason,
    }
