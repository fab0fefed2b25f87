"""Actions of plugins as tools of ``agent`` steps: what does more than read is asked about, each time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from openclaw.domains.agents.service import approvals, questions
from openclaw.domains.plugins.service import builtin, tools
from openclaw.domains.plugins.service.tools import PluginTool
from openclaw.domains.workflows.jobs.carriers.device_step import wait_for_answer
from openclaw.domains.workflows.jobs.carriers.plugin_step import PluginCarrier
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.definition import timeout_of
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.protocol.grading import Grade
from openclaw.protocol.tools import ARGUMENTS


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
            return await tools.find_named(scope, wanted)

    async def call(self, call: StepCall, tool: PluginTool, arguments: dict[str, Any], *, part: str) -> Any:
        """The action's output. ``part`` names the call within the step. Raises StepError, OpenClawError."""
        inner = _inner(call, part, tool.asked(arguments))
        if tool.assessment.grade > Grade.READ:
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
        question = questions.Question(
            id=call.attempt_id,
            tool=tool.tool[:60],
            arguments=call.inputs,
            assessment=tool.assessment,
            asked_by="workflow",
            device=None,
            lifetime=timedelta(seconds=seconds),
        )
        async with self._database.transaction(call.actor) as scope:
            await questions.ask(scope, question)


def _inner(call: StepCall, part: str, inputs: dict[str, Any]) -> StepCall:
    return replace(call, inputs=inputs, part=part)
