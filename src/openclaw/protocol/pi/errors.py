"""What can go wrong between the bridge and a runtime."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class PiCommandTooLargeError(OpenClawError):
    """A command is over ``MAX_COMMAND_BYTES``: runtimes read long lines in quadratic time, and hear nothing else."""

    code: ClassVar[str] = "pi.command_too_large"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The command has {size} bytes; the runtime takes {limit}."
    template_zh: ClassVar[str] = "命令有 {size} 字节；运行时最多接受 {limit}。"

    size: int
    limit: int


@dataclass(eq=False)
class PiAnswerTooLargeError(OpenClawError):
    """An answer of the runtime was over the line limit and has been dropped unread."""

    code: ClassVar[str] = "pi.answer_too_large"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The runtime's answer has {size} bytes; the bridge reads up to {limit}."
    template_zh: ClassVar[str] = "运行时的应答有 {size} 字节；bridge 最多读取 {limit}。"

    size: int
    limit: int


@dataclass(eq=False)
class PiRefusedError(OpenClawError):
    """The runtime refused a command; ``reason`` is its own sentence without paths and secrets."""

    code: ClassVar[str] = "pi.refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The runtime refused {command}: {reason}"
    template_zh: ClassVar[str] = "运行时拒绝了 {command}：{reason}"

    command: str
    reason: str


@dataclass(eq=False)
class PiDialogError(OpenClawError):
    """An answer that does not fit its dialog, or a dialog that is no longer open."""

    code: ClassVar[str] = "pi.dialog"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This dialog cannot be answered so: {reason}."
    template_zh: ClassVar[str] = "不能这样回答此对话框：{reason}。"

    reason: str
