"""What machines did that they had no business to do, in their owner's audit log.

The first time counts at once, what follows is counted and written together: a machine that floods the gateway does
not flood the log.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from openclaw.domains.audit import service as audit
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import OpenClawError

_log = structlog.get_logger(__name__)

WINDOW = timedelta(minutes=15)
_KEPT = 10_000


@dataclass
class _Count:
    """One kind of misconduct of one machine: since when, and how often beyond what was written."""

    actor: Actor
    action: str
    detail: dict[str, Any]
    since: datetime
    unwritten: int = 0


class Misconduct:
    """Counts refused frames and connects of machines in this process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._writing = asyncio.Lock()
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    async def note(
        self,
        actor: Actor,
        offence: str,
        *,
        subject: str,
        action: str = "devices.frame_refused",
        **detail: str,
    ) -> None:
        """``subject`` (an id on the wire) did what ``offence`` names; ``detail`` is kept of the first time."""
        key = (subject, offence)
        if self._counted(key):
            return
        async with self._writing:
            if self._counted(key):  # another one wrote it meanwhile
                return
            before = self._counts.pop(key, None)
            count = _Count(actor, action, {"offence": offence, **detail}, self._platform.clock.now())
            self._counts[key] = count
            while len(self._counts) > _KEPT:
                self._counts.popitem(last=False)
            await self._write(count, subject, 1 + (before.unwritten if before else 0))

    async def settle(self) -> None:
        """Write what was counted in windows that have passed."""
        async with self._writing:
            for key, count in list(self._counts.items()):
                if not self._is_open(count):
                    del self._counts[key]
                    if count.unwritten:
                        await self._write(count, key[0], count.unwritten)

    def _counted(self, key: tuple[str, str]) -> bool:
        count = self._counts.get(key)
        if count is None or not self._is_open(count):
            return False
        count.unwritten += 1
        return True

    def _is_open(self, count: _Count) -> bool:
        return self._platform.clock.now() - count.since < WINDOW

    async def _write(self, count: _Count, subject: str, times: int) -> None:
        try:
            async with self._platform.database.transaction(count.actor) as scope:
                await audit.append(
                    scope, count.action, subject=subject, detail=count.detail | {"times": times}
                )
        except OpenClawError as error:
            _log.warning("misconduct of a machine is not in the audit log", error_code=error.code)
