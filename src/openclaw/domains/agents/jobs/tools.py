"""Tool calls of a run: judged, asked for, sent to the machine, awaited, kept."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import structlog

from openclaw.domains.agents import repository
from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.jobs.fan_out import FanOut, calls_of
from openclaw.domains.agents.jobs.planning import find_refusal
from openclaw.domains.agents.jobs.plugin_calls import PluginCalls
from openclaw.domains.agents.jobs.results import SAVE, ResultSaver
from openclaw.domains.agents.models import ApprovalRow, RunStepRow
from openclaw.domains.agents.service import approvals, runs
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.workspaces import service as workspaces
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.metrics import TOOL_CALLS
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import UnavailableError
from openclaw.protocol.tools import ARGUMENTS, COLLECT

_log = structlog.get_logger(__name__)
_QUICK = timedelta(seconds=60)
_COLLECTING = timedelta(minutes=10)
_KEPT_IN_ROW = 200_000
_KEPT_OF_TEXT = 40_000


@dataclass(frozen=True)
class _Sent:
    """How long to wait for a call, and whether this entry of the run sent it."""

    wait: timedelta
    is_new: bool


class ToolRunner:
    """Runs the tool calls of one process's runs."""

    def __init__(
        self,
        *,
        database: Database,
        bus: EventBus,
        blobs: BlobStore,
        config: Config,
        plugins: PluginRuntime,
        queue: JobQueue,
    ) -> None:
        self._database = database
        self._bus = bus
        self._blobs = blobs
        self._results = ResultSaver(database=database, blobs=blobs, queue=queue)
        self._fan_out = FanOut(database=database, bus=bus)
        self._plugins = PluginCalls(database, plugins)
        self._device_wait = timedelta(minutes=config.device_wait_minutes)

    async def run(self, ctx: RunContext, step: RunStepRow) -> None:
        """Bring a planned call to its end: wait for the answer if one is needed, then for the machine."""
        if step.name == SAVE:
            await self._put_down(ctx, step, await self._results.save(ctx, step))
            return
        if step.state == "awaiting_approval" and not await self._is_allowed(ctx, step):
            return
        if step.targets:
            await self._call_all(ctx, step)
        elif step.device_id is None:
            await self._call_plugin(ctx, step)
        else:
            await self._call(ctx, step)

    async def _is_allowed(self, ctx: RunContext, step: RunStepRow) -> bool:
        """Wait for the user, for as long as the question stands. A denial ends the step."""
        async with self._bus.wakeups(run_topic(ctx.run_id)) as woken:
            # Only now: what the calls before it changed, its owner has allowed.
            await self._announce(ctx, step)
            while True:
                woken.clear()
                async with self._database.transaction(ctx.actor) as scope:
                    row = await repository.find_approval_of_step(scope, step.id)
                    assert row is not None, "a step that awaits approval has a question"
                    if row.state == "pending" and row.expires_at <= scope.now():
                        await approvals.expire(scope, row.id)
                        row = await repository.find_approval_of_step(scope, step.id)
                        assert row is not None
                    if row.state == "allowed":
                        return True
                    if row.state != "pending":
                        await self._deny(scope, ctx, step, row)
                        return False
                    left = (row.expires_at - scope.now()).total_seconds()
                try:
                    async with asyncio.timeout(left):
                        await woken.wait()
                except TimeoutError:
                    continue

    async def _announce(self, ctx: RunContext, step: RunStepRow) -> None:
        async with self._database.transaction(ctx.actor) as scope:
            for device_id, call_id in calls_of(step):
                await calls.announce_call(
                    scope,
                    call_id=call_id,
                    device_id=device_id,
                    command=step.name,
                    params=step.arguments or {},
                )

    async def _deny(self, scope: Scope, ctx: RunContext, step: RunStepRow, row: ApprovalRow) -> None:
        if row.state == "expired":
            message = "Nobody answered in time, so it was not run."
        else:
            message = "The user denied this." + (f" Their reason: {row.reason}" if row.reason else "")
        await self._end(
            scope, ctx, step, state="denied", output=None, error={"code": "DENIED", "message": message}
        )

    async def _call(self, ctx: RunContext, step: RunStepRow) -> None:
        def on_progress(body: dict[str, Any]) -> None:
            if body["deviceId"] == str(step.device_id):
                ctx.live.output(step, {"stream": body["stream"], "text": body["text"]})

        with watching(self._bus, step.id, on_progress) as watch:
            sent = await self._send(ctx, step)
            if sent is None:
                return
            end = await watch.wait(
                lambda: self._find_end(ctx, step, has_arrived=watch.has_arrived),
                timeout=sent.wait,
                is_fresh=sent.is_new,
                awaits_arrival=step.state == "waiting_for_device",
            ) or await self._expire(ctx, step)
        if step.name == COLLECT and end.error is None:
            end = await self._results.keep(ctx, step, end)
        await self._put_down(ctx, step, end)

    async def _put_down(self, ctx: RunContext, step: RunStepRow, end: calls.CallEnd) -> None:
        output = await self._kept(ctx, step, end.result) if end.result is not None else None
        async with self._database.transaction(ctx.actor) as scope:
            state = "ok" if end.error is None else "error"
            await self._end(scope, ctx, step, state=state, output=output, error=end.error)

    async def _call_all(self, ctx: RunContext, step: RunStepRow) -> None:
        """Several machines: it went well when it did on one of them; the result says so for each."""
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            run.state = step.state = "running"
            await repository.update_step(scope, step.id, state="running")
            await ctx.live.tool_with(scope, step, "update")
        ends = await self._fan_out.run(ctx, step, timeout=_timeout(step))
        output, error = None, None
        if any(end["ok"] for end in ends):
            output = await self._kept(ctx, step, {"devices": ends})
        else:
            said = "; ".join(f"{end['device']['name']}: {end['error'].get('message')}" for end in ends)
            error = {"code": "FAILED_EVERYWHERE", "message": said[:4000]}
        async with self._database.transaction(ctx.actor) as scope:
            state = "ok" if error is None else "error"
            await self._end(scope, ctx, step, state=state, output=output, error=error)

    async def _call_plugin(self, ctx: RunContext, step: RunStepRow) -> None:
        end = await self._plugins.call(ctx, step)
        output = await self._kept(ctx, step, end.result) if end.result is not None else None
        async with self._database.transaction(ctx.actor) as scope:
            state = "ok" if end.error is None else "error"
            await self._end(scope, ctx, step, state=state, output=output, error=end.error)

    async def _expire(self, ctx: RunContext, step: RunStepRow) -> calls.CallEnd:
        """Waited long enough. An answer that came at the last moment is an answer all the same."""
        async with self._database.transaction(ctx.actor) as scope:
            return await calls.expire_call(scope, step.id)

    async def _send(self, ctx: RunContext, step: RunStepRow) -> "_Sent | None":
        """Hand the call to the machine; None when that ends the step: no machine any more, or refused now."""
        assert step.device_id is not None
        arguments, timeout = step.arguments or {}, _timeout(step)
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            await workspaces.check_still_member(scope)
            try:
                device = await registry.access_target(scope, step.device_id)
            except DeviceNotFoundError:
                if await calls.exists(scope, step.id):  # it was sent before: how it ended is in its row
                    return _Sent(timedelta(seconds=1), is_new=False)
                error = {"code": "NO_DEVICE", "message": "The device is no longer linked."}
                await self._end(scope, ctx, step, state="error", output=None, error=error)
                return None
            refusal = await find_refusal(scope, run, device, step.name, arguments)
            if refusal is not None and not await calls.exists(scope, step.id):
                error = {"code": "REFUSED", "message": refusal}
                await self._end(scope, ctx, step, state="denied", output=None, error=error)
                return None
            state = "running" if registry.is_online(device, scope.now()) else "waiting_for_device"
            run.state = step.state = state
            await repository.update_step(scope, step.id, state=state)
            wait = self._device_wait + timeout
            is_new = await calls.send_call(
                scope,
                call_id=step.id,
                device_id=device.id,
                command=step.name,
                params=arguments,
                timeout=timeout,
                wait=wait,
            )
            if not is_new:  # an earlier entry of the run sent it, and wrote what follows
                return _Sent(await calls.time_left(scope, step.id), is_new)
            detail = {"tool": step.name, "device": device.name, "runId": ids.to_wire("run", ctx.run_id)}
            await audit.append(
                scope, "agents.call_dispatched", subject=ids.to_wire("step", step.id), detail=detail
            )
            await ctx.live.tool_with(scope, step, "update")
        return _Sent(wait, is_new)

    async def _find_end(
        self, ctx: RunContext, step: RunStepRow, *, has_arrived: bool
    ) -> calls.CallEnd | None:
        async with self._database.transaction(ctx.actor) as scope:
            end = await calls.find_end(scope, step.id)
            if end is None and has_arrived and step.state == "waiting_for_device":
                run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
                if run is None:
                    raise RunSuperseded
                run.state = step.state = "running"
                await repository.update_step(scope, step.id, state="running")
                await ctx.live.tool_with(scope, step, "update")
        return end

    async def _end(
        self,
        scope: Scope,
        ctx: RunContext,
        step: RunStepRow,
        *,
        state: str,
        output: dict[str, Any] | None,
        error: dict[str, Any] | None,
    ) -> None:
        run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
        if run is None:
            raise RunSuperseded
        step.state, step.output, step.error, step.finished_at = state, output, error, scope.now()
        run.state = "awaiting_approval" if ctx.awaits_approval else "running"
        await repository.update_step(
            scope, step.id, state=state, output=output, error=error, finished_at=step.finished_at
        )
        await ctx.live.tool_with(scope, step, "result")
        TOOL_CALLS.labels(step.name if step.name in ARGUMENTS else "plugin", state).inc()

    async def _kept(self, ctx: RunContext, step: RunStepRow, result: dict[str, Any]) -> dict[str, Any]:
        """The result as its row keeps it: a very large one goes to object storage, the row keeps its texts' ends."""
        body = orjson.dumps(result)
        if len(body) <= _KEPT_IN_ROW:
            return result
        name = runs.result_blob(ctx.run_id, step.id)
        async with self._database.transaction(ctx.actor) as scope:
            try:
                await self._blobs.put(scope, name, body)
            except UnavailableError as error:  # the run needs no more than the row keeps
                _log.warning("the whole of a large result is not kept", step_id=step.id.hex, error=str(error))
        trimmed: dict[str, Any] = orjson.loads(body)
        ends = trimmed["devices"] if step.targets else [{"result": trimmed}]
        for end in ends:
            _shorten(end.get("result") or {}, _KEPT_OF_TEXT // len(ends))
        return {**trimmed, "isShortened": True}


def _shorten(result: dict[str, Any], kept: int) -> None:
    """Keep the beginning and the end of long texts, and the beginning of long lists."""
    for key, value in result.items():
        if isinstance(value, str) and len(value) > kept:
            half = kept // 2
            result[key] = f"{value[:half]}\n… {len(value) - kept} characters left out …\n{value[-half:]}"
        elif isinstance(value, list):
            result[key] = value[:500]


def _timeout(step: RunStepRow) -> timedelta:
    if step.name == COLLECT:
        return _COLLECTING
    if step.name != "exec":
        return _QUICK
    return timedelta(seconds=float((step.arguments or {}).get("timeout_seconds", 120)))
