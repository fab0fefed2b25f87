"""What a workflow is: typed steps in a graph without cycles; loops and branches hold graphs of their own.

Values in ``config`` are JSON in which an object with the one key ``$expr`` (CEL), ``$text`` (a text with ``{{ … }}``)
or ``$secret`` (the name of a secret) stands for what it becomes when the step starts.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from openclaw.domains.workflows.language.limits import (
    DEFAULT_ITERATIONS,
    LONGEST_SECONDS,
    MAX_BRANCHES,
    MAX_CONCURRENCY,
    MAX_EXPRESSION,
    MAX_ITERATIONS,
)
from openclaw.infra.texts import MAX_TEXT

LANGUAGE = "openclaw.workflow/1"
WORK_TIMEOUT = 300
SIGNAL_PATTERN = "^[A-Za-z0-9_.:-]+$"
ID_PATTERN = "^[A-Za-z_][A-Za-z0-9_]{0,63}$"

Identifier = Annotated[str, Field(pattern=ID_PATTERN, description="Letters, digits and _, as CEL names it.")]
Expression = Annotated[
    str,
    Field(min_length=1, max_length=MAX_EXPRESSION, description="CEL.", json_schema_extra={"format": "cel"}),
]
Template = Annotated[
    str,
    Field(max_length=MAX_TEXT, description="Text with {{ … }}.", json_schema_extra={"format": "template"}),
]
Value: TypeAlias = Annotated[
    Any,
    Field(
        description="JSON; {$expr}, {$text} and {$secret} are replaced.",
        json_schema_extra={"format": "value"},
    ),
]
Values: TypeAlias = dict[str, Value]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_SECONDS)]
Targets = Annotated[list[Identifier], Field(max_length=64)]
JsonSchema = Annotated[
    dict[str, Any],
    Field(description="JSON Schema, draft 2020-12.", json_schema_extra={"format": "json-schema"}),
]


class Part(BaseModel):
    """Base of every part: strict, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Retries(Part):
    """Try a failed step again: after ``delay`` × the number of the try (linear), ever the same, or doubled.

    ``jitter``: up to that share of it later, so that what failed together does not come again together.
    """

    max: Annotated[int, Field(ge=1, le=20)] = 3
    delay: Annotated[int, Field(ge=0, le=86_400)] = 60
    backoff: Literal["linear", "fixed", "exponential"] = "linear"
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.1

    def seconds(self, attempt: int, *, of: str) -> float:
        """How long after the failed try number ``attempt`` (from 1) the next begins; a day at most.

        ``of`` names the step in its run: whoever asks again for the same step is told the same.
        """
        factor = {"linear": attempt, "fixed": 1, "exponential": 2 ** (attempt - 1)}[self.backoff]
        digest = hashlib.sha256(f"{of}:{attempt}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        return min(self.delay * factor * (1 + self.jitter * share), 86_400)


class _Step(Part):
    """What every step has."""

    id: Identifier
    name: Annotated[str, Field(max_length=100)] = ""
    next_steps: Targets = []
    on_failure: Identifier | None = Field(
        default=None, description="The step that is run when this one fails; then the run goes on."
    )
    timeout: Seconds | None = None
    retries: Retries | None = None
    output_schema: JsonSchema | None = None


class PluginConfig(Part):
    """A function of an installed plugin."""

    plugin: Annotated[str, Field(min_length=1, max_length=100)]
    action: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    inputs: Values = {}


class PluginStep(_Step):
    """Run a plugin."""

    type: Literal["plugin"]
    config: PluginConfig


class Case(Part):
    """One way out of a condition."""

    when: Expression
    next_steps: Targets = []


class ConditionConfig(Part):
    """The first case whose ``when`` is true is taken, else ``default``."""

    cases: Annotated[list[Case], Field(min_length=1, max_length=32)]
    default: Targets = []


class ConditionStep(_Step):
    """Go one way or another. Its own ``next_steps`` follow whichever was taken."""

    type: Literal["condition"]
    config: ConditionConfig


class LoopConfig(Part):
    """For each of ``items`` (a value), or as long as ``while`` is true; the body sees ``item`` and ``index``."""

    items: Value = None
    while_: Expression | None = Field(default=None, alias="while")
    steps: "Steps"
    output: Value = Field(
        default=None, description="What one round becomes; by default its last steps' output."
    )
    as_: Identifier = Field(default="item", alias="as")
    max_iterations: Annotated[int, Field(ge=1, le=MAX_ITERATIONS)] = DEFAULT_ITERATIONS
    concurrency: Annotated[int, Field(ge=1, le=MAX_CONCURRENCY)] = 1
    on_error: Literal["stop", "continue"] = "stop"


class LoopStep(_Step):
    """Repeat a body. Its output is the list of what the rounds became."""

    type: Literal["loop"]
    config: LoopConfig


class Branch(Part):
    """One of several things done at the same time."""

    id: Identifier
    steps: "Steps"
    output: Value = None


class ParallelConfig(Part):
    """``wait`` for all branches, any one, or that many; the others are then cancelled."""

    branches: Annotated[list[Branch], Field(min_length=1, max_length=MAX_BRANCHES)]
    wait: Literal["all", "any"] | Annotated[int, Field(ge=1, le=MAX_BRANCHES)] = "all"

    @property
    def needed(self) -> int:
        """How many branches must come to their end."""
        return {"all": len(self.branches), "any": 1}.get(self.wait, self.wait)  # type: ignore[arg-type,return-value]


class ParallelStep(_Step):
    """Do several things at once. Its output has what each branch became."""

    type: Literal["parallel"]
    config: ParallelConfig


class DelayConfig(Part):
    """Wait for so many seconds (a number or a value), or until an instant (RFC 3339, or a value)."""

    for_: Value = Field(default=None, alias="for")
    until: Value = None


class DelayStep(_Step):
    """Wait, for days if need be."""

    type: Literal["delay"]
    config: DelayConfig


class AgentConfig(Part):
    """A question to the assistant, which may use the named tools."""

    prompt: Template
    system: Template | None = None
    tools: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=64)] = []
    answer_schema: JsonSchema | None = None


