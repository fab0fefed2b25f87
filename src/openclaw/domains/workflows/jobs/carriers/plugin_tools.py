"""Actions of plugins as tools of ``agent`` steps: what does more than read is asked about, each time."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from openclaw.domains.agents.service import approvals, questions
from openclaw.domains.plugins.service import builtin, installing
from openclaw.domains.plugins.service.views import manifest_in
from openclaw.domains.workflows.jobs.carriers.device_step import wait_for_answer
from openclaw.domains.workflows.jobs.carriers.plugin_step import PluginCarrier
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.definition import timeout_of
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.protocol.grading import Assessment, Grade, Segment
from openclaw.protocol.packages.manifest import Action
from openclaw.protocol.tools import ARGUMENTS

if TYPE_CHECKING:
    from pydantic_ai.tools import ToolDefinition

_MOST_OFFERED = 128  # providers take no more
_LONGEST_NAME = 64
_WHY = {
    "modify": "a plugin says that this changes something",
    "delete": "a plugin says that this deletes something",
}


@dataclass(frozen=True)
class PluginTool:
    """An action that a step names."""

    plugin: str
    name: str
    action: Action

    @property
    def tool(self) -> str:
        """As definitions and people call it."""
        return f"{self.plugin}.{self.name}"

    @property
    def model_name(self) -> str:
        """As models call it: letters that every provider takes, and few enough."""
        plain = f"{self.plugin}__{self.name}"
        if len(plain) <= _LONGEST_NAME:
            return plain
        return f"{self.name}__{hashlib.sha256(plain.encode()).hexdigest()[:8]}"

    def definition(self) -> "ToolDefinition":
        """As models see it."""
        from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415  (slow to load)

        title, more = self.action.title.text(), self.action.description.text()
        return ToolDefinition(
            name=self.model_name,
            description=f"{title}. {more}" if more else title,
            parameters_json_schema=self.action.input or {"type": "object"},
            strict=False,
        )


class PluginTools:
    """Calls actions for models, as plugin steps do."""

    def __init__(self, database: Database, bus: EventBus, plugins: PluginCarrier) -> None:
        self._database = database
        self._bus = bus
        self._plugins = plugins

    async def named(self, call: StepCall) -> dict[str, PluginTool]:
        """The actions that the step names, as ``plugin.action`` or ``plugin`` for all of it, by models' names."""
        wanted = [tool for tool in call.inputs["tools"] if tool not in ARGUMENTS]
        if not wanted:
            return {}
        await builtin.load()
        async with self._database.transaction(call.actor, is_quiet=True) as scope:
            rows = [*builtin.packages(), *await installing.list_plugins(scope)]
        actions = {row.name: manifest_in(row).actions for row in rows}
        found = [tool for name in wanted for tool in tools_named(name, actions)]
        return {tool.model_name: tool for tool in found[:_MOST_OFFERED]}

    async def call(self, call: StepCall, tool: PluginTool, arguments: dict[str, Any], *, part: str) -> Any:
        """The action's output. ``part`` names the call within the step. Raises StepError, OpenClawError."""
        inner = _inner(call, part, {"plugin": tool.plugin, "action": tool.name, "inputs": arguments})
        if tool.action.effect != "read":
            await self._ask(inner, tool)
            await wait_for_answer(self._database, self._bus, call.actor, inner.attempt_id, waits=call.waits)
        return await self._plugins.carry(inner)

    async def stop(self, call: StepCall, *, part: str) -> None:
        """Nobody waits for the call any more: no question stays open, and nothing that it asked of machines."""
        inner = _inner(call, part, {})
        async with self._database.transaction(call.actor) as scope:
            await approvals.expire(scope, inner.attempt_id)
        await self._plugins.stop(inner)

    async def _ask(self, call: StepCall, tool: PluginTool) -> None:
        seconds = timeout_of(call.work.step)
        assert seconds is not None, "agent steps are timed"
        grade = Grade.HIGH if tool.action.effect == "delete" else Grade.MODIFY
        segment = Segment(text=tool.tool, program="", grade=grade, why=_WHY[tool.action.effect])
        question = questions.Question(
            id=call.attempt_id,
            tool=tool.tool[:60],
            arguments=call.inputs,
            assessment=Assessment(grade, (segment,), folder=None, programs=()),
            asked_by="workflow",
            device=None,
            lifetime=timedelta(seconds=seconds),
        )
        async with self._database.transaction(call.actor) as scope:
            await questions.ask(scope, question)


def tools_named(name: str, actions: dict[str, dict[str, Action]]) -> Iterable[PluginTool]:
    """The actions that ``plugin`` or ``plugin.action`` names; none when there is no such one."""
    plugin, _, wanted = name.partition(".")
    for action, about in actions.get(plugin, {}).items():
        if not wanted or action == wanted:
            yield PluginTool(plugin, action, about)


def _inner(call: StepCall, part: str, inputs: dict[str, Any]) -> StepCall:
    return replace(call, inputs=inputs, part=part)
