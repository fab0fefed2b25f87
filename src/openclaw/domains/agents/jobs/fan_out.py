"""One call to several machines: each runs it once, and what comes of it is said for each."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents import repository
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.jobs.planning import find_refusal
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.agents.service.approvals import call_id_of
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls, groups, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.kit import ids
from openclaw.kit.tasks import cancel_and_wait, spawn

TOOLS = frozenset({"fs.list", "fs.read", "fs.search", "system.info", "exec"})
"""What can be asked of several machines at once. What changes files is undone machine by machine, so it is not."""
MAX_TARGETS = 20


@dataclass(frozen=True)
class Target:
    """One machine of a call. ``call_id`` is its own, always the same for this step and machine."""

    device_id: UUID
    name: str
    call_id: UUID


def targets_of(step: RunStepRow) -> list[Target]:
    """The machines of a step that goes to several; none for others."""
    return [
        Target(
            UUID(hex=target["id"]), target["name"], call_id_of(step.id, UUID(hex=target["id"]), step.targets)
        )
        for target in step.targets or ()
    ]


def as_targets(devices: list[DeviceRow]) -> list[dict[str, str]]:
    """The machines as a step and its approval keep them."""
    return [{"id": device.id.hex, "name": device.name} for device in devices]


class FanOut:
    """Sends a step's call to its machines and waits for all of them."""

    def __init__(self, *, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def run(self, ctx: RunContext, step: RunStepRow, *, timeout: timedelta) -> list[dict[str, Any]]:
        """How it ended on each machine: ``{"device", "ok", "result" | "error"}``, in the order of the targets."""
        tasks = [
            spawn(self._run_on(ctx, step, target, timeout), name=f"call {step.name} of many")
            for target in targets_of(step)
        ]
        try:
            return await asyncio.gather(*tasks)
        finally:
            await cancel_and_wait(*tasks)

    async def _run_on(
        self,
        ctx: RunContext,
        step: RunStepRow,
        target: Target,
        timeout: timedelta,
    ) -> dict[str, Any]:
        def on_progress(body: dict[str, Any]) -> None:
            if body["deviceId"] == str(target.device_id):
                part = {"stream": body["stream"], "text": body["text"], "device": target.name}
                ctx.live.output(step, part)

        with watching(self._bus, target.call_id, on_progress) as watch:
            sent = await self._send(ctx, step, target, timeout)
            end = (
                sent
                if isinstance(sent, calls.CallEnd)
                else await watch.wait(
                    lambda: self._find_end(ctx, target.call_id), timeout=timeout, is_fresh=sent
                )
                or await self._expire(ctx, target.call_id)
            )
        device = {"id": ids.to_wire("dev", target.device_id), "name": target.name}
        outcome = {"result": end.result} if end.error is None else {"error": end.error}
        return {"device": device, "ok": end.error is None, **outcome}

    async def _send(
        self,
        ctx: RunContext,
        step: RunStepRow,
        target: Target,
        timeout: timedelta,
    ) -> "calls.CallEnd | bool":
        """Whether the call was sent now; how it ended, when it cannot be. Nobody waits for one that is away."""
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            await workspaces.check_still_member(scope)
            if await calls.exists(scope, target.call_id):
                return False  # an earlier entry of the run sent it
            try:
                device = await registry.access_target(scope, target.device_id)
            except DeviceNotFoundError:
                return _error("NO_DEVICE", "The device is no longer linked.")
            if not registry.is_online(device, scope.now()):
                return _error("DEVICE_OFFLINE", "The device is offline; it was not waited for.")
            if not groups.offers(device, step.name):
                return _error("NOT_OFFERED", f"The device cannot do {step.name}.")
            if refusal := await find_refusal(scope, run, device, step.name, step.arguments or {}):
                return _error("REFUSED", refusal)
            await calls.send_call(
                scope,
                call_id=target.call_id,
                device_id=device.id,
                command=step.name,
                params=step.arguments or {},
                timeout=timeout,
                wait=timeout,
            )
            detail = {"tool": step.name, "device": device.name, "runId": ids.to_wire("run", ctx.run_id)}
            await audit.append(
                scope, "agents.call_dispatched", subject=ids.to_wire("step", step.id), detail=detail
            )
        return True

    async def _find_end(self, ctx: RunContext, call_id: UUID) -> calls.CallEnd | None:
        async with self._database.transaction(ctx.actor) as scope:
            return await calls.find_end(scope, call_id)

    async def _expire(self, ctx: RunContext, call_id: UUID) -> calls.CallEnd:
        async with self._database.transaction(ctx.actor) as scope:
            return await calls.expire_call(scope, call_id)


def calls_of(step: RunStepRow) -> list[tuple[UUID, UUID]]:
    """The machines of a step, each with the id of its call there."""
    if step.targets:
        return [(target.device_id, target.call_id) for target in targets_of(step)]
    return [] if step.device_id is None else [(step.device_id, step.id)]


def _error(code: str, message: str) -> calls.CallEnd:
    return calls.CallEnd(None, {"code": code, "message": message})
