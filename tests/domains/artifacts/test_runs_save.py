"""What runs save: texts as the model words them, and files that a machine hands over, as far as the mode lets them."""

import hashlib
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from openclaw.domains.conversations.models import ConversationRow
from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import chatting, tools, use_model
from tests.domains.artifacts.saving import PAGE, PNG, content
from tests.support.accounts import Person, refused, register
from tests.support.devices import Call as DeviceCall
from tests.support.devices import Machine, link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLLECT = Call("fs_collect", {"path": "~/site", "title": "Bakery", "kind": "site", "mode": "full"})


async def hand_over(machine: Machine, call: DeviceCall | str, body: bytes, **headers: str) -> httpx2.Response:
    """The answer to a machine that hands a file over."""
    token = machine.session["accessToken"]
    call_id = call if isinstance(call, str) else call.id
    return await machine.api.post(
        f"/bridge/result-files?call={call_id}",
        content=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"} | headers,
    )


def told(*files: tuple[str, bytes]) -> dict[str, Any]:
    """What a machine says that it has handed over."""
    return {
        "mode": "full",
        "files": [
            {"path": path, "bytes": len(body), "digest": hashlib.sha256(body).hexdigest()}
            for path, body in files
        ],
    }


async def saved(person: Person) -> list[dict[str, Any]]:
    return (await person.get("/artifacts"))["items"]


async def test_the_model_saves_a_text_and_a_new_version_of_it(server: Server) -> None:
    ann = await register(server)
    report = {"title": "Weekly report", "kind": "markdown", "content": "# Week 1", "tags": ["weekly"]}
    wrong = {"title": "Weekly report", "kind": "image", "content": "no picture"}
    script = [Say(calls=[Call("save_result", wrong), Call("save_result", {"title": "x"})])]
    async with ScriptedOpenAI([*script, Say(calls=[Call("save_result", report)]), Say("Saved.")]) as model:
        await use_model(ann, model)
        async with chatting(ann) as chat:
            run_id = await chat.say("write the report")
            reply = await chat.reply()
    [refused_one, mistaken, step] = tools(reply)
    assert (refused_one["state"], refused_one["error"]["code"]) == ("error", "NOT_SAVED")
    assert (mistaken["state"], mistaken["error"]["code"]) == ("error", "INVALID_ARGUMENTS")
    [artifact] = await saved(ann)
    assert step["result"] == {"resultId": artifact["id"], "version": 1, "title": "Weekly report"}
    assert artifact["provenance"] == {
        "origin": "run",
        "runId": run_id,
        "stepId": step["stepId"],
        "conversationId": chat.id,
    }
    assert "continue" in artifact["actions"]
    assert await content(ann, artifact["id"]) == b"# Week 1"
    assert [item["id"] for item in (await ann.get(f"/artifacts?run={run_id}"))["items"]] == [artifact["id"]]
    bob = await register(server)
    more = report | {"content": "# Week 2", "result_id": artifact["id"]}
    for person, state in ((bob, "error"), (ann, "ok")):
        async with ScriptedOpenAI([Say(calls=[Call("save_result", more)]), Say("Saved.")]) as model:
            await use_model(person, model, name="again")
            async with chatting(person) as chat:
                await chat.say("again")
                assert tools(await chat.reply())[0]["state"] == state
    assert (await saved(ann))[0]["version"] == 2
    assert await content(ann, artifact["id"]) == b"# Week 2"


async def test_a_machine_hands_files_over_for_the_call_that_asks(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    theirs = await link(bob)
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("Kept.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            await chat.say("keep the site")
            call = await there.next_call()
            assert call.params["mode"] == "full", "as the server says, whatever the model does"
            for machine, name in ((theirs, call.id), (there.machine, "0" * 32), (there.machine, "x")):
                assert refused(await hand_over(machine, name, b"x")) == (404, "devices.call_not_found")
            unknown = await hand_over(there.machine, call, b"x", Authorization="Bearer no")
            assert refused(unknown) == (401, "devices.session_revoked")
            for body in (PAGE.encode(), PNG):
                assert (await hand_over(there.machine, call, body)).status_code == 204
            await call.answer(told(("index.html", PAGE.encode()), ("img/bread.png", PNG)))
            step = tools(await chat.reply())[0]
            late = await hand_over(there.machine, call, b"late")
    assert refused(late) == (404, "devices.call_not_found")
    assert (step["name"], step["state"]) == ("fs.collect", "ok")
    [artifact] = await saved(ann)
    assert (artifact["kind"], artifact["fileCount"], step["result"]["resultId"]) == (
        "site",
        2,
        artifact["id"],
    )
    assert artifact["provenance"]["deviceId"] == there.machine.session["deviceId"]
    assert await content(ann, artifact["id"], path="img/bread.png") == PNG
    folder = server.platform.config.home / "blobs"
    assert not [p for p in folder.rglob("*") if p.is_file() and "handed-over" in str(p)]


@pytest.mark.parametrize("mode", ["local_only", "metadata"])
async def test_a_mode_holds_against_a_machine_that_sends_all_the_same(server: Server, mode: str) -> None:
    ann = await register(server)
    planted = b"PLANTED-77aa"
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("Kept.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            async with ann.scope() as scope:  # as the work of a system with that mode is begun
                await scope.session.execute(update(ConversationRow).values(sync_mode=mode))
            await chat.say("keep the site")
            call = await there.next_call()
            assert call.params["mode"] == mode
            assert refused(await hand_over(there.machine, call, planted)) == (409, "artifacts.body_withheld")
            await call.answer(told(("PLANTED-77aa.html", planted)))
            await chat.reply()
    [artifact] = await saved(ann)
    shown = await ann.get(f"/artifacts/{artifact['id']}")
    assert (shown["syncMode"], "PLANTED" in str(shown)) == (mode, mode == "metadata")
    folder = server.platform.config.home / "blobs"
    assert not [p for p in folder.rglob("*") if p.is_file() and planted in p.read_bytes()]


async def test_files_that_never_came_are_no_result(server: Server) -> None:
    ann = await register(server)
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("No.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            await chat.say("keep the site")
            call = await there.next_call()
            await call.answer(told(("index.html", b"never sent")))
            step = tools(await chat.reply())[0]
    assert (step["state"], step["error"]["code"]) == ("error", "NOT_SAVED")
    assert await saved(ann) == []
