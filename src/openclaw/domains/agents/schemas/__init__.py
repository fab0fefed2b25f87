"""Runs, steps and approvals as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from openclaw.infra.wire import (
    ApprovalId,
    ConversationId,
    DeviceId,
    Items,
    RuleId,
    RunId,
    StepId,
    TaskRunId,
    Wire,
    WireInput,
)
from openclaw.protocol.tools import ToolName

RunState = Literal[
    "queued", "running", "awaiting_approval", "waiting_for_device", "completed", "failed", "aborted"
]
StepState = Literal[
    "pending", "awaiting_approval", "waiting_for_device", "running", "ok", "error", "denied", "aborted"
]
Runtime = Literal["server", "pi"]
SyncMode = Literal["local_only", "metadata", "full"]
UndoObstacle = Literal[
    "changed", "changed_between", "occupied", "not_empty", "gone", "denied", "not_kept", "failed"
]
Decision = Literal["allow_once", "allow_conversation", "allow_always", "deny"]


class DeviceRef(Wire):
    """A machine, named."""

    id: DeviceId
    name: str


class Segment(Wire):
    """One command of a call and its grade."""

    text: str
    program: str
    grade: Literal["read", "modify", "high", "dangerous"]
    why: str


class Risk(Wire):
    """Why a call needs an answer."""

    segments: list[Segment]
    summary: str


class Coverage(Wire):
    """What a standing rule from this approval would allow without asking."""

    program: str
    folder: str
    text: str


class Question(Wire):
    """What an extension of a machine's runtime asks; ``options`` are those of a ``select``."""

    method: Literal["confirm", "select", "input", "editor"]
    title: str
    message: str
    options: list[str]


class Approval(Wire):
    """A question to the user: of a run, or of the client ``asked_by``, which runs something itself.

    ``device``: None when a client asks about what is no machine of the user. ``targets``: every machine, when it goes
    to several; ``device`` names them together. ``link``: where the console shows it and takes the answer, below the
    server's address. ``question``: put by an extension of a machine's runtime, in its own words. ``task_run_id``: the
    run of a task that asks.
    """

    id: ApprovalId
    link: str
    run_id: RunId | None
    task_run_id: TaskRunId | None
    conversation_id: ConversationId | None
    asked_by: str | None
    tool_call_id: str
    tool: str
    arguments: dict[str, Any]
    question: Question | None
    device: DeviceRef | None
    targets: list[DeviceRef]
    grade: Literal["modify", "high"]
    risk: Risk
    folder: str | None
    coverage: Coverage | None
    state: Literal["pending", "allowed", "denied", "expired", "cancelled"]
    decision: Decision | None
    reason: str | None
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None


class Approvals(Items):
    """Approvals, newest first."""

    items: list[Approval]


class Decide(WireInput):
    """An answer to an approval. High risk needs ``confirm`` as well.

    ``rule_days``: when the rule that ``allow_always`` leaves ends by itself. ``answer``: what was chosen or written,
    where a question wants that.
    """

    decision: Decision
    answer: Annotated[str, Field(max_length=2000)] | None = None
    reason: Annotated[str, Field(max_length=2000)] | None = None
    confirm: bool = False
    rule_days: Annotated[int, Field(ge=1, le=365)] | None = None


class ApprovalRule(Wire):
    """What the user allowed beyond one call."""

    id: RuleId
    program: str
    folder: str
    device: DeviceRef
    conversation_id: ConversationId | None
    created_at: datetime
    expires_at: datetime | None


class ApprovalRules(Items):
    """Live rules, newest first."""

    items: list[ApprovalRule]


class PreviewRule(WireInput):
    """A rule as it might be: these programs, in this folder and below, on this machine."""

    device_id: DeviceId
    programs: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=20)
    ]
    folder: Annotated[str, Field(min_length=1, max_length=4096)]


class CoveredCall(Wire):
    """A call of the past that a rule would have let through without a question."""

    step_id: StepId
    run_id: RunId
    conversation_id: ConversationId
    tool: str
    text: str
    at: datetime
    was_asked: bool


