"""``agent``: a question to the workspace's model, which may use tools on machines to answer it."""

import json
from typing import TYPE_CHECKING, Any

from openclaw.domains.agents.service import providers
from openclaw.domains.workflows.jobs.carriers.agent_tools import MAX_TURNS, AgentTools, offered, told
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCarrier
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.failures import StepError
from openclaw.infra.db import Database
from openclaw.infra.json_schema import data_errors
from openclaw.infra.metrics import MODEL_TOKENS
from openclaw.infra.scope import Actor
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.runtime.context import FILL, estimate_history
from openclaw.runtime.history import user_message
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_SYSTEM = "You carry out one step of an automated workflow. Answer with the result alone."
_AS_JSON = "Answer with JSON that fits this JSON Schema, and with nothing else:\n"


class AgentCarrier:
    """Asks models. One for a process: it keeps connections."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock, devices: DeviceCarrier) -> None:
        self._database = database
        self._keys = keys
        self._models = Models(clock)
        self._tools = AgentTools(database, devices)

    async def carry(self, call: StepCall) -> dict[str, Any]:
        """``{"text", "data", "model", "calls"}``; data when a schema was given, calls when there were tools.

        Raises StepError, ProviderError.
        """
        inputs = call.inputs
        schema = inputs["answer_schema"]
        system = inputs["system"] or _SYSTEM
        if schema is not None:
            system = f"{system}\n{_AS_JSON}{json.dumps(schema, ensure_ascii=False)}"
        if not inputs["tools"]:
            reply = await self.ask(call.actor, inputs["prompt"], system=system)
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
        tools = offered(call.inputs["tools"])
        made: list[dict[str, Any]] = []
        kept = await self._tools.turns(call)
        for number in range(MAX_TURNS):
            if number < len(kept):
                turn = kept[number]
            else:
                reply = await self._ask(call.actor, ReplyRequest(system, history, tools))
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

    async def ask(
        self, actor: Actor, prompt: str, *, system: str | None = None, most_tokens: int | None = None
    ) -> ModelReply:
        """What the workspace's model answers. Raises ProviderError."""
        request = ReplyRequest(system or _SYSTEM, [user_message(prompt)], max_output_tokens=most_tokens)
        return await self._ask(actor, request)

    async def _ask(self, actor: Actor, request: ReplyRequest) -> ModelReply:
        async with self._database.transaction(actor, is_quiet=True) as scope:
            config = await providers.default_config(scope, self._keys)
        if estimate_history(request.history) > config.window() * FILL:
            raise StepError(
                "too_long", "What the assistant has read no longer fits into its model.", is_final=True
            )
        reply = await self._models.stream_reply(config, request, lambda _: None)
        MODEL_TOKENS.labels("input").inc(reply.input_tokens)
        MODEL_TOKENS.labels("output").inc(reply.output_tokens)
        return reply

    async def close(self) -> None:
        """Close the connections to providers."""
        await self._models.aclose()


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
