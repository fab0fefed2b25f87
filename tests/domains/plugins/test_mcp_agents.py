"""Agent steps that use the tools of an MCP server: reading just so, all else when the person lets it."""

from typing import Any

import pytest

from tests.domains.agents.chatting import use_model
from tests.domains.plugins.mcp_servers import Honest, install
from tests.domains.workflows.running import definition, ended, save, start, step
from tests.support.accounts import Person, register
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def output_of(person: Person, watch: Any, run_id: str) -> dict[str, Any]:
    await ended(watch, run_id)
    done = await person.get(f"/workflow-runs/{run_id}")
    assert done["state"] == "completed", done
    return done["output"]


async def question_about(watch: Any, tool: str) -> dict[str, Any]:
    def matches(body: dict[str, Any]) -> bool:
        asked = body.get("event") == "exec.approval.requested"
        return asked and body["payload"]["approval"]["tool"] == tool

    return (await watch.until(matches))["payload"]["approval"]


def asking(*tools: str) -> dict[str, Any]:
    return definition(step("agent", "do", {"prompt": "Work.", "tools": list(tools)}))


async def test_reading_tools_are_used_and_others_asked_about(server: Server) -> None:
    ann = await register(server)
    script = [
        Say(calls=[Call("toys__get_double", {"n": 4}), Call("toys__draw", {}), Call("toys__burn", {})]),
        Say("Done."),
    ]
    async with Honest().running() as toys, ScriptedOpenAI(script) as model:
        await use_model(ann, model)
        await install(ann, toys.url)
        workflow = await save(ann, asking("toys"))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            asked = await question_about(watch, "toys.draw")
            assert (asked["grade"], asked["device"]) == ("modify", None)
            assert asked["arguments"] == {"plugin": "toys", "action": "draw", "inputs": {}}
            assert toys.done == [("Get-Double", {"n": 4})], "nothing else before the person has answered"
            await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            asked = await question_about(watch, "toys.burn")
            assert asked["grade"] == "high"
            await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "deny", "reason": "not now"})
            output = await output_of(ann, watch, run_id)
        assert [(each["tool"], each["failed"]) for each in output["calls"]] == [
            ("toys.get_double", False),
            ("toys.draw", False),
            ("toys.burn", True),
        ]
        assert [name for name, _ in toys.done] == ["Get-Double", "draw"]
        offered = {each["function"]["name"]: each["function"] for each in model.requests[0]["tools"]}
        assert set(offered) == {"toys__get_double", "toys__draw", "toys__burn"}
        assert offered["toys__get_double"]["parameters"]["required"] == ["n"]
        assert offered["toys__get_double"]["description"] == "Double it. Twice a number.[31m"


async def test_only_what_the_step_names_is_offered_and_done(server: Server) -> None:
    ann = await register(server)
    script = [Say(calls=[Call("toys__burn", {}), Call("fs_list", {"path": "/"})]), Say("Done.")]
    async with Honest().running() as toys, ScriptedOpenAI(script) as model:
        await use_model(ann, model)
        await install(ann, toys.url)
        workflow = await save(ann, asking("toys.get_double"))
        with server.watching(ann.topic) as watch:
            output = await output_of(ann, watch, await start(ann, workflow))
        assert [each["failed"] for each in output["calls"]] == [True, True]
        assert [each["function"]["name"] for each in model.requests[0]["tools"]] == ["toys__get_double"]
        assert toys.done == []
        assert (await ann.get("/approvals"))["items"] == []
        for tool in ("toys.dance", "others", "others.burn"):
            wrong = await ann.api.post("/workflows", json={"definition": asking("fs.list", tool)})
            assert wrong.json()["data"]["problems"][0]["path"] == "$.steps[0].config.tools[1]"


async def test_a_run_that_ends_leaves_no_question_and_calls_nothing(server: Server) -> None:
    ann = await register(server)
    script = [Say(calls=[Call("toys__burn", {})]), Say("Done.")]
    async with Honest().running() as toys, ScriptedOpenAI(script) as model:
        await use_model(ann, model)
        await install(ann, toys.url)
        workflow = await save(ann, asking("toys.burn"))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await question_about(watch, "toys.burn")
            await ann.post(f"/workflow-runs/{run_id}/cancel")
            await ended(watch, run_id)
            await watch.event("exec.approval.resolved")
        assert [each["state"] for each in (await ann.get("/approvals"))["items"]] == ["expired"]
        assert toys.done == []