class RulePreview(Wire):
    """What a rule would have covered in the last 30 days: ``total`` calls, the newest of them in ``items``.

    ``is_partial``: there were more calls than were looked at.
    """

    items: list[CoveredCall]
    total: int
    is_partial: bool


class SimulateCall(WireInput):
    """A call as it might be: a shell line, or any tool with its arguments."""

    device_id: DeviceId
    command: Annotated[str, Field(min_length=1, max_length=32_768)] | None = None
    folder: Annotated[str, Field(min_length=1, max_length=4096)] = "~"
    tool: ToolName = "exec"
    arguments: dict[str, Any] | None = None


class DeviceWord(Wire):
    """What the machine's own policy says. ``unknown``: it cannot be asked, or is too old to answer."""

    state: Literal["allowed", "refused", "offline", "unknown"]
    message: str | None


class Simulation(Wire):
    """What would happen with a call, and who decides it. Nothing was run."""

    grade: Literal["read", "modify", "high", "dangerous"]
    segments: list[Segment]
    folder: str | None
    outcome: Literal["run", "ask", "ask_twice", "refuse"]
    decided_by: Literal["grade", "rules", "policy", "tool_off"]
    rules: list[ApprovalRule]
    max_grade: Literal["read", "modify", "high"]
    device: DeviceWord


class StepError(Wire):
    """Why a tool call has no result."""

    code: str
    message: str


class TextPart(Wire):
    """What the model said."""

    type: Literal["text"] = "text"
    text: str


class ToolPart(Wire):
    """What the model did."""

    type: Literal["tool"] = "tool"
    step_id: StepId
    tool_call_id: str
    name: str
    arguments: dict[str, Any]
    device: DeviceRef | None
    targets: list[DeviceRef]
    state: StepState
    result: dict[str, Any] | None
    error: StepError | None
    approval: Approval | None


Part = Annotated[TextPart | ToolPart, Field(discriminator="type")]


class Usage(Wire):
    """Tokens of a run, and its price in millionths of a US dollar when it is known."""

    input_tokens: int
    output_tokens: int
    cost_micros: int | None


class RunError(Wire):
    """Why a run failed, in the user's language."""

    code: str
    title: str


class UndoneRun(Wire):
    """How many paths an undo has brought back, and how many it had to leave as they were."""

    at: datetime
    done: int
    left: int


class Run(Wire):
    """One turn of the agent. ``undone``: its changes to files were undone, by its user.

    ``runtime``: ``pi`` for that of a machine, of which the server keeps what ``sync_mode`` says.
    """

    id: RunId
    conversation_id: ConversationId
    client_run_id: str
    runtime: Runtime
    sync_mode: SyncMode
    state: RunState
    parts: list[Part]
    error: RunError | None
    model: str | None
    demo: bool
    usage: Usage | None
    undone: UndoneRun | None
    created_at: datetime
    finished_at: datetime | None


class UndoPath(Wire):
    """One path of an undo. ``diff`` leads from what is there now to what comes back.

    ``obstacle`` says why it stays as it is; with ``can_force`` naming it in ``force`` brings it back all the same.
    """

    path: str
    action: Literal["restore", "bring_back", "remove", "move_back"]
    kind: Literal["absent", "file", "link", "folder", "other"]
    moved_to: str | None
    diff: str
    is_done: bool
    obstacle: UndoObstacle | None
    note: str | None
    can_force: bool


class UndoMachine(Wire):
    """An undo on one machine. ``more`` paths are not listed; of ``expired`` calls no version is kept (any more)."""

    device: DeviceRef
    paths: list[UndoPath]
    more: int
    done: int
    stopped: int
    expired: int


class RunUndo(Wire):
    """What undoing a run does, or did. ``commands`` were run and cannot be undone."""

    machines: list[UndoMachine]
    commands: list[str]
    undone: UndoneRun | None


class UndoRun(WireInput):
    """Undo a run; ``force`` names paths that go back although somebody changed them since.

    The same key again is the same undo, with the same answer.
    """

    force: Annotated[list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(max_length=500)] = (
        Field(default_factory=list)
    )
    idempotency_key: Annotated[str, Field(min_length=1, max_length=128)] | None = None
