"""What can go wrong with workflows and their runs."""

from dataclasses import dataclass
from typing import Any, ClassVar

from openclaw.infra.sayings import COMMON
from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class WorkflowNotFoundError(OpenClawError):
    """No such workflow, version, run or step, or not one of the workspace's."""

    code: ClassVar[str] = "workflows.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such workflow."
    template_zh: ClassVar[str] = "工作流不存在。"


@dataclass(eq=False)
class InvalidDefinitionError(OpenClawError):
    """The definition is not one; ``problems`` are ``{path, code, message}``, all that were found."""

    code: ClassVar[str] = "workflows.invalid_definition"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The workflow has {count} problem(s); the first: {first}"
    template_zh: ClassVar[str] = "工作流定义有 {count} 个问题，第一个：{first}"

    count: int
    first: str
    problems: list[dict[str, Any]]


@dataclass(eq=False)
class InvalidInputDataError(OpenClawError):
    """The input of a run, or the answer to a form, does not fit its schema."""

    code: ClassVar[str] = "workflows.invalid_input"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The data does not fit: {path}: {reason}"
    template_zh: ClassVar[str] = "数据不符合要求：{path}：{reason}"

    path: str
    reason: str

    def words(self, language: str = "en") -> str:
        """The sentence for people; of the reason, too, what there is Chinese for."""
        template = self.template_zh if language == "zh" else self.template
        said = COMMON.after_source(self.reason) if language == "zh" else None
        return template.format(path=self.path, reason=said or self.reason)


@dataclass(eq=False)
class WrongStateError(OpenClawError):
    """A workflow or run in that state cannot do what was asked."""

    code: ClassVar[str] = "workflows.wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "That is not possible while it is {state}."
    template_zh: ClassVar[str] = "当前状态（{state}）下无法执行该操作。"

    state: str


@dataclass(eq=False)
class NoSuchSignalError(OpenClawError):
    """No step of the run's workflow waits for a signal of that name."""

    code: ClassVar[str] = "workflows.no_such_signal"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "No step waits for the signal {name}. There are: {known}"
    template_zh: ClassVar[str] = "没有步骤等待信号 {name}。可用的信号：{known}"

    name: str
    known: str


@dataclass(eq=False)
class PartOfAnotherRunError(OpenClawError):
    """The run was started by a step of another, which has its output: only that one can be deleted, with this one."""

    code: ClassVar[str] = "workflows.part_of_another_run"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "It is part of another run. Delete that one."
    template_zh: ClassVar[str] = "它是另一次运行的一部分，请删除那次运行。"


@dataclass(eq=False)
class VersionConflictError(OpenClawError):
    """Somebody else saved a newer version in between."""

    code: ClassVar[str] = "workflows.version_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Somebody else has saved version {version} in between. Load it first."
    template_zh: ClassVar[str] = "其他人已保存版本 {version}，请先加载。"

    version: int


@dataclass(eq=False)
class StepFailedError(OpenClawError):
    """A step of the run failed, and nothing handled it."""

    code: ClassVar[str] = "workflows.step_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Step {step} failed: {reason}"
    template_zh: ClassVar[str] = "步骤 {step} 失败：{reason}"

    step: str
    reason: str
