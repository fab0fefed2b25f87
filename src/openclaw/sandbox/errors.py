"""Failures of sandboxed calls."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class SandboxUnavailableError(OpenClawError):
    """Untrusted code does not run here: there is no isolation, or less than was asked for."""

    code: ClassVar[str] = "sandbox.unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "Untrusted code cannot run here: {reason}. {remedy}"
    template_zh: ClassVar[str] = "此处无法运行不受信任的代码：{reason}。{remedy}"

    reason: str
    remedy: str


@dataclass(eq=False)
class SecurityViolation(OpenClawError):  # noqa: N818 - the name that plugin authors and operators know it by
    """The code tried what nothing harmless does. The call was stopped or ended; its jail is gone."""

    code: ClassVar[str] = "sandbox.violation"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "The code tried what the sandbox forbids: {violations}."
    template_zh: ClassVar[str] = "代码尝试了沙箱禁止的操作：{violations}。"

    violations: list[str]  # system calls by name, as the kernel told them
    tier: str
    connections: list[dict[str, Any]] = field(default_factory=list)  # until then, as an outcome has them

    def words(self, language: str = "en") -> str:
        """The sentence for people; the calls as a list of words."""
        template = self.template_zh if language == "zh" else self.template
        return template.format(violations=", ".join(self.violations))


@dataclass(eq=False)
class CodeFailedError(OpenClawError):
    """The sandboxed code raised, or ended without an answer."""

    code: ClassVar[str] = "sandbox.code_failed"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The code failed: {error}: {message}"
    template_zh: ClassVar[str] = "代码运行失败：{error}：{message}"

    error: str
    message: str


@dataclass(eq=False)
class LimitExceededError(OpenClawError):
    """The sandboxed code was stopped at a limit: memory, cpu, wall, processes, output, logs, disk, host calls."""

    code: ClassVar[str] = "sandbox.limit_exceeded"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "The code was stopped at its limit: {limit}."
    template_zh: ClassVar[str] = "代码达到限制而被终止：{limit}。"

    limit: str


@dataclass(eq=False)
class SandboxLostError(OpenClawError):
    """The jail or its supervisor ended under a call; whether the code did its work is not known."""

    code: ClassVar[str] = "sandbox.lost"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The sandbox ended under the call: {reason}."
    template_zh: ClassVar[str] = "沙箱在调用期间意外终止：{reason}。"

    reason: str
    connections: list[dict[str, Any]] = field(default_factory=list)  # until then, as an outcome has them


@dataclass(eq=False)
class SandboxBusyError(OpenClawError):
    """So many calls of this lane wait already that another would only make it worse. Nothing ran."""

    code: ClassVar[str] = "sandbox.busy"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "{limit} sandboxed calls wait for their turn already. Try again later."
    template_zh: ClassVar[str] = "已有 {limit} 个沙箱调用在排队，请稍后再试。"

    limit: int
