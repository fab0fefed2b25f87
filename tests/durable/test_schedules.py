"""Schedules on a real database: each time fires once, whoever is at it, whoever dies, and what was missed by policy."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from openclaw.durable import schedules
from openclaw.durable.batches import NewJob, submit_many
from openclaw.durable.models import JobRow, ScheduleRow
from openclaw.durable.recurrence import Cron, Interval, Repeated, Rule, Skipped
from openclaw.durable.schedules import MOST_RUN, Fire, Misfire, Scheduler, put_schedule
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.scope import Actor, Scope
from openclaw.kit.clock import SystemClock
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.conftest import ROOT
from tests.durable.firing import KIND, Sink
from tests.durable.queues import Office
from tests.support.server import START

HOUR = timedelta(hours=1)
HOURLY = Cron("0 * * * *")


async def keep(office: Office, who: Actor, rule: Rule = HOURLY, **options: Any) -> Any:
    schedule_id = new_id()
    async with office.database.transaction(who) as scope:
        await put_schedule(scope, schedule_id=schedule_id, kind=KIND, rule=rule, payload={"n": 1}, **options)
    return schedule_id


def scheduler(office: Office, sink: Sink, bus: EventBus | None = None, **options: Any) -> Scheduler:
    bus = bus or EventBus(PostgresTransport(office.url, office.clock), office.clock)
    made = Scheduler(office.database, bus, office.clock, **options)
    made.register(KIND, sink)
    return made


async def fired(database: Database) -> Counter[tuple[str, str]]:
    """The jobs, by schedule and time."""
    async with database.system() as scope:
        rows = await scope.session.scalars(select(JobRow.payload))
        return Counter((row["of"], row["at"]) for row in rows)


async def test_a_schedule_fires_when_it_is_due_and_not_again(office: Office) -> None:
    sink, ann = Sink(), await office.tenant()
    schedule_id = await keep(office, ann)
    ours = scheduler(office, sink)
    assert await ours.fire_due() == START + HOUR
    assert sink.fires == []
    office.clock.advance(HOUR)
    for _ in range(2):
        assert await ours.fire_due() == START + 2 * HOUR
    assert sink.fires == [Fire(schedule_id, ann.workspace_id, ann.user_id, {"n": 1}, START + HOUR)]
    async with office.database.transaction(ann) as scope:
        await schedules.delete_schedule(scope, schedule_id)
    assert await ours.fire_due() is None


async def test_it_wakes_for_what_is_kept_and_for_what_is_due(office: Office) -> None:
    sink, ann = Sink(), await office.tenant()
    bus = EventBus(PostgresTransport(office.url, office.clock), office.clock)
    told = asyncio.Queue[None]()

    async def note(scope: Scope, fires: Sequence[Fire]) -> None:
        await sink(scope, fires)
        told.put_nowait(None)

    await bus.start()
    running = scheduler(office, sink, bus)
    running.register(KIND, note)
    task = spawn(running.run(), name="scheduler")
    try:
        await keep(office, ann, Interval(timedelta(seconds=10), START))
        await office.passing(timedelta(seconds=1), told)
        await keep(office, ann, Interval(timedelta(seconds=20), office.clock.now()))
        await office.passing(timedelta(seconds=1), told)
    finally:
        await cancel_and_wait(task)
        await bus.stop()
    assert sink.fires[0].due_at == START + timedelta(seconds=10)


async def test_across_both_changes_of_the_clocks_as_the_policies_say(office: Office) -> None:
    """A year of Berlin in steps of half an hour around the changes, with the fires that its rows led to."""
    sink, ann = Sink(), await office.tenant()
    office.clock.advance(datetime(2027, 3, 27, 12, tzinfo=UTC) - START)
    plans = {
        await keep(office, ann, Cron("30 2 * * *", "Europe/Berlin", skipped, repeated)): (skipped, repeated)
        for skipped in Skipped
        for repeated in Repeated
    }
    ours = scheduler(office, sink)
    for _ in range(72):
        office.clock.advance(HOUR / 2)
        await ours.fire_due()
    office.clock.advance(datetime(2027, 10, 30, 12, tzinfo=UTC) - office.clock.now())
    await ours.fire_due()  # the summer, of which one fires
    before = len(sink.fires)
    for _ in range(72):
        office.clock.advance(HOUR / 2)
        await ours.fire_due()
    for schedule_id, (skipped, repeated) in plans.items():
        spring = [
            f.due_at for f in sink.fires[:before] if f.schedule_id == schedule_id and f.due_at.day == 28
        ]
        assert spring == ([datetime(2027, 3, 28, 1, tzinfo=UTC)] if skipped is Skipped.AFTER else [])
        autumn = [
            f.due_at for f in sink.fires[before:] if f.schedule_id == schedule_id and f.due_at.day == 31
        ]
        first, second = (datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1))
        assert autumn == ([first, second] if repeated is Repeated.TWICE else [first])


@pytest.mark.parametrize(
    ("policy", "late", "expected"),
    [  # hours that fire, how many were missed before them, and whether they run
        (Misfire.SKIP, timedelta(seconds=30), [(5, 4, True)]),
        (Misfire.SKIP, timedelta(minutes=30), [(5, 4, False)]),
        (Misfire.RUN_ONCE, timedelta(minutes=30), [(5, 4, True)]),
        (Misfire.RUN_ALL, timedelta(minutes=30), [(3, 2, True), (4, 0, True), (5, 0, True)]),
    ],
)
async def test_what_was_missed_is_by_policy(
    office: Office, policy: Misfire, late: timedelta, expected: list[tuple[int, int, bool]]
) -> None:
    sink, ann = Sink(), await office.tenant()
    await keep(office, ann, misfire=policy, misfire_limit=3)
    office.clock.advance(5 * HOUR + late)
    assert await scheduler(office, sink).fire_due() == START + 6 * HOUR
    assert [((f.due_at - START) // HOUR, f.missed, f.is_run) for f in sink.fires] == expected
    assert sum((await fired(office.database)).values()) == sum(is_run for *_, is_run in expected)


async def test_years_of_missed_times_are_not_counted_out(office: Office) -> None:
    sink, ann = Sink(), await office.tenant()
    await keep(office, ann, Cron("* * * * *"), misfire=Misfire.RUN_ALL)
    await keep(office, ann, Cron("* 0 1 1 *"), misfire=Misfire.RUN_ALL)  # dense, and long ago
    office.clock.advance(timedelta(days=1500))
    now = office.clock.now()
    assert await scheduler(office, sink).fire_due() == now + timedelta(minutes=1)
    by_minute, at_new_year = sink.fires[:MOST_RUN], sink.fires[MOST_RUN:]
    assert [f.due_at for f in by_minute] == [now - timedelta(minutes=m) for m in reversed(range(MOST_RUN))]
    assert len(at_new_year) == MOST_RUN
    assert at_new_year[-1].due_at == datetime(2030, 1, 1, 0, 59, tzinfo=UTC)
    assert by_minute[0].missed >= 1


async def test_one_that_fails_blocks_no_other_and_is_tried_again(office: Office) -> None:
    sink, ann = Sink(), await office.tenant()
    bad, *good = [await keep(office, ann) for _ in range(4)]
    sink.poison = {bad}
    office.clock.advance(HOUR)
    ours = scheduler(office, sink)
    assert await ours.fire_due() == START + HOUR + timedelta(seconds=2)
    assert {f.schedule_id for f in sink.fires} == set(good)
    sink.poison = set()
    office.clock.advance(timedelta(seconds=2))
    await ours.fire_due()
    assert [(f.schedule_id, f.due_at) for f in sink.fires[3:]] == [(bad, START + HOUR)]
    async with office.database.system() as scope:
        kept = await scope.session.get(ScheduleRow, bad)
        assert kept is not None
        assert (kept.failures, kept.last_due_at, kept.due_at) == (0, START + HOUR, START + 2 * HOUR)


async def test_a_full_queue_takes_no_more_and_says_whose(office: Office) -> None:
    ann, bob = await office.tenant(), await office.tenant()
    async with office.database.system() as scope:
        jobs = [NewJob(new_id(), who.workspace_id, who.user_id, "T", {"n": 1}) for who in (ann, ann, bob)]
        assert await submit_many(scope, KIND, jobs, queued_at_most=1) == {ann.workspace_id}
        owners = list(await scope.session.scalars(select(JobRow.workspace_id)))
    assert owners == [bob.workspace_id]


async def test_nobody_takes_the_place_of_anothers_schedule(office: Office) -> None:
    ann, bob = await office.tenant(), await office.tenant()
    schedule_id = await keep(office, ann)
    with pytest.raises(Exception, match="row-level security"):
        async with office.database.transaction(bob) as scope:
            await put_schedule(scope, schedule_id=schedule_id, kind=KIND, rule=HOURLY, payload={})
    async with office.database.transaction(bob) as scope:
        await schedules.delete_schedule(scope, schedule_id)
    with pytest.raises(InvalidInputError):
        await keep(office, ann, misfire_limit=MOST_RUN + 1)
    async with office.database.system() as scope:
        assert await scope.session.get(ScheduleRow, schedule_id) is not None


async def test_many_processes_and_one_killed_amid_a_fire(office: Office) -> None:
    """Two real processes; one is killed while it holds a batch that it has written and not committed."""
    who = [await office.tenant() for _ in range(3)]
    clock = SystemClock()
    database = Database(office.url, clock)
    async with database.system() as scope:
        for number in range(300):
            scope.session.add(row_due(who[number % 3], clock.now() - timedelta(seconds=1)))
    try:
        doomed, helper = await child(office.url, "hold"), await child(office.url, "go")
        assert doomed.stdout is not None
        assert (await doomed.stdout.readline()).strip() == b"holds"
        assert helper.stdin is not None
        helper.stdin.write(b"go\n")
        doomed.kill()
        await doomed.wait()
        while sum((await fired(database)).values()) < 300:
            pass
        helper.kill()
        await helper.wait()
        counts = await fired(database)
        assert (len(counts), set(counts.values())) == (300, {1})
    finally:
        await database.close()


def row_due(who: Actor, at: datetime) -> ScheduleRow:
    """A schedule of theirs that is due at ``at`` and then in a year."""
    rule = Interval(timedelta(days=365), at)
    return ScheduleRow(
        id=new_id(),
        workspace_id=who.workspace_id,
        user_id=who.user_id,
        kind=KIND,
        rule=rule.to_json(),
        misfire="run_once",
        misfire_limit=1,
        payload={},
        due_at=at,
        wake_at=at,
        failures=0,
        updated_at=at,
    )


async def child(url: str, what: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.durable.firing", url, what, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )


async def test_the_index_finds_what_is_due(office: Office) -> None:
    async with office.database.system() as scope:
        await scope.session.execute(text("SET LOCAL enable_seqscan = off"))
        query = "EXPLAIN SELECT * FROM schedules WHERE wake_at <= now() ORDER BY wake_at, workspace_id, id LIMIT 9"
        plan = "\n".join(await scope.session.scalars(text(query)))
    assert "ix_schedules_wake_at" in plan
    assert "Sort" not in plan
