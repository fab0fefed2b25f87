"""What changes something is asked for: the question, every answer to it, and the rules that answers leave."""

import asyncio
from datetime import datetime, timedelta

import pytest

from openclaw.domains.agents.events import run_topic
from openclaw.kit import ids
from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, text, tools, use_model
from tests.support.accounts import Person, refused
from tests.support.devices import HOME, link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_changes_something_is_asked_for_and_then_done(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        assert approval == approval | {
            "tool": "fs.write",
            "grade": "modify",
            "state": "pending",
            "decision": None,
        }
        assert approval["arguments"]["path"] == f"{HOME}/docs/notes.txt"
        assert approval["arguments"]["content"].count("\n") == 3
        assert (approval["folder"], approval["coverage"]["program"]) == (f"{HOME}/docs", "fs.write")
        now = ann.server.clock.now()
        assert datetime.fromisoformat(approval["expiresAt"]) == now + timedelta(hours=1)
        assert (await ann.get("/approvals?state=pending"))["items"] == [approval]
        assert (await ann.get("/conversations"))["items"][0]["runState"] == "awaiting_approval"
        assert machine.seen == []
        decided = (await chat.decide(approval, "allow_once")).json()
        assert (decided["state"], decided["decision"]) == ("allowed", "allow_once")
        assert datetime.fromisoformat(decided["decidedAt"]) == now
        reply = await chat.reply()
    assert [call.params for call in machine.seen] == [approval["arguments"]]
    assert tools(reply)[0] == tools(reply)[0] | {"state": "ok", "approval": decided}
    assert (await ann.get("/conversations"))["items"][0]["runState"] is None
    entries = [(e["action"], e["detail"].get("decision")) for e in (await ann.get("/audit"))["items"]]
    assert ("agents.approval_decided", "allow_once") in entries
    assert ("agents.call_dispatched", None) in entries


async def test_a_denial_reaches_the_model_with_its_reason(ann: Person) -> None:
    script = [Say(calls=[Call("exec", {"command": "touch a"})]), Say("As you wish.")]
    async with ScriptedOpenAI(script) as model, online(await link(ann)) as machine, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("do it")
        decided = await chat.decide(await chat.asked(), "deny", reason="not on a Friday")
        assert decided.json()["reason"] == "not on a Friday"
        reply = await chat.reply()
        assert (text(reply), reply["state"]) == ("As you wish.", "complete")
        assert tools(reply)[0]["state"] == "denied"
        assert machine.seen == []
        assert "not on a Friday" in model.requests[-1]["messages"][-1]["content"]


async def test_nobody_answering_is_a_denial(server: Server, ann: Person) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        server.manual.advance(timedelta(minutes=60))
        late = await chat.decide(approval, "allow_once")
        fresh = await ann.post("/auth/refresh", {"refreshToken": ann.session["refreshToken"]})
        ann.api.headers["Authorization"] = f"Bearer {fresh['accessToken']}"
        assert refused(late)[0] == 401, "and so is the token, after an hour"
        late = await chat.decide(approval, "allow_once")
        assert refused(late) == (409, "agents.approval_decided")
        assert late.json()["data"] == {"state": "expired"}
        # What an hour does: the run looks at its question again.
        server.platform.bus.publish_live(run_topic(ids.from_wire("run", chat.run_id)), {})
        reply = await chat.reply()
    assert machine.seen == []
    assert tools(reply)[0]["state"] == "denied"
    assert tools(reply)[0]["approval"]["state"] == "expired"
    assert chat.watch.events("exec.approval.resolved")[0]["decision"] == "deny"


@pytest.mark.parametrize(("decision", "elsewhere"), [("allow_conversation", False), ("allow_always", True)])
async def test_rules_cover_what_they_say_and_no_more(ann: Person, decision: str, elsewhere: bool) -> None:
    async with online(await link(ann), WRITTEN) as machine:
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            assert (await chat.decide(await chat.asked(), decision)).status_code == 200
            await chat.ended()
            rule = (await ann.get("/approval-rules"))["items"][0]
            assert (rule["program"], rule["folder"]) == ("fs.write", f"{HOME}/docs")
            assert rule["conversationId"] == (None if elsewhere else chat.id)
            await chat.say("create other.txt with one line in ~/docs/deep")
            assert tools(await chat.reply())[0]["approval"] is None, "covered: not asked"
            await chat.say("create other.txt with one line in ~/other")
            await chat.decide(await chat.asked(), "deny")
            await chat.ended()
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            if not elsewhere:
                await chat.decide(await chat.asked(), "deny")
            reply = await chat.reply()
            assert tools(reply)[0]["state"] == ("ok" if elsewhere else "denied")
        await ann.delete(f"/approval-rules/{rule['id']}")
        assert (await ann.get("/approval-rules"))["items"] == []
        assert refused(await ann.api.delete(f"/approval-rules/{rule['id']}"))[0] == 404
        async with chatting(ann, chat.id) as chat:
            await chat.say(CREATE)
            await chat.decide(await chat.asked(), "deny")
            await chat.ended()
        assert len(machine.seen) == (3 if elsewhere else 2)


async def test_a_rule_of_one_machine_is_none_of_another(ann: Person) -> None:
    first, second = await link(ann, "first"), await link(ann, "second")
    async with online(first, WRITTEN), online(second, WRITTEN) as other:
        async with chatting(ann, deviceId=first.session["deviceId"]) as chat:
            await chat.say(CREATE)
            await chat.decide(await chat.asked(), "allow_always")
            await chat.ended()
        async with chatting(ann, deviceId=second.session["deviceId"]) as chat:
            await chat.say(CREATE)
            await chat.decide(await chat.asked(), "deny")
            await chat.ended()
        assert other.seen == []


async def test_high_risk_is_confirmed_in_a_second_step(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say("run rm -r ~/docs/old")
        approval = await chat.asked()
        assert (approval["grade"], approval["coverage"]) == ("high", None)
        for more in ({}, {"confirm": False}):
            assert refused(await chat.decide(approval, "allow_once", **more)) == (
                409,
                "agents.confirmation_needed",
            )
        for decision in ("allow_always", "allow_conversation"):
            answer = await chat.decide(approval, decision, confirm=True)
            assert refused(answer) == (409, "agents.rule_not_possible")
        assert (await ann.get(f"/approvals/{approval['id']}"))["state"] == "pending"
        assert machine.seen == []
        assert (await chat.decide(approval, "allow_once", confirm=True)).status_code == 200
        assert tools(await chat.reply())[0]["state"] == "ok"
    assert [call.params["command"] for call in machine.seen] == ["rm -r ~/docs/old"]


@pytest.mark.parametrize("command", ["rm -rf /", "mkfs.ext4 /dev/sda1", "shutdown now"])
async def test_what_is_never_run_is_not_even_asked_for(ann: Person, command: str) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say(f"run {command}")
        tool = tools(await chat.reply())[0]
        assert (tool["state"], tool["error"]["code"], tool["approval"]) == ("denied", "REFUSED", None)
        assert machine.seen == []
        assert (await ann.get("/approvals"))["items"] == []


async def test_the_first_answer_counts(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        decisions = ("allow_once", "deny", "allow_always", "deny")
        answers = await asyncio.gather(*(chat.decide(approval, decision) for decision in decisions))
        assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
        winner = next(a.json() for a in answers if a.status_code == 200)
        assert {a.json()["data"]["state"] for a in answers if a.status_code == 409} == {winner["state"]}
        await chat.ended()
        assert len(chat.watch.events("exec.approval.resolved")) == 1
        assert len(machine.seen) == (1 if winner["state"] == "allowed" else 0)
        assert refused(await chat.decide(approval, "allow_once")) == (409, "agents.approval_decided")
