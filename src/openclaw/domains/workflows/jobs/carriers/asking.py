"""What the workspace's model answers, for whichever step asks."""

from openclaw.domains.agents.service import providers
from openclaw.domains.workflows.language.failures import StepError
from openclaw.infra.db import Database
from openclaw.infra.metrics import MODEL_TOKENS
from openclaw.infra.scope import Actor
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.runtime.context import FILL, estimate_history
from openclaw.runtime.history import user_message
from openclaw.runtime.loading import load_library
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest

SYSTEM = "You carry out one step of an automated workflow. Answer with the result alone."


class ModelAsker:
    """Asks models. One for a process: it keeps connections."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._models = Models(clock)

    async def ask(
        self, actor: Actor, prompt: str, *, system: str | None = None, most_tokens: int | None = None
    ) -> ModelReply:
        """What the workspace's model answers to a prompt. Raises ProviderError."""
        await load_library()
        request = ReplyRequest(system or SYSTEM, [user_message(prompt)], max_output_tokens=most_tokens)
        return await self.reply(actor, request)

    async def reply(self, actor: Actor, request: ReplyRequest) -> ModelReply:
        """What it answers to a request. Raises ProviderError, StepError."""
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


def told_usage(reply: ModelReply) -> str:
    """A call of a model as a line of a step's log."""
    return f"Asked {reply.model}: {reply.input_tokens} tokens in, {reply.output_tokens} out"
