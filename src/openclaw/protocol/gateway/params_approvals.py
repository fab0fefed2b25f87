"""Parameters of exec.approval.* and exec.approvals.*: questions to the person, and what is allowed without one."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from openclaw.protocol.gateway.params import Id, Key, Label, Milliseconds, Params, SessionKey

Text = Annotated[str, Meta(max_length=4096)]
MAX_WAIT_MS = 1_800_000
MAX_COMMAND = 32_768


class ApprovalRequestParams(Params):
    """Asked for by a client that runs something itself and wants the person to decide.

    ``id`` is the client's own name for the question: the same again is the same question. ``two_phase``: it is
    answered at once that the question stands, and again with the decision. Who may look at it is not the client's
    choice, and what it claims of the command (plans, spans, paths) is not shown as if it were known.
    """

    command: Annotated[str, Meta(min_length=1, max_length=MAX_COMMAND)] | None = None
    command_argv: Annotated[list[str], Meta(max_length=1024)] | None = None
    id: Id | None = None
    cwd: Text | None = None
    host: Label | None = None
    node_id: Id | None = None
    timeout_ms: Annotated[int, Meta(ge=1, le=MAX_WAIT_MS)] | None = None
    two_phase: bool | None = None
    security: Label | None = None
    ask: Label | None = None
    warning_text: Text | None = None
    agent_id: Id | None = None
    resolved_path: Text | None = None
    session_key: SessionKey | None = None
    session_id: Id | None = None
    run_id: Key | None = None
    tool_call_id: Key | None = None
    turn_source_channel: Label | None = None
    turn_source_to: Label | None = None
    turn_source_account_id: Label | None = None
    turn_source_thread_id: Label | int | None = None
    system_run_plan: dict[str, Any] | None = None
    env: dict[str, str] | None = None
    scope: Any = None
    unavailable_decisions: list[Label] | None = None
    command_spans: list[Any] | None = None
    approval_reviewer_device_ids: list[Label] | None = None
    require_delivery_route: bool | None = None
    suppress_delivery: bool | None = None
    deliver_to_approval_clients_only: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.command and not self.command_argv:
            raise ValueError("one of `command` and `commandArgv` is needed")
        if sum(map(len, self.command_argv or ())) > MAX_COMMAND:
            raise ValueError(f"`commandArgv` is longer than {MAX_COMMAND} characters in all")


class ApprovalParams(Params):
    """Which approval."""

    id: Id


class ApprovalResolveParams(Params):
    """``confirm`` is the second step that a deletion needs; ``reason`` goes to the model."""

    id: Id
    decision: Literal["allow-once", "allow-conversation", "allow-always", "deny"]
    reason: Annotated[str, Meta(max_length=2000)] | None = None
    confirm: bool | None = None


class ApprovalWaitParams(Params):
    """Which approval, and how long to wait for its decision."""

    id: Id
    timeout_ms: Milliseconds | None = None


class MachinePolicyParams(Params):
    """Whose own policy."""

    node_id: Id
