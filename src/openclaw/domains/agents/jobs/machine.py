"""The turn of a conversation with a machine's own runtime: sent there, and kept from what the machine tells."""

import asyncio
import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import (
    ConversationGoneError,
    MachineLostError,
    MachineUnlinkedError,
    RuntimeFailedError,
    RuntimeInterruptedError,
    RuntimeNotOfferedError,
)
from openclaw.domains.agents.events import run_topic, told_topic
from openclaw.domains.agents.jobs import questions
from openclaw.domains.agents.jobs.context import Remote, RunContext, RunSuperseded
from openclaw.domains.agents.jobs.entering import denied_by_system
from openclaw.domains.agents.jobs.retelling import Retelling
from openclaw.domains.agents.models import ApprovalRow, RunRow
from openclaw.domains.agents.repository import machine_events
from openclaw.domains.agents.service import approvals
from openclaw.domains.agents.service.transcript import Transcript
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls, policies, registry
from openclaw.domains.systems.service import access_system
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.feed import user_topic
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.runs import RUN, KeptEvent, LiveEvent, Run, RunLimits

_BATCH = 200
# A turn may take long; whether its machine is still there is looked at meanwhile.
_TURN_TIME = timedelta(days=7)
_CALL_LIFETIME = timedelta(days=30)
_LOOK_AGAIN = timedelta(seconds=30)
_LAST_WORDS = timedelta(seconds=20)  # for what was told before the end and is sent again
_CODE = re.compile(r"[a-z]+(?:\.[a-z_]+)+|[A-Z]+(?:_[A-Z]+)*")
_DENIED = "The user denied this."
_EXPIRED = "Nobody answered in time, so it was not run."


@dataclass(frozen=True)
class Ending:
    """How a turn has ended: ``completed``, ``aborted`` or ``failed``."""

    state: str
    error: OpenClawError | None = None


@dataclass(frozen=True)
class _Look:
    """What the rows say now: an end, or how long until they should be read again.

    ``told``: so many events are applied by now. ``is_over``: the machine has ended the call, and events that it told
    before are still on their way.
    """

    end: Ending | None
    told: int
    wait: timedelta = _LOOK_AGAIN
    is_over: bool = False


