"""A local-only system's task: at its own machine, with what that keeps, and nothing of it here once it is there."""

from typing import Any

import pytest

from openclaw.protocol.tools import ARGUMENTS
from openclaw.protocol.vault import VAULT_ARGUMENTS
from tests.domains.tasks.launching import Launched
from tests.support.accounts import Person, refused, register
from tests.support.devices import Machine, link, online

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = [*ARGUMENTS, *VAULT_ARGUMENTS, "pi.run"]
FORM = {"siteName": "PLANTED-form", "purpose": "PLANTED-purpose"}
KEPT = {"digest": "0" * 64, "snapshots": []}


async def new_system(person: Person, machine: Machine, **more: Any) -> dict[str, Any]:
    """A system that is kept at a machine which is there."""
    body = {"template": "website_development", "name": "Own", "syncMode": "local_only"}
    return await person.post("/systems", body | {"deviceId": machine.session["deviceId"]} | more)


async def rows_with(person: Person, word: str) -> list[str]:
    """The tables that have a word in any row."""
    async with person.server.owner() as owner:
        tables = await owner.fetch(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables"
            " WHERE table_schema IN ('public', 'dbos') AND table_type = 'BASE TABLE'"
        )
        found = "SELECT count(*) FROM {} t WHERE to_jsonb(t)::text LIKE '%' || $1 || '%'"
        return [t[0] for t in tables if await owner.fetchval(found.format(t[0]), word)]


async def test_it_goes_to_its_machine_and_nothing_of_it_stays_here(bea: Person) -> None:
    machine = await link(bea)
    async with online(machine, {"vault.create": lambda _: KEPT}, commands=COMMANDS) as there:
        system = await new_system(bea, machine)
        body = {"systemId": system["id"], "intake": FORM, "text": "PLANTED-text"}
        task = await bea.post("/tasks", body)
        assert (task["title"], task["intake"], task["text"]) == ("Own", None, "")
        own = {
            "kind": "device",
            "deviceId": machine.session["deviceId"],
            "labels": [],
            "runtime": "pi",
            "syncMode": "local_only",
        }
        assert task["target"] == own
        with bea.server.watching(bea.topic) as watch:
            run = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
            call = await there.next_call()
            assert (call.command, call.params["mode"]) == ("pi.run", "local_only")
            assert call.params["system"] == system["id"].removeprefix("sys_")
            for word in ("PLANTED-form", "PLANTED-purpose", "PLANTED-text", "You work in the system “Own”."):
                assert word in call.params["text"]
            began = {"id": call.id, "nodeId": there.node_id, "seq": 1, "event": {"kind": "began"}}
            assert await there.client.call("node.run.event", began) == {"ok": True}
            await run.until("running")
            # It has only begun, and the server knows nothing of it any more.
            assert await rows_with(bea, "PLANTED") == []
            await call.answer({"outcome": "completed", "events": 1})
            assert (await run.ended())["state"] == "succeeded"
        for path in (f"/tasks/{task['id']}/runs", f"/task-runs/{run.id}/retry"):
            assert refused(await bea.api.post(path)) == (409, "tasks.form_not_kept")
        await bea.put(f"/tasks/{task['id']}", body)
        with bea.server.watching(bea.topic) as watch:
            again = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
            await (await there.next_call()).fail("PI_FAILED")
            assert (await again.ended())["state"] == "failed"
        await bea.put(f"/tasks/{task['id']}", body)
    unlaunched = await bea.post("/tasks", body)
    await bea.delete(f"/tasks/{unlaunched['id']}")
    late = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
    with bea.server.watching(bea.topic) as watch:
        late.watch = watch
        await late.do("cancel")
        await late.ended()
    assert await rows_with(bea, "PLANTED") == []


async def test_it_works_nowhere_else_and_for_nobody_else(bea: Person) -> None:
    machine, other = await link(bea), await link(bea, "other")
    async with (
        online(machine, {"vault.create": lambda _: KEPT}, commands=COMMANDS),
        online(other, commands=COMMANDS),
    ):
        system = await new_system(bea, machine)
        at_home = {"kind": "device", "deviceId": machine.session["deviceId"], "runtime": "pi"}
        for target in (
            {"kind": "server"},
            {"kind": "host"},
            {"kind": "host", "runtime": "pi", "syncMode": "local_only"},
            at_home | {"syncMode": "full"},
            at_home | {"syncMode": "metadata"},
            {"kind": "device", "deviceId": machine.session["deviceId"]},
            at_home | {"deviceId": other.session["deviceId"], "syncMode": "local_only"},
        ):
            body = {"systemId": system["id"], "intake": FORM, "target": target}
            assert refused(await bea.api.post("/tasks", json=body)) == (
                422,
                "systems.works_on_its_machine_only",
            )
    team = await bea.create_workspace()
    member, keeper = await team.invite(await register(bea.server)), await link(team, "keeper")
    async with online(keeper, {"vault.create": lambda _: KEPT}, commands=COMMANDS):
        shared = await new_system(team, keeper, visibility="workspace")
        theirs = await member.api.post("/tasks", json={"systemId": shared["id"], "intake": FORM})
        assert refused(theirs) == (404, "devices.not_found")
