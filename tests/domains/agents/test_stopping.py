"""Stopping a run at any point: what was begun ends, and what was not never begins."""

from typing import Any

import pytest

from tests.domains.agents.chatting import CREATE, Chat, chatting, text, tools, use_model
from tests.support.accounts import Person, refused
from tests.support.devices import link, online
from tests.support.scripted_openai import Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def abort(chat: Chat) -> dict[str, Any]:
    """Stop the run, and what is then in the conversation."""
    assert (await chat.person.api.post(f"/runs/{chat.run_id}/abort")).status_code == 202
    assert (await chat.ended())["state"] == "aborted"
    reply = (await chat.messages())[-1]
    assert reply["state"] == "aborted"
    assert (await chat.person.get(f"/conversations/{chat.id}"))["runState"] is None
    again = await chat.person.api.post(f"/runs/{chat.run_id}/abort")
    assert again.status_code == 202, "what has ended is left alone"
    return reply


async def test_stopping_while_the_model_speaks(ann: Person) -> None:
    script = [Say("one two three four", gate="middle", gate_after=2), Say("fine")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("count")
        await model.waiting("middle")
        await chat.watch.event("chat", state="delta")
        said = text(await abort(chat))
        assert said, "what the page has shown is kept"
        assert "one two three four".startswith(said)
        assert (await chat.person.get(f"/conversations/{chat.id}"))["lastMessage"]["text"] == said
        await chat.say("and now?")
        assert text(await chat.reply()) == "fine"
        told = [message["content"] for message in model.requests[1]["messages"][1:]]
        assert told == ["count", said, "and now?"], "and the model knows it"


async def test_stopping_while_a_question_is_open(ann: Person) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        reply = await abort(chat)
        assert tools(reply)[0]["state"] == "aborted"
        assert tools(reply)[0]["approval"]["state"] == "cancelled"
        assert refused(await chat.decide(approval, "allow_once")) == (409, "agents.approval_decided")
        assert machine.seen == []


async def test_stopping_while_the_machine_works(ann: Person) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        await chat.say("run touch slow")
        await chat.decide(await chat.asked(), "allow_once")
        call = await machine.next_call()
        reply = await abort(chat)
        assert await machine.cancelled.get() == call.id
        assert tools(reply)[0]["state"] == "aborted"
        assert await call.answer({"exitCode": 0}) == {"ok": True, "ignored": True}
        assert tools((await chat.messages())[-1])[0]["state"] == "aborted"


async def test_stopping_while_the_machine_is_away_means_never(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        async with online(machine):
            pass
        await chat.watch.event("device.changed", reason="offline")
        await chat.say("system info")
        await chat.tool("waiting_for_device")
        await abort(chat)
    async with online(machine) as peer:
        await peer.client.call("skills.bins")
        assert peer.seen == []


async def test_a_machine_that_was_away_hears_of_the_end_when_it_comes_back(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        async with online(machine) as peer:
            await chat.say("system info")
            call = await peer.next_call()
        await abort(chat)
    async with online(machine) as peer:
        assert await peer.cancelled.get() == call.id
        assert peer.seen == []


async def test_deleting_the_conversation_stops_its_run(ann: Person) -> None:
    async with online(await link(ann)), chatting(ann) as chat:
        await chat.say(CREATE)
        await chat.asked()
        await ann.delete(f"/conversations/{chat.id}")
        assert (await chat.ended())["state"] == "aborted"
