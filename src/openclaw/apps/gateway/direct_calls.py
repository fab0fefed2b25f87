"""Reading calls that go straight to a machine whose socket this process holds; see docs/decisions/0019.

A call that changes something is a row before it is sent. One that only reads may run twice without harm, so its row
is written after its end, many together. A key is still one call: what is under way here, what has not been written
yet and what any process has kept are looked at before anything is sent.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import structlog

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls
from openclaw.infra.lookups import Lookups
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import OpenClawError, UnavailableError
from openclaw.kit.tasks import spawn
from openclaw.protocol.gateway.frames import encode_payload

_log = structlog.get_logger(__name__)
_KEEP_AFTER_SECONDS = 0.1
_KEEP_AT_ONCE = 256
_MOST_UNKEPT = 5_000

Words: TypeAlias = tuple[UUID, str, dict[str, Any]]
"""What makes two calls the same: the machine, the command and its parameters as they were sent."""


@dataclass(frozen=True)
class ReadingCall:
    """A call that was judged to read only."""

    id: UUID
    command: str
    params: dict[str, Any]
    timeout: timedelta


@dataclass(eq=False)
class _UnderWay:
    actor: Actor
    device_id: UUID
    call: ReadingCall
    node: Connection
    began_at: datetime
    end: "asyncio.Future[calls.CallEnd | None]"


class DirectCalls:
    """The reading calls of this process's machines."""

    def __init__(self, platform: Platform, hub: ConnectionHub) -> None:
        self._platform = platform
        self._hub = hub
        self._lookups = Lookups(platform.database.url)
        self._ready: set[Connection] = set()
        self._under_way: dict[UUID, _UnderWay] = {}
        self._unkept: dict[UUID, tuple[Actor, calls.EndedCall]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Task[None] | None = None

    def node_of(self, actor: Actor, row: DeviceRow) -> Connection | None:
        """The socket of the actor's machine ``row`` if it is here, of a bridge, and has been noted as online."""
        node = self._hub.node(row.id)
        if node is None or node not in self._ready or node.is_closing:
            return None
        is_theirs = (node.actor.user_id, node.actor.workspace_id) == (actor.user_id, actor.workspace_id)
        return node if is_theirs else None

    def find_words(self, call_id: UUID) -> Words | None:
        """What the call of that id is, while it is under way here or not kept yet."""
        under_way = self._under_way.get(call_id)
        if under_way is not None:
            return under_way.device_id, under_way.call.command, under_way.call.params
        unkept = self._unkept.get(call_id)
        return (unkept[1].device_id, unkept[1].command, unkept[1].params) if unkept else None

    def find_end(self, call_id: UUID) -> calls.CallEnd | None:
        """How the call of that id ended, while that is not kept yet."""
        unkept = self._unkept.get(call_id)
        return unkept[1].end if unkept else None

    async def call(
        self, actor: Actor, node: Connection, call_id: UUID, judge: Callable[[], ReadingCall | None]
    ) -> calls.CallEnd | None:
        """How the call ended here. None when it is kept already, or its machine has gone: it goes the kept way.

        ``judge`` is asked once the call is known to be new. What it refuses, or answers None for, goes the kept way
        too, where it is judged by the rows of that moment. Raises TimeoutError after the call's own time, when it has
        been cancelled.
        """
        under_way = self._under_way.get(call_id)
        if under_way is not None:
            return await asyncio.shield(under_way.end)
        if await calls.is_kept(self._lookups.of(actor), call_id):
            return None
        try:
            call = judge()
        except OpenClawError:
            return None
        if call is None:
            return None
        under_way = self._under_way.get(call_id)  # another may have come while the database was asked
        if under_way is not None:
            return await asyncio.shield(under_way.end)
        return await self._send(actor, node, call)

    def is_open(self, node: Connection, call_id: UUID) -> bool:
        """Whether an answer of the machine to that call is waited for here."""
        under_way = self._under_way.get(call_id)
        return under_way is not None and under_way.node is node

    def take(self, node: Connection, call_id: UUID, end: calls.CallEnd) -> bool:
        """The machine's answer; False when it answers nothing that went straight to it."""
        under_way = self._under_way.get(call_id)
        if under_way is None or under_way.node is not node:
            return False
        self._end(under_way, "failed" if end.error else "done", end)
        return True

    def on_ready(self, node: Connection) -> None:
        """A bridge's socket has been noted as its machine's, and has been sent what waited for it."""
        self._ready.add(node)

    def on_closed(self, node: Connection) -> None:
        """The machine's socket has ended: what it was asked over it goes the kept way."""
        self._ready.discard(node)
        for under_way in [u for u in self._under_way.values() if u.node is node]:
            del self._under_way[under_way.call.id]
            _settle(under_way, None)

    async def close(self) -> None:
        """Keep what is not kept yet."""
        if self._timer is not None:
            self._timer.cancel()
        if self._keeping is not None:
            await asyncio.wait([self._keeping])
        await self._keep()
        self._lookups.close()

    async def _send(self, actor: Actor, node: Connection, call: ReadingCall) -> calls.CallEnd | None:
        device_id = node.actor.device_id
        assert device_id is not None
        loop = asyncio.get_running_loop()
        under_way = _UnderWay(actor, device_id, call, node, self._platform.clock.now(), loop.create_future())
        self._under_way[call.id] = under_way
        timeout_ms = int(call.timeout.total_seconds() * 1000)
        request = calls.invoke_request(
            call.id, command=call.command, params=call.params, timeout_ms=timeout_ms
        )
        node.note_asked(call.id.hex)
        node.send_event(OutgoingEvent("node.invoke.request", wire_request(node, request)))
        try:
            async with asyncio.timeout(call.timeout.total_seconds()):
                return await asyncio.shield(under_way.end)
        except TimeoutError:
            if self._under_way.get(call.id) is under_way:
                node.send_event(OutgoingEvent("node.invoke.cancel", {"id": call.id.hex}))
                self._end(under_way, "cancelled", calls.CallEnd(None, calls.CANCELLED))
            raise

    def _end(self, under_way: _UnderWay, state: str, end: calls.CallEnd) -> None:
        call = under_way.call
        del self._under_way[call.id]
        ended = calls.EndedCall(
            id=call.id,
            device_id=under_way.device_id,
            command=call.command,
            params=call.params,
            timeout=call.timeout,
            state=state,
            end=end,
            created_at=under_way.began_at,
            finished_at=self._platform.clock.now(),
        )
        self._unkept[call.id] = under_way.actor, ended
        _settle(under_way, end)
        self._keep_soon(0 if len(self._unkept) >= _KEEP_AT_ONCE else _KEEP_AFTER_SECONDS)

    def _keep_soon(self, seconds: float) -> None:
        if self._keeping is not None or (self._timer is not None and seconds):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin_keeping)

    def _begin_keeping(self) -> None:
        self._timer = None
        self._keeping = spawn(self._keep(), name="gateway direct calls")
        self._keeping.add_done_callback(self._kept)

    def _kept(self, _task: "asyncio.Task[None]") -> None:
        self._keeping = None
        if self._unkept:
            self._keep_soon(_KEEP_AFTER_SECONDS)

    async def _keep(self) -> None:
        """Write what has ended, in one transaction for each user in a workspace."""
        owners: dict[tuple[UUID, UUID], tuple[Actor, list[calls.EndedCall]]] = {}
        for actor, ended in self._unkept.values():
            owners.setdefault((actor.user_id, actor.workspace_id), (actor, []))[1].append(ended)
        for actor, ended in owners.values():
            try:
                async with self._platform.database.transaction(actor, is_quiet=True) as scope:
                    await calls.keep_ended(scope, ended)
            except UnavailableError:
                self._give_up_oldest()
                return  # later
            except Exception:  # noqa: BLE001  (one tenant's records must not hold up the others')
                _log.exception("reading calls were not kept")
            for call in ended:
                self._unkept.pop(call.id, None)

    def _give_up_oldest(self) -> None:
        lost = len(self._unkept) - _MOST_UNKEPT
        if lost > 0:
            for call_id in list(self._unkept)[:lost]:
                del self._unkept[call_id]
            _log.warning("records of reading calls are lost", count=lost)


def wire_request(node: Connection, call: dict[str, Any]) -> dict[str, Any]:
    """``node.invoke.request`` for a bridge."""
    return {
        "id": call["id"],
        "nodeId": node.identity.node_id,
        "command": call["command"],
        "timeoutMs": call["timeoutMs"],
        "paramsJSON": encode_payload(call["params"]).decode(),
        "idempotencyKey": call["id"],
    }


def _settle(under_way: _UnderWay, end: calls.CallEnd | None) -> None:
    if not under_way.end.done():
        under_way.end.set_result(end)
