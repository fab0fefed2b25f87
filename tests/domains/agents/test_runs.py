"""A turn of the assistant from the message to the answer: the model, its tools on a machine, and every way to end."""

import asyncio
import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.jobs.run import RunJob
from openclaw.domains.conversations.service import messages
from openclaw.domains.conversations.service.transcript import ConversationTranscript
from openclaw.kit import ids
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.domains.agents.chatting import Chat, chatting, text, tools, use_model
from tests.support.accounts import Person, refused, register, signed_in
from tests.support.devices import HOME, Answer, link, online
from tests.support.scripted_openai import Call, Fail, Say, ScriptedOpenAI
from tests.support.server import Server, running_server

WRITTEN: dict[str, Answer] = {
    "fs.write": lambda p: {"path": p["path"], "bytes": len(p["content"]), "created": True, "diff": ""},
    "exec": lambda _: {"exitCode": 0, "stdout": "", "stderr": ""},
    "system.info": lambda _: {"hostname": "laptop", "system": "Linux", "home": HOME},
}
CREATE = "create notes.txt with three lines in ~/docs"


@pytest.fixture
async def ann(server: Server) -> Person:
    return await register(server, "ann")


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
        assert approval["expiresAt"] == "2026-11-21T06:00:00Z"
        assert (await ann.get("/approvals?state=pending"))["items"] == [approval]
        assert (await ann.get("/conversations"))["items"][0]["runState"] == "awaiting_approval"
        assert machine.seen == []
        decided = (await chat.decide(approval, "allow_once")).json()
        assert decided == decided | {
            "state": "allowed",
            "decision": "allow_once",
            "decidedAt": "2026-11-21T05:00:00Z",
        }
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
        await abort(chat)
        await chat.say("and now?")
        assert text(await chat.reply()) == "fine"


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
        await chat.say("system info")
        await chat.tool("waiting_for_device")
        await abort(chat)
    async with online(machine) as peer:
        await peer.client.call("skills.bins")
        assert peer.seen == []


async def test_deleting_the_conversation_stops_its_run(ann: Person) -> None:
    async with online(await link(ann)), chatting(ann) as chat:
        await chat.say(CREATE)
        await chat.asked()
        await ann.delete(f"/conversations/{chat.id}")
        assert (await chat.ended())["state"] == "aborted"


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


