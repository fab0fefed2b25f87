"""Ask the model for the next reply of a run, with as much of the conversation as its window takes."""

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import orjson

from openclaw.domains.agents import repository
from openclaw.domains.agents.jobs import plugin_calls
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.jobs.results import save_tool
from openclaw.domains.agents.models import RunRow
from openclaw.domains.agents.service.transcript import History, Transcript
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import MODEL_TOKENS
from openclaw.runtime.context import estimate_tokens, fit
from openclaw.runtime.history import dump_history
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest
from openclaw.runtime.toolset import tool_definitions

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.tools import ToolDefinition

_TOOLS_TOKENS = 2_200
_MAX_TOKENS = 2**31 - 1


class Asker:
    """Asks the models of one process's runs."""

    def __init__(self, *, database: Database, transcript: Transcript, models: Models) -> None:
        self._database = database
        self._transcript = transcript
        self._models = models

    async def ask(self, ctx: RunContext) -> ModelReply:
        """The next reply, streamed; what was heard of it is ``ctx.unkept`` until it is kept. Raises ProviderError."""
        of_plugins = [tool.definition() for tool in plugin_calls.offered(ctx)]
        messages = await self._fitted(ctx, overhead=sum(map(_tokens_of, of_plugins)))
        ctx.live.begin_text()
        ctx.unkept.clear()

        def on_delta(piece: str) -> None:
            ctx.unkept.append(piece)
            ctx.live.text(piece)

        offered = [*tool_definitions(), save_tool(), *of_plugins]
        request = ReplyRequest(system=ctx.system, history=messages, tools=offered)
        try:
            reply = await self._models.stream_reply(ctx.config, request, on_delta, meter=ctx.meter)
        finally:
            ctx.live.end_text()
        _measure(reply)
        return reply

    async def _fitted(self, ctx: RunContext, *, overhead: int) -> "list[ModelMessage]":
        """The conversation as the model gets it. The oldest turns are summed up when the window gets full.

        ``overhead``: tokens that tools take besides those of machines.
        """
        turns = ctx.turn_messages()
        summaries: list[ModelReply] = []

        async def summarise(transcript: str) -> str:
            summaries.append(await self._models.summarise(ctx.config, transcript, meter=ctx.meter))
            return summaries[-1].text

        fitted = await fit(
            [*ctx.summary_messages(), *(message for turn in turns for message in turn), *ctx.own_messages()],
            window=ctx.config.window(),
            overhead=estimate_tokens(ctx.system) + _TOOLS_TOKENS + overhead,
            summarise=summarise,
        )
        if fitted.summary is not None:
            ends = accumulate((len(turn) for turn in turns), initial=len(ctx.summary_messages()))
            count = sum(1 for end in ends if end <= fitted.summarised) - 1
            await self._keep_summary(ctx, fitted.summary, max(count, 0), summaries)
        return fitted.history

    async def _keep_summary(
        self, ctx: RunContext, summary: str, count: int, replies: list[ModelReply]
    ) -> None:
        """From the next turn on, ``summary`` stands for the first ``count`` turns; the transcript stays whole."""
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            for reply in replies:
                _measure(reply)
                count_usage(run, reply)
            if not count:
                return
            await self._transcript.keep_summary(
                scope,
                conversation_id=ctx.conversation_id,
                summary=storable(summary),
                through_seq=ctx.history.turns[count - 1].seq,
            )
        ctx.history = History(summary, ctx.history.turns[count:], ctx.history.question)


def count_usage(run: RunRow, reply: ModelReply) -> None:
    """Add what ``reply`` used to the run."""
    run.input_tokens = min(run.input_tokens + reply.input_tokens, _MAX_TOKENS)
    run.output_tokens = min(run.output_tokens + reply.output_tokens, _MAX_TOKENS)
    count_cost(run, reply.cost_micros, model=reply.model, is_demo=reply.is_demo)


def count_cost(run: RunRow, cost_micros: int | None, *, model: str, is_demo: bool) -> None:
    """Add one call's cost to the run. One that is not known (None) makes the sum unknown: no part of it is shown."""
    so_far = run.cost_micros if run.model is not None else 0
    run.cost_micros = None if so_far is None or cost_micros is None else so_far + cost_micros
    run.model, run.is_demo = model[:200], is_demo


def dumped(response: "ModelResponse") -> Any:
    """What the model answered, as JSON. Half a character in it (which UTF-8 cannot hold) is replaced."""
    try:
        return orjson.loads(dump_history([response]))
    except ValueError:
        parts = [
            replace(
                part,
                **{
                    name: storable(value)
                    for name, value in vars(part).items()
                    if isinstance(value, str | dict)
                },
            )
            for part in response.parts
        ]
        return orjson.loads(dump_history([replace(response, parts=parts)]))


def _tokens_of(tool: "ToolDefinition") -> int:
    schema = orjson.dumps(tool.parameters_json_schema).decode()
    return estimate_tokens(f"{tool.name} {tool.description} {schema}")


def _measure(reply: ModelReply) -> None:
    MODEL_TOKENS.labels("input").inc(reply.input_tokens)
    MODEL_TOKENS.labels("output").inc(reply.output_tokens)
