"""What can go wrong with systems and their vaults."""

from dataclasses import dataclass
from typing import Any, ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class SystemNotFoundError(OpenClawError):
    """No such system, or not one that the actor may see."""

    code: ClassVar[str] = "systems.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such system."
    template_zh: ClassVar[str] = "系统不存在。"


@dataclass(eq=False)
class SnapshotNotFoundError(OpenClawError):
    """No such snapshot or branch of the system."""

    code: ClassVar[str] = "systems.snapshot_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such snapshot or branch of this system."
    template_zh: ClassVar[str] = "此系统没有这个快照或分支。"


@dataclass(eq=False)
class NotYoursError(OpenClawError):
    """Only who made the system, or an admin of the workspace, may decide that."""

    code: ClassVar[str] = "systems.not_yours"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Only who made this system, or an admin of the workspace, may do that."
    template_zh: ClassVar[str] = "只有此系统的创建者或工作区管理员可以这样做。"


@dataclass(eq=False)
class InvalidProfileError(OpenClawError):
    """The profile is not one; ``problems`` are ``{path, message}``, all that were found."""

    code: ClassVar[str] = "systems.invalid_profile"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The profile has {count} problem(s); the first: {first}"
    template_zh: ClassVar[str] = "系统配置有 {count} 个问题，第一个：{first}"

    count: int
    first: str
    problems: list[dict[str, Any]]


@dataclass(eq=False)
class InvalidIntakeError(OpenClawError):
    """What was filled in does not fit the form; ``problems`` are ``{path, message}``."""

    code: ClassVar[str] = "systems.invalid_intake"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The form has {count} problem(s); the first: {first}"
    template_zh: ClassVar[str] = "表单有 {count} 个问题，第一个：{first}"

    count: int
    first: str
    problems: list[dict[str, Any]]


@dataclass(eq=False)
class SystemChangedError(OpenClawError):
    """Somebody changed the system in between; ``version`` is what it is now."""

    code: ClassVar[str] = "systems.changed_meanwhile"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The system has changed meanwhile (now version {version}). Look at it again."
    template_zh: ClassVar[str] = "系统已被修改（当前版本 {version}），请重新查看。"

    version: int


@dataclass(eq=False)
class SystemArchivedError(OpenClawError):
    """An archived system is neither changed nor launched."""

    code: ClassVar[str] = "systems.archived"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This system is archived. Make it active first."
    template_zh: ClassVar[str] = "此系统已归档，请先启用。"


@dataclass(eq=False)
class NotArchivedError(OpenClawError):
    """Only an archived system can be deleted."""

    code: ClassVar[str] = "systems.not_archived"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Archive the system first; then it can be deleted."
    template_zh: ClassVar[str] = "请先归档此系统，然后才能删除。"


@dataclass(eq=False)
class PlanExpiredError(OpenClawError):
    """The plan of a restore is not one of ours, is too old, or is somebody else's."""

    code: ClassVar[str] = "systems.plan_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This plan does not hold any more. Make a new one."
    template_zh: ClassVar[str] = "该恢复计划已失效，请重新生成。"


@dataclass(eq=False)
class KeptOnDeviceError(OpenClawError):
    """The content of a local-only system is on its machine: it is edited there, and shown to nobody else."""

    code: ClassVar[str] = "systems.kept_on_device"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "What this system holds is on its machine only. There: openclaw bridge vault"
    template_zh: ClassVar[str] = "此系统的内容只保存在它的设备上。请在该设备上使用：openclaw bridge vault"


@dataclass(eq=False)
class SyncModeFixedError(OpenClawError):
    """A system is local-only from its first day, or never: what a server has seen it cannot unsee."""

    code: ClassVar[str] = "systems.sync_mode_fixed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A system is local-only from the beginning or not at all. Make a new one."
    template_zh: ClassVar[str] = "系统只能在创建时选择仅限本机，之后不能更改。请新建一个。"


@dataclass(eq=False)
class DeviceNeededError(OpenClawError):
    """A local-only system needs a machine of the actor's to be kept on."""

    code: ClassVar[str] = "systems.device_needed"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "A local-only system needs one of your machines to be kept on."
    template_zh: ClassVar[str] = "仅限本机的系统需要指定一台自己的设备来保存。"


@dataclass(eq=False)
class VaultNotOfferedError(OpenClawError):
    """The machine's program knows no vaults."""

    code: ClassVar[str] = "systems.vault_not_offered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} runs a program that keeps no vaults. Update OpenClaw there."
    template_zh: ClassVar[str] = "{name} 上的程序不支持保管库，请在该设备上更新 OpenClaw。"

    name: str


@dataclass(eq=False)
class VaultFailedError(OpenClawError):
    """The machine could not do what was asked of a vault; ``reason`` is its code."""

    code: ClassVar[str] = "systems.vault_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} could not do this: {reason}"
    template_zh: ClassVar[str] = "{name} 未能完成：{reason}"

    name: str
    reason: str


@dataclass(eq=False)
class TooManySystemsError(OpenClawError):
    """The workspace has as many systems, or the system as many snapshots or branches, as it may."""

    code: ClassVar[str] = "systems.too_many"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "There are {limit} already, and no more are possible."
    template_zh: ClassVar[str] = "已有 {limit} 个，达到上限。"

    limit: int


@dataclass(eq=False)
class BranchExistsError(OpenClawError):
    """A branch of that name is there."""

    code: ClassVar[str] = "systems.branch_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "There is a branch {name} already."
    template_zh: ClassVar[str] = "分支 {name} 已存在。"

    name: str


@dataclass(eq=False)
class OtherPlaceError(OpenClawError):
    """A local-only system works on its own machine, by that machine's runtime, and nowhere else."""

    code: ClassVar[str] = "systems.works_on_its_machine_only"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = (
        "“{name}” is local-only: it works on its own machine, by that machine's runtime, and on no server or host."
    )
    template_zh: ClassVar[str] = (
        "“{name}”仅限本地：只能在自己的设备上由该设备的运行时工作，不能在服务器或主机上工作。"
    )

    name: str


@dataclass(eq=False)
class TooMuchLeavesError(OpenClawError):
    """More of what is said would leave a machine than the system lets leave."""

    code: ClassVar[str] = "systems.too_much_leaves"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = (
        "“{name}” lets no words leave a machine: launch it by a machine's own runtime, with sync mode metadata or less."
    )
    template_zh: ClassVar[str] = "“{name}”不让文字离开设备：请由设备自身的运行时启动，同步方式最多为元数据。"

    name: str


@dataclass(eq=False)
class RemoteLaunchError(OpenClawError):
    """The system may only be launched from the machine itself."""

    code: ClassVar[str] = "systems.remote_launch_not_allowed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = (
        "“{name}” may not be launched on a machine from here. Allow remote launch in the system."
    )
    template_zh: ClassVar[str] = "“{name}”未允许从此处在设备上启动。请在系统中允许远程启动。"

    name: str
