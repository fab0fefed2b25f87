"""What one entry of a run works with, and the run's rows as the model reads them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.agents.policy import Denied
from openclaw.domains.agents.service.transcript import History
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.plugins.service.tools import PluginTool, model_name
from openclaw.infra.scope import Actor
from openclaw.protocol.runs import LiveEvent, SyncMode
from openclaw.protocol.tools import ARGUMENTS
from openclaw.runtime.history import ToolOutcome, load_history, summary_message, tool_message, user_message
from openclaw.runtime.metering import Meter
from openclaw.runtime.models import ModelConfig

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage


class RunSuperseded(BaseException):
    """A later entry of the run has taken over, or it has ended: this one must write nothing more."""


@dataclass
class Remote:
    """What a run on a machine's own runtime has besides.

    ``device`` is as it was read last. ``told``: so many of the machine's events are applied, ``replies`` of the model
    among them; ``early`` is live and came before what it follows on.
    """

    sync_mode: SyncMode
    device: DeviceRow | None = None
    has_begun: bool = False
    told: int = 0
    replies: int = 0
    early: list[LiveEvent] = field(default_factory=list[LiveEvent])

    @property
    def device_name(self) -> str:
        """What the user calls the machine."""
        return self.device.name if self.device else ""

    @property
    def home(self) -> str:
        """The home folder of the machine's user."""
        return (self.device.home if self.device else None) or ""

    @property
    def keeps_words(self) -> bool:
        """Whether the server may keep what is said and done."""
        return self.sync_mode == "full"


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class RunContext:
    """One entry of a run. ``steps`` grows as it works; nothing new begins until ``may_go_on`` is set.

    ``plugin_tools`` are by models' names; ``denied`` are not offered. ``origins``: what its results come from besides,
    by name.
    """

    actor: Actor
    run_id: UUID
    epoch: int
    conversation_id: UUID
    device_id: UUID | None
    config: ModelConfig
    system: str
    history: History
    earlier: dict[UUID, list[RunStepRow]]
    steps: list[RunStepRow]
    live: LiveRun
    remote: "Remote | None" = None
    plugin_tools: dict[str, PluginTool] = field(default_factory=dict[str, PluginTool])
    denied: Denied = field(default_factory=Denied)
    origins: dict[str, str] = field(default_factory=dict[str, str])
    meter: Meter | None = None
    denies_questions: bool = False
    may_go_on: asyncio.Event = field(default_factory=_set_event)
    sync_mode: SyncMode = "full"
    unkept: list[str] = field(default_factory=list[str])  # pieces of a reply that is not a step yet
    is_aborted: bool = field(default=False)

    @property
    def open_tools(self) -> list[RunStepRow]:
        """Tool calls that have not ended, in order."""
        return [step for step in self.steps if step.kind == "tool" and step.finished_at is None]

    @property
    def awaits_approval(self) -> bool:
        """True while a question to the user is open."""
        return any(step.state == "awaiting_approval" for step in self.open_tools)

    @property
    def is_answered(self) -> bool:
        """True when the last thing was the model speaking without asking for a tool."""
        return bool(self.steps) and self.steps[-1].kind == "model"

    @property
    def model_calls(self) -> int:
        """How many model calls the run has made."""
        return sum(1 for step in self.steps if step.kind == "model")

    @property
    def text(self) -> str:
        """All that the model said in this run."""
        said = [(step.output or {}).get("text", "") for step in self.steps if step.kind == "model"]
        return "\n\n".join(text for text in said if text)

    def turn_messages(self) -> "list[list[ModelMessage]]":
        """Earlier turns, each as its messages."""
        return [
            [
                user_message(turn.question),
                *step_messages(self.earlier.get(turn.run_id, []) if turn.run_id else []),
            ]
            for turn in self.history.turns
        ]

    def own_messages(self) -> "list[ModelMessage]":
        """The question and what the run has done so far."""
        return [user_message(self.history.question), *step_messages(self.steps)]

    def summary_messages(self) -> "list[ModelMessage]":
        """What stands for the oldest turns."""
        return [summary_message(self.history.summary)] if self.history.summary else []


def step_messages(steps: Sequence[RunStepRow]) -> "list[ModelMessage]":
    """Step rows as the messages that they were: each reply, then the outcomes of its tool calls."""
    messages: list[ModelMessage] = []
    outcomes: list[ToolOutcome] = []
    for step in steps:
        if step.kind == "tool":
            outcomes.append(_outcome(step))
            continue
        if outcomes:
            messages.append(tool_message(outcomes))
            outcomes = []
        messages.extend(load_history(orjson.dumps((step.output or {})["response"])))
    if outcomes:
        messages.append(tool_message(outcomes))
    return messages


def _outcome(step: RunStepRow) -> ToolOutcome:
    content: Any = step.output
    if step.error is not None:
        content = {"error": step.error}
    elif step.finished_at is None:
        content = {"error": {"code": "ABORTED", "message": "It was stopped before it ended."}}
    is_error = step.error is not None or step.finished_at is None
    name = model_name(step.name) if _is_of_plugin(step.name) else step.name.replace(".", "_")
    return ToolOutcome(call_id=step.tool_call_id or "", name=name, content=content, is_error=is_error)


def _is_of_plugin(tool: str) -> bool:
    return "." in tool and tool not in ARGUMENTS
