"""Conversations and messages as they travel."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from openclaw.domains.agents.schemas import Part, RunError, Usage
from openclaw.infra.wire import ConversationId, DeviceId, Items, MessageId, RunId, Wire, WireInput

MAX_TEXT = 262_144
Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Key = Annotated[str, Field(min_length=1, max_length=128)]


class CreateConversation(WireInput):
    """A new conversation; the title comes from the first message when it is left out."""

    title: Title | None = None
    device_id: DeviceId | None = None


class UpdateConversation(WireInput):
    """Change the title, or the machine that the conversation works on."""

    title: Title | None = None
    device_id: DeviceId | None = None


class SendMessage(WireInput):
    """Say something. The same key again is the same message."""

    text: Text
    idempotency_key: Key | None = None


class Resend(WireInput):
    """Say a message again, edited or as it was; what followed it is superseded."""

    text: Text | None = None


class Branch(WireInput):
    """Go on from a message in a new conversation."""

    message_id: MessageId


class LastMessage(Wire):
    """How a conversation ends, in short."""

    role: Literal["user", "assistant"]
    text: str


class Conversation(Wire):
    """A conversation in the list."""

    id: ConversationId
    title: str
    device_id: DeviceId | None
    archived: bool
    created_at: datetime
    updated_at: datetime
    last_message: LastMessage | None
    run_state: Literal["running", "awaiting_approval", "waiting_for_device"] | None


class Conversations(Items):
    """Conversations, the most recently used first."""

    items: list[Conversation]


class Message(Wire):
    """What the user or the assistant said and did."""

    id: MessageId
    role: Literal["user", "assistant"]
    parts: list[Part]
    state: Literal["complete", "running", "failed", "aborted"]
    run_id: RunId | None
    error: RunError | None
    model: str | None
    demo: bool
    usage: Usage | None
    created_at: datetime


class Messages(Items):
    """A page of messages, oldest first; the cursor leads to older ones."""

    items: list[Message]


class Sent(Wire):
    """An accepted message and the run that answers it."""

    message: Message
    run_id: RunId
