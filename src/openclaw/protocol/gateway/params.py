"""Parameters of the methods, camelCase on the wire.

Closed: an unknown field is refused by name, since it may carry a meaning that we would otherwise ignore without
a word. The fields are those of releases 3 and 4 that their clients really send.
"""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from openclaw.protocol.runs import RunEvent

Id = Annotated[str, Meta(min_length=1, max_length=128)]
SessionKey = Annotated[str, Meta(min_length=1, max_length=512)]
Label = Annotated[str, Meta(max_length=512)]
Key = Annotated[str, Meta(min_length=1, max_length=128)]
Limit = Annotated[int, Meta(ge=1, le=1000)]
Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
MAX_MESSAGE = 262_144
MAX_HOST_SLOTS = 200
HOST_LABEL = r"^[a-z0-9][a-z0-9._-]{0,59}$"
HostLabel = Annotated[str, Meta(pattern=HOST_LABEL)]

AGENT = "main"


class Params(Struct, rename="camel", forbid_unknown_fields=True):
    """What a method takes.

    ``unsupported``: fields that the protocol has and that a client relies on, while we do nothing about them. They
    are refused when they say something. Others that we do nothing about are hints.
    """

    unsupported: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        names = dict(zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True))
        for name in self.unsupported:
            if getattr(self, name) not in (None, UNSET, [], False):
                raise ValueError(f"`{names[name]}` is not supported by this gateway")
        if getattr(self, "agent_id", None) not in (None, AGENT):
            raise ValueError(f"there is no other agent than `{AGENT}`")


class NoParams(Params):
    """A method without parameters."""


class HealthParams(Params):
    """``probe`` asks for a fresh look; ours is always fresh."""

    probe: bool | None = None


class StatusParams(Params):
    """``include_channel_summary`` is accepted and has no effect: there are no channels."""

    include_channel_summary: bool | None = None


class ChatSendParams(Params):
    """``idempotency_key`` becomes the ``runId`` of the answer and of the events."""

    unsupported = ("attachments",)

    session_key: SessionKey
    message: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
    idempotency_key: Key
    thinking: Annotated[str, Meta(max_length=64)] | None = None
    deliver: bool | None = None
    timeout_ms: Milliseconds | None = None
    agent_id: Id | None = None
    session_id: Id | None = None
    attachments: list[Any] | None = None