class MachineRunner:
    """Leads such turns, for one process."""

    def __init__(self, *, database: Database, bus: EventBus, config: Config, transcript: Transcript) -> None:
        self._database = database
        self._bus = bus
        self._transcript = transcript
        self._device_wait = timedelta(minutes=config.device_wait_minutes)
        self._retelling = Retelling(timedelta(minutes=config.approval_minutes), transcript)

    async def run(self, ctx: RunContext) -> Ending:
        """From wherever the rows are to the end. Raises errors that end the turn as failed."""
        assert ctx.remote is not None
        woken = asyncio.Event()
        with self._listening(ctx, woken):
            await self._send(ctx, ctx.remote)
            ended_at: datetime | None = None
            while True:
                woken.clear()
                async with self._database.transaction(ctx.actor) as scope:
                    look = await self._look(scope, ctx, ctx.remote, ended_at)
                    if look.is_over and ended_at is None:
                        ended_at = scope.now()
                ctx.remote.told = look.told  # not before others can read what it follows on
                self._retelling.show_early(ctx)
                if look.end is not None:
                    return look.end
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(look.wait.total_seconds()):
                        await woken.wait()

    @contextlib.contextmanager
    def _listening(self, ctx: RunContext, woken: asyncio.Event) -> Generator[None]:
        device = ids.to_wire("dev", ctx.device_id) if ctx.device_id else ""

        def wake(_topic: str, _body: dict[str, Any]) -> None:
            woken.set()

        def told(_topic: str, body: dict[str, Any]) -> None:
            if body["kind"] == "live":
                self._retelling.show(ctx, msgspec.convert(body["event"], LiveEvent))
            else:
                woken.set()

        def presence(_topic: str, body: dict[str, Any]) -> None:
            if (
                body.get("event") in ("device.changed", "host.changed")
                and body["payload"]["deviceId"] == device
            ):
                woken.set()

        listeners = (
            (run_topic(ctx.run_id), wake),
            (call_topic(ctx.run_id), wake),
            (told_topic(ctx.run_id), told),
            (user_topic(ctx.actor.user_id, ctx.actor.workspace_id), presence),
        )
        end_gap = self._bus.on_gap(woken.set)
        for topic, listener in listeners:
            self._bus.subscribe(topic, listener)
        try:
            yield
        finally:
            for topic, listener in listeners:
                self._bus.unsubscribe(topic, listener)
            end_gap()

    async def _send(self, ctx: RunContext, remote: Remote) -> None:
        """Hand the question to the machine, once however often the run is entered."""
        async with self._database.transaction(ctx.actor) as scope:
            run = await _locked(scope, ctx)
            await workspaces.check_still_member(scope)
            device = await _device(scope, ctx)
            remote.device = device
            if await calls.exists(scope, ctx.run_id):
                return
            if device is None:
                raise MachineUnlinkedError
            if RUN not in device.commands:
                raise RuntimeNotOfferedError(name=device.name)
            limits = await policies.limits_of(scope, device)
            denied = limits.denied_tools | (await denied_by_system(scope, run)).tools
            command = Run(
                ctx.conversation_id.hex,
                remote.sync_mode,
                ctx.history.question,
                RunLimits(limits.max_grade.value, sorted(denied)),  # pyright: ignore[reportArgumentType]
                system=await _kept_system(scope, run),
            )
            await calls.send_call(
                scope,
                call_id=ctx.run_id,
                device_id=device.id,
                command=RUN,
                params=msgspec.to_builtins(command),
                timeout=_TURN_TIME,
                wait=_CALL_LIFETIME,
            )
            await self._note_presence(scope, ctx, run, device)
            detail = {"tool": RUN, "device": device.name, "runId": ids.to_wire("run", ctx.run_id)}
            await audit.append(
                scope, "agents.call_dispatched", subject=ids.to_wire("run", ctx.run_id), detail=detail
            )

    async def _look(self, scope: Scope, ctx: RunContext, remote: Remote, ended_at: datetime | None) -> _Look:
        """Read what is new, and do what follows from it."""
        if not remote.has_begun:  # noting that it has begun changes the conversation, whose lock comes first
            await self._transcript.lock(scope, conversation_id=ctx.conversation_id)
        run = await _locked(scope, ctx)
        device = await _device(scope, ctx)
        remote.device = device or remote.device
        # Before the events, of which those that were told before the end are then there as well.
        end = await calls.find_end(scope, ctx.run_id)
        is_late = ended_at is not None and scope.now() - ended_at >= _LAST_WORDS
        rows = await machine_events.list_events(scope, run.id, after_seq=run.told_seq, limit=_BATCH)
        for row in rows:
            if row.seq != run.told_seq + 1 and not is_late:
                break  # what comes before it is on its way again
            event = msgspec.convert(row.event, KeptEvent)
            await self._retelling.keep(scope, ctx, run, event)
            run.told_seq = row.seq
        if len(rows) == _BATCH:
            return _Look(None, run.told_seq, timedelta())
        expires = await self._answer(scope, ctx)
        if end is not None:
            told = (end.result or {}).get("events", 0)
            if isinstance(told, int) and run.told_seq < told and not is_late:
                return _Look(None, run.told_seq, _LAST_WORDS, is_over=True)
            return _Look(_ending(end, remote, self._retelling.last_error(ctx)), run.told_seq)
        if device is None:
            raise MachineUnlinkedError
        await self._note_presence(scope, ctx, run, device)
        if self._is_lost(run, device, scope.now()):
            await calls.expire_call(scope, ctx.run_id)
            raise MachineLostError(name=device.name)
        left = [_LOOK_AGAIN, *(at - scope.now() for at in expires)]
        return _Look(None, run.told_seq, max(min(left), timedelta(milliseconds=50)))

    async def _answer(self, scope: Scope, ctx: RunContext) -> list[datetime]:
        """Give the runtime the answers that it does not have; when the open questions expire."""
        open_until: list[datetime] = []
        for row in await repository.list_approvals_of_runs(scope, [ctx.run_id]):
            if row.state == "pending" and row.expires_at <= scope.now():
                await approvals.expire(scope, row.id)
            if row.state == "pending":
                open_until.append(row.expires_at)
            elif not row.is_told and row.question is not None:
                await self._tell(scope, ctx, row)
        return open_until

    async def _tell(self, scope: Scope, ctx: RunContext, row: ApprovalRow) -> None:
        assert row.question is not None
        row.is_told = True
        if row.state == "cancelled":
            return
        is_allowed = row.state == "allowed"
        reason = _EXPIRED if row.state == "expired" else _DENIED
        if row.reason:
            reason = f"{reason} Their reason: {row.reason}"
        await questions.send_answer(
            scope,
            ctx,
            row.question["id"],
            key=row.id,
            is_allowed=is_allowed,
            text=row.answer if is_allowed else reason,
        )
        await self._retelling.answered(scope, ctx, row)
        if ctx.remote is not None and not ctx.remote.keeps_words:
            await approvals.forget_subjects(scope, ctx.run_id)

    async def _note_presence(self, scope: Scope, ctx: RunContext, run: RunRow, device: DeviceRow) -> None:
        state = "running" if registry.is_online(device, scope.now()) else "waiting_for_device"
        if ctx.awaits_approval and state == "running":
            state = "awaiting_approval"
        if run.state != state:
            run.state = state
            await ctx.live.state_changed(scope)

    def _is_lost(self, run: RunRow, device: DeviceRow, now: datetime) -> bool:
        if registry.is_online(device, now):
            return False
        gone_at = max(device.last_seen_at or run.created_at, run.started_at or run.created_at)
        return now - gone_at > self._device_wait


