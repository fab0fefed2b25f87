"""The state of a run: frames of nodes. A node is one carrying-out of a step; each round of a loop is a frame."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from openclaw.domains.workflows.language.definition import ConditionStep, Step
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.graph import Plan
from openclaw.domains.workflows.machine.messages import Record, StepState

NodeState = Literal["idle", "active", "delayed", "handling", "completed", "failed", "skipped", "cancelled"]


@dataclass
class Node:
    """A step in its frame. ``unresolved`` edges lead to it of which nobody knows yet whether they are taken."""

    path: str
    step: Step
    frame: "Frame"
    unresolved: int
    is_taken: bool = False
    state: NodeState = "idle"
    attempt: int = 1
    attempts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    started_at: datetime | None = None
    timer: tuple[datetime, str] | None = None  # when, and which: deadline, retry, due
    inputs: Any = None
    output: Any = None
    failure: StepError | None = None
    is_reused: bool = False
    frames: dict[str, "Frame"] = field(default_factory=dict[str, "Frame"])  # open ones inside
    items: list[Any] | None = None
    results: list[Any] = field(default_factory=list[Any])
    branches: dict[str, Any] = field(default_factory=dict[str, Any])
    begun: int = 0
    lost: int = 0

    @property
    def is_open(self) -> bool:
        """True while it has begun and not ended."""
        return self.state in ("active", "delayed", "handling")

    def view(self) -> dict[str, Any]:
        """As expressions see it."""
        error = self.failure.to_json() if self.failure else None
        return {"output": self.output, "status": self.state, "error": error}

    def record(self, state: StepState, at: datetime, due_at: datetime | None) -> Record:
        """Where it has got to."""
        return Record(
            path=self.path,
            step_id=self.step.id,
            type=self.step.type,
            state=state,
            inputs=self.inputs,
            output=self.output,
            failure=self.failure,
            attempts=tuple(self.attempts),
            started_at=self.started_at or at,
            at=at,
            due_at=due_at,
            is_reused=self.is_reused,
        )


@dataclass
class Frame:
    """Steps that are carried out together: the run itself, a round, a branch, or what handles a failure."""

    prefix: str
    plan: Plan
    role: Literal["run", "round", "branch", "handler"]
    key: str
    owner: Node | None
    names: dict[str, Any]
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    views: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    open: int = 0
    is_closed: bool = False

    def __post_init__(self) -> None:
        """Every step is a node from the beginning."""
        self.nodes = {
            name: Node(f"{self.prefix}{name}", step, self, self.plan.incoming[name])
            for name, step in self.plan.steps.items()
        }
        self.open = len(self.nodes)

    def visible(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The steps and the names of this frame and those around it."""
        if self.owner is None:
            return self.views, self.names
        steps, names = self.owner.frame.visible()
        return {**steps, **self.views}, {**names, **self.names}

    def result(self) -> Any:
        """What the last steps put out: one's output as it is, of several an object by step."""
        ended = [n for name in self.plan.sinks if (n := self.nodes[name]).state == "completed"]
        return ended[0].output if len(ended) == 1 else {node.step.id: node.output for node in ended} or None


def edges(node: Node) -> list[tuple[str, bool]]:
    """Where an ended node leads, and whether each way is taken."""
    is_taken = node.state in ("completed", "failed")  # one that failed was handled
    found: list[tuple[str, bool]] = []
    if isinstance(node.step, ConditionStep):
        config = node.step.config
        chosen = node.output.get("case") if node.state == "completed" else "none"
        for index, case in enumerate(config.cases):
            found += [(target, chosen == index) for target in case.next_steps]
        found += [(target, chosen is None) for target in config.default]
    return found + [(target, is_taken) for target in node.step.next_steps]
