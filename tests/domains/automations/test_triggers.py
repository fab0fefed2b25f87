"""What sets automations off: times that fire once and were missed, events, and the dead-man's switch."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.kit import ids
from tests.domains.automations.setting_off import MANUAL, automation, echo, fire, history, runs, told, until
from tests.domains.workflows.running import expr
from tests.support.accounts import Person, register, sign_in
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOURLY = {"kind": "schedule", "cron": "0 * * * *", "zone": "Europe/Berlin"}
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def has_run(person: Person, made: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Its runs, once there are so many and each has ended."""
    with person.server.watching(person.topic) as watch:
        while True:
            found = await history(person, made)
            if len(found) >= count and all(run["finishedAt"] for run in found):
                return found
            await watch.event("automation.changed")
            watch.messages.clear()


async def test_times_fire_and_say_when_they_were_due(ann: Person) -> None:
    made = await automation(ann, HOURLY, runs(await echo(ann), {"at": expr("trigger.dueAt")}))
    listed = (await ann.get("/automations"))["items"]
    assert [(item["id"], item["nextAt"]) for item in listed] == [(made["id"], made["nextAt"])]
    times = await ann.get(f"/automations/{made['id']}/next", params={"count": 3})
    assert times["items"][0] == made["nextAt"]
    assert [time[11:] for time in times["local"]] == ["07:00:00+01:00", "08:00:00+01:00", "09:00:00+01:00"]
    ann.server.manual.advance(datetime.fromisoformat(made["nextAt"]) - ann.server.clock.now())
    ann = await sign_in(ann.server, ann)
    [run] = await has_run(ann, made, 1)
    due = run["reason"]["dueAt"]
    assert (run["state"], run["reason"]["kind"], datetime.fromisoformat(due)) == (
        "succeeded",
        "schedule",
        datetime.fromisoformat(made["nextAt"]),
    )
    assert run["result"]["output"] == {"said": {"at": due}}
    await ann.post(f"/automations/{made['id']}/disable")
    assert (await ann.get(f"/automations/{made['id']}"))["nextAt"] is None


async def test_missed_times_are_by_policy_and_stand_in_the_history(ann: Person) -> None:
    workflow = await echo(ann)
    plans = {
        policy: await automation(
            ann, HOURLY | {"misfire": policy, "misfireLimit": 2}, runs(workflow), overlap="allow"
        )
        for policy in ("skip", "run_once", "run_all")
    }
    ann.server.manual.advance(5 * HOUR + timedelta(minutes=30))
    ann = await sign_in(ann.server, ann)
    [skipped] = await has_run(ann, plans["skip"], 1)
    assert (skipped["state"], skipped["skippedFor"]) == ("skipped", "missed")
    [once] = await has_run(ann, plans["run_once"], 1)
    assert once["state"] == "succeeded"
    assert int(once["reason"]["missed"]) >= 4
    assert [run["state"] for run in await has_run(ann, plans["run_all"], 2)] == ["succeeded"] * 2
    for made in plans.values():
        await ann.post(f"/automations/{made['id']}/disable")


async def test_an_interval_counts_from_when_it_was_switched_on(ann: Person) -> None:
    made = await automation(ann, {"kind": "interval", "seconds": 90}, runs(await echo(ann)))
    first = datetime.fromisoformat(made["nextAt"])
    assert first == ann.server.clock.now() + timedelta(seconds=90)
    ann.server.manual.advance(timedelta(seconds=91))
    await has_run(ann, made, 1)
    times = await ann.get(f"/automations/{made['id']}/next", params={"count": 2})
    assert [datetime.fromisoformat(t) - first for t in times["items"]] == [
        timedelta(seconds=90 * n) for n in (1, 2)
    ]
    await ann.post(f"/automations/{made['id']}/disable")


async def test_a_full_queue_is_said_and_the_next_time_has_another_chance(ann: Person) -> None:
    made = await automation(ann, HOURLY, runs(await echo(ann)))
    doing = ann.server.platform.automations
    object.__setattr__(doing, "queued_at_most", 0)
    try:
        ann.server.manual.advance(datetime.fromisoformat(made["nextAt"]) - ann.server.clock.now())
        ann = await sign_in(ann.server, ann)
        while not (found := await history(ann, made)):
            pass
        assert found[0]["skippedFor"] == "queue_full"
    finally:
        object.__setattr__(doing, "queued_at_most", 100_000)
    await ann.post(f"/automations/{made['id']}/disable")


async def test_what_happens_while_the_queue_is_full_stands_in_the_history(ann: Person) -> None:
    """It does not come again, so that it would be lost without a word."""
    made = await automation(ann, {"kind": "event", "event": "device.online"}, runs(await echo(ann)))
    doing = ann.server.platform.automations
    object.__setattr__(doing, "queued_at_most", 0)
    try:
        async with online(await link(ann, "laptop")):
            await ann.server.settle()
    finally:
        object.__setattr__(doing, "queued_at_most", 100_000)
    [run] = await history(ann, made)
    assert (run["state"], run["skippedFor"], run["input"]["name"]) == ("skipped", "queue_full", "laptop")


async def test_a_machine_that_comes_online_sets_off(ann: Person) -> None:
    event = {"kind": "event", "event": "device.online"}
    made = await automation(ann, event, runs(await echo(ann), {"name": expr("input.name")}))
    machine = await link(ann, "laptop")
    async with online(machine):
        [run] = await has_run(ann, made, 1)
    assert run["input"] == {"deviceId": machine.session["deviceId"], "name": "laptop"}
    assert run["result"]["output"] == {"said": {"name": "laptop"}}


async def test_who_is_silent_is_said_to_be_once_and_until_it_runs(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await echo(ann)), expectedEverySeconds=600)

    async def silent() -> bool:
        return (await ann.get(f"/automations/{made['id']}"))["silent"]

    ann.server.manual.advance(timedelta(seconds=540))
    assert not await silent()
    while not await silent():
        ann.server.manual.advance(timedelta(seconds=20))
    assert await told(ann) == [("automation.silent", True)]
    assert (await until(ann, await fire(ann, made)))["state"] == "succeeded"
    assert not await silent()


async def test_who_leaves_takes_what_goes_on_by_itself_along(ann: Person, shared: Server) -> None:
    """The automation is switched off with the membership, and a run that was accepted before does nothing."""
    bob = await register(shared)
    team = await ann.post("/workspaces", {"name": "Team"})
    invited = await ann.post(f"/workspaces/{team['id']}/invitations", {"role": "member", "email": bob.email})
    await bob.post("/invitations/accept", {"token": invited["token"]})
    there = {"X-Workspace-Id": team["id"]}
    bob.api.headers.update(there)
    made = await automation(bob, HOURLY, runs(await echo(bob)))
    await ann.api.delete(f"/workspaces/{team['id']}/members/{bob.id}")
    await shared.settle()
    async with shared.owner() as owner:
        row = await owner.fetchrow(
            "SELECT is_enabled, disabled_reason FROM automations WHERE id = $1",
            ids.from_wire("auto", made["id"]),
        )
        schedules = await owner.fetchval("SELECT count(*) FROM schedules WHERE user_id = $1", bob.user_id)
    assert (tuple(row or ()), schedules) == ((False, "left_workspace"), 0)
