"""The files that a run has changed, brought from the machine that it leaves to the one that it goes on at."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.agents.service import leading
from openclaw.domains.agents.service.leading import Changed
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls, policies, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Scope
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import MAX_WRITE_BYTES, FsRead, FsWrite

MOST_FILES = 200
_NAMED = 100
_BROUGHT = "\n\nThese files were brought here:"
_LEFT = "\n\nThese files stayed behind:"
_LINES = 5_000
_TIME = timedelta(seconds=30)
_GIVEN_UP = {"code": "GIVEN_UP", "message": "The files are not brought any more."}


@dataclass
class Carried:
    """Files on their way: the text of each by its path (``~`` is home), and those that could not be read.

    ``refused`` of them could not be written by the move ``written_for``. Not ``is_whole``: their reading was given up.
    """

    files: dict[str, str] = field(default_factory=dict[str, str])
    unread: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    written_for: UUID | None = None
    is_whole: bool = True

    @property
    def brought(self) -> list[str]:
        """Those that are there now."""
        return [path for path in self.files if path not in self.refused]

    @property
    def left(self) -> list[str]:
        """Those that are not."""
        return self.unread + self.refused

    @property
    def told(self) -> str:
        """What the agent is told of them."""
        said = ""
        for words, paths in ((_BROUGHT, self.brought), (_LEFT, self.left)):
            if paths:
                named = "".join(f"\n- {path}" for path in paths[:_NAMED])
                said += words + named + ("\n- …" if len(paths) > _NAMED else "")
        return said


async def find_changed(scope: Scope, conversation_id: UUID) -> list[str]:
    """The files that the runs of the conversation have changed, where they are now (``~`` is home)."""
    changed = await leading.list_changed(scope, conversation_id)
    machines = await registry.list_known(scope, {change.device_id for change in changed})
    return _paths(changed, {device.id: device.home for device in machines})


class Mover:
    """Reads and writes them, for one process. ``key``: of one move, so that nothing is done twice."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def read(
        self,
        actor: Actor,
        conversation_id: UUID,
        device_id: UUID | None,
        *,
        key: UUID,
        given_up: asyncio.Event,
        so_far: Carried | None = None,
    ) -> Carried:
        """What the runs of the conversation have changed, as it is now on that machine; less of it once given up.

        ``so_far``: what was read before that was given up, and is not read again.
        """
        ask = _Asking(self._database, self._bus, actor, key, given_up)
        async with self._database.transaction(actor, is_quiet=True) as scope:
            paths = await find_changed(scope, conversation_id)
        carried = Carried(unread=paths[MOST_FILES:])
        known = so_far.files if so_far is not None else {}
        device = await self._online(actor, device_id)
        for path in paths[:MOST_FILES]:
            text = known.get(path)
            if text is None and device is not None and may_bring(device, path):
                text = await self._read(ask, device, path)
            if text is None:
                carried.unread.append(path)
            else:
                carried.files[path] = text
        carried.is_whole = not given_up.is_set()
        return carried

    async def write(
        self,
        actor: Actor,
        conversation_id: UUID,
        device_id: UUID | None,
        carried: Carried,
        *,
        key: UUID,
        given_up: asyncio.Event,
    ) -> None:
        """Bring them there; what cannot be is ``refused``. Nothing is written over but what the task knows."""
        async with self._database.transaction(actor, is_quiet=True) as scope:
            changed = await leading.list_changed(scope, conversation_id)
        carried.written_for, carried.refused = key, []
        ask = _Asking(self._database, self._bus, actor, key, given_up)
        device = await self._online(actor, device_id, least=Grade.MODIFY)
        is_known = any(change.device_id == device_id for change in changed)
        for path, text in carried.files.items():
            is_there = (
                device is not None
                and may_bring(device, path)
                and await self._write(ask, device, path, text, may_replace=is_known)
            )
            if not is_there:
                carried.refused.append(path)

    async def _online(
        self, actor: Actor, device_id: UUID | None, *, least: Grade = Grade.READ
    ) -> DeviceRow | None:
        """The machine, if it can be asked, and the policies let calls of that grade be made there."""
        if device_id is None:
            return None
        async with self._database.transaction(actor, is_quiet=True) as scope:
            try:
                device = await registry.access_target(scope, device_id)
            except DeviceNotFoundError:
                return None
            limits = await policies.limits_of(scope, device)
            needed = {"fs.read"} if least == Grade.READ else {"fs.read", "fs.write"}
            is_able = needed <= {*device.commands} - {*limits.denied_tools} and limits.max_grade >= least
            return device if is_able and registry.is_online(device, scope.now()) else None

    async def _read(self, ask: "_Asking", device: DeviceRow, path: str) -> str | None:
        """The whole of a text file; None when it is none, is gone, or is too large."""
        text, offset = "", 0
        while True:
            params = {"path": path, "offset": offset, "limit": _LINES}
            end = await ask(device, "fs.read", params)
            result = end.result
            if result is None or result.get("binary"):
                return None
            content, lines = result.get("content"), result.get("lines")
            if not isinstance(content, str) or not isinstance(lines, int):
                return None
            text, offset = text + content, offset + lines
            if len(text.encode()) > MAX_WRITE_BYTES:
                return None
            if not result.get("truncated"):
                return text
            if lines <= 0:  # one line that is longer than an answer may be
                return None

    async def _write(
        self, ask: "_Asking", device: DeviceRow, path: str, text: str, *, may_replace: bool
    ) -> bool:
        there = await ask(device, "fs.read", {"path": path})
        is_whole = there.result is not None and not there.result.get("truncated")
        if is_whole and there.result is not None and there.result.get("content") == text:
            return True
        if there.result is not None and not may_replace:
            return False
        end = await ask(device, "fs.write", {"path": path, "content": text})
        return end.error is None


