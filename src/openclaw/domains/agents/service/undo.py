"""Undo what a run changed in files: previewed and done by the machines, which kept what was there before."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import (
    RunBusyError,
    RunNotFoundError,
    UndoFailedError,
    UndoNotOfferedError,
)
from openclaw.domains.agents.models import RunRow, RunStepRow
from openclaw.domains.agents.schemas import DeviceRef, RunUndo, UndoMachine, UndoneRun, UndoRun
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import DeviceOfflineError
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import UNDO, UNDO_PREVIEW, InvalidArguments, decode_arguments

_CHANGING = frozenset({"fs.write", "fs.edit", "fs.move", "fs.delete"})
# A call that failed or was cut off may have changed something all the same: the machine knows.
_SENT = frozenset({"ok", "error", "aborted"})
_PREVIEW_TIME = timedelta(seconds=30)
_UNDO_TIME = timedelta(seconds=120)
_UNDONE = "The person has undone this change."
_UNDONE_IN_PART = "The person has undone the changes of this turn, some of them only in part."


@dataclass(frozen=True)
class _Part:
    """What a run changed on one machine: its calls, in order."""

    device: DeviceRef
    steps: list[RunStepRow]

    @property
    def calls(self) -> list[str]:
        return [step.id.hex for step in self.steps]


async def preview(database: Database, bus: EventBus, actor: Actor, run_id: UUID) -> RunUndo:
    """What undoing the run would do now.

    Raises RunNotFoundError, RunBusyError, DeviceNotFoundError, DeviceOfflineError, UndoNotOfferedError,
    UndoFailedError.
    """
    async with database.transaction(actor) as scope:
        run = await _access_run(scope, run_id)
        steps = await repository.list_steps(scope, [run_id])
        parts = await _parts(scope, steps)
        commands = _commands(steps)
        undone = _undone(run)
    asked = [_ask(database, bus, actor, part, ids.new_id(), force=None) for part in parts]
    return RunUndo(machines=await asyncio.gather(*asked), commands=commands, undone=undone)


async def undo(database: Database, bus: EventBus, actor: Actor, run_id: UUID, data: UndoRun) -> RunUndo:
    """Undo the run on every machine that it worked on. The same key again is the same undo, with the same answer.

    Raises what ``preview`` raises, and NotAllowedError for viewers.
    """
    async with database.transaction(actor) as scope:
        await _access_run(scope, run_id)
        check_role(scope.who, Role.MEMBER)
        steps = await repository.list_steps(scope, [run_id])
        parts = await _parts(scope, steps)
        commands = _commands(steps)
    key = data.idempotency_key or ids.new_id().hex
    asked = [
        _ask(database, bus, actor, part, uuid5(run_id, f"{part.device.id.hex}|{key}"), force=data.force)
        for part in parts
    ]
    machines = await asyncio.gather(*asked)
    async with database.transaction(actor) as scope:
        undone = await _note(scope, run_id, parts, machines, key=key, forced=len(data.force))
    return RunUndo(machines=machines, commands=commands, undone=undone)


async def _access_run(scope: Scope, run_id: UUID) -> RunRow:
    run = await repository.find_run(scope, run_id)
    if run is None:
        raise RunNotFoundError
    if run.finished_at is None:
        raise RunBusyError
    if run.runtime != "server":  # what its own tools changed, the bridge has no earlier version of
        raise UndoNotOfferedError(name="Pi")
    return run


async def _parts(scope: Scope, steps: Sequence[RunStepRow]) -> list[_Part]:
    """The run's changes by machine; every one of them has to be online and to know how to undo."""
    found: dict[UUID, list[RunStepRow]] = {}
    for step in steps:
        if step.kind == "tool" and step.name in _CHANGING and step.state in _SENT and step.device_id:
            found.setdefault(step.device_id, []).append(step)
    parts: list[_Part] = []
    for device_id, changing in found.items():
        device = await registry.access_target(scope, device_id)
        if not registry.is_online(device, scope.now()):
            raise DeviceOfflineError(name=device.name)
        if UNDO not in device.commands:
            raise UndoNotOfferedError(name=device.name)
        parts.append(_Part(DeviceRef(id=device.id, name=device.name), changing))
    return parts


