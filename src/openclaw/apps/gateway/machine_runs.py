"""What machines tell of the runs on them: from that machine alone, and no more than the sync mode lets through."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.acting import Acting
from openclaw.apps.gateway.connection import Connection
from openclaw.domains.agents.errors import RunNotFoundError
from openclaw.domains.agents.events import told_topic
from openclaw.domains.agents.service import machine_runs
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway.errors import InvalidParamsError
from openclaw.protocol.gateway.params import NodeRunEventParams
from openclaw.protocol.runs import Delta, Output, SyncMode, limited

_KEPT = 1024


class MachineRuns:
    """Takes `node.run.event`. Who may tell live words of a run is looked up once for each connection.

    ``on_refused`` is told what a machine had no business to say.
    """

    def __init__(
        self, platform: Platform, acting: Acting, on_refused: Callable[[Connection, str], Awaitable[None]]
    ) -> None:
        self._platform = platform
        self._acting = acting
        self._on_refused = on_refused
        self._tellers: OrderedDict[tuple[str, str], SyncMode | None] = OrderedDict()  # None: a stranger to it

    async def take(self, connection: Connection, params: NodeRunEventParams) -> dict[str, Any]:
        """Keep an event, or pass it on. Raises RunNotFoundError for a run that is not on that machine."""
        if params.node_id != connection.identity.node_id:
            await self._on_refused(connection, "foreign_node")
            raise DeviceNotFoundError
        key = (connection.id, params.id)
        try:
            if key in self._tellers and self._tellers[key] is None:
                raise RunNotFoundError
            run_id = _run_id(params.id)
            if isinstance(params.event, Delta | Output):
                await self._show(connection, run_id, key, params.event)
                return {"ok": True}
            if params.seq is None:
                raise InvalidParamsError(method="node.run.event", reason="`seq` is missing")
            async with self._platform.database.transaction(
                await self._acting.actor_of(connection, run_id)
            ) as scope:
                is_taken = await machine_runs.take_event(scope, run_id, seq=params.seq, event=params.event)
        except RunNotFoundError:
            self._remember(key, None)
            await self._on_refused(connection, "foreign_run_event")
            raise
        return {"ok": True} if is_taken else {"ok": True, "ignored": True}

    async def _show(
        self, connection: Connection, run_id: UUID, key: tuple[str, str], event: Delta | Output
    ) -> None:
        if key not in self._tellers:
            async with self._platform.database.transaction(
                await self._acting.actor_of(connection, run_id)
            ) as scope:
                self._remember(key, await machine_runs.find_teller(scope, run_id) or "local_only")
        if (told := limited(event, self._tellers[key] or "local_only")) is not None:
            body = {"kind": "live", "event": msgspec.to_builtins(told)}
            self._platform.bus.publish_live(told_topic(run_id), body)

    def _remember(self, key: tuple[str, str], mode: SyncMode | None) -> None:
        self._tellers[key] = mode
        while len(self._tellers) > _KEPT:
            self._tellers.popitem(last=False)


def _run_id(text: str) -> UUID:
    try:
        return UUID(hex=text)
    except ValueError:
        raise RunNotFoundError from None