@dataclass(frozen=True)
class _Asking:
    """Calls of one move to machines. Once it is given up, none is sent and none is waited for."""

    database: Database
    bus: EventBus
    actor: Actor
    key: UUID
    given_up: asyncio.Event

    async def __call__(self, device: DeviceRow, command: str, params: dict[str, Any]) -> calls.CallEnd:
        if self.given_up.is_set():
            return calls.CallEnd(None, _GIVEN_UP)
        call_id = uuid5(self.key, f"{device.id.hex}|{command}|{params['path']}|{params.get('offset', -1)}")

        async def find_end() -> calls.CallEnd | None:
            async with self.database.transaction(self.actor, is_quiet=True) as scope:
                return await calls.find_end(scope, call_id)

        with watching(self.bus, call_id) as watch:
            async with self.database.transaction(self.actor) as scope:
                is_new = await calls.send_call(
                    scope,
                    call_id=call_id,
                    device_id=device.id,
                    command=command,
                    params=params,
                    timeout=_TIME,
                    wait=_TIME,
                )
            end = await self._unless_given_up(watch.wait(find_end, timeout=_TIME, is_fresh=is_new))
        async with self.database.transaction(self.actor) as scope:
            end = end or await calls.expire_call(scope, call_id)
            await calls.forget(scope, [call_id])  # what is in files is kept nowhere else
        return end

    async def _unless_given_up(
        self, waiting: Coroutine[Any, Any, calls.CallEnd | None]
    ) -> calls.CallEnd | None:
        ending, giving_up = spawn(waiting, name="call of a move"), spawn(self.given_up.wait(), name="give up")
        try:
            await asyncio.wait((ending, giving_up), return_when=asyncio.FIRST_COMPLETED)
            return ending.result() if ending.done() else None
        finally:
            await cancel_and_wait(ending, giving_up)


def may_bring(device: DeviceRow, path: str) -> bool:
    """Whether a file may be brought without asking: it lies at home, and no rule sees more in it than a change.

    Its owner has said yes to the call that wrote it, on another machine.
    """
    if not path.startswith("~/") or ".." in path.replace("\\", "/").split("/"):
        return False
    home = device.home or ""
    read = grade_call("fs.read", FsRead(path), home=home)
    written = grade_call("fs.write", FsWrite(path, ""), home=home)
    return read.grade == Grade.READ and written.grade <= Grade.MODIFY


def _paths(changed: Sequence[Changed], homes: dict[UUID, str | None]) -> list[str]:
    """Where the files are now, each as seen from a home folder where it lies in one."""
    found: dict[str, None] = {}
    for change in changed:
        home = homes.get(change.device_id)
        found.pop(_from_home(change.gone, home) if change.gone else "", None)
        if change.path is not None:
            found[_from_home(change.path, home)] = None
    return list(found)


def _from_home(path: str, home: str | None) -> str:
    base = (home or "").rstrip("/")
    return f"~{path[len(base) :]}" if base and path.startswith(f"{base}/") else path
