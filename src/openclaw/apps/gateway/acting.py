"""For whom a machine speaks of a call: for its owner, or on a host for whoever's run it carries."""

from collections import OrderedDict
from dataclasses import replace
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.domains.devices.service import calls
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform

_KEPT = 4096


class Acting:
    """Remembers whose the latest calls of hosts are."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._callers: OrderedDict[tuple[UUID, UUID], UUID] = OrderedDict()

    async def actor_of(self, connection: Connection, call_id: UUID) -> Actor:
        """Who acts when the machine speaks of that call; the machine's owner also when it is no call of it."""
        actor = connection.actor
        if not connection.identity.is_host:
            return actor
        assert actor.device_id is not None
        key = (actor.device_id, call_id)
        caller = self._callers.get(key)
        if caller is None:
            async with self._platform.database.system(is_quiet=True) as scope:
                caller = await calls.find_caller(scope, call_id, device_id=actor.device_id)
            if caller is None:
                return actor
            self._callers[key] = caller
            while len(self._callers) > _KEPT:
                self._callers.popitem(last=False)
        return replace(actor, user_id=caller)
