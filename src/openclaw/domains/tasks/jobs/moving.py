"""The files that a run has changed, brought from the machine that it leaves to the one that it goes on at."""

from collections.abc import Sequence
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
from openclaw.infra.scope import Actor
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import MAX_WRITE_BYTES, FsRead, FsWrite

MOST_FILES = 200
_LINES = 5_000
_TIME = timedelta(seconds=30)


@dataclass
class Carried:
    """Files on their way: the text of each by its path (``~`` is home), and those that cannot be brought."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    left: list[str] = field(default_factory=list[str])
    is_written: bool = False


class Mover:
    """Reads and writes them, for one process. ``key``: of one move, so that nothing is done twice."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def read(
        self, actor: Actor, conversation_id: UUID, device_id: UUID | None, *, key: UUID
    ) -> Carried:
        """What the runs of the conversation have changed, as it is now on that machine."""
        async with self._database.transaction(actor, is_quiet=True) as scope:
            changed = await leading.list_changed(scope, conversation_id)
            machines = await registry.list_known(scope, {change.device_id for change in changed})
            homes = {device.id: device.home for device in machines}
        paths = _paths(changed, homes)
        carried = Carried(left=paths[MOST_FILES:])
        device = await self._online(actor, device_id)
        if device is None:
            carried.left += paths[:MOST_FILES]
            return carried
        for path in paths[:MOST_FILES]:
            text = await self._read(actor, device, path, key=key) if may_bring(device, path) else None
            if text is None:
                carried.left.append(path)
            else:
                carried.files[path] = text
        return carried

    async def write(
        self, actor: Actor, conversation_id: UUID, device_id: UUID | None, carried: Carried, *, key: UUID
    ) -> None:
        """Bring them there; what cannot be brought is ``left``. Nothing is written over but what the task knows."""
        async with self._database.transaction(actor, is_quiet=True) as scope:
            changed = await leading.list_changed(scope, conversation_id)
        carried.is_written = True
        device = await self._online(actor, device_id, least=Grade.MODIFY)
        is_known = any(change.device_id == device_id for change in changed)
        for path, text in list(carried.files.items()):
            is_there = (
                device is not None
                and may_bring(device, path)
                and await self._write(actor, device, path, text, key=key, may_replace=is_known)
            )
            if not is_there:
                del carried.files[path]
                carried.left.append(path)

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

    async def _read(self, actor: Actor, device: DeviceRow, path: str, *, key: UUID) -> str | None:
        """The whole of a text file; None when it is none, is gone, or is too large."""
        text, offset = "", 0
        while True:
            params = {"path": path, "offset": offset, "limit": _LINES}
            end = await self._call(actor, device, "fs.read", params, key=key)
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
        self, actor: Actor, device: DeviceRow, path: str, text: str, *, key: UUID, may_replace: bool
    ) -> bool:
        there = await self._call(actor, device, "fs.read", {"path": path}, key=key)
        is_whole = there.result is not None and not there.result.get("truncated")
        if is_whole and there.result is not None and there.result.get("content") == text:
            return True
        if there.result is not None and not may_replace:
            return False
        end = await self._call(actor, device, "fs.write", {"path": path, "content": text}, key=key)
        return end.error is None

    async def _call(
        self, actor: Actor, device: DeviceRow, command: str, params: dict[str, Any], *, key: UUID
    ) -> calls.CallEnd:
        call_id = uuid5(key, f"{device.id.hex}|{command}|{params['path']}|{params.get('offset', -1)}")

        async def find_end() -> calls.CallEnd | None:
            async with self._database.transaction(actor, is_quiet=True) as scope:
                return await calls.find_end(scope, call_id)

        with watching(self._bus, call_id) as watch:
            async with self._database.transaction(actor) as scope:
                is_new = await calls.send_call(
                    scope,
                    call_id=call_id,
                    device_id=device.id,
                    command=command,
                    params=params,
                    timeout=_TIME,
                    wait=_TIME,
                )
            end = await watch.wait(find_end, timeout=_TIME, is_fresh=is_new)
        async with self._database.transaction(actor) as scope:
            end = end or await calls.expire_call(scope, call_id)
            await calls.forget(scope, [call_id])  # what is in files is kept nowhere else
        return end


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
