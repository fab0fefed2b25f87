"""A turn of the assistant from the message to the answer, with the machine there, away, lost or unlinked."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.event import listen

from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, text, tools
from tests.support.accounts import Person, refused
from tests.support.devices import Answer, link, online

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_demo_model_reads_without_asking(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say("system info")
        reply = await chat.reply()
    question = (await chat.messages())[0]
    assert (question["role"], text(question)) == ("user", "system info")
    assert reply == reply | {
        "role": "assistant",
        "state": "complete",
        "demo": True,
        "usage": None,
        "error": None,
    }
    assert [part["type"] for part in reply["parts"]] == ["text", "tool", "text"]
    tool = tools(reply)[0]
    assert tool == tool | {"name": "system.info", "state": "ok", "approval": None, "error": None}
    assert tool["device"]["name"] == "laptop"
    assert tool["result"]["hostname"] == "laptop"
    assert "Demo model" in text(reply)
    assert [call.command for call in machine.seen] == ["system.info"]
    assert (await ann.get(f"/conversations/{chat.id}"))["title"] == "system info"
    run = await ann.get(f"/runs/{chat.run_id}")
    assert (run["state"], run["parts"]) == ("completed", reply["parts"])


async def test_pages_are_told_as_it_happens(ann: Person) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        await chat.say("run touch a", idempotencyKey="mine")
        await chat.decide(await chat.asked(), "allow_once")
        call = await machine.next_call()
        await call.say("half")
        await chat.watch.until(lambda b: "partialResult" in b.get("payload", {}).get("data", {}))
        await call.answer({"exitCode": 0, "stdout": "half done"})
        end = await chat.ended()
    assert end["runId"] == "mine"
    said = chat.watch.events("chat")
    deltas = [p["deltaText"] for p in said if p["state"] == "delta"]
    whole = [p["message"]["content"][0]["text"] for p in said if p["state"] == "delta"]
    said_last = end["message"]["content"][0]["text"]
    assert said_last.replace("\n\n", "") == "".join(deltas).replace("\n\n", "")
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(whole)), "cumulative"
    events = sorted([*said, *chat.watch.events("agent")], key=lambda p: p["seq"])
    assert [p["seq"] for p in events] == list(range(1, len(events) + 1))
    phases = [p["data"]["phase"] for p in chat.watch.events("agent") if p["stream"] == "tool"]
    assert phases[0] == "start"
    assert phases[-1] == "result"
    parts = [p["data"]["partialResult"] for p in chat.watch.events("agent") if "partialResult" in p["data"]]
    assert parts == [{"stream": "stdout", "text": "half"}]
    lifecycle = [p["data"]["phase"] for p in chat.watch.events("agent") if p["stream"] == "lifecycle"]
    assert lifecycle == ["start", "end"]


async def test_without_a_machine_it_says_so(ann: Person) -> None:
    async with chatting(ann) as chat:
        await chat.say("system info")
        tool = tools(await chat.reply())[0]
    assert (tool["state"], tool["error"]["code"], tool["device"]) == ("error", "NO_DEVICE", None)
    assert (await chat.messages())[-1]["state"] == "complete"


async def test_a_machine_that_is_away_is_waited_for(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        await chat.say("system info")
        await chat.tool("waiting_for_device")
        assert (await ann.get(f"/conversations/{chat.id}"))["runState"] == "waiting_for_device"
        assert (await ann.get(f"/runs/{chat.run_id}"))["state"] == "waiting_for_device"
        async with online(machine) as peer:
            call = await peer.next_call()
            await chat.tool("running")
            assert (await ann.get(f"/conversations/{chat.id}"))["runState"] == "running"
            await call.answer({"hostname": "back"})
            assert tools(await chat.reply())[0]["result"] == {"hostname": "back"}


async def test_a_machine_that_loses_its_network_in_the_middle_goes_on_after(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        async with online(machine) as peer:
            await chat.say("system info")
            first = await peer.next_call()
            peer.client.drop()
        async with online(machine) as peer:
            again = await peer.next_call()
            assert again.id == first.id, "the same call: the machine runs no id twice"
            await again.answer({"hostname": "back"})
            assert tools(await chat.reply())[0]["state"] == "ok"


async def test_a_machine_that_is_unlinked_in_the_middle_ends_the_call(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine) as peer, chatting(ann) as chat:
        await chat.say("system info")
        await peer.next_call()
        await ann.delete(f"/devices/{machine.session['deviceId']}")
        tool = tools(await chat.reply())[0]
        assert (tool["state"], tool["error"]["code"]) == ("error", "DEVICE_REVOKED")


async def test_what_the_machine_refuses_is_shown_and_told(ann: Person) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        await chat.say("read ~/.ssh/id_ed25519")
        await (await machine.next_call()).fail("DENIED_BY_LOCAL_POLICY", "not on this machine")
        reply = await chat.reply()
        assert tools(reply)[0]["error"] == {
            "code": "DENIED_BY_LOCAL_POLICY",
            "message": "not on this machine",
        }
        assert "policy" in text(reply)


async def test_a_large_result_is_kept_whole_beside_its_row(ann: Person) -> None:
    answers: dict[str, Answer] = {"system.info": lambda _: {"hostname": "laptop", "notes": "x" * 300_000}}
    async with online(await link(ann), answers), chatting(ann) as chat:
        await chat.say("system info")
        tool = tools(await chat.reply())[0]
        assert tool["result"]["isShortened"]
        whole = await ann.get(f"/runs/{chat.run_id}/steps/{tool['stepId']}/result")
        assert len(whole["notes"]) == 300_000


async def test_a_large_result_without_object_storage_is_a_short_one(ann: Person) -> None:
    answers: dict[str, Answer] = {"system.info": lambda _: {"hostname": "laptop", "notes": "x" * 300_000}}
    async with online(await link(ann), answers), chatting(ann) as chat:
        with in_the_way(ann.server.platform.config.home / "blobs"):
            await chat.say("system info")
            reply = await chat.reply()
        assert reply["state"] == "complete"
        assert tools(reply)[0]["result"]["isShortened"]


@contextlib.contextmanager
def in_the_way(folder: Path) -> Iterator[None]:
    """Inside the block there is a file where the folder is."""
    kept = folder.rename(folder.with_name("kept"))
    folder.write_text("in the way")
    try:
        yield
    finally:
        folder.unlink()
        kept.rename(folder)


async def test_one_turn_at_a_time(ann: Person) -> None:
    async with online(await link(ann), WRITTEN), chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        path = f"/conversations/{chat.id}/messages"
        assert refused(await ann.api.post(path, json={"text": "and?"})) == (409, "agents.run_busy")
        first = (await chat.messages())[0]
        assert refused(await ann.api.post(f"{path}/{first['id']}/resend")) == (409, "agents.run_busy")
        branch = {"messageId": first["id"]}
        assert refused(await ann.api.post(f"/conversations/{chat.id}/branch", json=branch)) == (
            409,
            "agents.run_busy",
        )
        await chat.decide(approval, "deny")
        await chat.ended()
        await chat.say("system info")
        assert (await chat.reply())["state"] == "complete"
    assert len(await chat.messages()) == 4


async def test_the_end_of_a_run_breaks_no_connection(ann: Person) -> None:
    """Whoever looks for an abort is stopped at the end; in the middle of a statement that costs a connection."""
    broken: list[object] = []
    pool = ann.server.platform.database._engine.sync_engine.pool
    listen(pool, "invalidate", lambda *what: broken.append(what))
    async with chatting(ann) as chat:
        for _ in range(3):
            await chat.say("hello")
            await chat.reply()
    assert broken == []
