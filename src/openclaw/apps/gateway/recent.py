"""What was read of late: copies for each user in a workspace, dropped by whatever may have changed them.

A copy lives a second at most. Before that it goes with the first commit in this process by the same user (or by no
user, which may have written anything), and with the first message of the bus to them, by which other processes tell
of their changes. So who has changed something and asks again never sees what was before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from openclaw.infra.scope import Actor
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import spawn

T = TypeVar("T")
_LIFETIME = timedelta(seconds=1)
_MOST_MEMBERS = 10_000
_MOST_COPIES = 64
_STREAMED = ("chat", "agent")
"""Events of text that streams: rows change with the event that ends it."""


class _Copies:
    """A member's."""

    __slots__ = ("found", "under_way")

    def __init__(self) -> None:
        self.found: dict[Hashable, tuple[datetime, Any]] = {}
        self.under_way: dict[Hashable, asyncio.Task[Any]] = {}


class RecentReads:
    """Copies by user, workspace and what was read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._members: dict[tuple[UUID, UUID], _Copies] = {}

    def find(self, actor: Actor, what: Hashable) -> Any | None:
        """A copy that still counts; None without one."""
        copies = self._members.get((actor.user_id, actor.workspace_id))
        found = copies.found.get(what) if copies is not None else None
        return found[1] if found is not None and self._clock.now() < found[0] else None

    async def read(self, actor: Actor, what: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """A copy, or what ``work`` reads now. Callers that come while it reads share it, and its failure."""
        found = self.find(actor, what)
        if found is not None:
            return found
        member = actor.user_id, actor.workspace_id
        copies = self._members.get(member)
        if copies is None:
            if len(self._members) >= _MOST_MEMBERS:
                self._members.clear()
            copies = self._members[member] = _Copies()
        task = copies.under_way.get(what)
        if task is None:
            task = copies.under_way[what] = spawn(self._take(copies, what, work), name="gateway read")
        outcome = await asyncio.shield(task)
        if isinstance(outcome, _Failure):
            raise outcome.error
        return cast("T", outcome)

    def forget(self, actor: Actor | None) -> None:
        """Something was committed here: by ``actor``, or by nobody in particular."""
        if actor is None:
            self._members.clear()
        else:
            self._members.pop((actor.user_id, actor.workspace_id), None)

    def on_event(self, user_id: UUID, workspace_id: UUID, event: str, payload: dict[str, Any]) -> None:
        """A user was told something."""
        if event in _STREAMED and payload.get("state", "delta") == "delta":
            return
        self._members.pop((user_id, workspace_id), None)

    async def _take(
        self, copies: _Copies, what: Hashable, work: Callable[[], Awaitable[T]]
    ) -> "T | _Failure":
        # What is read while it is dropped goes into copies that nobody finds any more.
        expires_at = self._clock.now() + _LIFETIME
        try:
            value = await work()
        except Exception as error:  # noqa: BLE001  (raised again in each who waits)
            return _Failure(error)
        finally:
            copies.under_way.pop(what, None)
        if len(copies.found) >= _MOST_COPIES:  # what a client asks by is its own choice
            copies.found.clear()
        copies.found[what] = expires_at, value
        return value


class _Failure:
    """How a read failed: as a value, for there may be many who wait for it."""

    def __init__(self, error: Exception) -> None:
        self.error = error
