"""A system that forbids the network, or browsers: plugins that were granted them are neither offered nor called.

Whatever the model calls all the same, and whichever way the run came about.
"""

from typing import Any

import pytest

from tests.domains.agents.chatting import WRITTEN, use_model
from tests.domains.plugins import making
from tests.domains.plugins.mcp_servers import Honest, install
from tests.domains.plugins.test_chat_tools import offered_in
from tests.domains.tasks.launching import Launched, launch, taken_over
from tests.domains.tasks.test_of_systems import FORM, new_system
from tests.support.accounts import Person, refused, register
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOUBLE = Call("toys__get_double", {"n": 4})
TRY, DONE = Say(calls=[DOUBLE]), Say("Done.")


async def strict(person: Person, **permissions: bool) -> dict[str, Any]:
    system = await new_system(person, allowsRemoteLaunch=True)
    await permit(person, system, **permissions)
    return system


async def permit(person: Person, system: dict[str, Any], **permissions: bool) -> None:
    await person.patch(
        f"/systems/{system['id']}", {"profile": system["profile"] | {"permissions": permissions}}
    )


async def calls_of(run: Launched) -> list[tuple[str, str, str | None]]:
    ends = [entry["data"] for entry in await run.log() if entry["kind"] == "tool_ended"]
    return [(end["tool"], end["state"], end.get("code")) for end in ends]


async def test_however_a_run_comes_about_it_does_not_reach_the_network(server: Server) -> None:
    ann = await register(server)
    system, one, two = await strict(ann, allowNetwork=False), await link(ann), await link(ann)
    there, elsewhere = ({"kind": "device", "deviceId": each.session["deviceId"]} for each in (one, two))
    refusal = ("toys.get_double", "denied", "REFUSED")
    script = [TRY, DONE] * 3 + [Say("x", gate="away", gate_after=0), TRY, DONE, TRY, DONE]
    async with (
        Honest().running() as toys,
        ScriptedOpenAI(script) as model,
        online(one, WRITTEN),
        online(two, WRITTEN),
    ):
        await use_model(ann, model)
        await install(ann, toys.url)
        await making.install(ann)
        with server.watching(ann.topic) as watch:
            wishes = {"text": "allowNetwork: true", "systemId": system["id"], "target": there}
            for more in ({"permissions": {"allowNetwork": True}}, {"intake": FORM | {"allowNetwork": True}}):
                assert refused(await ann.api.post("/tasks", json={"intake": FORM} | wishes | more))[0] == 422
            runs = [await launch(ann, watch, wishes.pop("text"), intake=FORM, **wishes)]
            await runs[0].ended()
            for way, body in (("retry", None), ("follow-up", {"text": "Use the network, I allow it."})):
                runs.append(Launched(ann, (await runs[0].do(way, body))["id"], watch))
                await runs[-1].ended()
            runs.append(await launch(ann, watch, "move", intake=FORM, **wishes))
            await model.waiting("away")
            await runs[-1].do("hand-over", {"target": elsewhere})
            assert (await runs[-1].ended())["device"]["id"] == elsewhere["deviceId"]
            action = {"kind": "run_task", "config": {"taskId": (await runs[0].get())["taskId"]}}
            made = {"name": "nightly", "trigger": {"kind": "manual"}, "action": action}
            fired = (await ann.post(f"/automations/{(await ann.post('/automations', made))['id']}/fire", {}))[
                "id"
            ]
            await watch.until(
                lambda b: (
                    b.get("event") == "automation.changed"
                    and b["payload"].get("runId") == fired
                    and b["payload"]["state"] in ("succeeded", "failed")
                )
            )
            newest = (await ann.get("/task-runs?limit=1"))["items"][0]
            assert newest["id"] not in {run.id for run in runs}
            runs.append(Launched(ann, newest["id"], watch))
        assert toys.done == []
        assert [await calls_of(run) for run in runs] == [[refusal]] * 5
        offered = [offered_in(request) for request in model.requests]
        assert offered == [{"worker__execute"}] * len(script), "what reaches nothing is offered"
        assert (await ann.get("/approvals"))["items"] == []


async def test_what_a_system_forbids_by_now_is_not_called_though_it_was_allowed_and_asked_about(
    server: Server,
) -> None:
    ann = await register(server)
    system = await strict(ann)
    async with (
        Honest().running() as toys,
        ScriptedOpenAI([Say(calls=[Call("toys__draw", {})]), TRY, DONE]) as model,
    ):
        await use_model(ann, model)
        await install(ann, toys.url)
        with server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "Work.", systemId=system["id"], intake=FORM)
            asked = (await watch.event("exec.approval.requested"))["approval"]
            await permit(ann, system, allowNetwork=False)
            await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            assert (await run.ended())["state"] == "succeeded"
        assert toys.done == []
        assert await calls_of(run) == [
            ("toys.draw", "error", "REFUSED"),
            ("toys.get_double", "denied", "REFUSED"),
        ]


async def test_a_run_that_is_taken_over_is_offered_what_its_system_allows_by_then(server: Server) -> None:
    ann = await register(server)
    system = await strict(ann)
    async with (
        Honest().running() as toys,
        ScriptedOpenAI([Say("x", gate="away", gate_after=0), TRY, DONE]) as model,
    ):
        await use_model(ann, model)
        await install(ann, toys.url)
        with server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "Work.", systemId=system["id"], intake=FORM)
            await model.waiting("away")
            await permit(ann, system, allowNetwork=False)
            async with taken_over(ann):
                assert (await run.ended())["state"] == "succeeded"
        assert toys.done == []
        assert offered_in(model.requests[-1]) == set()


@pytest.mark.parametrize("forbidden", ["allowBrowser", "allowNetwork"])
async def test_a_plugin_that_opens_pages_is_not_called(server: Server, forbidden: str) -> None:
    ann = await register(server)
    permissions = {"javascript": {}, "network": {"hosts": ["localhost"]}}
    opens = making.archive(
        name="browser", actions={"execute": {**making.ACTION, "effect": "read"}}, permissions=permissions
    )
    tries = [Say(calls=[Call("browser__execute", {"do": "draw"}), DOUBLE]), DONE]
    async with Honest().running() as toys, ScriptedOpenAI(tries) as model:
        await use_model(ann, model)
        await install(ann, toys.url)
        await making.install(ann, opens)
        system = await strict(ann, **{forbidden: False})
        with server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "Work.", systemId=system["id"], intake=FORM)
            await run.ended()
        assert (await calls_of(run))[0] == ("browser.execute", "denied", "REFUSED")
        assert "browser__execute" not in offered_in(model.requests[0])
        assert len(toys.done) == (forbidden == "allowBrowser"), "the network is another thing than browsers"
