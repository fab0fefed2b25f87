"""Systems, templates, snapshots and restores as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from openclaw.infra.wire import (
    DeviceId,
    Items,
    SystemBranchId,
    SystemId,
    SystemSnapshotId,
    UserId,
    Wire,
    WireInput,
)

Status = Literal["draft", "active", "archived"]
MadeBy = Literal["me", "others"]
Visibility = Literal["private", "workspace", "link", "public"]
SyncMode = Literal["local_only", "metadata", "full"]
SnapshotKind = Literal[
    "baseline", "auto_checkpoint", "manual", "milestone", "pre_migration", "pre_experiment"
]
VaultScope = Literal[
    "system_config",
    "team_blueprint",
    "prompt_assignments",
    "memory_stores",
    "permissions",
    "bindings",
    "automations",
    "artifact_index",
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Description = Annotated[str, Field(max_length=2000)]
TemplateId = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
Scopes = Annotated[list[VaultScope], Field(min_length=1, max_length=8)]
Profile = Annotated[dict[str, Any], Field(max_length=40, description="As getSystemProfileSchema says.")]
Intake = Annotated[dict[str, Any], Field(max_length=100, description="As the template's form asks for.")]


class SystemRef(Wire):
    """Which system something belongs to."""

    id: SystemId
    name: str


class SystemTemplate(Wire):
    """What systems are made from, in the reader's language. ``intake``: a JSON Schema and the order of its fields."""

    id: str
    category: Literal["build", "grow", "operate", "research", "create"]
    name: str
    description: str
    intake: dict[str, Any]
    roles: list[dict[str, Any]]
    deliverables: list[dict[str, Any]]
    prompts: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    memory: list[dict[str, Any]]
    result_schema: dict[str, Any]


class SystemTemplates(Items):
    """All templates."""

    items: list[SystemTemplate]


class CreateSystem(WireInput):
    """A system from a template, with a profile of one's own if given; local-only ones are kept on ``deviceId``."""

    name: Name | None = None
    description: Description | None = None
    template: TemplateId = "custom"
    profile: Profile | None = None
    status: Literal["draft", "active"] = "active"
    visibility: Literal["private", "workspace"] = "private"
    sync_mode: SyncMode = "full"
    allows_remote_launch: bool = False
    device_id: DeviceId | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class UpdateSystem(WireInput):
    """Change a system; what is left out stays. ``If-Match`` says which version it was made from."""

    name: Name | None = None
    description: Description | None = None
    profile: Profile | None = None
    status: Status | None = None
    visibility: Literal["private", "workspace", "public"] | None = None
    sync_mode: SyncMode | None = None
    allows_remote_launch: bool | None = None


class System(Wire):
    """A system in the list. ``roles`` are names; none are told of a local-only one."""

    id: SystemId
    name: str
    description: str
    template: str
    category: str
    status: Status
    visibility: Visibility
    sync_mode: SyncMode
    allows_remote_launch: bool
    device_id: DeviceId | None
    version: int
    roles: list[str]
    created_by: UserId
    created_by_name: str
    created_at: datetime
    updated_at: datetime


class Systems(Items):
    """Systems, the last changed first."""

    items: list[System]


class SystemDetail(System):
    """A system with its profile (null: on its machine only), its form, and what the reader may do with it."""

    profile: dict[str, Any] | None
    digest: str
    intake: dict[str, Any]
    baseline_snapshot_id: SystemSnapshotId | None
    active_snapshot_id: SystemSnapshotId | None
    current_branch_id: SystemBranchId | None
    last_updated_by: UserId
    may_edit: bool
    may_decide: bool


class CheckProfile(WireInput):
    """Is it a profile?"""

    profile: dict[str, Any]


class ProfileProblem(Wire):
    """What is wrong, and where (JSON path)."""

    path: str
    message: str


class CheckedProfile(Wire):
    """All that is wrong, nothing when it is a profile."""

    problems: list[ProfileProblem]


class ShownSystem(Wire):
    """What others than its members see of a system in any case."""

    name: str
    description: str
    template: str
    category: str
    updated_at: datetime


class SharedSystem(ShownSystem):
    """A system as those see it whom it was shown to: what it is made of, without ids, providers and secrets."""

    profile: dict[str, Any]


class PublicSystem(ShownSystem):
    """A system in the list of those that everybody on the server may read and copy."""

    id: SystemId
    roles: list[str]
    deliverables: list[str]


