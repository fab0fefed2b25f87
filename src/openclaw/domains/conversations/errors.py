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
    template_zh: ClassVar[str] = "只能重新发送您自己的消息。"


@dataclass(eq=False)
class KeyReusedError(OpenClawError):
    """The idempotency key belongs to another message of the conversation."""

    code: ClassVar[str] = "conversations.key_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The idempotency key {key} was used for another message."
    template_zh: ClassVar[str] = "幂等键 {key} 已用于另一条消息。"

    key: str
