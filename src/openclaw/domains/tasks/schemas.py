"""Tasks, their runs and logs as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_serializer

from openclaw.domains.agents.schemas import DeviceRef, RunError, Runtime, SyncMode
from openclaw.domains.agents.schemas.budgets import Budget, BudgetLimits
from openclaw.domains.systems.schemas import Intake, SystemRef
from openclaw.infra.wire import (
    BudgetId,
    ConversationId,
    DeviceId,
    Items,
    RunId,
    SystemId,
    TaskId,
    TaskRunId,
    Wire,
    WireInput,
)

State = Literal[
    "queued",
    "dispatched",
    "running",
    "waiting_approval",
    "waiting_device",
    "succeeded",
    "failed",
    "cancelled",
    "timed_out",
    "lost",
]
Standing = Literal["running", "needs_me", "finished", "failed"]
ApprovalMode = Literal["ask", "deny"]
WhenLost = Literal["redispatch", "end"]
Outcome = Literal["nothing_worked"]
Reason = Literal["launch", "retry", "follow_up"]
EventKind = Literal[
    "created",
    "state",
    "dispatched",
    "model_replied",
    "tool_started",
    "tool_ended",
    "approval_asked",
    "approval_answered",
    "paused",
    "resumed",
    "cancel_requested",
    "hand_over",
    "moved",
    "not_moved",
    "host_lost",
]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Label = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w.:=/-]+$")]


class TargetIn(WireInput):
    """Where to work: the server's agent with no machine in particular, with a machine's tools, or with a host's.

    ``host``: ``deviceId`` or any that has all of ``labels``. ``runtime`` ``pi``: the machine's own, where what is said
    stays there as far as ``syncMode`` says.
    """

    kind: Literal["server", "device", "host"] = "server"
    device_id: DeviceId | None = None
    labels: Annotated[list[Label], Field(max_length=10)] = Field(default_factory=list)
    runtime: Runtime = "server"
    sync_mode: SyncMode = "full"


class TaskTarget(Wire):
    """Where a task works."""

    kind: Literal["server", "device", "host"]
    device_id: DeviceId | None
    labels: list[str]
    runtime: Runtime
    sync_mode: SyncMode


class SaveTask(WireInput):
    """What is to be done, and how.

    ``text``, or the form (``intake``) of a system, with ``text`` as a further request. Without ``target`` a local-only
    system works at its own machine, everything else at the server; a system's sync mode is the most that may be chosen.
    ``budget`` limits each launch by itself, ``budgetId`` is one that launches share. ``timeLimitSeconds`` counts from
    the dispatch. ``whenLost``: whether to go on elsewhere when the host is gone. ``approvalMode`` ``deny``: nobody is
    asked, and what would need an answer is refused.
    """

    text: Text | None = None
    system_id: SystemId | None = None
    intake: Intake | None = None
    title: Title | None = None
    target: TargetIn | None = None
    approval_mode: ApprovalMode = "ask"
    budget: BudgetLimits | None = None
    budget_id: BudgetId | None = None
    time_limit_seconds: Annotated[int, Field(ge=1, le=2_592_000)] | None = None
    when_lost: WhenLost = "redispatch"


class Task(Wire):
    """A task. ``version`` is its ETag. ``system``: null also when it is gone. ``intake``: null where it is not kept."""

    id: TaskId
    title: str
    text: str
    system: SystemRef | None
    intake: dict[str, Any] | None
    target: TaskTarget
    approval_mode: ApprovalMode
    budget: dict[str, int] | None
    budget_id: BudgetId | None
    time_limit_seconds: int | None
    when_lost: WhenLost
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    last_run: "TaskRun | None" = None


class Tasks(Items):
    """Tasks, the newest first, each with its latest run."""

    items: list[Task]


class Totals(Wire):
    """What a run has taken so far; the price is None when it is not known."""

    model_calls: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int | None = 0


class TaskRun(Wire):
    """A launch of a task. ``eventSeq`` and ``eventHash``: the end of its log.

    ``outcome`` is said of a run that succeeded: ``nothing_worked`` when every call of a tool failed or was refused.
    """

    id: TaskRunId
    task_id: TaskId
    title: str
    system: SystemRef | None
    state: State
    reason: Reason
    origin_run_id: TaskRunId | None
    attempt: int
    target: TaskTarget
    device: DeviceRef | None
    conversation_id: ConversationId | None
    run_id: RunId | None
    approval_mode: ApprovalMode
    budget: Budget | None
    time_limit_seconds: int | None
    is_paused: bool
    is_cancelling: bool
    is_moving: bool
    totals: Totals
    error: RunError | None
    outcome: Outcome | None
    event_seq: int
    event_hash: str
    created_at: datetime
    dispatched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class TaskRuns(Items):
    """Runs, the newest first."""

    items: list[TaskRun]


class TaskEvent(Wire):
    """Something that happened in a run. It holds names and states, no words: those are in the run of the agent.

    ``hash`` is the SHA-256 of ``previousHash`` and the event's canonical JSON: keys in order, no spaces,
    ``{"at", "data", "kind", "seq"}``.
    """

    seq: int
    at: datetime
    kind: EventKind
    data: dict[str, Any]
    previous_hash: str
    hash: str

    @field_serializer("at")
    def _as_hashed(self, at: datetime) -> str:
        return at.isoformat()


class TaskEvents(Wire):
    """A run's log, in order, after the number asked for; ``isMore``: there is more of it by now."""

    items: list[TaskEvent]
    is_more: bool


class FollowUp(WireInput):
    """What to do next, in the same conversation."""

    text: Text


class HandOver(WireInput):
    """Where to go on: a machine or host, with the transcript, and the files that the run has changed."""

    target: TargetIn
    with_files: bool = True