def _commands(steps: Sequence[RunStepRow]) -> list[str]:
    """What was run and did more than read: nobody knows what it changed."""
    return [
        str(arguments.get("command") or " ".join(arguments.get("argv") or []))
        for step in steps
        if step.kind == "tool" and step.name == "exec" and step.state in _SENT
        if (arguments := step.arguments or {}) and _may_change(arguments)
    ]


def _may_change(arguments: dict[str, Any]) -> bool:
    try:
        decoded = decode_arguments("exec", arguments)
    except InvalidArguments:
        return True
    return grade_call("exec", decoded, home="").grade > Grade.READ


async def _ask(
    database: Database, bus: EventBus, actor: Actor, part: _Part, call_id: UUID, *, force: list[str] | None
) -> UndoMachine:
    """One machine's preview, or its undo unless ``force`` is None."""
    command, timeout = (UNDO_PREVIEW, _PREVIEW_TIME) if force is None else (UNDO, _UNDO_TIME)
    params: dict[str, Any] = {"calls": part.calls} | ({} if force is None else {"force": force})

    async def find_end() -> calls.CallEnd | None:
        async with database.transaction(actor) as scope:
            return await calls.find_end(scope, call_id)

    with watching(bus, call_id) as watch:
        async with database.transaction(actor) as scope:
            is_new = await calls.send_call(
                scope,
                call_id=call_id,
                device_id=part.device.id,
                command=command,
                params=params,
                timeout=timeout,
                wait=timeout,
            )
        end = await watch.wait(find_end, timeout=timeout, is_fresh=is_new)
    if end is None:
        raise UndoFailedError(name=part.device.name, reason="no answer in time")
    if end.error is not None:
        raise UndoFailedError(name=part.device.name, reason=str(end.error.get("message"))[:500])
    try:
        answer = end.result or {}
        unknown = answer.pop("unknown", [])
        return UndoMachine.model_validate(
            {**answer, "device": part.device, "expired": _expired(part, set(unknown))}
        )
    except (ValidationError, TypeError):
        raise UndoFailedError(name=part.device.name, reason="it answered in another form") from None


def _expired(part: _Part, unknown: set[str]) -> int:
    """How many changes the machine has no previous version of (any more)."""
    return sum(step.state == "ok" and step.id.hex in unknown for step in part.steps)


async def _note(
    scope: Scope,
    run_id: UUID,
    parts: Sequence[_Part],
    machines: Sequence[UndoMachine],
    *,
    key: str,
    forced: int,
) -> UndoneRun | None:
    """Keep how the undo went, once per key: with the run, in the log, and with its steps, where the model reads it."""
    run = await repository.lock_finished_run(scope, run_id)
    if run is None:
        raise RunNotFoundError
    known = run.undone or {}
    done, left = sum(m.done for m in machines), sum(m.stopped for m in machines)
    if key in known.get("keys", []) or done + left == 0:
        return _undone(run)
    run.undone = {
        "at": scope.now().isoformat(),
        "done": done + known.get("done", 0),
        "left": left,
        "keys": [*known.get("keys", []), key],
    }
    words = _UNDONE_IN_PART if left else _UNDONE
    for step in (step for part in parts for step in part.steps if step.state == "ok"):
        await repository.update_step(scope, step.id, output={**(step.output or {}), "undone": words})
    detail = {
        "devices": [machine.device.name for machine in machines],
        "done": done,
        "left": left,
        "forced": forced,
    }
    await audit.append(scope, "agents.run_undone", subject=ids.to_wire("run", run_id), detail=detail)
    return _undone(run)


def _undone(run: RunRow) -> UndoneRun | None:
    return None if run.undone is None else UndoneRun.model_validate(run.undone)
