"""Conversations and messages as they travel."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from openclaw.domains.agents.schemas import Part, RunError, Runtime, SyncMode, Usage
from openclaw.infra.wire import ConversationId, DeviceId, Items, MessageId, RunId, Wire, WireInput

MAX_TEXT = 262_144
Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Key = Annotated[str, Field(min_length=1, max_length=128)]


class CreateConversation(WireInput):
    """A new conversation; the title comes from the first message when it is left out.

    ``runtime``: ``pi`` for that of ``deviceId``. ``syncMode`` says how much of it the server keeps: ids, states and
    counts; names besides; or everything. Neither can be changed afterwards; the server's own agent needs ``full``.
    """

    title: Title | None = None
    device_id: DeviceId | None = None
    runtime: Runtime = "server"
    sync_mode: SyncMode = "full"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.runtime == "pi" and self.device_id is None:
            raise ValueError("`deviceId` is needed with the runtime `pi`")
        if self.runtime == "server" and self.sync_mode != "full":
            raise ValueError("the server's own agent needs `syncMode` `full`")
        return self


class UpdateConversation(WireInput):
    """Change the title, or the machine that the conversation works on."""

    title: Title | None = None
    device_id: DeviceId | None = None


class SendMessage(WireInput):
    """Say something. The same key again is the same message.

    ``delivery``: when Pi is at work, after its present step (``steer``) or when it would stop (``follow_up``).
    """

    text: Text
    idempotency_key: Key | None = None
    delivery: Literal["steer", "follow_up"] = "steer"


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
    """A conversation in the list. ``runtimeSession``: what the machine's runtime calls its present session."""

    id: ConversationId
    title: str
    device_id: DeviceId | None
    runtime: Runtime
    sync_mode: SyncMode
    runtime_session: str | None
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


class RuntimeModel(Wire):
    """A model that a machine's runtime can use."""

    provider: str
    id: str
    name: str


class RuntimeModels(Items):
    """The models of a machine's runtime; ``current`` is the one that it uses."""

    items: list[RuntimeModel]
    current: RuntimeModel | None


class ChooseModel(WireInput):
    """Another model for a machine's runtime."""

    provider: Annotated[str, Field(min_length=1, max_length=200)]
    model: Annotated[str, Field(min_length=1, max_length=200)]


class Sent(Wire):
    """An accepted message and the run that answers it."""

    message: Message
    run_id: RunId
