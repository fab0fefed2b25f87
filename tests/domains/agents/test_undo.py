"""Undoing a run over the API: which calls the machine is asked for, what is kept of it, and what is refused."""

import asyncio
from typing import Any

import pytest

from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import CREATE, WRITTEN, Chat, chatting, use_model
from tests.support.accounts import Person, refused
from tests.support.devices import Answer, link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")


def path(name: str, **changes: Any) -> dict[str, Any]:
    """One path of a machine's answer."""
    told = {"path": name, "action": "restore", "kind": "file", "movedTo": None, "diff": "", "isDone": False}
    return {**told, "obstacle": None, "note": None, "canForce": False, **changes}


def answer(*paths: dict[str, Any], unknown: tuple[str, ...] = (), **counts: int) -> dict[str, Any]:
    return {"paths": list(paths), "more": 0, "done": 0, "stopped": 0, "unknown": list(unknown), **counts}


async def wrote(chat: Chat) -> list[str]:
    """A run that wrote a file; its calls' ids on the machine."""
    await chat.say(CREATE)
    await chat.decide(await chat.asked(), "allow_once")
    reply = await chat.reply()
    return [part["stepId"].removeprefix("step_") for part in reply["parts"] if part["type"] == "tool"]


async def test_a_run_is_previewed_and_undone(ann: Person) -> None:
    answers: dict[str, Answer] = {
        "fs.undo.preview": lambda _: answer(path("/home/ann/docs/notes.txt", diff="-a\n"), done=1),
        "fs.undo": lambda _: answer(path("/home/ann/docs/notes.txt", isDone=True), done=1),
    }
    async with online(await link(ann), {**WRITTEN, **answers}) as machine, chatting(ann) as chat:
        calls = await wrote(chat)
        preview = await ann.get(f"/runs/{chat.run_id}/undo")
        assert preview["undone"] is None
        assert preview["commands"] == []
        (part,) = preview["machines"]
        assert (part["device"]["name"], part["done"], part["expired"]) == ("laptop", 1, 0)
        assert part["paths"] == [path("/home/ann/docs/notes.txt", diff="-a\n")]

        body = {"force": ["/home/ann/docs/notes.txt"], "idempotencyKey": "once"}
        done = await ann.post(f"/runs/{chat.run_id}/undo", body)
        assert (done["undone"]["done"], done["undone"]["left"]) == (1, 0)
        assert await ann.post(f"/runs/{chat.run_id}/undo", body) == done, "the same key, the same undo"
        asked = [(call.command, call.params) for call in machine.seen if call.command.startswith("fs.undo")]
        assert asked == [
            ("fs.undo.preview", {"calls": calls}),
            ("fs.undo", {"calls": calls, "force": body["force"]}),
        ]
        run = await ann.get(f"/runs/{chat.run_id}")
        assert run["undone"] == done["undone"]
        assert run["parts"][-2]["result"]["undone"] == "The person has undone this change."
    entries = (await ann.get("/audit"))["items"]
    (entry,) = [entry for entry in entries if entry["action"] == "agents.run_undone"]
    assert entry["subject"] == chat.run_id
    assert entry["detail"] == {"devices": ["laptop"], "done": 1, "left": 0, "forced": 1}


async def test_the_model_learns_that_it_was_undone(ann: Person) -> None:
    wants = [Call("fs_write", {"path": "~/a", "content": "x"})]
    async with ScriptedOpenAI([Say(calls=wants), Say("done"), Say("I know")]) as model:
        await use_model(ann, model)
        answers: dict[str, Answer] = {"fs.undo": lambda _: answer(done=1)}
        async with online(await link(ann), {**WRITTEN, **answers}), chatting(ann) as chat:
            await wrote(chat)
            await ann.post(f"/runs/{chat.run_id}/undo", {})
            await chat.say("and now?")
            await chat.reply()
        assert "The person has undone this change." in str(model.requests[-1])


async def test_commands_that_changed_something_are_named(ann: Person) -> None:
    wants = [Call("exec", {"command": "ls"}), Call("exec", {"argv": ["touch", "x"]})]
    async with ScriptedOpenAI([Say(calls=wants), Say("done")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), WRITTEN), chatting(ann) as chat:
            await chat.say("go")
            await chat.decide(await chat.asked(), "allow_once")
            await chat.reply()
            preview = await ann.get(f"/runs/{chat.run_id}/undo")
        assert (preview["machines"], preview["commands"]) == ([], ["touch x"])


async def test_changes_without_versions_are_counted(ann: Person) -> None:
    answers: dict[str, Answer] = {"fs.undo.preview": lambda p: answer(unknown=tuple(p["calls"]))}
    async with online(await link(ann), {**WRITTEN, **answers}), chatting(ann) as chat:
        await wrote(chat)
        assert (await ann.get(f"/runs/{chat.run_id}/undo"))["machines"][0]["expired"] == 1


async def test_a_run_that_goes_on_cannot_be_undone(ann: Person) -> None:
    async with online(await link(ann), WRITTEN), chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        assert refused(await ann.api.get(f"/runs/{chat.run_id}/undo")) == (409, "agents.run_busy")
        await chat.decide(approval, "deny")
        await chat.ended()


async def test_a_machine_that_is_away_is_named(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        async with online(machine, WRITTEN):
            await wrote(chat)
        await chat.watch.event("device.changed", reason="offline")
        response = await ann.api.get(f"/runs/{chat.run_id}/undo")
        assert refused(response) == (409, "devices.offline")
        assert "laptop" in response.json()["detail"]


async def test_what_the_machine_refuses_is_told(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await wrote(chat)

        async def refuse() -> None:
            await (await machine.next_call()).fail("DENIED_BY_LOCAL_POLICY", "fs.read is off")

        response, _ = await asyncio.gather(ann.api.get(f"/runs/{chat.run_id}/undo"), refuse())
        assert refused(response) == (409, "agents.undo_failed")
        assert "fs.read is off" in response.json()["detail"]


async def test_an_old_bridge_is_not_asked(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN, commands=list(ARGUMENTS)), chatting(ann) as chat:
        await wrote(chat)
        response = await ann.api.post(f"/runs/{chat.run_id}/undo", json={})
        assert refused(response) == (409, "agents.undo_not_offered")
