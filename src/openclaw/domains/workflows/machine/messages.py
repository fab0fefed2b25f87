"""What the interpreter is told, and what it says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from openclaw.domains.workflows.language.definition import Step
from openclaw.domains.workflows.language.failures import StepError

StepState = Literal["waiting", "delayed", "completed", "failed", "cancelled", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """How work ended: an output (JSON data), or a failure. ``variables`` is what a transform has set."""

    output: Any = None
    failure: StepError | None = None
    variables: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Ended:
    """Work that was asked for has ended: a step carried out elsewhere, or an answer that came."""

    path: str
    attempt: int
    at: datetime
    outcome: Outcome


@dataclass(frozen=True)
class Passed:
    """Time has passed."""

    at: datetime


@dataclass(frozen=True)
class Cancelled:
    """Somebody wants the run to stop."""

    at: datetime


Event = Ended | Passed | Cancelled


@dataclass(frozen=True)
class Work:
    """Carry out a step. ``inputs`` is its config with everything but secrets worked out."""

    path: str
    step: Step
    attempt: int
    inputs: Any
    started_at: datetime


@dataclass(frozen=True)
class Drop:
    """Stop carrying out a step: nobody waits for it any more."""

    path: str


@dataclass(frozen=True)
class Record:
    """Where a step has got to. For states that are an end there is no second one."""

    path: str
    step_id: str
    type: str
    state: StepState
    inputs: Any
    output: Any
    failure: StepError | None
    attempts: tuple[dict[str, Any], ...]
    started_at: datetime
    at: datetime
    due_at: datetime | None = None
    is_reused: bool = False


@dataclass(frozen=True)
class End:
    """The run has ended. ``path`` is the step that it failed at."""

    state: Literal["completed", "failed", "cancelled"]
    at: datetime
    output: Any = None
    failure: StepError | None = None
    path: str | None = None


Command = Work | Drop | Record | End