class AgentStep(_Step):
    """Ask the assistant."""

    type: Literal["agent"]
    config: AgentConfig


class ApprovalConfig(Part):
    """A question to a person. ``form`` (JSON Schema of an object) is what they fill in; no answer in time is a no."""

    message: Template
    form: JsonSchema | None = None
    expires: Seconds = 86_400


class ApprovalStep(_Step):
    """Ask a person. Refused is failed."""

    type: Literal["approval"]
    config: ApprovalConfig


class SignalConfig(Part):
    """The name of a signal, which a program or a person sends to the run, and the JSON Schema of its data."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=SIGNAL_PATTERN)]
    data_schema: JsonSchema | None = None


class SignalStep(_Step):
    """Wait for a signal, for days if need be. Its output has the signal's ``data``, and ``by``: who sent it."""

    type: Literal["signal"]
    config: SignalConfig


class DeviceConfig(Part):
    """A tool on one of the user's machines; ``device`` is an id or a name, the primary machine when left out."""

    device: Value = None
    tool: Annotated[str, Field(min_length=1, max_length=60)]
    arguments: Values = {}


class DeviceStep(_Step):
    """Act on a machine."""

    type: Literal["device"]
    config: DeviceConfig


class HttpConfig(Part):
    """One request to a public address."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Value
    headers: Values = {}
    query: Values = {}
    body: Value = None
    expect: Annotated[list[Annotated[int, Field(ge=100, le=599)]], Field(max_length=32)] = []


class HttpStep(_Step):
    """Call an HTTP address."""

    type: Literal["http"]
    config: HttpConfig


class TransformConfig(Part):
    """``set`` is the step's output; ``variables`` are kept for the rest of the run."""

    set: Value = None
    variables: Values = {}


class TransformStep(_Step):
    """Make values out of values."""

    type: Literal["transform"]
    config: TransformConfig


class SubworkflowConfig(Part):
    """Another workflow of the workspace, by id or name, in its active version or the given one."""

    workflow: Annotated[str, Field(min_length=1, max_length=100)]
    version: Annotated[int, Field(ge=1)] | None = None
    input: Values = {}


class SubworkflowStep(_Step):
    """Run another workflow and wait for its end."""

    type: Literal["subworkflow"]
    config: SubworkflowConfig


Step = (
    PluginStep
    | ConditionStep
    | LoopStep
    | ParallelStep
    | DelayStep
    | AgentStep
    | ApprovalStep
    | SignalStep
    | DeviceStep
    | HttpStep
    | TransformStep
    | SubworkflowStep
)
Steps = Annotated[list[Annotated[Step, Field(discriminator="type")]], Field(min_length=1)]


class Position(Part):
    """Where the canvas shows a step."""

    x: float
    y: float


class Definition(Part):
    """A workflow."""

    openclaw: Literal["openclaw.workflow/1"]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    input: JsonSchema | None = None
    variables: dict[str, Any] = {}
    secrets: Annotated[list[Identifier], Field(max_length=64)] = []
    timeout: Seconds | None = None
    steps: Steps
    output: Value = Field(
        default=None, description="What the run becomes; by default its last steps' output."
    )
    layout: dict[str, Position] = {}


for _model in (LoopConfig, Branch, LoopStep, ParallelConfig, ParallelStep, Definition):
    _model.model_rebuild()

STEP_TYPES = (
    "plugin",
    "condition",
    "loop",
    "parallel",
    "delay",
    "agent",
    "approval",
    "signal",
    "device",
    "http",
    "transform",
    "subworkflow",
)
# Steps that somebody else carries out, and that must not take for ever unless the definition says so.
TIMED = frozenset({"plugin", "agent", "device", "http"})


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps with those inside loops and branches."""
    for step in steps:
        yield step
        if isinstance(step, LoopStep):
            yield from all_steps(step.config.steps)
        elif isinstance(step, ParallelStep):
            for branch in step.config.branches:
                yield from all_steps(branch.steps)


def timeout_of(step: Step) -> int | None:
    """Seconds that a step may take; None for what may take as long as it will."""
    if isinstance(step, ApprovalStep):
        return step.timeout or step.config.expires
    return step.timeout or (WORK_TIMEOUT if step.type in TIMED else None)
