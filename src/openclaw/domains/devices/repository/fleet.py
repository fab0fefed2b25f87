"""Every query on groups of machines and policies of workspaces."""

from uuid import UUID

from sqlalchemy import delete, select

from openclaw.domains.devices.models import DeviceGroupRow, WorkspacePolicyRow
from openclaw.infra.scope import Scope


async def list_groups(scope: Scope) -> list[DeviceGroupRow]:
    """The actor's groups, by name."""
    return list(
        await scope.session.scalars(
            select(DeviceGroupRow)
            .where(DeviceGroupRow.user_id == scope.user_id, DeviceGroupRow.workspace_id == scope.workspace_id)
            .order_by(DeviceGroupRow.name)
        )
    )


async def add_group(scope: Scope, row: DeviceGroupRow) -> None:
    """Insert a group."""
    scope.session.add(row)
    await scope.session.flush()


async def delete_group(scope: Scope, group_id: UUID) -> bool:
    """Remove a group; False when it is none of the actor's."""
    found = await scope.session.scalar(
        delete(DeviceGroupRow)
        .where(
            DeviceGroupRow.id == group_id,
            DeviceGroupRow.user_id == scope.user_id,
            DeviceGroupRow.workspace_id == scope.workspace_id,
        )
        .returning(DeviceGroupRow.id)
    )
    return found is not None


async def find_policy(scope: Scope) -> WorkspacePolicyRow | None:
    """The policy of the scope's workspace."""
    return await scope.session.get(WorkspacePolicyRow, scope.workspace_id)


async def add_policy(scope: Scope, row: WorkspacePolicyRow) -> None:
    """Insert the policy of the scope's workspace."""
    scope.session.add(row)
    await scope.session.flush()
