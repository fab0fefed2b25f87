"""The chat's assistant uses the workspace's plugins: reading just so, all else when the person lets it."""

from typing import Any

import pytest

from tests.domains.agents.chatting import Chat, chatting, text, tools, use_model
from tests.domains.plugins import making
from tests.domains.plugins.mcp_servers import Honest, install
from tests.domains.tasks.launching import launch
from tests.support.accounts import refused, register
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


def offered_in(request: dict[str, Any]) -> set[str]:
    return {each["function"]["name"] for each in request["tools"] if "__" in each["function"]["name"]}


async def question_about(chat: Chat, tool: str) -> dict[str, Any]:
    def matches(body: dict[str, Any]) -> bool:
        return body.get("event") == "exec.approval.requested" and body["payload"]["approval"]["tool"] == tool

    return (await chat.watch.until(matches))["payload"]["approval"]


async def test_reading_is_done_and_all_else_asked_about(server: Server) -> None:
    ann = await register(server)
    script = [
        Say(calls=[Call("toys__get_double", {"n": 4}), Call("toys__draw", {}), Call("toys__burn", {})]),
        Say("Done."),
        Say("Still here."),
    ]
    async with Honest().running() as toys, ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await install(ann, toys.url)
        await chat.say("Work.")
        asked = await question_about(chat, "toys.draw")
        assert (asked["tool"], asked["grade"], asked["device"]) == ("toys.draw", "modify", None)
        assert asked["arguments"] == {"plugin": "toys", "action": "draw", "inputs": {}}
        assert asked["risk"]["summary"] == "a plugin says that this changes something"
        burning = await question_about(chat, "toys.burn")
        assert burning["grade"] == "high"
        assert refused(await chat.decide(asked, "allow_always"))[1] == "agents.rule_not_possible"
        await chat.decide(asked, "allow_once")
        assert refused(await chat.decide(burning, "allow_once"))[1] == "agents.confirmation_needed"
        await chat.decide(burning, "deny", reason="not now")
        reply = await chat.reply()
        assert [name for name, _ in toys.done] == ["Get-Double", "draw"]
        steps = tools(reply)
        assert [(step["name"], step["state"]) for step in steps] == [
            ("toys.get_double", "ok"),
            ("toys.draw", "ok"),
            ("toys.burn", "denied"),
        ]
        assert steps[0]["result"]["twice"] == 8
        assert text(reply) == "Done."
        assert offered_in(model.requests[0]) == {"toys__get_double", "toys__draw", "toys__burn"}
        await chat.say("And now?")
        await chat.reply()
        told = [each for each in model.requests[2]["messages"] if each["role"] == "tool"]
        assert "not now" in told[2]["content"]
        names = [
            each["function"]["name"]
            for message in model.requests[2]["messages"]
            for each in message.get("tool_calls") or ()
        ]
        assert names == ["toys__get_double", "toys__draw", "toys__burn"]


async def test_what_is_off_or_of_others_is_not_offered_and_wrong_calls_ask_nobody(server: Server) -> None:
    ann, eve = await register(server, "ann"), await register(server, "eve")
    calls = [Call("worker__execute", {"text": "hi"}), Call("toys__burn", {})]
    async with Honest().running() as toys, ScriptedOpenAI([Say(calls=calls), Say("Done.")] * 2) as model:
        for person in (ann, eve):
            await use_model(person, model)
        await install(eve, toys.url)
        worker = await making.install(ann)
        async with chatting(ann) as chat:
            await chat.say("Work.")
            reply = await chat.reply()
            assert [step["error"]["code"] for step in tools(reply)] == ["INVALID_ARGUMENTS", "UNKNOWN_TOOL"]
            assert offered_in(model.requests[0]) == {"worker__execute"}
            await ann.patch(f"/plugins/{worker['id']}", {"enabled": False})
            await chat.say("Work again.")
            assert tools(await chat.reply())[0]["error"]["code"] == "UNKNOWN_TOOL"
            assert offered_in(model.requests[2]) == set()
        assert toys.done == []
        assert (await ann.get("/approvals"))["items"] == []


async def test_a_plugin_that_does_more_than_was_asked_about_is_not_called(server: Server) -> None:
    ann = await register(server)
    execute = Call("worker__execute", {"do": "draw"})
    async with ScriptedOpenAI([Say(calls=[execute]), Say("Done.")] * 3) as model, chatting(ann) as chat:
        await use_model(ann, model)
        worker = await making.install(ann)
        await chat.say("Work.")
        await chat.decide(await chat.asked(), "allow_once")
        done = tools(await chat.reply())[0]
        file = {"name": "chart (1).svg", "type": "image/svg+xml", "bytes": 6, "text": "<svg/>"}
        assert done["result"]["files"] == [file]
        await chat.say("Work again.")
        asked = await chat.asked()
        deletes = {"execute": {**making.ACTION, "effect": "delete"}}
        package = await making.publish(ann, making.archive(version="2.0.0", actions=deletes))
        await ann.post(
            f"/plugins/{worker['id']}/update", {"packageId": package["id"], "permissions": {"kv": {}}}
        )
        await chat.decide(asked, "allow_once")
        assert tools(await chat.reply())[0]["error"]["code"] == "CHANGED"
        await chat.say("And now?")
        await chat.asked()
        await ann.post(f"/runs/{chat.run_id}/abort")
        await chat.ended()
        states = [each["state"] for each in (await ann.get("/approvals"))["items"]]
        assert sorted(states) == ["allowed", "allowed", "cancelled"]


async def test_the_file_of_a_tool_of_machines_is_not_a_plugins(server: Server) -> None:
    """A plugin whose name and action read like a tool of machines is never offered as one."""
    ann = await register(server)
    async with ScriptedOpenAI([Say("Done.")]) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await making.install(ann, making.archive(name="fs", actions={"write": making.ACTION}))
        await chat.say("Work.")
        await chat.reply()
        assert offered_in(model.requests[0]) == set()


async def test_a_task_that_asks_nobody_only_reads_by_plugins(server: Server) -> None:
    ann = await register(server)
    script = [Say(calls=[Call("toys__get_double", {"n": 4}), Call("toys__draw", {})]), Say("Done.")]
    async with Honest().running() as toys, ScriptedOpenAI(script) as model:
        await use_model(ann, model)
        await install(ann, toys.url)
        with server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "Work.", approvalMode="deny")
            assert (await run.ended())["state"] == "succeeded"
        assert [name for name, _ in toys.done] == ["Get-Double"]
        ends = [entry["data"] for entry in await run.log() if entry["kind"] == "tool_ended"]
        assert {end["tool"]: end["state"] for end in ends} == {"toys.get_double": "ok", "toys.draw": "denied"}
        assert (await ann.get("/approvals"))["items"] == []
