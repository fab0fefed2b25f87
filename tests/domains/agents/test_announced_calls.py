"""While its owner is asked, the machine hears of the call, so that it can see whether things change until it runs."""

import json

import pytest

from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, use_model
from tests.support.accounts import Person
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_machine_hears_of_the_very_call_that_its_owner_is_asked_about(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN) as peer, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        heard = await peer.client.event("node.invoke.prepare")
        assert (heard["nodeId"], heard["command"]) == (machine.node_id, "fs.write")
        await chat.decide(approval, "allow_once")
        await chat.ended()
    (run,) = peer.seen
    assert (heard["id"], json.loads(heard["paramsJSON"])) == (run.id, run.params)


async def test_a_machine_that_was_away_hears_of_it_when_it_comes_back(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        async with online(machine) as peer:
            heard = await peer.client.event("node.invoke.prepare")
            assert json.loads(heard["paramsJSON"]) == approval["arguments"] | {"path": "~/docs/notes.txt"}
        await chat.decide(approval, "deny")
        await chat.ended()
        async with online(machine) as peer:  # what was answered is no longer announced
            assert "node.invoke.prepare" not in [event["event"] for event in peer.client.events]


async def test_a_call_is_announced_when_those_before_it_have_ended(ann: Person) -> None:
    """What they changed was allowed: it must not count as a change behind the owner's back."""
    edit = Call("fs_write", {"path": "/home/ann/a.py", "content": "1"})
    script = [Say(calls=[edit, Call("exec", {"command": "python3 a.py"})]), Say("Done.")]
    machine = await link(ann)
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        async with online(machine, WRITTEN) as peer:
            await chat.say("write and run it")
            await peer.client.event("node.invoke.prepare", lambda p: p["command"] == "fs.write")
        async with online(machine, WRITTEN) as peer:  # nor does a machine that comes back hear of both
            pending = (await ann.get("/approvals?state=pending"))["items"]
            first, second = sorted(pending, key=lambda a: a["tool"], reverse=True)
            heard = [
                e["payload"]["command"] for e in peer.client.events if e["event"] == "node.invoke.prepare"
            ]
            assert heard == ["fs.write"]
            await chat.decide(first, "allow_once")
            await peer.client.event("node.invoke.prepare", lambda p: p["command"] == "exec")
            assert [call.command for call in peer.seen] == ["fs.write"]
            await chat.decide(second, "allow_once")
            await chat.ended()


async def test_what_only_reads_is_not_announced(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as peer, chatting(ann) as chat:
        await chat.say("system info")
        await chat.ended()
        assert "node.invoke.prepare" not in [event["event"] for event in peer.client.events]
