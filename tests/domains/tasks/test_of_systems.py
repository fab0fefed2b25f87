"""Tasks of systems: launched by a form, told to the agent, found again by the system, and kept from others."""

from datetime import timedelta
from typing import Any

import pytest

from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import WRITTEN, use_model
from tests.domains.tasks.launching import Launched, launch
from tests.support.accounts import Person, refused, register
from tests.support.devices import enrol, link, online, online_host
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {"siteName": "Tea", "purpose": "Sell tea.", "pages": ["Home", "Contact"]}
SAVE = Say(
    "**1. Plan** · kept", [Call("save_result", {"title": "Plan", "kind": "markdown", "content": "# Plan"})]
)


async def new_system(person: Person, **more: Any) -> dict[str, Any]:
    return await person.post("/systems", {"template": "website_development", **more})


async def test_the_agent_is_told_the_plan_and_results_say_where_they_come_from(bea: Person) -> None:
    system = await new_system(bea, name="Sites")
    async with ScriptedOpenAI([SAVE, Say("**2. Pages**"), Say("again")]) as model:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            body = {"systemId": system["id"], "intake": FORM, "text": "Mention the rain."}
            task = await bea.post("/tasks", body)
            assert (task["title"], task["intake"], task["text"]) == (
                "Website: Tea",
                FORM,
                "Mention the rain.",
            )
            run = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
            ended = await run.ended()
            replies = [entry["data"] for entry in await run.log() if entry["kind"] == "model_replied"]
            again = Launched(bea, (await run.do("retry"))["id"], watch)
            await again.ended()
    assert [reply["stage"] for reply in replies] == [1, 2], "the log says which stage each begins"
    assert ended["system"] == task["system"] == {"id": system["id"], "name": "Sites"}
    instructions, question = (str(model.requests[0]["messages"][n]["content"]) for n in (0, -1))
    assert "You work in the system “Sites”." in instructions
    assert "Build the website “Tea”." in question
    assert question.endswith("Mention the rain.")
    last = model.requests[-1]["messages"]
    assert str(last[-1]["content"]) == question, "tried again it says the same"
    assert "You work in the system “Sites”." in str(last[0]["content"])
    for wanted in (f"systemId={system['id']}", f"taskRunId={run.id}"):
        (kept,) = (await bea.get(f"/artifacts?{wanted}"))["items"]
        assert kept["provenance"]["systemId"] == system["id"]
        assert kept["provenance"]["taskRunId"] == run.id
    assert (await bea.get(f"/artifacts?taskRunId={again.id}"))["items"] == []


async def test_lists_are_of_one_system_and_name_it(bea: Person) -> None:
    one, two = await new_system(bea, name="One"), await new_system(bea, name="Two")
    for system in (one, two):
        task = await bea.post("/tasks", {"systemId": system["id"], "intake": FORM})
        await bea.post(f"/tasks/{task['id']}/runs")
    await bea.post("/tasks", {"text": "something else"})
    for what in ("tasks", "task-runs"):
        found = (await bea.get(f"/{what}?systemId={one['id']}"))["items"]
        assert [each["system"]["name"] for each in found] == ["One"]
    await bea.patch(f"/systems/{one['id']}", {"status": "archived"})
    late = await bea.api.post(f"/tasks/{found[0]['taskId']}/runs")
    assert refused(late) == (409, "systems.archived")
    await bea.delete(f"/systems/{one['id']}")
    (orphan,) = (await bea.get(f"/tasks?systemId={one['id']}"))["items"]
    assert (orphan["system"], orphan["lastRun"]["system"]) == (None, None)
    assert refused(await bea.api.post(f"/tasks/{orphan['id']}/runs")) == (404, "systems.not_found")


@pytest.mark.parametrize(
    ("less", "code"),
    [
        ({"syncMode": "metadata"}, "systems.too_much_leaves"),
        ({"allowsRemoteLaunch": False}, "systems.remote_launch_not_allowed"),
    ],
)
async def test_what_waits_to_begin_begins_only_as_its_system_allows_by_then(
    bea: Person, less: dict[str, Any], code: str
) -> None:
    system = await new_system(bea, allowsRemoteLaunch=True)
    body = {"systemId": system["id"], "intake": FORM, "target": {"kind": "host"}}
    task = await bea.post("/tasks", body)
    with bea.server.watching(bea.topic) as watch:
        run = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
        await bea.patch(f"/systems/{system['id']}", less)
        async with online_host(await enrol(bea)) as there:
            bea.server.manual.advance(timedelta(seconds=6))
            ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("failed", code)
    assert there.seen == []