async def test_a_model_behind_an_api_streams_calls_tools_and_counts(ann: Person) -> None:
    script = [
        Say("Let me look. ", [Call("system_info", {}), Call("fs_list", {"path": "~"})], usage=(100, 20)),
        Say("All is well.", usage=(150, 5)),
        Say("Sure."),
    ]
    answers = WRITTEN | {"fs.list": lambda p: {"path": p["path"], "entries": []}}
    async with (
        ScriptedOpenAI(script) as model,
        online(await link(ann), answers) as machine,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("how is it?")
        reply = await chat.reply()
        assert text(reply) == "Let me look. \nAll is well."
        assert [tool["state"] for tool in tools(reply)] == ["ok", "ok"]
        assert (reply["demo"], reply["model"]) == (False, "scripted-1")
        assert (reply["usage"]["inputTokens"], reply["usage"]["outputTokens"]) == (250, 25)
        assert [call.command for call in machine.seen] == ["system.info", "fs.list"]
        assert model.headers[0]["authorization"] == "Bearer sk-scripted"
        roles = [message["role"] for message in model.requests[1]["messages"]]
        assert roles == ["system", "user", "assistant", "tool", "tool"]
        await chat.say("sure?")  # and the next turn knows the one before
        await chat.ended()
        assert [m["role"] for m in model.requests[2]["messages"]] == [*roles, "assistant", "user"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (Call("rm_everything", {}), "UNKNOWN_TOOL"),
        (Call("fs_read", {"path": 1}), "INVALID_ARGUMENTS"),
        (Call("fs_read", "{not json"), "INVALID_ARGUMENTS"),
        (Call("fs_read", '["a list"]'), "INVALID_ARGUMENTS"),
        (Call("exec", {"command": "ls", "argv": ["ls"]}), "INVALID_ARGUMENTS"),
        (Call("\0" * 300, {}), "UNKNOWN_TOOL"),
        (Call("fs_list", {"path": "~", "device": "no such machine"}), "NO_DEVICE"),
        (Call("fs_write", {"path": "~/a", "content": "x" * 2_000_000}), "INVALID_ARGUMENTS"),
    ],
)
async def test_calls_that_make_no_sense_are_told_to_the_model(ann: Person, call: Call, code: str) -> None:
    async with (
        ScriptedOpenAI([Say(calls=[call]), Say("I see.")]) as model,
        online(await link(ann)) as machine,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("go")
        reply = await chat.reply()
        assert (reply["state"], text(reply)) == ("complete", "I see.")
        assert (tools(reply)[0]["state"], tools(reply)[0]["error"]["code"]) == ("error", code)
        assert code in model.requests[1]["messages"][-1]["content"]
        assert machine.seen == []


async def test_words_that_are_no_text_end_nothing(ann: Person) -> None:
    """Half a character, and NUL: PostgreSQL keeps neither, and the page must still see the rest."""
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = ({"role": "assistant", "content": "before "}, {"content": "\ud800"}, {"content": "\0 after"})
    events = [{**chunk, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    events.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    raw = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    async with ScriptedOpenAI([Say(raw=raw)]) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("hello")
        reply = await chat.reply()
        assert reply["state"] == "complete", reply["error"]
        assert text(reply).startswith("before ")
        assert text(reply).endswith(" after")


async def test_half_a_character_in_an_argument_is_replaced(ann: Person) -> None:
    script = [Say(calls=[Call("fs_read", '{"path": "~/a\\ud800b"}')]), Say("I see.")]
    async with ScriptedOpenAI(script) as model, online(await link(ann)) as machine, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("go")
        call = await machine.next_call()
        assert call.params["path"].endswith("/a\ufffdb")
        await call.fail("NOT_FOUND")
        assert (await chat.reply())["state"] == "complete"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Fail(401, "no such key", "invalid_api_key"), "runtime.provider_auth"),
        (Fail(404, "no such model"), "runtime.provider_not_found"),
        (Fail(400, "bad request"), "runtime.provider_bad_request"),
    ],
)
async def test_the_providers_words_are_shown(ann: Person, failure: Fail, code: str) -> None:
    async with ScriptedOpenAI([failure, Say("Better now.")]) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("hello")
        end = await chat.ended()
        assert (end["state"], end["errorKind"]) == ("error", code)
        failed = (await chat.messages())[-1]
        assert (failed["state"], failed["error"]["code"]) == ("failed", code)
        assert failure.message in failed["error"]["title"]
        # Once more, without saying it again.
        path = f"/conversations/{chat.id}/messages/{failed['id']}/resend"
        chat.run_id = (await ann.post(path))["runId"]
        assert text(await chat.reply()) == "Better now."
        assert [(m["role"], m["state"]) for m in await chat.messages()] == [
            ("user", "complete"),
            ("assistant", "complete"),
        ]


async def test_a_provider_that_cannot_be_reached_is_said(ann: Person) -> None:
    async with ScriptedOpenAI([]) as model:
        provider = await use_model(ann, model)
    test = await ann.post(f"/model-providers/{provider['id']}/test")
    assert (test["ok"], test["error"]["code"]) == (False, "runtime.provider_unavailable")


async def test_the_oldest_turns_are_summed_up_when_the_window_is_full(ann: Person) -> None:
    def answer(asked: dict[str, Any]) -> Say:
        is_summary = not asked.get("tools")
        return Say("THE SUMMARY" if is_summary else "word " * 400)

    async with ScriptedOpenAI(answer) as model, chatting(ann) as chat:
        await use_model(ann, model, contextWindow=6000)
        for number in range(8):
            await chat.say(f"question {number} " + "x" * 400)
            await chat.ended()
        summaries = [r for r in model.requests if not r.get("tools")]
        assert summaries
        last = str(model.requests[-1]["messages"])
        assert "THE SUMMARY" in last
        assert "question 0" not in last
        assert "question 7" in last
        assert len(await chat.messages()) == 16, "the transcript is whole"
        sizes = [len(str(r["messages"])) for r in model.requests if r.get("tools")]
        assert max(sizes) < 6000 * 4


async def test_a_turn_ends_after_fifty_calls_of_the_model(ann: Person) -> None:
    def answer(_: dict[str, Any]) -> Say:
        return Say(calls=[Call("system_info", {})])

    async with ScriptedOpenAI(answer) as model, online(await link(ann), WRITTEN), chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("go on")
        reply = await chat.reply()
        assert (reply["state"], reply["error"]["code"]) == ("failed", "agents.too_many_steps")
        assert len(model.requests) == 50


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


