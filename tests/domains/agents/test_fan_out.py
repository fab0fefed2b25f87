"""One call to several machines: asked about once, run once on each, and told for each."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from tests.domains.agents.chatting import Chat, chatting, text, tools, use_model
from tests.support.accounts import Person
from tests.support.devices import OnlineMachine, link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPTIME = Call("exec", {"command": "uptime", "device": "web"})
TOUCH = Call("exec", {"command": "touch x", "device": "web"})


@pytest_asyncio.fixture(loop_scope="module")
async def web(ann: Person) -> AsyncIterator[list[OnlineMachine]]:
    """A group of two that are online and one that is not."""
    async with AsyncExitStack() as stack:
        machines = [await link(ann, name) for name in ("web-1", "web-2", "web-3")]
        ids = [machine.session["deviceId"] for machine in machines]
        await ann.post("/device-groups", {"name": "web", "deviceIds": ids})
        yield [await stack.enter_async_context(online(machine)) for machine in machines[:2]]


async def talk(ann: Person, chat: Chat, model: ScriptedOpenAI) -> None:
    await use_model(ann, model)
    await chat.say("how are they?")


def told(model: ScriptedOpenAI) -> Any:
    return json.loads(model.requests[-1]["messages"][-1]["content"])


async def test_each_machine_answers_for_itself(ann: Person, web: list[OnlineMachine]) -> None:
    script = [Say(calls=[UPTIME]), Say("Two are up.")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        first, second = [await machine.next_call() for machine in web]
        assert (first.command, first.params) == (second.command, second.params)
        assert first.id != second.id
        await second.fail("DENIED_BY_LOCAL_POLICY", "not here")
        await first.answer({"exitCode": 0, "stdout": "up 3 days"})
        reply = await chat.reply()
    part = tools(reply)[0]
    ends = {end["device"]["name"]: end for end in part["result"]["devices"]}
    assert (part["state"], part["device"]) == ("ok", None)
    assert sorted(target["name"] for target in part["targets"]) == ["web-1", "web-2", "web-3"]
    assert ends["web-1"]["result"]["stdout"] == "up 3 days"
    assert ends["web-2"]["error"]["code"] == "DENIED_BY_LOCAL_POLICY"
    assert ends["web-3"]["error"]["code"] == "DEVICE_OFFLINE"
    assert told(model) == part["result"]
    assert text(reply) == "Two are up."


async def test_all_targets_are_asked_about_together(ann: Person, web: list[OnlineMachine]) -> None:
    async with ScriptedOpenAI([Say(calls=[TOUCH]), Say("Done.")]) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        approval = await chat.asked()
        assert sorted(target["name"] for target in approval["targets"]) == ["web-1", "web-2", "web-3"]
        assert (approval["device"]["name"], approval["coverage"]) == ("web", None)
        announced = [await machine.client.event("node.invoke.prepare") for machine in web]
        await chat.decide(approval, "allow_once")
        for machine, heard in zip(web, announced, strict=True):
            call = await machine.next_call()
            assert call.id == heard["id"]
            await call.answer({"exitCode": 0})
        await chat.ended()
        assert [len(machine.seen) for machine in web] == [1, 1]


async def test_a_stopped_run_stops_on_every_machine(ann: Person, web: list[OnlineMachine]) -> None:
    async with ScriptedOpenAI([Say(calls=[UPTIME])]) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        asked = [await machine.next_call() for machine in web]
        await ann.post(f"/runs/{chat.run_id}/abort")
        for machine, call in zip(web, asked, strict=True):
            assert await machine.cancelled.get() == call.id
        await chat.ended()


async def test_it_fails_when_it_fails_everywhere(ann: Person, web: list[OnlineMachine]) -> None:
    async with ScriptedOpenAI([Say(calls=[UPTIME]), Say("None.")]) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        for machine in web:
            await (await machine.next_call()).fail("PERMISSION", "no")
        part = tools(await chat.reply())[0]
    assert (part["state"], part["error"]["code"]) == ("error", "FAILED_EVERYWHERE")
    assert "web-1: no" in part["error"]["message"]


async def test_what_changes_files_goes_to_one_machine(ann: Person, web: list[OnlineMachine]) -> None:
    write = Call("fs_write", {"path": "~/a", "content": "", "device": "web-1, web-2"})
    async with ScriptedOpenAI([Say(calls=[write]), Say("I see.")]) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        part = tools(await chat.reply())[0]
    assert part["error"]["code"] == "ONE_DEVICE"
    assert [machine.seen for machine in web] == [[], []]


async def test_the_strictest_policy_of_the_targets_counts(ann: Person, web: list[OnlineMachine]) -> None:
    device = web[1].machine.session["deviceId"]
    await ann.put(f"/devices/{device}/policy", {"maxGrade": "read", "standingRules": True, "deniedTools": []})
    async with ScriptedOpenAI([Say(calls=[TOUCH]), Say("Refused.")]) as model, chatting(ann) as chat:
        await talk(ann, chat, model)
        part = tools(await chat.reply())[0]
        assert "- web: web-1, web-2, web-3" in model.requests[0]["messages"][0]["content"]
    assert (part["state"], part["error"]["code"]) == ("denied", "REFUSED")
    assert "web-2" in part["error"]["message"]