class PublicSystems(Items):
    """Public systems, the last changed first."""

    items: list[PublicSystem]


class OpenPublic(WireInput):
    """Which public system to read."""

    system_id: SystemId


class CopySystem(WireInput):
    """Make a system of one's own from a public one."""

    system_id: SystemId
    name: Name | None = None


class SystemShareToken(Wire):
    """The secret of a link, told once: whoever has it may read the system."""

    token: str


class OpenShared(WireInput):
    """Read a system by its link's secret."""

    token: Annotated[str, Field(min_length=40, max_length=100, pattern="^[A-Za-z0-9_-]+$")]


class PlanSystemLaunch(WireInput):
    """What would a launch with this form tell the agent?"""

    intake: Intake = Field(default_factory=dict[str, Any])


class LaunchStage(Wire):
    """A stage of a launch. ``byPerson``: the agent stops before it."""

    id: str
    title: str
    role: str | None
    text: str
    by_person: bool


class SystemLaunch(Wire):
    """A launch as it would be: its title, the person's request, the agent's instructions, the stages."""

    title: str
    prompt: str
    instructions: str
    stages: list[LaunchStage]


# The vault


class SystemSnapshot(Wire):
    """What a system was. ``automatic``: nobody asked for it."""

    id: SystemSnapshotId
    kind: SnapshotKind
    label: str
    scopes: list[VaultScope]
    digest: str
    bytes: int
    automatic: bool
    branch_id: SystemBranchId | None
    system_version: int | None
    created_by: UserId
    created_at: datetime


class SystemSnapshotDetail(SystemSnapshot):
    """A snapshot with what it holds; null: on its machine only."""

    content: dict[str, Any] | None


class SystemSnapshots(Items):
    """Snapshots, the newest first."""

    items: list[SystemSnapshot]


class SaveSystemSnapshot(WireInput):
    """Keep what a system is now: a preset of scopes, or the ones that are named."""

    kind: Literal["manual", "milestone", "pre_migration", "pre_experiment"] = "manual"
    label: Annotated[str, Field(max_length=200)] = ""
    preset: Literal["full", "config_only"] = "full"
    scopes: Scopes | None = None


class CompareSnapshots(WireInput):
    """From ``before`` to ``after``; without it, to the system as it is now."""

    before: SystemSnapshotId
    after: SystemSnapshotId | None = None


class VaultChange(Wire):
    """One difference, in words too."""

    kind: Literal["added", "removed", "changed"]
    path: str
    words: str
    before: Any
    after: Any


class FieldCount(Wire):
    """How much of a field differs."""

    field: str
    added: int
    removed: int
    changed: int


class SystemComparison(Wire):
    """What differs. Of a local-only system there are only the counts."""

    changes: list[VaultChange]
    counts: list[FieldCount]


class PlanRestore(WireInput):
    """What would restoring a snapshot, or going to a branch, change? By default in all of its scopes."""

    snapshot_id: SystemSnapshotId | None = None
    branch_id: SystemBranchId | None = None
    scopes: Scopes | None = None


class RestorePlan(SystemComparison):
    """What a restore would do, and the token that confirms it; it holds while the system stays as it is."""

    token: str
    expires_at: datetime
    snapshot: SystemSnapshot
    scopes: list[VaultScope]


class ConfirmRestore(WireInput):
    """Do what was planned."""

    token: Annotated[str, Field(min_length=40, max_length=2000)]


class Restored(Wire):
    """The system as it is now, and the checkpoint of what it was: restoring that undoes this."""

    system: SystemDetail
    checkpoint: SystemSnapshot


class CloneSystem(WireInput):
    """Another system that is as this one was at a snapshot, or is now; without its history."""

    name: Name
    snapshot_id: SystemSnapshotId | None = None


class CreateSystemBranch(WireInput):
    """A line that begins at a snapshot, or at what the system is now. Going to it is a restore."""

    name: Name
    description: Annotated[str, Field(max_length=1000)] = ""
    snapshot_id: SystemSnapshotId | None = None


class SystemBranch(Wire):
    """A line of snapshots."""

    id: SystemBranchId
    name: str
    description: str
    parent_snapshot_id: SystemSnapshotId
    active: bool
    created_at: datetime


class SystemBranches(Items):
    """A system's branches, the oldest first."""

    items: list[SystemBranch]