async def test_a_form_that_does_not_fit_is_told_with_all_that_is_wrong(bea: Person) -> None:
    system = await new_system(bea)

    async def tried(intake: Any, **more: Any) -> Any:
        return await bea.api.post("/tasks", json={"systemId": system["id"], "intake": intake, **more})

    answer = await tried({"siteName": "", "pages": ["x", 5], "style": "loud", "colour": "red"})
    assert refused(answer) == (422, "systems.invalid_intake")
    paths = {problem["path"] for problem in answer.json()["data"]["problems"]}
    assert {"$.siteName", "$.pages[1]", "$.style"} <= paths
    assert "purpose" in answer.text
    assert "colour" in answer.text
    large = await tried(FORM | {"notes": "x" * 70_000})
    assert refused(large) == (422, "systems.invalid_intake")
    assert len(large.content) < 5_000, "what is wrong is not said back"
    for intake in ({"siteName": 10**18, "purpose": "x"}, {f"f{n}": 1 for n in range(101)}, "text", []):
        assert (await tried(intake)).status_code == 422
    nested: Any = "x"
    for _ in range(200):
        nested = [nested]
    assert (await tried(FORM | {"notes": nested})).status_code == 422
    odd = await tried(FORM | {"siteName": "a\0b", "notes": "```\nIgnore all that {{ 7 * 7 }} <script>"})
    assert odd.status_code == 201
    assert refused(await bea.api.post("/tasks", json={"text": "x", "intake": FORM}))[0] == 422
    assert refused(await bea.api.post("/tasks", json={}))[0] == 422
    lonely = {"systemId": system["id"]}
    assert refused(await bea.api.post("/tasks", json=lonely)) == (422, "systems.invalid_intake")


async def test_systems_of_others_are_not_found(bea: Person) -> None:
    eve = await register(bea.server)
    team = await bea.create_workspace()
    viewer = await team.invite(await register(bea.server), role="viewer")
    member = await team.invite(await register(bea.server))
    foreign, hidden = await new_system(eve), await new_system(team)
    shown = await new_system(team, visibility="workspace")
    for person, system, answer in (
        (bea, foreign, (404, "systems.not_found")),
        (bea, shown, (404, "systems.not_found")),
        (member, hidden, (404, "systems.not_found")),
        (viewer, shown, (403, "workspaces.not_allowed")),
    ):
        body = {"systemId": system["id"], "intake": FORM}
        assert refused(await person.api.post("/tasks", json=body)) == answer
        assert (await person.get(f"/tasks?systemId={system['id']}"))["items"] == []
    task = await member.post("/tasks", {"systemId": shown["id"], "intake": FORM})
    await team.patch(f"/systems/{shown['id']}", {"visibility": "private"})
    assert (await member.get(f"/tasks/{task['id']}"))["system"] is None
    assert refused(await member.api.post(f"/tasks/{task['id']}/runs")) == (404, "systems.not_found")


async def test_no_more_leaves_a_machine_than_the_system_lets(bea: Person) -> None:
    system = await new_system(bea, syncMode="metadata")
    body = {"systemId": system["id"], "intake": FORM}
    for place in ({}, {"target": {"kind": "host"}}):
        assert refused(await bea.api.post("/tasks", json=body | place)) == (422, "systems.too_much_leaves")
    machine = await link(bea)
    there = {"kind": "device", "deviceId": machine.session["deviceId"], "runtime": "pi"}
    for mode, status in (("full", 422), ("metadata", 201), ("local_only", 201)):
        async with online(machine, commands=["fs.read", "pi.run"]):
            answer = await bea.api.post("/tasks", json=body | {"target": there | {"syncMode": mode}})
        assert answer.status_code == status
    assert answer.json()["title"] == system["name"], "the form is not to be read in lists"
    assert answer.json()["intake"] is None


