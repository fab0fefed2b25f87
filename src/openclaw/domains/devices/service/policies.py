"""What may be done on machines at most: a workspace's policy and each machine's own; the stricter word counts."""

from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.events import LIMITS_CHANGED_TOPIC
from openclaw.domains.devices.models import DeviceRow, WorkspacePolicyRow
from openclaw.domains.devices.policy import Limits, strictest
from openclaw.domains.devices.repository import fleet
from openclaw.domains.devices.schemas import Device, SetToolPolicy, ToolPolicy
from openclaw.domains.devices.service import registry
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids

_WIDEST = {"max_grade": "high", "standing_rules": True, "denied_tools": list[str]()}


async def get_workspace_policy(scope: Scope) -> ToolPolicy:
    """The policy of the workspace; the widest one until an admin has set another."""
    row = await fleet.find_policy(scope)
    return ToolPolicy.model_validate(row.policy if row else _WIDEST)


async def set_workspace_policy(scope: Scope, data: SetToolPolicy) -> ToolPolicy:
    """Replace the workspace's policy. Raises NotAllowedError for members below admin."""
    check_role(scope.who, Role.ADMIN)
    row = await fleet.find_policy(scope)
    policy = data.model_dump()
    if row is None:
        row = WorkspacePolicyRow(
            workspace_id=scope.workspace_id,
            policy=policy,
            last_updated_by_user_id=scope.user_id,
            updated_at=scope.now(),
        )
        await fleet.add_policy(scope, row)
    row.policy, row.last_updated_by_user_id, row.updated_at = policy, scope.user_id, scope.now()
    await audit.append(scope, "devices.workspace_policy_changed", detail=policy)
    await publish(scope, LIMITS_CHANGED_TOPIC, {})
    return ToolPolicy.model_validate(policy)


async def set_device_policy(scope: Scope, device_id: UUID, data: SetToolPolicy) -> Device:
    """Replace a machine's policy. Raises DeviceNotFoundError, NotAllowedError."""
    row = await registry.access_device(scope, device_id)
    check_role(scope.who, Role.MEMBER)
    row.policy = data.model_dump()
    await audit.append(scope, "devices.policy_changed", subject=ids.to_wire("dev", row.id), detail=row.policy)
    await registry.announce(scope, row, "limits")
    return registry.seen(row, scope.now())


async def limits_of(scope: Scope, device: DeviceRow) -> Limits:
    """What the server lets be done on the machine. The machine's own ``policy.toml`` may narrow it further."""
    workspace = await fleet.find_policy(scope)
    return strictest((workspace.policy if workspace else None, device.policy))
