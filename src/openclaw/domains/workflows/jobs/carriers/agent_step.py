"""``agent``: a question to the workspace's model."""

import json
from typing import Any

from openclaw.domains.agents.service import providers
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.failures import StepError
from openclaw.infra.db import Database
from openclaw.infra.json_schema import data_errors
from openclaw.infra.metrics import MODEL_TOKENS
from openclaw.infra.scope import Actor
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.runtime.history import user_message
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest

_SYSTEM = "You carry out one step of an automated workflow. Answer with the result alone."
_AS_JSON = "Answer with JSON that fits this JSON Schema, and with nothing else:\n"


class AgentCarrier:
    """Asks models. One for a process: it keeps connections."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._models = Models(clock)

    async def carry(self, call: StepCall) -> dict[str, Any]:
        """``{"text", "data", "model"}``; data when a schema was given. Raises StepError, ProviderError."""
        inputs = call.inputs
        if inputs["tools"]:
            message = "Tools are not offered to agent steps yet; use device, http and plugin steps."
            raise StepError("not_available", message, is_final=True)
        schema = inputs["answer_schema"]
        system = inputs["system"] or _SYSTEM
        if schema is not None:
            system = f"{system}\n{_AS_JSON}{json.dumps(schema, ensure_ascii=False)}"
        reply = await self.ask(call.actor, inputs["prompt"], system=system)
        return {"text": reply.text, "data": _data(reply.text, schema), "model": reply.model}

    async def ask(
        self, actor: Actor, prompt: str, *, system: str | None = None, most_tokens: int | None = None
    ) -> ModelReply:
        """What the workspace's model answers. Raises ProviderError."""
        async with self._database.transaction(actor, is_quiet=True) as scope:
            config = await providers.default_config(scope, self._keys)
        request = ReplyRequest(system or _SYSTEM, [user_message(prompt)], max_output_tokens=most_tokens)
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
