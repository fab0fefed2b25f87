"""Workflows, runs and steps as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, Strict

from openclaw.domains.artifacts.schemas import Kind
from openclaw.domains.plugins.schemas import PluginCall
from openclaw.infra.wire import (
    ApprovalId,
    Items,
    UserId,
    Wire,
    WireInput,
    WorkflowId,
    WorkflowRunId,
    WorkflowStepRunId,
)

Status = Literal["draft", "active", "archived"]
RunState = Literal["pending", "running", "waiting", "completed", "failed", "cancelled", "delayed"]
SecretName = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Key = Annotated[str, Field(min_length=1, max_length=200)]


def _spelt_out(value: Any) -> Any:
    if not isinstance(value, str) or "T" not in value.upper():  # a number would be read as seconds since 1970
        raise ValueError("a time is a text like 2026-11-21T05:00:00Z")
    return value


Instant = Annotated[AwareDatetime, Strict(strict=False), BeforeValidator(_spelt_out)]


class SaveWorkflow(WireInput):
    """A definition, as JSON or as YAML text. ``baseVersion``: what it was made from; a newer one is a conflict."""

    definition: dict[str, Any] | None = None
    yaml: Annotated[str, Field(max_length=600_000)] | None = None
    base_version: Annotated[int, Field(ge=1)] | None = None


class CheckDefinition(WireInput):
    """Is it a workflow?"""

    definition: dict[str, Any] | None = None
    yaml: Annotated[str, Field(max_length=600_000)] | None = None


class KeepFile(WireInput):
    """What a file is kept as; its name and what it is, when left out."""

    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    kind: Kind | None = None


class DefinitionProblem(Wire):
    """What is wrong with a definition, and where (JSON path)."""

    path: str
    code: str
    message: str


class Checked(Wire):
    """All that is wrong, nothing when it is a workflow; and the definition as it was read."""

    problems: list[DefinitionProblem]
    definition: Any


class Workflow(Wire):
    """A workflow in the list."""

    id: WorkflowId
    name: str
    description: str
    status: Status
    latest_version: int
    active_version: int | None
    owner_id: UserId
    created_at: datetime
    updated_at: datetime


class WorkflowDetail(Workflow):
    """A workflow with the definition of one of its versions."""

    version: int
    definition: dict[str, Any]


class LastRun(Wire):
    """The caller's newest run of a workflow."""

    id: WorkflowRunId
    state: RunState
    created_at: datetime
    finished_at: datetime | None


class ListedWorkflow(Workflow):
    """A workflow with how its newest run went."""

    last_run: LastRun | None


class Workflows(Items):
    """Workflows, the last changed first."""

    items: list[ListedWorkflow]


class Version(Wire):
    """A saved version."""

    version: int
    created_by_user_id: UserId
    created_at: datetime


class Versions(Items):
    """Versions, the newest first."""

    items: list[Version]


class Change(Wire):
    """One difference between versions: ``path`` in the definition; steps by their id."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any = None
    after: Any = None


class Changes(Items):
    """What changed between two versions."""

    items: list[Change]


class Propose(WireInput):
    """A wish in words about a definition."""

    definition: dict[str, Any]
    words: Annotated[str, Field(min_length=1, max_length=2_000)]


class Proposal(Wire):
    """What a definition would be after a change, to be reviewed: nothing of it is saved.

    ``problems``: why it cannot be saved; ``changes`` and the two YAML texts are from what was given to it.
    """

    definition: dict[str, Any]
    explanation: str
    problems: list[DefinitionProblem]
    changes: list[Change]
    before_yaml: str
    after_yaml: str


class YamlText(Wire):
    """A definition as YAML."""

    yaml: str


class Activate(WireInput):
    """Which version runs from now on; the newest when left out."""

    version: Annotated[int, Field(ge=1)] | None = None


class StartRun(WireInput):
    """Run a workflow. ``recorded``: outputs by step, for a dry run, or ``recordedFrom`` a run that has them.

    ``priority``: 1 low, 2 normal, 3 high, 4 critical, among the workspace's own. ``startAt``: not before, with offset.
    """

    input: dict[str, Any] = Field(default_factory=dict[str, Any])
    version: Annotated[int, Field(ge=1)] | None = None
    dry: bool = False
    recorded: dict[str, Any] | None = None
    recorded_from: WorkflowRunId | None = None
    idempotency_key: Key | None = None
    priority: Annotated[int, Field(ge=1, le=4)] = 2
    start_at: Instant | None = None


class RepeatRun(WireInput):
    """Run again from a step on (its path), with what was before as it was; ``input`` takes the place of that step's."""

    from_path: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    input: dict[str, Any] | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    idempotency_key: Key | None = None


class Answer(WireInput):
    """What a person says to an approval step; ``data`` fills in its form."""

    approved: bool
    data: dict[str, Any] | None = None
    reason: Annotated[str, Field(max_length=2000)] | None = None


class SendSignal(WireInput):
    """A signal for the step that waits for that name. The same ``idempotencyKey`` again is the same signal."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    data: Any = None
    idempotency_key: Key | None = None


class RunFailure(Wire):
    """Why a run failed, and at which step."""

    code: str
    title: str
    path: str | None


class RunSummary(Wire):
    """A run in the list, without what went in and came out."""

    id: WorkflowRunId
    workflow_id: WorkflowId
    version: int
    state: RunState
    dry: bool
    paused: bool
    error: RunFailure | None
    origin_run_id: WorkflowRunId | None
    from_path: str | None
    parent_run_id: WorkflowRunId | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class NamedRun(RunSummary):
    """A run with the name of its workflow."""

    name: str


class WorkingStep(Wire):
    """A step that is being carried out: it has no history before it ends. ``attempt`` counts from 1.

    ``approvalId``: it waits for its user's answer to that approval.
    """

    path: str
    step_id: str
    type: str
    attempt: int
    started_at: datetime
    approval_id: ApprovalId | None = None


class WorkflowRun(RunSummary):
    """A run. ``working``: what is being done right now."""

    input: dict[str, Any]
    output: Any
    working: list[WorkingStep]


class WorkflowRuns(Items):
    """Runs, the newest first."""

    items: list[RunSummary]


class StepLog(Wire):
    """One thing that was done for a step."""

    at: datetime
    text: str


class StepRun(Wire):
    """A step of a run. ``large``: bodies are left out of the list; ask for the step, as for a plugin's ``call``.

    ``seq`` grows with every change of any step; ``inputBytes`` and ``outputBytes`` are those of large bodies.
    """

    id: WorkflowStepRunId
    seq: int
    path: str
    step_id: str
    type: str
    state: Literal["waiting", "delayed", "completed", "failed", "cancelled", "skipped"]
    input: Any
    output: Any
    large: bool
    input_bytes: int | None
    output_bytes: int | None
    error: dict[str, Any] | None
    attempts: list[Any]
    logs: list[StepLog]
    reused: bool
    started_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    call: PluginCall | None = None


class StepRuns(Items):
    """A page of a run's history, in the order in which steps got to where they are."""

    items: list[StepRun]


class PutSecret(WireInput):
    """A secret's value; it is never shown again."""

    name: SecretName
    value: Annotated[str, Field(min_length=1, max_length=16_384)]


class Secret(Wire):
    """A secret, without its value."""

    name: str
    updated_at: datetime


class Secrets(Items):
    """The workspace's secrets by name."""

    items: list[Secret]
