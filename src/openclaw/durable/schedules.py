"""Schedules: rows that come due, claimed by any process, each fire of them exactly once.

A fire and what it leads to are one transaction: the row that moves on to its next time, and whatever the handler of
its kind writes. A process that dies in between has done neither, and the next one does both.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from openclaw.durable.models import ScheduleRow
from openclaw.durable.recurrence import Rule, check_rule, following, rule_of
from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import Database
from openclaw.infra.metrics import SCHEDULE_LATENESS, SCHEDULES_FIRED
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
TOPIC = "schedules"
ON_TIME = timedelta(seconds=60)
"""What is fired later than this after it was due was missed: nobody could, for so long."""
MOST_RUN = 100
_BATCH = 200
_LOOK = timedelta(seconds=60)
_AGAIN = timedelta(seconds=1)
_LONGEST_PUT_OFF = timedelta(minutes=5)
_MOVE_ON = text(
    "UPDATE schedules SET due_at = new.due_at, wake_at = new.due_at, failures = 0, last_due_at = new.last_due_at,"
    " last_fired_at = coalesce(new.fired_at, last_fired_at)"
    " FROM jsonb_to_recordset(CAST(:moved AS jsonb))"
    " AS new(id uuid, due_at timestamptz, last_due_at timestamptz, fired_at timestamptz) WHERE schedules.id = new.id"
)


class Misfire(StrEnum):
    """What becomes of times that passed while no process could fire them. See `ON_TIME`."""

    SKIP = "skip"  # nothing, but that the handler is told
    RUN_ONCE = "run_once"  # the last one fires, for all of them
    RUN_ALL = "run_all"  # each fires, the last ``limit`` at most


@dataclass(frozen=True)
class Fire:
    """One time of a schedule. The pair of its id and ``due_at`` comes once.

    ``missed``: how many times before it passed and do not fire, `MOST_RUN` counted at most. With ``is_run`` False
    neither does this one, and ``due_at`` is the last of those that passed.
    """

    schedule_id: UUID
    workspace_id: UUID
    user_id: UUID
    payload: dict[str, Any]
    due_at: datetime
    missed: int = 0
    is_run: bool = True


Handler = Callable[[Scope, Sequence[Fire]], Awaitable[None]]
"""Writes what the fires lead to, within the (system's) transaction that fires them. It must not wait for anything."""


async def put_schedule(
    scope: Scope,
    *,
    schedule_id: UUID,
    kind: str,
    rule: Rule,
    payload: dict[str, Any],
    misfire: Misfire = Misfire.RUN_ONCE,
    misfire_limit: int = MOST_RUN,
) -> datetime | None:
    """Keep a schedule of the scope's user, in place of one of that id: it counts from now. When it is due next.

    Raises InvalidInputError.
    """
    check_rule(rule)
    if not 1 <= misfire_limit <= MOST_RUN:
        raise InvalidInputError(field="misfireLimit", reason=f"must be between 1 and {MOST_RUN}")
    due_at = rule.next_after(scope.now())
    values = {
        "kind": kind,
        "rule": rule.to_json(),
        "misfire": misfire.value,
        "misfire_limit": misfire_limit,
        "payload": payload,
        "due_at": due_at,
        "wake_at": due_at,
        "failures": 0,
        "updated_at": scope.now(),
    }
    statement = insert(ScheduleRow).values(
        id=schedule_id, workspace_id=scope.workspace_id, user_id=scope.user_id, **values
    )
    await scope.session.execute(statement.on_conflict_do_update(index_elements=[ScheduleRow.id], set_=values))
    await publish(scope, TOPIC, {})
    return due_at


async def delete_schedule(scope: Scope, schedule_id: UUID) -> None:
    """Forget a schedule of the user; nothing happens when there is none."""
    await scope.session.execute(
        delete(ScheduleRow).where(
            ScheduleRow.id == schedule_id,
            ScheduleRow.user_id == scope.user_id,
            ScheduleRow.workspace_id == scope.workspace_id,
        )
    )


class Scheduler:
    """One per process, any number on one database."""

    def __init__(self, database: Database, bus: EventBus, clock: Clock, *, batch: int = _BATCH) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._batch = batch
        self._handlers: dict[str, Handler] = {}

    def register(self, kind: str, handler: Handler) -> None:
        """Say what fires of ``kind`` lead to; before `run`. A process leaves kinds alone that it does not know."""
        self._handlers[kind] = handler

    async def run(self) -> None:
        """Fire what is due, for ever: when the next is, and whenever a schedule is kept."""
        async with self._bus.wakeups(TOPIC) as woken:
            while True:
                woken.clear()
                wait = _AGAIN
                try:
                    looked_at = self._clock.now()
                    wait = self._wait_until(await self.fire_due(), looked_at)
                except UnavailableError:
                    _log.warning("schedules wait for the database")
                except Exception:  # noqa: BLE001  (the scheduler must outlive whatever it meets)
                    _log.exception("the scheduler failed; it tries again")
                timer = spawn(self._ring_after(wait, woken), name="schedule timer")
                try:
                    await woken.wait()
                finally:
                    await cancel_and_wait(timer)

    async def fire_due(self) -> datetime | None:
        """Fire everything that is due now and that no other process is firing; when the next is due.

        That may have passed: then another process is at it, or it failed there. Raises UnavailableError.
        """
        while True:
            count, next_at = await self._fire_some(self._batch)
            if count < self._batch:
                return next_at

    def _wait_until(self, next_at: datetime | None, looked_at: datetime) -> timedelta:
        """What was due when it was looked for is another process's, or failed; what has come since is not."""
        if next_at is None:
            return _LOOK
        return _AGAIN if next_at <= looked_at else min(next_at - self._clock.now(), _LOOK)

    async def _ring_after(self, wait: timedelta, woken: asyncio.Event) -> None:
        await self._clock.sleep(wait)
        woken.set()

    async def _fire_some(self, most: int) -> tuple[int, datetime | None]:
        """Fire ``most`` at most, in one transaction. When one fails each is fired alone: it blocks no other."""
        claimed: list[UUID] = []
        try:
            async with self._database.system(is_quiet=True) as scope:
                rows = await _claim(scope, list(self._handlers), most)
                claimed = [row.id for row in rows]
                if rows:
                    await self._fire(scope, rows)
                next_at = await _next_wake(scope, list(self._handlers))
            return len(claimed), next_at
        except UnavailableError:
            raise
        except Exception as error:
            if len(claimed) > 1:
                for _ in claimed:
                    await self._fire_some(1)
            elif claimed:
                _log.warning("a schedule could not be fired", schedule=claimed[0].hex, exc_info=error)
                await self._put_off(claimed[0])
            else:
                raise
            return self._batch, None  # what is left is looked at again

    async def _fire(self, scope: Scope, rows: Sequence[ScheduleRow]) -> None:
        now = scope.now()
        by_kind: dict[str, list[Fire]] = {}
        moved: list[dict[str, Any]] = []
        for row in rows:
            assert row.due_at is not None
            due, count, next_at = passed(rule_of(row.rule), row.due_at, now)
            fires = fires_of(row, due, count, now)
            by_kind.setdefault(row.kind, []).extend(fires)
            is_fired = any(fire.is_run for fire in fires)
            moved.append(
                {
                    "id": str(row.id),
                    "due_at": next_at,
                    "last_due_at": due[-1],
                    "fired_at": now if is_fired else None,
                }
            )
        for kind, fires in by_kind.items():
            await self._handlers[kind](scope, fires)
            run = [fire for fire in fires if fire.is_run]
            SCHEDULES_FIRED.labels(kind).inc(len(run))
            for fire in run:
                SCHEDULE_LATENESS.observe(max(0.0, (now - fire.due_at).total_seconds()))
        await scope.session.execute(_MOVE_ON, {"moved": orjson.dumps(moved).decode()})

    async def _put_off(self, schedule_id: UUID) -> None:
        async with self._database.system(is_quiet=True) as scope:
            row = await scope.session.get(ScheduleRow, schedule_id, with_for_update=True)
            if row is not None and row.wake_at is not None:
                row.failures += 1
                wait = timedelta(seconds=2 ** min(row.failures, 9))
                row.wake_at = scope.now() + min(wait, _LONGEST_PUT_OFF)


def passed(rule: Rule, due_at: datetime, now: datetime) -> tuple[list[datetime], int, datetime | None]:
    """The last `MOST_RUN` times from ``due_at`` until ``now``, how many there were, and the first one after.

    There may have been more than `MOST_RUN` and one: nobody counts those of years.
    """
    times, at = [due_at], rule.next_after(due_at)
    while at is not None and at <= now:
        times.append(at)
        if len(times) > MOST_RUN:
            return _last(rule, times, now), len(times), rule.next_after(now)
        at = rule.next_after(at)
    return times[-MOST_RUN:], len(times), at


def _last(rule: Rule, first: Sequence[datetime], now: datetime) -> list[datetime]:
    """The last `MOST_RUN` times until ``now``, looked for from there backwards; ``first`` are as many before."""
    window = 2 * (first[-1] - first[0])
    while now - window > first[0]:
        since = itertools.takewhile(lambda at: at <= now, following(rule, now - window))
        if len(found := deque(since, maxlen=MOST_RUN)) == MOST_RUN:
            return list(found)
        window *= 4
    since = itertools.takewhile(lambda at: at <= now, following(rule, first[0]))
    return list(deque(since, maxlen=MOST_RUN))


def fires_of(row: ScheduleRow, due: Sequence[datetime], count: int, now: datetime) -> list[Fire]:
    """What the schedule's policy makes of times that have come: ``due`` are the last of ``count``, in order."""
    policy, last = Misfire(row.misfire), due[-1]

    def fire(at: datetime, *, missed: int = 0, is_run: bool = True) -> Fire:
        return Fire(row.id, row.workspace_id, row.user_id, row.payload, at, missed, is_run)

    if policy is Misfire.RUN_ALL:
        run = due[-row.misfire_limit :]
        return [fire(run[0], missed=count - len(run)), *(fire(at) for at in run[1:])]
    if policy is Misfire.RUN_ONCE or now - last <= ON_TIME:
        return [fire(last, missed=count - 1)]
    return [fire(last, missed=count - 1, is_run=False)]


async def _claim(scope: Scope, kinds: Sequence[str], most: int) -> list[ScheduleRow]:
    query = (
        select(ScheduleRow)
        .where(ScheduleRow.wake_at <= scope.now(), ScheduleRow.kind.in_(kinds))
        # A workspace's together: its lane is entered once, and two processes seldom want the same one.
        .order_by(ScheduleRow.wake_at, ScheduleRow.workspace_id, ScheduleRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(await scope.session.scalars(query))


async def _next_wake(scope: Scope, kinds: Sequence[str]) -> datetime | None:
    query = select(func.min(ScheduleRow.wake_at)).where(ScheduleRow.kind.in_(kinds))
    return await scope.session.scalar(query)
