"""Parameters of agent, agent.wait, wake and browser.request: work for the assistant, and for a machine's browser."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from openclaw.protocol.gateway.params import MAX_MESSAGE, Id, Key, Label, Milliseconds, Params, SessionKey


class AgentParams(Params):
    """One turn of the assistant. ``timeout`` in seconds and ``thinking`` are hints.

    Of what it may be told beside the message, what would change the answer and is not done here is refused.
    """

    unsupported = ("attachments", "extra_system_prompt", "spawned_by", "model", "provider", "cwd", "group_id")

    message: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
    idempotency_key: Key
    agent_id: Id | None = None
    session_key: SessionKey | None = None
    session_id: Id | None = None
    to: Label | None = None
    channel: Label | None = None
    account_id: Label | None = None
    reply_to: Label | None = None
    reply_channel: Label | None = None
    reply_account_id: Label | None = None
    thread_id: Label | None = None
    group_id: Label | None = None
    deliver: bool | None = None
    best_effort_deliver: bool | None = None
    thinking: Label | None = None
    timeout: Annotated[int, Meta(ge=0)] | None = None
    lane: Label | None = None
    label: Label | None = None
    extra_system_prompt: Annotated[str, Meta(max_length=MAX_MESSAGE)] | None = None
    spawned_by: Key | None = None
    model: Label | None = None
    provider: Label | None = None
    cwd: Annotated[str, Meta(max_length=4096)] | None = None
    attachments: list[Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.deliver:
            raise ValueError("`deliver` is not supported: this gateway has no channels")


class AgentWaitParams(Params):
    """Which run, and how long to wait for its end."""

    run_id: Key
    timeout_ms: Milliseconds | None = None


class WakeParams(Params):
    """Words for the main conversation. There are no heartbeats, so only ``now`` is a time that comes."""

    mode: Literal["now", "next-heartbeat"]
    text: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
    session_key: SessionKey | None = None
    agent_id: Id | None = None


class BrowserRequestParams(Params):
    """A request to the browser service of a machine that offers one; ``node_id``: which machine."""

    method: Literal["GET", "POST", "DELETE"]
    path: Annotated[str, Meta(min_length=1, max_length=4096)]
    query: dict[str, Any] | None = None
    body: Any = None
    timeout_ms: Milliseconds | None = None
    node_id: Id | None = None
