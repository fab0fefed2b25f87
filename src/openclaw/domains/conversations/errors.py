"""What can go wrong with conversations."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class ConversationNotFoundError(OpenClawError):
    """No such conversation, or not one of the actor's."""

    code: ClassVar[str] = "conversations.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such conversation."
    template_zh: ClassVar[str] = "对话不存在。"


@dataclass(eq=False)
class MessageNotFoundError(OpenClawError):
    """No such message in this conversation."""

    code: ClassVar[str] = "conversations.message_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such message in this conversation."
    template_zh: ClassVar[str] = "该对话中没有此消息。"


@dataclass(eq=False)
class NotAUserMessageError(OpenClawError):
    """Only what the user said can be edited and sent again."""

    code: ClassVar[str] = "conversations.not_a_user_message"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Only your own messages can be sent again."
    template_zh: ClassVar[str] = "只能重新发送自己的消息。"


@dataclass(eq=False)
class KeyReusedError(OpenClawError):
    """The idempotency key belongs to another message of the conversation."""

    code: ClassVar[str] = "conversations.key_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The idempotency key {key} was used for another message."
    template_zh: ClassVar[str] = "幂等键 {key} 已用于另一条消息。"

    key: str


@dataclass(eq=False)
class RuntimeFixedError(OpenClawError):
    """A conversation stays with the runtime, the machine and the sync mode that it was made with."""

    code: ClassVar[str] = "conversations.runtime_fixed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A conversation with Pi stays on its device. Start a new one for another."
    template_zh: ClassVar[str] = "与 Pi 的对话固定在其设备上，如需更换请新建对话。"


@dataclass(eq=False)
class RuntimeHistoryError(OpenClawError):
    """The runtime keeps the history, and goes on from its end only."""

    code: ClassVar[str] = "conversations.runtime_history"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Pi goes on from the end of this conversation: say it in a new message instead."
    template_zh: ClassVar[str] = "Pi 只能从对话末尾继续，请改为发送新消息。"


@dataclass(eq=False)
class NoRuntimeError(OpenClawError):
    """The conversation is with the server's own agent."""

    code: ClassVar[str] = "conversations.no_runtime"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This conversation is not with the Pi runtime of a device."
    template_zh: ClassVar[str] = "此对话未使用设备上的 Pi 运行时。"


@dataclass(eq=False)
class RuntimeCommandError(OpenClawError):
    """The machine did not do what its runtime was asked for."""

    code: ClassVar[str] = "conversations.runtime_command"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Pi on “{name}” did not do that: {reason}"
    template_zh: ClassVar[str] = "“{name}”上的 Pi 未执行该操作：{reason}"

    name: str
    reason: str
