"""Lists of tasks and runs: found by words and by machine, each only by their own user."""

from urllib.parse import quote

import pytest

from tests.domains.tasks.launching import new_task
from tests.support.accounts import Person, refused, register
from tests.support.devices import enrol, link

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_tasks_are_found_by_all_words_of_their_names_and_page_by_page(bea: Person) -> None:
    names = ["Water the plants", "Count 100% of the PLANTS", "File a_b", "File axb"]
    for name in names:
        await new_task(bea, "do it", title=name)
    stranger = await register(bea.server)
    await new_task(stranger, "do it", title="Plants of others")

    async def found(words: str, more: str = "") -> list[str]:
        page = await bea.get(f"/tasks?q={quote(words)}{more}")
        return [task["title"] for task in page["items"]]

    assert await found("plants") == [names[1], names[0]]
    assert await found(" PLANTS  water ") == [names[0]]
    assert await found("%") == [names[1]], "no wildcard"
    assert await found("a_b") == [names[2]]
    assert await found("\\") == []
    assert await found("  ") == names[::-1]
    assert await found("plants", "&archived=true") == []
    first = await bea.get("/tasks?q=plants&limit=1")
    rest = await bea.get(f"/tasks?q=plants&limit=1&cursor={first['nextCursor']}")
    assert [rest["items"][0]["title"], rest["nextCursor"]] == [names[0], None]
    assert refused(await bea.api.get("/tasks", params={"q": "x" * 201})) == (422, "request.invalid")


async def test_runs_are_found_by_the_machine_that_they_are_at_and_by_words(bea: Person) -> None:
    laptop, host = await link(bea), await enrol(bea)
    places = [
        {"kind": "server"},
        {"kind": "device", "deviceId": laptop.session["deviceId"]},
        {"kind": "host", "deviceId": host.session["deviceId"]},
    ]
    made = {}
    for place in places:
        task = await new_task(bea, "say hello", target=place)
        made[place.get("deviceId")] = (await bea.post(f"/tasks/{task}/runs"))["id"]
    for device in (place["deviceId"] for place in places[1:]):
        (run,) = (await bea.get(f"/task-runs?device={device}"))["items"]
        assert run["id"] == made[device]
    titled = await new_task(bea, "say hello", title="Mow the meadow")
    mown = (await bea.post(f"/tasks/{titled}/runs"))["id"]
    assert [run["id"] for run in (await bea.get("/task-runs?q=MEADOW%20mow"))["items"]] == [mown]
    assert (await bea.get("/task-runs?q=meadow%25"))["items"] == []
    stranger = await register(bea.server)
    theirs = await stranger.get(f"/task-runs?device={laptop.session['deviceId']}")
    assert theirs["items"] == []
    assert (await stranger.get("/task-runs?q=meadow"))["items"] == []
