"""What can go wrong with tasks."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class TaskNotFoundError(OpenClawError):
    """No such task or run of one, or not one of the actor's."""

    code: ClassVar[str] = "tasks.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such task."
    template_zh: ClassVar[str] = "任务不存在。"


@dataclass(eq=False)
class WrongTaskStateError(OpenClawError):
    """A run in that state cannot do what was asked."""

    code: ClassVar[str] = "tasks.wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "That is not possible while the task is {state}."
    template_zh: ClassVar[str] = "任务处于 {state} 状态，无法执行该操作。"

    state: str


@dataclass(eq=False)
class TaskChangedError(OpenClawError):
    """Somebody else has changed the task in between."""

    code: ClassVar[str] = "tasks.changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The task was changed in between (it is at version {version}). Load it first."
    template_zh: ClassVar[str] = "任务已被修改（当前版本 {version}），请先重新加载。"

    version: int


@dataclass(eq=False)
class FormNotKeptError(OpenClawError):
    """The form of a local-only system is kept for one launch, and what its agent was told is not kept at all."""

    code: ClassVar[str] = "tasks.form_not_kept"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "What was filled in is not kept here. Fill in the form again."
    template_zh: ClassVar[str] = "所填内容不在此处保留，请重新填写表单。"


@dataclass(eq=False)
class BudgetNotKeptError(OpenClawError):
    """A machine's own runtime asks its own model, whose calls nobody here can hold against a budget."""

    code: ClassVar[str] = "tasks.budget_not_kept"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "A machine's own runtime asks its own model, so a budget cannot be kept there. Use the server's runtime, or a "
        "time limit."
    )
    template_zh: ClassVar[str] = (
        "设备自带的运行时使用自己的模型，无法执行预算。请改用服务器运行时，或设置时间上限。"
    )


@dataclass(eq=False)
class PauseNotOfferedError(OpenClawError):
    """A machine's own runtime cannot be paused."""

    code: ClassVar[str] = "tasks.pause_not_offered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A task on a machine's own runtime cannot be paused; it can be cancelled."
    template_zh: ClassVar[str] = "设备自带运行时上的任务不能暂停，但可以取消。"


@dataclass(eq=False)
class TranscriptNotHereError(OpenClawError):
    """What was said stays on the machine by the sync mode, so the run cannot go on elsewhere."""

    code: ClassVar[str] = "tasks.transcript_not_here"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "What was said stays on its machine ({sync_mode}), so the task cannot go on elsewhere."
    )
    template_zh: ClassVar[str] = "按同步模式（{sync_mode}），对话内容保留在设备上，任务不能转移到其他设备。"

    sync_mode: str


@dataclass(eq=False)
class TaskTimedOutError(OpenClawError):
    """The time limit of the task was over."""

    code: ClassVar[str] = "tasks.timed_out"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The task took longer than its limit of {seconds} s."
    template_zh: ClassVar[str] = "任务超过了 {seconds} 秒的时间上限。"

    seconds: int


@dataclass(eq=False)
class HostLostError(OpenClawError):
    """The host that the task was on is gone, and its policy is not to go on elsewhere."""

    code: ClassVar[str] = "tasks.host_lost"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The host that the task was on is gone."
    template_zh: ClassVar[str] = "运行任务的主机已失联。"
