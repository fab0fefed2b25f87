"""What the model of an ``agent`` step asks machines and plugins to do: kept turn by turn, nothing is done twice."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCall, DeviceCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_tools import PluginTools
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.definition import timeout_of
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.models import WorkflowAgentTurnRow
from openclaw.domains.workflows.repository import agent_turns
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.kit import ids
from openclaw.protocol.tools import ARGUMENTS
from openclaw.runtime.history import ToolOutcome, dump_history, load_history, tool_message
from openclaw.runtime.streaming import ModelReply, ToolCall
from openclaw.runtime.toolset import find_tool, model_name, split_device, tool_definitions

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.tools import ToolDefinition

MAX_TURNS = 20
_MAX_CALLS = 8  # of one turn
_MOST_READ = 20_000  # characters of a result that the model is shown


class AgentTools:
    """Carries out the calls of agent steps, by way of device and plugin steps: the same policy, the same questions."""

    def __init__(self, database: Database, devices: DeviceCarrier, plugins: PluginTools) -> None:
        self._database = database
        self._devices = devices
        self._plugins = plugins

    async def offered(self, call: StepCall) -> "list[ToolDefinition]":
        """The tools that the step names, as models see them."""
        names = {model_name(tool) for tool in call.inputs["tools"] if tool in ARGUMENTS}
        of_machines = [definition for definition in tool_definitions() if definition.name in names]
        of_plugins = await self._plugins.named(call)
        return [*of_machines, *(tool.definition() for tool in of_plugins.values())]

    async def turns(self, call: StepCall) -> list[WorkflowAgentTurnRow]:
        """The turns that a step has come to, in their order."""
        async with self._database.transaction(call.actor, is_quiet=True) as scope:
            return await agent_turns.list_turns(scope, call.attempt_id)

    async def keep(self, call: StepCall, number: int, reply: ModelReply) -> WorkflowAgentTurnRow:
        """A turn as the model has just decided it: its calls are not made before they are kept."""
        values = {
            "id": ids.new_id(),
            "workspace_id": call.actor.workspace_id,
            "user_id": call.actor.user_id,
            "run_id": call.run_id,
            "attempt_id": call.attempt_id,
            "number": number,
            "reply": storable(orjson.loads(dump_history([reply.response]))),
            "calls": storable([_plain(wanted) for wanted in reply.tool_calls]),
        }
        async with self._database.transaction(call.actor) as scope:
            await agent_turns.add_turn(scope, values)
            return (await agent_turns.list_turns(scope, call.attempt_id))[number]

    async def carry(self, call: StepCall, turn: WorkflowAgentTurnRow) -> list[dict[str, Any]]:
        """What became of the turn's calls: ``{"tool", "content", "failed"}`` for each, in their order."""
        if turn.outcomes is None:
            outcomes: list[dict[str, Any]] = []
            for index, wanted in enumerate(turn.calls):
                outcome = await self._carry_one(call, turn, index, wanted)
                code = outcome["content"]["error"]["code"] if outcome["failed"] else "done"
                call.log(f"{outcome['tool']}: {code}")
                outcomes.append(outcome)
            async with self._database.transaction(call.actor) as scope:
                await agent_turns.set_outcomes(scope, turn.id, storable(outcomes))
            turn.outcomes = outcomes
        return turn.outcomes

    async def stop(self, call: StepCall) -> None:
        """Nobody waits for the step any more: what it has begun on machines ends, what it asks is not asked."""
        for turn in await self.turns(call):
            for index, _ in enumerate(turn.calls if turn.outcomes is None else ()):
                await self._devices.stop_call(call.actor, _call_id(turn, index))
                await self._plugins.stop(call, part=_part(turn, index))

    async def _carry_one(
        self, call: StepCall, turn: WorkflowAgentTurnRow, index: int, wanted: dict[str, Any]
    ) -> dict[str, Any]:
        tool = find_tool(wanted["name"]) or wanted["name"]
        try:
            of_plugin = (await self._plugins.named(call)).get(tool)
            tool = of_plugin.tool if of_plugin else tool
            if of_plugin is None and not (tool in ARGUMENTS and tool in call.inputs["tools"]):
                raise StepError("unknown_tool", f"There is no tool {wanted['name']}.")
            if index >= _MAX_CALLS:
                raise StepError("too_many_calls", "Too many calls in one reply. Ask for it again later.")
            if wanted["arguments"] is None:
                raise StepError("wrong_arguments", "The arguments are no JSON object.")
            if of_plugin is not None:
                part = _part(turn, index)
                result = await self._plugins.call(call, of_plugin, wanted["arguments"], part=part)
            else:
                result = await self._on_device(call, turn, index, tool, wanted["arguments"])
        except StepError as failure:
            content = {"error": {"code": failure.code, "message": failure.message}}
            return {"tool": tool, "content": content, "failed": True}
        return {"tool": tool, "content": _shortened(result), "failed": False}

    async def _on_device(
        self, call: StepCall, turn: WorkflowAgentTurnRow, index: int, tool: str, said: dict[str, Any]
    ) -> Any:
        device, arguments = split_device(said)
        seconds = timeout_of(call.work.step)
        assert seconds is not None, "agent steps are timed"
        return await self._devices.call(
            DeviceCall(
                id=_call_id(turn, index),
                actor=call.actor,
                device=device,
                tool=tool,
                arguments=arguments,
                timeout=timedelta(seconds=seconds),
                waits=call.waits,
                log=call.log,
            )
        )


def told(turn: WorkflowAgentTurnRow, outcomes: Sequence[dict[str, Any]]) -> "list[ModelMessage]":
    """A turn as the history that the model goes on from."""
    return [
        *load_history(orjson.dumps(turn.reply)),
        tool_message(
            [
                ToolOutcome(wanted["id"], wanted["name"], outcome["content"], is_error=outcome["failed"])
                for wanted, outcome in zip(turn.calls, outcomes, strict=True)
            ]
        ),
    ]


def _plain(wanted: ToolCall) -> dict[str, Any]:
    return {"id": wanted.id, "name": wanted.name[:100], "arguments": wanted.arguments}


def _part(turn: WorkflowAgentTurnRow, index: int) -> str:
    return f"{turn.number}.{index}"


def _call_id(turn: WorkflowAgentTurnRow, index: int) -> UUID:
    """The same for the same call of the same turn: a machine runs it once."""
    return UUID(bytes=hashlib.sha256(turn.id.bytes + index.to_bytes(4, "big")).digest()[:16])


def _shortened(result: Any) -> Any:
    text = orjson.dumps(result).decode()
    return (
        result if len(text) <= _MOST_READ else f"{text[:_MOST_READ]} … (cut, {len(text):,} characters in all)"
    )
