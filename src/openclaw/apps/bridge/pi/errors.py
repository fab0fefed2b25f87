"""What can go wrong with the runtime, in words that hold nothing of its standard error."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class PiNotFoundError(OpenClawError):
    """There is no such program on this machine."""

    code: ClassVar[str] = "pi.not_found"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime ({program}) is not installed on this machine."
    template_zh: ClassVar[str] = "本机未安装 Pi 运行时（{program}）。"

    program: str


@dataclass(eq=False)
class PiStartError(OpenClawError):
    """It ended, or said nothing, before it was ready; the bridge's log has its last words."""

    code: ClassVar[str] = "pi.start_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime did not start ({reason}). The bridge's log says more."
    template_zh: ClassVar[str] = "Pi 运行时未能启动（{reason}）。详情见 bridge 的日志。"

    reason: str


@dataclass(eq=False)
class PiUnavailableError(OpenClawError):
    """It does not run right now. ``phase`` says whether it is being started again."""

    code: ClassVar[str] = "pi.unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime is not running ({phase})."
    template_zh: ClassVar[str] = "Pi 运行时没有在运行（{phase}）。"

    phase: str


@dataclass(eq=False)
class PiNoAnswerError(OpenClawError):
    """It did not answer in time; whether it will do what it was told is not known."""

    code: ClassVar[str] = "pi.no_answer"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime did not answer {command} within {seconds} s."
    template_zh: ClassVar[str] = "Pi 运行时未在 {seconds} 秒内应答 {command}。"

    command: str
    seconds: float


@dataclass(eq=False)
class PiBusyError(OpenClawError):
    """A run is on, and what was asked needs its end."""

    code: ClassVar[str] = "pi.busy"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The Pi runtime is busy with a run."
    template_zh: ClassVar[str] = "Pi 运行时正忙于一次运行。"


@dataclass(eq=False)
class PiOverloadedError(OpenClawError):
    """Too many calls wait for an answer."""

    code: ClassVar[str] = "pi.overloaded"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "Too many calls wait for the Pi runtime. Try again in a moment."
    template_zh: ClassVar[str] = "等待 Pi 运行时的调用过多，请稍后重试。"


@dataclass(eq=False)
class PiSessionInUseError(OpenClawError):
    """Another runtime has the session: two writers would hide each other's messages."""

    code: ClassVar[str] = "pi.session_in_use"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Another Pi runtime of this machine has this session open."
    template_zh: ClassVar[str] = "本机的另一个 Pi 运行时已打开此会话。"
