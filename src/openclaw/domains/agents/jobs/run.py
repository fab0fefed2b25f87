"""The durable job: enter, ask the model, run what it wants, until it has answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import ConversationGoneError, TooManyStepsError
from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.domains.agents.jobs.tools import ToolRunner
from openclaw.domains.agents.models import RunRow, RunStepRow
from openclaw.domains.agents.service import approvals, providers
from openclaw.domains.agents.service.transcript import History, Transcript
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import MODEL_TOKENS, RUNS
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.runtime.context import estimate_tokens, fit
from openclaw.runtime.history import dump_history, user_message
from openclaw.runtime.prompts import DeviceNote, system_prompt
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest
from openclaw.runtime.toolset import tool_definitions

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse

_log = structlog.get_logger(__name__)
MAX_MODEL_CALLS = 50
_TOOLS_TOKENS = 1_600


class RunJob:
    """Runs chat turns. Called with a run's names as often as needed: it goes on from the run's rows."""

    def __init__(
        self,
        *,
        database: Database,
        bus: EventBus,
        blobs: BlobStore,
        keys: KeyRing,
        clock: Clock,
        config: Config,
        transcript: Transcript,
    ) -> None:
        self._database = database
        self._bus = bus
        self._keys = keys
        self._clock = clock
        self._transcript = transcript
        self._models = Models(clock)
        self._tools = ToolRunner(database=database, bus=bus, blobs=blobs, config=config)

    async def warm_up(self) -> None:
        """Load what the first turn would otherwise wait a second for."""
        await asyncio.to_thread(lambda: (user_message(""), tool_definitions()))

    async def close(self) -> None:
        """Close the connections to providers."""
        await self._models.aclose()

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Bring one run to its end. Raises UnavailableError when the database is away: call again."""
        actor = Actor(
            user_id=UUID(hex=payload["userId"]),
            workspace_id=UUID(hex=payload["workspaceId"]),
            role=Role.MEMBER,
        )
        run_id = UUID(hex=payload["runId"])
        try:
            # Listen before the run is read: an abort after that wakes us, one before is seen in the row.
            async with self._bus.wakeups(run_topic(run_id)) as woken:
                ctx = await self._enter(actor, run_id)
                if ctx is not None:
                    await self._work_until_aborted(ctx, woken)
        except RunSuperseded:
            _log.info("another process goes on with the run", run_id=payload["runId"])

    async def _enter(self, actor: Actor, run_id: UUID) -> RunContext | None:
        async with self._database.transaction(actor) as scope:
            run = await repository.enter_run(scope, run_id)
            if run is None:
                return None
            live = LiveRun(
                self._bus,
                self._clock,
                actor,
                run_id=run.id,
                client_run_id=run.client_run_id,
                conversation_id=run.conversation_id,
            )
            role = await workspaces.find_role(scope)
            history = await self._transcript.load(scope, conversation_id=run.conversation_id, run_id=run.id)
            if role in (None, Role.VIEWER) or history is None:
                gone = ConversationGoneError() if history is None else NotAllowedError(role=role or "–")
                await self._finish(scope, self._empty(actor, run, live), "failed", gone)
                return None
            ctx = await self._context(scope, actor, run, live, history)
            if run.abort_requested_at is not None:
                await self._finish(scope, ctx, "aborted", None)
                return None
            if ctx.awaits_approval:  # entered again: the question still stands
                run.state = "awaiting_approval"
        live.started()
        return ctx

    async def _context(
        self, scope: Scope, actor: Actor, run: RunRow, live: LiveRun, history: History
    ) -> RunContext:
        wanted = [turn.run_id for turn in history.turns if turn.run_id]
        steps: dict[UUID, list[RunStepRow]] = {}
        for step in await repository.list_steps(scope, [*wanted, run.id]):
            steps.setdefault(step.run_id, []).append(step)
        config = await providers.default_config(scope, self._keys)
        user = await identity.get_me(scope)
        machines = [
            DeviceNote(
                id=ids.to_wire("dev", device.id),
                name=device.name,
                online=device.online,
                platform=device.platform,
                home=device.home,
            )
            for device in await registry.list_devices(scope)
        ]
        return RunContext(
            actor=replace(actor, language=user.language),
            run_id=run.id,
            epoch=run.epoch,
            conversation_id=run.conversation_id,
            device_id=run.device_id,
            config=config,
            system=system_prompt(
                user=user.display_name,
                now=scope.now(),
                devices=machines,
                language=user.language,
                device_id=ids.to_wire("dev", run.device_id) if run.device_id else None,
            ),
            history=history,
            earlier=steps,
            steps=steps.pop(run.id, []),
            live=live,
        )

    async def _work_until_aborted(self, ctx: RunContext, woken: asyncio.Event) -> None:
        """Work, unless the user stops the run: then the work is cancelled wherever it is."""
        worker = asyncio.current_task()
        assert worker is not None

        async def watch() -> None:
            await self._await_abort(ctx, woken)
            ctx.is_aborted = True
            worker.cancel()

        watcher = spawn(watch(), name="run abort watch")
        try:
            await self._work(ctx)
            return
        except asyncio.CancelledError:
            if not ctx.is_aborted:
                raise  # the process ends: another goes on
            worker.uncancel()
            state, failure = "aborted", None
        except (UnavailableError, RunSuperseded):
            raise
        except OpenClawError as error:
            state, failure = "failed", error
        except Exception as error:  # noqa: BLE001  (a defect must end the run with words, not leave it open)
            _log.exception("a run failed", run_id=ctx.run_id.hex, exc_info=error)
            state, failure = "failed", InternalError(request_id=ctx.run_id.hex)
        finally:
            await cancel_and_wait(watcher)
        async with self._database.transaction(ctx.actor) as scope:
            await self._finish(scope, ctx, state, failure)

    async def _work(self, ctx: RunContext) -> None:
        while True:
            for step in ctx.open_tools:
                await self._tools.run(ctx, step)
            if ctx.is_answered:
                async with self._database.transaction(ctx.actor) as scope:
                    await self._finish(scope, ctx, "completed", None)
                return
            if ctx.model_calls >= MAX_MODEL_CALLS:
                raise TooManyStepsError(limit=MAX_MODEL_CALLS)
            reply = await self._ask(ctx)
            if reply.tool_calls:
                await self._keep(ctx, reply)
            else:
                async with self._database.transaction(ctx.actor) as scope:
                    await self._keep_in(scope, ctx, reply)
                    await self._finish(scope, ctx, "completed", None)
                return

    async def _ask(self, ctx: RunContext) -> ModelReply:
        messages = await self._fitted(ctx)
        ctx.live.begin_text()
        request = ReplyRequest(system=ctx.system, history=messages, tools=tool_definitions())
        reply = await self._models.stream_reply(ctx.config, request, ctx.live.text)
        ctx.live.end_text()
        MODEL_TOKENS.labels("input").inc(reply.input_tokens)
        MODEL_TOKENS.labels("output").inc(reply.output_tokens)
        return reply

    async def _fitted(self, ctx: RunContext) -> "list[ModelMessage]":
        """The conversation as the model gets it. The oldest turns are summed up when the window gets full."""
        turns = ctx.turn_messages()
        fitted = await fit(
            [*ctx.summary_messages(), *(message for turn in turns for message in turn), *ctx.own_messages()],
            window=ctx.config.window(),
            overhead=estimate_tokens(ctx.system) + _TOOLS_TOKENS,
            summarise=lambda transcript: self._summarise(ctx, transcript),
        )
        if fitted.summary is not None:
            ends = accumulate((len(turn) for turn in turns), initial=len(ctx.summary_messages()))
            count = sum(1 for end in ends if end <= fitted.summarised) - 1
            if count > 0:
                await self._keep_summary(ctx, fitted.summary, count)
        return fitted.history

    async def _summarise(self, ctx: RunContext, transcript: str) -> str:
        return await self._models.summarise(ctx.config, transcript)

    async def _keep_summary(self, ctx: RunContext, summary: str, count: int) -> None:
        """From the next turn on, ``summary`` stands for the first ``count`` turns; the transcript stays whole."""
        async with self._database.transaction(ctx.actor) as scope:
            await self._transcript.keep_summary(
                scope,
                conversation_id=ctx.conversation_id,
                summary=storable(summary),
                through_seq=ctx.history.turns[count - 1].seq,
            )
        ctx.history = History(summary, ctx.history.turns[count:], ctx.history.question)

    async def _keep(self, ctx: RunContext, reply: ModelReply) -> None:
        async with self._database.transaction(ctx.actor) as scope:
            await self._keep_in(scope, ctx, reply)

    async def _keep_in(self, scope: Scope, ctx: RunContext, reply: ModelReply) -> None:
        """Keep a reply and the calls that it wants, with their questions, in one transaction."""
        run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
        if run is None:
            raise RunSuperseded
        position = len(ctx.steps) + 1
        output = {
            "text": reply.text,
            "finishReason": reply.finish_reason,
            "response": _dumped(reply.response),
        }
        output = storable(output)
        step = RunStepRow(
            id=ids.new_id(),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            run_id=ctx.run_id,
            position=position,
            kind="model",
            state="ok",
            name=reply.model[:100],
            output=output,
            started_at=scope.now(),
            finished_at=scope.now(),
        )
        await repository.add(scope, step)
        run.model, run.is_demo = reply.model[:200], reply.is_demo
        run.input_tokens += reply.input_tokens
        run.output_tokens += reply.output_tokens
        if reply.cost_micros is not None:
            run.cost_micros = (run.cost_micros or 0) + reply.cost_micros
        ctx.steps.append(step)
        for offset, call in enumerate(reply.tool_calls, start=1):
            planned = await self._tools.plan(scope, ctx, call, position=position + offset)
            ctx.steps.append(planned)
            await ctx.live.tool_with(scope, planned, "start")
            if planned.finished_at is not None:
                await ctx.live.tool_with(scope, planned, "result")
            if planned.state == "awaiting_approval":
                run.state = "awaiting_approval"

    async def _finish(self, scope: Scope, ctx: RunContext, state: str, error: OpenClawError | None) -> None:
        run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
        if run is None:
            raise RunSuperseded
        run.state, run.finished_at = state, scope.now()
        run.error = error.to_wire() if error else None
        if state != "completed":  # a completed run has nothing open
            await approvals.cancel_of_run(scope, ctx.run_id)
            # What a machine has not run yet must not run later, when it comes back.
            for step in await repository.list_open_tools(scope, ctx.run_id):
                await calls.cancel_call(scope, step.id)
            error_of_step = {"code": "ABORTED", "message": "It was stopped before it ended."}
            await repository.end_open_steps(scope, ctx.run_id, state="aborted", error=error_of_step)
        await self._transcript.finish(
            scope, conversation_id=ctx.conversation_id, run_id=ctx.run_id, text=ctx.text
        )
        words = {"code": error.code, "title": error.words(ctx.actor.language)} if error else None
        await ctx.live.finished(scope, state=state, text=ctx.text, error=words)
        RUNS.labels(state).inc()

    async def _await_abort(self, ctx: RunContext, woken: asyncio.Event) -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                async with self._database.transaction(ctx.actor) as scope:
                    if await repository.is_abort_requested(scope, ctx.run_id):
                        return
            except UnavailableError:
                await self._clock.sleep(timedelta(seconds=1))
                woken.set()  # look again: nobody else will say so

    def _empty(self, actor: Actor, run: RunRow, live: LiveRun) -> RunContext:
        return RunContext(
            actor=actor,
            run_id=run.id,
            epoch=run.epoch,
            conversation_id=run.conversation_id,
            device_id=run.device_id,
            config=providers.DEMO,
            system="",
            history=History(None, [], ""),
            earlier={},
            steps=[],
            live=live,
        )


def _dumped(response: "ModelResponse") -> Any:
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