async def _locked(scope: Scope, ctx: RunContext) -> RunRow:
    run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
    if run is None:
        raise RunSuperseded
    return run


async def _kept_system(scope: Scope, run: RunRow) -> str | None:
    """The local-only system that the run is of: its machine adds what it keeps. Raises SystemNotFoundError."""
    if run.system_id is None or run.sync_mode != "local_only":
        return None
    system = await access_system(scope, run.system_id)
    return system.id.hex if system.is_local else None


async def _device(scope: Scope, ctx: RunContext) -> DeviceRow | None:
    if ctx.device_id is None:
        raise ConversationGoneError
    try:
        return await registry.access_target(scope, ctx.device_id)
    except DeviceNotFoundError:
        return None


def _ending(end: calls.CallEnd, remote: Remote, last_error: str) -> Ending:
    """What the machine's last word on the call means."""
    name = remote.device_name
    if end.error is None:
        outcome = (end.result or {}).get("outcome")
        if outcome in ("completed", "aborted"):
            return Ending(cast("str", outcome))
        if outcome == "interrupted":
            return Ending("failed", RuntimeInterruptedError(name=name))
        return Ending("failed", RuntimeFailedError(name=name, reason=last_error or "–"))
    match end.error.get("code"):
        case "DEVICE_REVOKED":
            return Ending("failed", MachineUnlinkedError())
        case "INTERRUPTED":
            return Ending("failed", RuntimeInterruptedError(name=name))
        case "DEVICE_OFFLINE":
            return Ending("failed", MachineLostError(name=name))
        case code:
            reason = str(end.error.get("message", ""))[:1000]
            if not remote.keeps_words and not _CODE.fullmatch(reason):
                reason = str(code) if _CODE.fullmatch(str(code)) else "–"
            return Ending("failed", RuntimeFailedError(name=name, reason=reason))
