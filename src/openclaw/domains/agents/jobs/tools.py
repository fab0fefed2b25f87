"""Tool calls of a run: judged, asked for, sent to the machine, awaited, kept."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import structlog

from openclaw.domains.agents import policy, repository
from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.jobs import questions
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.models import ApprovalRow, RunStepRow
from openclaw.domains.agents.service import approvals, runs
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceNotFoundError, NoDeviceError
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.devices.service.pairing import NODE_HOST
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.jsonb import checked, storable
from openclaw.infra.metrics import TOOL_CALLS
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import UnavailableError
from openclaw.protocol import node_host
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import decode_arguments
from openclaw.runtime.streaming import ToolCall
from openclaw.runtime.toolset import find_tool, split_device

_log = structlog.get_logger(__name__)
_QUICK = timedelta(seconds=60)
_KEPT_IN_ROW = 200_000
_KEPT_OF_TEXT = 40_000


@dataclass(frozen=True)
class _Sent:
    """How long to wait for a call, and whether this entry of the run sent it."""

    wait: timedelta
    is_new: bool


class ToolRunner:
    """Runs the tool calls of one process's runs."""

    def __init__(self, *, database: Database, bus: EventBus, blobs: BlobStore, config: Config) -> None:
        self._database = database
        self._bus = bus
        self._blobs = blobs
        self._approval_lifetime = timedelta(minutes=config.approval_minutes)
        self._device_wait = timedelta(minutes=config.device_wait_minutes)

    async def plan(
        self, scope: Scope, ctx: RunContext, call: ToolCall, *, position: int, is_too_many: bool
    ) -> RunStepRow:
        """Keep a call that the model wants as a step, with the question to the user if it needs one."""
        tool = find_tool(call.name)
        device_name, arguments = split_device(_storable_arguments(call))
        step = RunStepRow(
            id=ids.new_id(),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            run_id=ctx.run_id,
            position=position,
            kind="tool",
            state="pending",
            name=tool or storable(call.name[:100]),
            tool_call_id=call.id,
            arguments=arguments,
            started_at=scope.now(),
        )
        await repository.add(scope, step)
        if is_too_many:
            return _failed(
                scope, step, "TOO_MANY_CALLS", "Too many calls in one reply. Ask for it again later."
            )
        if tool is None:
            return _failed(scope, step, "UNKNOWN_TOOL", f"There is no tool {call.name!r}.")
        try:
            checked(call.arguments)
            decoded = decode_arguments(tool, arguments if call.invalid is None else call.invalid)
        except ValueError as error:
            return _failed(scope, step, "INVALID_ARGUMENTS", str(error)[:1000])
        try:
            device = await registry.choose_device(scope, named=device_name, preferred_id=ctx.device_id)
        except (NoDeviceError, DeviceNotFoundError) as error:
            return _failed(scope, step, "NO_DEVICE", str(error))
        step.device_id, step.device_name = device.id, device.name
        if device.client == NODE_HOST and not node_host.offers(tool, device.commands):
            return _failed(
                scope, step, "NOT_OFFERED", f"{device.name} cannot do {tool}; it runs commands with exec."
            )
        step.arguments = _with_exact_paths(arguments, device.home)
        assessment = grade_call(tool, decoded, home=device.home or "")
        rules = await approvals.load_rules(scope) if assessment.grade == Grade.MODIFY else ()
        verdict = policy.judge(
            assessment, rules=rules, device_id=device.id, conversation_id=ctx.conversation_id
        )
        if verdict is policy.Verdict.REFUSE:
            why = "; ".join(
                segment.why for segment in assessment.segments if segment.grade == Grade.DANGEROUS
            )
            step = _failed(scope, step, "REFUSED", f"This is never run: {why}.")
            step.state = "denied"
        elif verdict is policy.Verdict.ASK:
            await questions.ask(scope, ctx, step, assessment, lifetime=self._approval_lifetime)
        return step

    async def run(self, ctx: RunContext, step: RunStepRow) -> None:
        """Bring a planned call to its end: wait for the answer if one is needed, then for the machine."""
        if step.state == "awaiting_approval" and not await self._is_allowed(ctx, step):
            return
        await self._call(ctx, step)

    async def _is_allowed(self, ctx: RunContext, step: RunStepRow) -> bool:
        """Wait for the user, for as long as the question stands. A denial ends the step."""
        async with self._bus.wakeups(run_topic(ctx.run_id)) as woken:
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
                part = {"stream": body["stream"], "text": body["text"]}
                ctx.live.tool(step, "update", partialResult=part)

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
        output = await self._kept(ctx, step, end.result) if end.result is not None else None
        async with self._database.transaction(ctx.actor) as scope:
            state = "ok" if end.error is None else "error"
            await self._end(scope, ctx, step, state=state, output=output, error=end.error)

    async def _expire(self, ctx: RunContext, step: RunStepRow) -> calls.CallEnd:
        """Waited long enough. An answer that came at the last moment is an answer all the same."""
        async with self._database.transaction(ctx.actor) as scope:
            return await calls.expire_call(scope, step.id)

    async def _send(self, ctx: RunContext, step: RunStepRow) -> "_Sent | None":
        """Hand the call to the machine; None when it has no machine any more, which ends the step."""
        assert step.device_id is not None
        arguments = step.arguments or {}
        timeout = (
            timedelta(seconds=float(arguments.get("timeout_seconds", 120))) if step.name == "exec" else _QUICK
        )
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            await workspaces.check_still_member(scope)
            try:
                device = await registry.access_device(scope, step.device_id)
            except DeviceNotFoundError:
                if await calls.exists(scope, step.id):  # it was sent before: how it ended is in its row
                    return _Sent(timedelta(seconds=1), is_new=False)
                error = {"code": "NO_DEVICE", "message": "The device is no longer linked."}
                await self._end(scope, ctx, step, state="error", output=None, error=error)
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
        TOOL_CALLS.labels(step.name, state).inc()

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
        for key, value in trimmed.items():
            if isinstance(value, str) and len(value) > _KEPT_OF_TEXT:
                half = _KEPT_OF_TEXT // 2
                trimmed[key] = (
                    f"{value[:half]}\n… {len(value) - _KEPT_OF_TEXT} characters left out …\n{value[-half:]}"
                )
            elif isinstance(value, list):
                trimmed[key] = value[:500]
        return {**trimmed, "isShortened": True}


def _storable_arguments(call: ToolCall) -> dict[str, Any]:
    try:
        return checked(call.arguments or {})
    except ValueError:
        return {}


def _with_exact_paths(arguments: dict[str, Any], home: str | None) -> dict[str, Any]:
    """``~`` as the machine's home folder, so that the user is asked about the path that is meant."""
    exact = dict(arguments)
    for name in ("path", "to", "cwd"):
        value = exact.get(name)
        if home and isinstance(value, str) and (value == "~" or value.startswith("~/")):
            exact[name] = home + value[1:]
    return exact


def _failed(scope: Scope, step: RunStepRow, code: str, message: str) -> RunStepRow:
    step.state, step.error, step.finished_at = "error", {"code": code, "message": message}, scope.now()
    return step
