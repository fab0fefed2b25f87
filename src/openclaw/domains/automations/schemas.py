"""Automations and their runs as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Discriminator, Field, Tag

from openclaw.infra.wire import AutomationId, AutomationRunId, Items, Wire, WireInput

Name = Annotated[str, Field(min_length=1, max_length=100)]
Formula = Annotated[str, Field(min_length=1, max_length=4000)]
Overlap = Literal["skip", "queue", "cancel_old", "allow"]
RunState = Literal["queued", "running", "succeeded", "failed", "cancelled", "skipped"]
DisabledReason = Literal["by_hand", "failures", "left_workspace"]


class _Timed(WireInput):
    """``misfire``: what becomes of times that passed while the server was away."""

    misfire: Literal["skip", "run_once", "run_all"] = "run_once"
    misfire_limit: Annotated[int, Field(ge=1, le=100)] = 100


class ScheduleTrigger(_Timed):
    """Times on the clocks of a zone. ``skippedHour`` and ``repeatedHour``: when these are put forward or back."""

    kind: Literal["schedule"]
    cron: Annotated[str, Field(min_length=9, max_length=200)]
    zone: Annotated[str, Field(min_length=1, max_length=64)] = "UTC"
    skipped_hour: Literal["after", "skip"] = "after"
    repeated_hour: Literal["once", "twice"] = "once"


class IntervalTrigger(_Timed):
    """Every so many seconds from when it was switched on."""

    kind: Literal["interval"]
    seconds: Annotated[int, Field(ge=10, le=31_622_400)]


class WebhookTrigger(WireInput):
    """Signed deliveries to an address of its own."""

    kind: Literal["webhook"]


class EventTrigger(WireInput):
    """Something that happens here, to things of the user."""

    kind: Literal["event"]
    event: Annotated[str, Field(min_length=1, max_length=64)]


class ManualTrigger(WireInput):
    """Somebody asks for it."""

    kind: Literal["manual"]


def _kind_of(trigger: Any) -> Any:
    return trigger.get("kind") if isinstance(trigger, dict) else getattr(trigger, "kind", None)


Trigger = Annotated[
    Annotated[ScheduleTrigger, Tag("schedule")]
    | Annotated[IntervalTrigger, Tag("interval")]
    | Annotated[WebhookTrigger, Tag("webhook")]
    | Annotated[EventTrigger, Tag("event")]
    | Annotated[ManualTrigger, Tag("manual")],
    Discriminator(
        _kind_of,
        custom_error_type="kind",
        custom_error_message="kind must be schedule, interval, webhook, event or manual",
    ),
]


class ActionChoice(WireInput):
    """One of the actions that there are, with what it wants to know."""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    config: dict[str, Any] = Field(default_factory=dict[str, Any])


class SaveAutomation(WireInput):
    """What an automation is. ``condition`` and ``success`` are CEL; ``expectedEverySeconds`` the dead-man's switch.

    ``enabled``: without it a new one is on, and one that is there stays as it is.
    """

    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    trigger: Trigger
    action: ActionChoice
    condition: Formula | None = None
    success: Formula | None = None
    overlap: Overlap | None = None
    max_consecutive_failures: Annotated[int, Field(ge=1, le=100)] = 5
    expected_every_seconds: Annotated[int, Field(ge=60, le=31_622_400)] | None = None
    enabled: bool | None = None


class Automation(Wire):
    """An automation. ``nextAt`` is for times only; ``hookPath`` for webhooks. ``silent``: it ran less than expected."""

    id: AutomationId
    name: str
    description: str
    trigger: dict[str, Any]
    action: dict[str, Any]
    condition: str | None
    success: str | None
    overlap: Overlap
    max_consecutive_failures: int
    expected_every_seconds: int | None
    enabled: bool
    disabled_reason: DisabledReason | None
    consecutive_failures: int
    silent: bool
    next_at: datetime | None
    last_run_at: datetime | None
    last_run_state: RunState | None
    hook_path: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewAutomation(Automation):
    """Shown this once: what signs deliveries to it, and what it signs its own webhooks with."""

    secret: str | None = None
    signing_secret: str | None = None


class Automations(Items):
    """A page of automations."""

    items: list[Automation]
    next_cursor: str | None = None


class HookSecret(Wire):
    """New secrets, shown this once. Deliveries may be signed with the one before until ``oldUntil``."""

    secret: str | None
    signing_secret: str | None
    old_until: datetime | None


class RotateSecret(WireInput):
    """For how long the secret before stays good: time to bring the new one to who signs."""

    keep_old_hours: Annotated[int, Field(ge=0, le=168)] = 24


class FireAutomation(WireInput):
    """What the run is given as its ``input``."""

    input: dict[str, Any] = Field(default_factory=dict[str, Any])


class TryTrigger(WireInput):
    """A trigger that is not saved yet."""

    trigger: Trigger
    after: AwareDatetime | None = None
    count: Annotated[int, Field(ge=1, le=100)] = 10


class CheckFormula(WireInput):
    """A condition or success criteria while they are written; ``sample``: what they might be about."""

    formula: Formula
    of: Literal["condition", "success"] = "condition"
    sample: "FormulaSample | None" = None


class FormulaSample(WireInput):
    """What an automation might be given, and what its action might have come to."""

    input: dict[str, Any] = Field(default_factory=dict[str, Any])
    result: Any = None


class CheckedFormula(Wire):
    """What is wrong, and where, from 1, when that is known. ``holds``: whether it is true of the sample."""

    problem: str | None
    line: int | None
    column: int | None
    holds: bool | None


class Times(Wire):
    """When it is due, in UTC, and what the clocks of its zone show then."""

    items: list[datetime]
    local: list[str]


class AutomationFailure(Wire):
    """Why a run failed."""

    code: str
    title: str


class AutomationTarget(Wire):
    """What a run has set going, by its id on the wire."""

    kind: str
    id: str


class AutomationRun(Wire):
    """A run. ``reason``: what set it off; ``skippedFor``: why nothing was done."""

    id: AutomationRunId
    automation_id: AutomationId
    automation_name: str
    state: RunState
    reason: dict[str, Any]
    skipped_for: str | None
    input: dict[str, Any]
    result: Any
    error: AutomationFailure | None
    target: AutomationTarget | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AutomationRuns(Items):
    """A page of runs."""

    items: list[AutomationRun]
    next_cursor: str | None = None


class Accepted(Wire):
    """A delivery that is kept."""

    run_id: AutomationRunId


class Sample(Wire):
    """A delivery that came, secrets masked. ``error`` when it was refused, ``runId`` when it was not."""

    at: datetime
    accepted: bool
    headers: dict[str, Any]
    body: Any
    run_id: AutomationRunId | None
    error: AutomationFailure | None


class Samples(Items):
    """The last deliveries, the newest first."""

    items: list[Sample]


class TryAutomation(WireInput):
    """What a delivery, an event or a person would bring."""

    input: dict[str, Any] = Field(default_factory=dict[str, Any])


class Trial(Wire):
    """What would happen: whether the condition holds, and what the action would be given."""

    would_run: bool
    config: dict[str, Any] | None


class ActionKind(Wire):
    """An action, with the JSON Schema of its ``config``."""

    kind: str
    config_schema: dict[str, Any]


class Kinds(Wire):
    """What automations can be set off by and can do here, and what their formulas may name."""

    actions: list[ActionKind]
    events: list[str]
    names: list[str]
