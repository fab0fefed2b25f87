"""The durable job: enter, ask the model, run what it wants, until it has answered."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import ConversationGoneError, RunInterruptedError, TooManyStepsError
from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.jobs import questions
from openclaw.domains.agents.jobs.asking import Asker, count_cost, count_usage, dumped
from openclaw.domains.agents.jobs.context import Remote, RunContext, RunSuperseded
from openclaw.domains.agents.jobs.entering import bare_context, denied_by_system, load_context
from openclaw.domains.agents.jobs.fan_out import calls_of
from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.domains.agents.jobs.machine import MachineRunner
from openclaw.domains.agents.jobs.metering import Meters
from openclaw.domains.agents.jobs.planner import StepPlanner
from openclaw.domains.agents.jobs.steps import add_words
from openclaw.domains.agents.jobs.tools import ToolRunner
from openclaw.domains.agents.models import RunRow
from openclaw.domains.agents.policy import Denied
from openclaw.domains.agents.repository import leading, machine_events
from openclaw.domains.agents.service import approvals, budgets
from openclaw.domains.agents.service.telling import tell_failed
from openclaw.domains.agents.service.transcript import Transcript
from openclaw.domains.devices.service import calls
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import RUNS
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.runtime.history import assistant_message
from openclaw.runtime.loading import load_library
from openclaw.runtime.streaming import ModelReply, Models
from openclaw.runtime.toolset import tool_definitions

_log = structlog.get_logger(__name__)
MAX_MODEL_CALLS = 50
MAX_TOOL_CALLS = 32  # of one reply
MAX_ENTRIES = 50


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
        plugins: PluginRuntime,
        queue: JobQueue,
    ) -> None:
        self._database = database
        self._bus = bus
        self._keys = keys
        self._clock = clock
        self._transcript = transcript
        self._models = Models(clock)
        self._asker = Asker(database=database, transcript=transcript, models=self._models)
        self._meters = Meters(database, bus, clock)
        self._planner = StepPlanner(approval_lifetime=timedelta(minutes=config.approval_minutes))
        self._tools = ToolRunner(
            database=database, bus=bus, blobs=blobs, config=config, plugins=plugins, queue=queue
        )
        self._machines = MachineRunner(database=database, bus=bus, config=config, transcript=transcript)

    async def warm_up(self) -> None:
        """Load what the first turn would otherwise wait a second for."""
        await load_library()
        await asyncio.to_thread(tool_definitions)

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
        await load_library()
        ctx: RunContext | None = None
        try:
            # Listen before the run is read: an abort after that wakes us, one before is seen in the row.
            async with self._bus.wakeups(run_topic(run_id)) as woken:
                with contextlib.ExitStack() as listening:
                    ctx = await self._enter(actor, run_id, listening)
                    if ctx is not None:
                        await self._work_until_aborted(ctx, woken)
        except RunSuperseded:
            _log.info("another process goes on with the run", run_id=payload["runId"])
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it was: a run that is left open can never be stopped)
            _log.exception("a run cannot go on", run_id=payload["runId"], exc_info=error)
            words = error if isinstance(error, OpenClawError) else InternalError(request_id=run_id.hex)
            await self._give_up(actor, run_id, ctx, words)

    async def _enter(self, actor: Actor, run_id: UUID, listening: contextlib.ExitStack) -> RunContext | None:
        async with self._database.transaction(actor) as scope:
            run = await repository.enter_run(scope, run_id)
            if run is None:
                return None
            live = self._live(actor, run)
            user, role = await workspaces.get_acting(scope)
            history = await self._transcript.load(scope, conversation_id=run.conversation_id, run_id=run.id)
            obstacle: OpenClawError | None = None
            if run.epoch > MAX_ENTRIES:
                obstacle = RunInterruptedError(limit=MAX_ENTRIES)
            elif history is not None and role in (None, Role.VIEWER):
                obstacle = NotAllowedError(role=role or "–")
            if obstacle is not None or history is None:
                ctx = await bare_context(scope, actor, run, live=live)
                await self._finish(scope, ctx, "failed", obstacle or ConversationGoneError())
                return None
            if run.runtime == "pi":
                actor = replace(actor, language=user.language)
                ctx = await bare_context(scope, actor, run, live=live, history=history)
            else:
                ctx = await load_context(scope, user, run, live=live, history=history, keys=self._keys)
            if run.budget_id is not None:
                await budgets.settle_whole(
                    scope, run_id
                )  # what an earlier entry asked and did not hear the end of
                ctx.meter = self._meters.of_run(actor, run_id, run.budget_id)
            if run.paused_at is not None:
                ctx.may_go_on.clear()
            if run.abort_requested_at is not None:
                await self._finish(scope, ctx, "aborted", None)
                return None
            if ctx.awaits_approval:  # entered again: the question still stands
                run.state = "awaiting_approval"
            listening.enter_context(live.listening())  # before the first words that it may hear
            await live.started(scope)
        return ctx

    async def _give_up(
        self, actor: Actor, run_id: UUID, ctx: RunContext | None, error: OpenClawError
    ) -> None:
        """End the run with words, reading no more than that takes."""
        async with self._database.transaction(actor) as scope:
            if ctx is None:  # what failed was the entry, which is undone
                run = await repository.enter_run(scope, run_id)
            else:
                run = await repository.lock_run(scope, run_id, epoch=ctx.epoch)
            if run is not None:
                bare = await bare_context(
                    scope, ctx.actor if ctx else actor, run, live=self._live(actor, run)
                )
                await self._finish(scope, bare, "failed", error)

    def _live(self, actor: Actor, run: RunRow) -> LiveRun:
        return LiveRun(
            self._bus,
            self._clock,
            actor,
            run_id=run.id,
            client_run_id=run.client_run_id,
            conversation_id=run.conversation_id,
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
        if ctx.remote is not None:
            ending = await self._machines.run(ctx)
            async with self._database.transaction(ctx.actor) as scope:
                await self._finish(scope, ctx, ending.state, ending.error)
            return
        while True:
            for step in ctx.open_tools:
                await ctx.may_go_on.wait()
                await self._tools.run(ctx, step)
            if ctx.is_answered:
                async with self._database.transaction(ctx.actor) as scope:
                    await self._finish(scope, ctx, "completed", None)
                return
            if ctx.model_calls >= MAX_MODEL_CALLS:
                raise TooManyStepsError(limit=MAX_MODEL_CALLS)
            await ctx.may_go_on.wait()
            reply = await self._asker.ask(ctx)
            if reply.tool_calls:
                await self._keep(ctx, reply)
            else:
                async with self._database.transaction(ctx.actor) as scope:
                    await self._keep_in(scope, ctx, reply)
                    await self._finish(scope, ctx, "completed", None)
                return

    async def _keep(self, ctx: RunContext, reply: ModelReply) -> None:
        async with self._database.transaction(ctx.actor) as scope:
            await self._keep_in(scope, ctx, reply)

    async def _keep_in(self, scope: Scope, ctx: RunContext, reply: ModelReply) -> None:
        """Keep a reply and the calls that it wants, with their questions, in one transaction."""
        run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
        if run is None:
            raise RunSuperseded
        await workspaces.check_still_member(scope)
        output = {
            "text": reply.text,
            "finishReason": reply.finish_reason,
            "response": dumped(reply.response),
        }
        await add_words(scope, ctx, output, state="ok", model=reply.model)
        count_usage(run, reply)
        denied = Denied()
        if reply.tool_calls:
            denied = await denied_by_system(scope, run)
            await ctx.live.said(scope)
        for number, call in enumerate(reply.tool_calls, start=1):
            planned = await self._planner.plan(
                scope,
                ctx,
                call,
                position=len(ctx.steps) + 1,
                is_too_many=number > MAX_TOOL_CALLS,
                denied=denied,
            )
            ctx.steps.append(planned)
            await ctx.live.tool_with(scope, planned, "start")
            if planned.finished_at is not None:
                await ctx.live.tool_with(scope, planned, "result")
            if planned.state == "awaiting_approval":
                run.state = "awaiting_approval"

    async def _keep_unfinished(self, scope: Scope, ctx: RunContext, run: RunRow, reason: str) -> None:
        """What was heard of a reply that did not come to its end: the page has shown it, and the next turn knows it."""
        text = "".join(ctx.unkept)
        if text.strip():
            response = dumped(assistant_message(storable(text)))
            output = {"text": text, "finishReason": reason, "response": response}
            await add_words(scope, ctx, output, state=reason, model=ctx.config.model)
            count_cost(run, None, model=ctx.config.model, is_demo=ctx.config.is_demo)

    async def _finish(self, scope: Scope, ctx: RunContext, state: str, error: OpenClawError | None) -> None:
        if ctx.remote is not None:
            await self._transcript.lock(scope, conversation_id=ctx.conversation_id)
        run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
        if run is None:
            raise RunSuperseded
        if run.budget_id is not None:
            await budgets.settle_whole(scope, ctx.run_id)
        await self._keep_unfinished(scope, ctx, run, "aborted" if state == "aborted" else "error")
        run.state, run.finished_at = state, scope.now()
        run.error = storable(error.to_wire()) if error else None
        if state != "completed" or ctx.remote is not None:  # a completed one on the server has nothing open
            await approvals.cancel_of_run(scope, ctx.run_id)
            # What a machine has not run yet must not run later, when it comes back.
            await calls.cancel_call(scope, ctx.run_id)  # the turn itself, on a machine's own runtime
            for step in await repository.list_open_tools(scope, ctx.run_id):
                for _, call_id in calls_of(step):
                    await calls.cancel_call(scope, call_id)
            error_of_step = {"code": "ABORTED", "message": "It was stopped before it ended."}
            await repository.end_open_steps(scope, ctx.run_id, state="aborted", error=error_of_step)
        await self._transcript.finish(
            scope, conversation_id=ctx.conversation_id, run_id=ctx.run_id, text=ctx.text
        )
        if ctx.remote is not None:
            await self._finish_remote(scope, ctx, ctx.remote, state)
        words = storable({"code": error.code, "title": error.words(ctx.actor.language)}) if error else None
        await ctx.live.finished(scope, state=state, text=ctx.text, error=words)
        if error is not None and run.task_run_id is None:  # of a task, its own end is what counts
            keeps_words = ctx.remote is None or ctx.remote.keeps_words
            await tell_failed(
                scope,
                run_id=ctx.run_id,
                conversation_id=ctx.conversation_id,
                error=error,
                keeps_words=keeps_words,
            )
        RUNS.labels(state).inc()

    async def _finish_remote(self, scope: Scope, ctx: RunContext, remote: Remote, state: str) -> None:
        """What is kept of a run on a machine are its steps; what may not be kept of it goes."""
        await machine_events.delete_events(scope, ctx.run_id)
        if not remote.keeps_words:
            await approvals.forget_subjects(scope, ctx.run_id)
            await questions.forget_answers(scope, ctx)
            await calls.forget(scope, [ctx.run_id])
        await self._transcript.finish_remote(
            scope,
            conversation_id=ctx.conversation_id,
            run_id=ctx.run_id,
            is_aborted=state == "aborted",
            keeps_words=remote.keeps_words,
        )

    async def _await_abort(self, ctx: RunContext, woken: asyncio.Event) -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                async with self._database.transaction(ctx.actor, is_quiet=True) as scope:
                    wish = await leading.find_wish(scope, ctx.run_id)
                if wish.is_aborted:
                    return
                if wish.is_paused:
                    ctx.may_go_on.clear()
                else:
                    ctx.may_go_on.set()
            except UnavailableError:
                await self._clock.sleep(timedelta(seconds=1))
                woken.set()  # look again: nobody else will say so