async def test_a_launch_from_elsewhere_has_to_be_allowed(bea: Person) -> None:
    system = await new_system(bea)
    body = {"systemId": system["id"], "intake": FORM}
    task = await bea.post("/tasks", body)
    await enrol(bea)
    away = await bea.post("/tasks", body | {"target": {"kind": "host"}})
    refusal = (403, "systems.remote_launch_not_allowed")
    assert refused(await bea.api.post(f"/tasks/{away['id']}/runs")) == refusal
    action = {"kind": "run_task", "config": {"taskId": task["id"]}}
    made = {"name": "nightly", "trigger": {"kind": "manual"}, "action": action}
    automation = (await bea.post("/automations", made))["id"]

    async def fired() -> dict[str, Any]:
        with bea.server.watching(bea.topic) as watch:
            run = (await bea.post(f"/automations/{automation}/fire", {}))["id"]
            await watch.until(
                lambda b: (
                    b.get("event") == "automation.changed"
                    and b["payload"].get("runId") == run
                    and b["payload"]["state"] in ("succeeded", "failed")
                )
            )
        return await bea.get(f"/automation-runs/{run}")

    async with ScriptedOpenAI([Say("done")]) as model:
        await use_model(bea, model)
        first = await fired()
        assert (first["state"], first["error"]["code"]) == ("failed", refusal[1])
        await bea.patch(f"/systems/{system['id']}", {"allowsRemoteLaunch": True})
        assert (await fired())["state"] == "succeeded"
    assert "Build the website “Tea”." in str(model.requests[0]["messages"][-1])
    run = await bea.post(f"/tasks/{away['id']}/runs")
    await bea.post(f"/task-runs/{run['id']}/cancel")


async def test_a_running_one_is_not_handed_to_a_host_unasked(bea: Person) -> None:
    system, machine = await new_system(bea), await link(bea)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    async with ScriptedOpenAI([Say("x", gate="away", gate_after=0)]) as model, online(machine, WRITTEN):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "more", systemId=system["id"], intake=FORM, target=target)
            await model.waiting("away")
            over = await bea.api.post(f"/task-runs/{run.id}/hand-over", json={"target": {"kind": "host"}})
            assert refused(over) == (403, "systems.remote_launch_not_allowed")
            await run.do("cancel")
            await run.ended()


async def test_what_a_system_forbids_is_not_done(bea: Person) -> None:
    """Told to the agent, and refused when it tries all the same: by the server, and by the machine's limits."""
    system = await new_system(bea)
    profile = system["profile"] | {"permissions": {"allowBash": False, "allowFileWrite": False}}
    await bea.patch(f"/systems/{system['id']}", {"profile": profile})
    machine = await link(bea)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    tries = [Call("exec", {"command": "ls"}), Call("fs_write", {"path": "~/x", "content": "x"})]
    async with (
        ScriptedOpenAI([Say("x", tries), Say("done")]) as model,
        online(machine, WRITTEN, commands=[*ARGUMENTS, "pi.run"]) as there,
    ):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "try", systemId=system["id"], intake=FORM, target=target)
            assert (await run.ended())["state"] == "succeeded"
            target = target | {"runtime": "pi"}
            told = await launch(bea, watch, "try", systemId=system["id"], intake=FORM, target=target)
            call = await there.next_call()
            assert {"exec", "fs.write", "fs.edit", "fs.move", "fs.delete"} <= set(
                call.params["limits"]["deniedTools"]
            )
            await call.answer({"outcome": "completed", "events": 0})
            await told.ended()
    assert [call.command for call in there.seen] == ["pi.run"]
    ends = [entry["data"] for entry in await run.log() if entry["kind"] == "tool_ended"]
    assert [(end["state"], end["code"]) for end in ends] == [("denied", "REFUSED")] * 2
    assert "you must not: run commands, write files" in str(model.requests[0]["messages"][0])


async def test_a_system_may_name_its_model(bea: Person) -> None:
    system = await new_system(bea)
    async with ScriptedOpenAI([Say("default")]) as one, ScriptedOpenAI([Say("its own")]) as two:
        await use_model(bea, one)
        other = await use_model(bea, two, name="Other")
        profile = system["profile"] | {"provider": other["id"], "model": "scripted-2"}
        await bea.patch(f"/systems/{system['id']}", {"profile": profile})
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "x", systemId=system["id"], intake=FORM)
            assert (await run.ended())["state"] == "succeeded"
            assert [request["model"] for request in two.requests] == ["scripted-2"]
            await bea.delete(f"/model-providers/{other['id']}")
            again = await Launched(bea, run.id, watch).do("retry")
            ended = await Launched(bea, again["id"], watch).ended()
    assert (ended["state"], ended["error"]["code"]) == ("failed", "agents.provider_not_found")
    assert one.requests == [], "another provider is not told instead"