class ChatHistoryParams(Params):
    """Messages of a conversation, newest page first; ``limit`` counts messages.

    The page ends at ``message_id`` or before ``cursor`` when one is given, and ``offset`` messages before that.
    """

    session_key: SessionKey
    limit: Limit | None = None
    agent_id: Id | None = None
    session_id: Id | None = None
    cursor: Annotated[str, Meta(max_length=1024)] | None = None
    offset: Annotated[int, Meta(ge=0)] | None = None
    message_id: Id | None = None
    max_chars: Annotated[int, Meta(ge=1, le=500_000)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cursor is not None and self.message_id is not None:
            raise ValueError("only one of `cursor` and `messageId` can be given")


class ChatAbortParams(Params):
    """Stop one run, or every run of the conversation."""

    session_key: SessionKey
    run_id: Key | None = None
    agent_id: Id | None = None
    preserve_side_runs: bool | None = None


class SessionsListParams(Params):
    """Which conversations, and how many."""

    limit: Limit | None = None
    offset: Annotated[int, Meta(ge=0)] | None = None
    active_minutes: Annotated[int, Meta(ge=1)] | None = None
    include_global: bool | None = None
    include_unknown: bool | None = None
    include_derived_titles: bool | None = None
    include_last_message: bool | None = None
    configured_agents_only: bool | None = None
    owner_first: bool | None = None
    require_last_interaction: bool | None = None
    sort_by: Literal["updatedAt", "lastInteractionAt"] | None = None
    label: Label | None = None
    spawned_by: Key | None = None
    agent_id: Id | None = None
    search: Annotated[str, Meta(max_length=512)] | None = None
    archived: bool | Literal["all"] | None = None


class SessionsPreviewParams(Params):
    """The last messages of several conversations."""

    keys: Annotated[list[SessionKey], Meta(min_length=1, max_length=100)]
    limit: Limit | None = None
    max_chars: Annotated[int, Meta(ge=1, le=500_000)] | None = None


class SessionsPatchParams(Params):
    """None clears a field; a field that was not sent is UNSET and stays as it is."""

    unsupported = (
        "model",
        "elevated_level",
        "exec_host",
        "exec_security",
        "exec_ask",
        "exec_node",
        "send_policy",
        "group_activation",
    )

    key: SessionKey
    label: Label | UnsetType | None = UNSET
    archived: bool | UnsetType | None = UNSET
    pinned: bool | UnsetType | None = UNSET
    unread: bool | UnsetType | None = UNSET
    model: Key | UnsetType | None = UNSET
    agent_id: Id | None = None
    expected_session_id: Id | None = None
    thinking_level: Label | UnsetType | None = UNSET
    verbose_level: Label | UnsetType | None = UNSET
    reasoning_level: Label | UnsetType | None = UNSET
    response_usage: Label | UnsetType | None = UNSET
    elevated_level: Label | UnsetType | None = UNSET
    exec_host: Label | UnsetType | None = UNSET
    exec_security: Label | UnsetType | None = UNSET
    exec_ask: Label | UnsetType | None = UNSET
    exec_node: Label | UnsetType | None = UNSET
    send_policy: Label | UnsetType | None = UNSET
    group_activation: Label | UnsetType | None = UNSET


class SessionsResetParams(Params):
    """Start the conversation over."""

    key: SessionKey
    agent_id: Id | None = None
    reason: Literal["new", "reset"] | None = None


class SessionsDeleteParams(Params):
    """Delete a conversation, and by default its transcript."""

    key: SessionKey
    delete_transcript: bool | None = None
    agent_id: Id | None = None
    expected_session_id: Id | None = None
    archived_only: bool | None = None
    emit_lifecycle_hooks: bool | None = None


class NodeDescribeParams(Params):
    """Which machine."""

    node_id: Id


class NodeRenameParams(Params):
    """Which machine, and its new name."""

    node_id: Id
    display_name: Annotated[str, Meta(min_length=1, max_length=64)]


class NodeInvokeParams(Params):
    """``params`` are the command's own; the device checks them again."""

    node_id: Id
    command: Id
    idempotency_key: Key
    params: Any = None
    timeout_ms: Milliseconds | None = None
    session_key: SessionKey | None = None
    turn_source_channel: Label | None = None
    turn_source_to: Label | None = None
    turn_source_account_id: Label | None = None
    turn_source_thread_id: Label | int | None = None


class NodeFailure(Params):
    """Why the command failed on the machine."""

    code: Annotated[str, Meta(max_length=128)] | None = None
    message: Annotated[str, Meta(max_length=16_384)] | None = None


class NodeInvokeResultParams(Params):
    """The end of an invocation: a payload, or an error."""

    id: Id
    node_id: Id
    ok: bool
    payload_json: str | None = field(name="payloadJSON", default=None)
    payload: Any = None
    error: NodeFailure | None = None


class NodeInvokeProgressParams(Params):
    """A piece of output; release 4 says ``invokeId`` and ``chunk``, we ``id``, ``stream`` and ``data``."""

    node_id: Id
    seq: Annotated[int, Meta(ge=0)]
    id: Id | None = None
    invoke_id: Id | None = None
    stream: Literal["stdout", "stderr"] | None = None
    data: Annotated[str, Meta(max_length=65_536)] | None = None
    chunk: Annotated[str, Meta(max_length=65_536)] | None = None

    def __post_init__(self) -> None:
        if (self.id is None) == (self.invoke_id is None):
            raise ValueError("exactly one of `id` and `invokeId` is needed")
        if (self.data is None) == (self.chunk is None):
            raise ValueError("exactly one of `data` and `chunk` is needed")

    @property
    def call_id(self) -> str:
        """The invocation, whichever name it came by."""
        return self.id or self.invoke_id or ""

    @property
    def text(self) -> str:
        """The output, whichever name it came by."""
        return self.data if self.data is not None else self.chunk or ""


class NodeRunEventParams(Params):
    """What a run on the machine tells; ``id`` is its call. Without ``seq`` it is live, and need not arrive."""

    id: Id
    node_id: Id
    event: RunEvent
    seq: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class NodeEventParams(Params):
    """Something that happened on the machine."""

    event: Id
    payload_json: str | None = field(name="payloadJSON", default=None)
    payload: Any = None


class HostHeartbeatParams(Params):
    """Ours: what a host carries and can do. ``trouble``: why it is not well, in a word for its operators."""

    node_id: Id
    running: Annotated[int, Meta(ge=0, le=100_000)]
    queue_depth: Annotated[int, Meta(ge=0, le=100_000)]
    max_concurrent_tasks: Annotated[int, Meta(ge=1, le=MAX_HOST_SLOTS)] = 5
    long_running: bool = False
    browser_operator: bool = False
    memory_mb: Annotated[int, Meta(ge=0, le=2**31)] | None = None
    labels: Annotated[list[HostLabel], Meta(max_length=20)] = field(default_factory=list[str])
    region: HostLabel | None = None
    provider: HostLabel | None = None
    trouble: Annotated[str, Meta(max_length=200)] | None = None


class NodeSkillsParams(Params):
    """What skills the machine offers."""

    skills: list[Any]


class NodePluginToolsParams(Params):
    """What plugin tools the machine offers."""

    tools: list[Any]


class NodeRunnerInventoryParams(Params):
    """What the machine can run."""

    protocol_features: list[Label] | None = None
    worker_host: dict[str, Any] | None = None


class PairDecisionParams(Params):
    """Which request to pair."""

    request_id: Id


class PairedDeviceParams(Params):
    """Which paired device."""

    device_id: Id


class PairRenameParams(Params):
    """Which paired device, and its new name."""

    device_id: Id
    label: Annotated[str, Meta(min_length=1, max_length=64)]


class TokenRotateParams(Params):
    """Whose token to replace, and with which scopes."""

    device_id: Id
    role: Literal["operator", "node"]
    scopes: Annotated[list[Label], Meta(max_length=32)] | None = None


class TokenRevokeParams(Params):
    """Whose token to end."""

    device_id: Id
    role: Literal["operator", "node"]


class ModelsListParams(Params):
    """Which view of the models."""

    agent_id: Id | None = None
    session_key: SessionKey | None = None
    view: Literal["default", "configured", "provider-config", "all"] | None = None
    include_details: bool | None = None
    include_provider_capabilities: bool | None = None
    prepared_only: bool | None = None
    refresh: bool | None = None


class AgentIdentityParams(Params):
    """Whose name and picture."""

    agent_id: Id | None = None
    session_key: SessionKey | None = None
