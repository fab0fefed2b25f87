"""``agent``: a question to the workspace's model, which may use tools on machines and of plugins to answer it."""

import json
from typing import TYPE_CHECKING, Any

from openclaw.domains.workflows.jobs.carriers.agent_tools import MAX_TURNS, AgentTools, told
from openclaw.domains.workflows.jobs.carriers.asking import SYSTEM, ModelAsker, told_usage
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_tools import PluginTools
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.failures import StepError
from openclaw.infra.db import Database
from openclaw.infra.json_schema import data_errors
from openclaw.runtime.history import user_message
from openclaw.runtime.loading import load_library
from openclaw.runtime.streaming import ModelReply, ReplyRequest

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_AS_JSON = "Answer with JSON that fits this JSON Schema, and with nothing else:\n"


class AgentCarrier:
    """Asks models, and does what they ask for."""

    def __init__(
        self, database: Database, models: ModelAsker, *, devices: DeviceCarrier, plugins: PluginTools
    ) -> None:
        self._models = models
        self._tools = AgentTools(database, devices, plugins)

    async def carry(self, call: StepCall) -> dict[str, Any]:
        """``{"text", "data", "model", "calls"}``; data when a schema was given, calls when there were tools.

        Raises StepError, ProviderError.
        """
        await load_library()
        inputs = call.inputs
        schema = inputs["answer_schema"]
        system = inputs["system"] or SYSTEM
        if schema is not None:
            system = f"{system}\n{_AS_JSON}{json.dumps(schema, ensure_ascii=False)}"
        if not inputs["tools"]:
            reply = await self._models.ask(call.actor, inputs["prompt"], system=system)
            call.log(told_usage(reply))
            return {"text": reply.text, "data": _data(reply.text, schema), "model": reply.model}
        reply, calls = await self._with_tools(call, system)
        return {
            "text": reply.text,
            "data": _data(reply.text, schema),
            "model": reply.model,
            "calls": calls,
        }

    async def stop(self, call: StepCall) -> None:
        """Nobody waits for the answer any more."""
        if call.inputs["tools"]:
            await self._tools.stop(call)

    async def _with_tools(self, call: StepCall, system: str) -> tuple[ModelReply, list[dict[str, Any]]]:
        """The last reply, and each call that led to it: ``{"tool", "arguments", "failed"}``."""
        history: list[ModelMessage] = [user_message(call.inputs["prompt"])]
        tools = await self._tools.offered(call)
        made: list[dict[str, Any]] = []
        kept = await self._tools.turns(call)
        for number in range(MAX_TURNS):
            if number < len(kept):
                turn = kept[number]
            else:
                reply = await self._models.reply(call.actor, ReplyRequest(system, history, tools))
                call.log(told_usage(reply))
                if not reply.tool_calls:
                    return reply, made
                turn = await self._tools.keep(call, number, reply)
            outcomes = await self._tools.carry(call, turn)
            history += told(turn, outcomes)
            made += [
                {"tool": outcome["tool"], "arguments": wanted["arguments"], "failed": outcome["failed"]}
                for wanted, outcome in zip(turn.calls, outcomes, strict=True)
            ]
        raise StepError(
            "too_many_turns", f"The assistant came to no end in {MAX_TURNS} turns.", is_final=True
        )


def _data(text: str, schema: dict[str, Any] | None) -> Any:
    if schema is None:
        return None
    bare = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        data = json.loads(bare)
    except (ValueError, RecursionError):
        raise StepError("wrong_answer", "The answer is no JSON.") from None
    if wrong := data_errors(schema, data):
        raise StepError("wrong_answer", f"{wrong[0][0]}: {wrong[0][1]}")
    return data