def second_entry(server: Server) -> RunJob:
    """The job as another process holds it."""
    platform = server.platform
    return RunJob(
        database=platform.database,
        bus=platform.bus,
        blobs=platform.blobs,
        keys=platform.keys,
        clock=platform.clock,
        config=platform.config,
        transcript=ConversationTranscript(),
    )


async def test_a_run_that_is_entered_twice_is_done_once(server: Server, ann: Person) -> None:
    """As after a crash whose process was only thought dead: the earlier entry writes no more."""
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        names = {"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex}
        job = second_entry(server)
        task = spawn(job(names), name="second entry")
        await chat.watch.until(
            lambda b: len([p for p in chat.watch.events("agent") if p["stream"] == "lifecycle"]) == 2
        )
        await chat.decide(approval, "allow_once")
        reply = await chat.reply()
        await task
        await job(names)  # and once more, when it has ended
        await job.close()
    assert [call.command for call in machine.seen] == ["fs.write"]
    assert [part["type"] for part in reply["parts"]] == ["text", "tool", "text"]
    assert len(await chat.messages()) == 2
    assert len([p for p in chat.watch.events("chat") if p["state"] == "final"]) == 1
    assert [p["data"]["phase"] for p in chat.watch.events("agent") if p["data"].get("phase") == "result"] == [
        "result"
    ]
    async with server.owner() as owner:
        assert await owner.fetchval("SELECT epoch FROM runs") == 2
        assert await owner.fetchval("SELECT count(*) FROM run_steps") == 3


async def test_an_entry_that_is_cut_off_goes_on_from_its_rows(server: Server, ann: Person) -> None:
    """The process is gone after the machine has been asked: the call is not sent again, its answer is taken."""
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        async with server.owner() as owner:  # nobody starts it but us
            await chat.say("run touch once")
            approval = await chat.asked()
            job = second_entry(server)
            names = {"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex}
            first = spawn(job(names), name="first")
            await chat.decide(approval, "allow_once")
            call = await machine.next_call()
            await cancel_and_wait(first)
            third = spawn(job(names), name="third")
            await chat.watch.until(
                lambda b: len([p for p in chat.watch.events("agent") if p["stream"] == "lifecycle"]) >= 3
            )
            await call.answer({"exitCode": 0, "stdout": "once"})
            reply = await chat.reply()
            await third
            await job.close()
            assert await owner.fetchval("SELECT count(*) FROM device_calls") == 1
    assert len(machine.seen) == 1
    assert tools(reply)[0]["result"]["stdout"] == "once"


async def test_a_parked_question_survives_a_restart(database_url: str, tmp_path: Path) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server, "ann")
        machine = await link(ann)
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            approval = await chat.asked()
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        again = signed_in(server, ann.session)
        machine.server = server
        async with online(machine, WRITTEN) as peer, chatting(again, chat.id) as later:
            later.run_id = chat.run_id
            assert (await again.get("/approvals?state=pending"))["items"] == [approval]
            assert (await later.decide(approval, "allow_once")).status_code == 200
            reply = await later.reply()
            assert (reply["state"], tools(reply)[0]["state"]) == ("complete", "ok")
            assert len(peer.seen) == 1
            assert len(await later.messages()) == 2


async def test_a_run_that_nobody_started_is_started_by_its_recorded_fact(server: Server, ann: Person) -> None:
    """The process died between the commit and the start."""
    async with chatting(ann) as chat:
        async with ann.scope() as scope:
            accepted = await messages.send_message(
                scope, ids.from_wire("conv", chat.id), text="hello", key=None
            )
        chat.run_id = ids.to_wire("run", accepted.run_id)
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.reply())["state"] == "complete"


async def test_somebody_who_left_the_workspace_has_no_runs_in_it(server: Server, ann: Person) -> None:
    team = await ann.create_workspace()
    bob = await team.invite(await register(server, "bob"))
    async with chatting(bob) as chat:
        async with bob.scope() as scope:
            accepted = await messages.send_message(
                scope, ids.from_wire("conv", chat.id), text="hello", key=None
            )
        await team.delete(f"/workspaces/{team.workspace['id']}/members/{bob.id}")
        chat.run_id = ids.to_wire("run", accepted.run_id)
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.ended())["state"] == "error"
