"""What models say, good and bad: streamed, counted, summed up, and never able to break anything."""

import json
from typing import Any

import pytest

from openclaw.domains.agents.jobs.asking import count_cost
from openclaw.domains.agents.jobs.run import MAX_TOOL_CALLS
from openclaw.domains.agents.models import RunRow
from tests.domains.agents.chatting import WRITTEN, chatting, text, tools, use_model
from tests.support.accounts import Person
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Fail, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
        (Call("fs_read", {"path": "~/a", "offset": 10**30}), "INVALID_ARGUMENTS"),
        (Call("fs_read", '{"path": ' + "[" * 400 + "]" * 400 + "}"), "INVALID_ARGUMENTS"),
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
        assert (end["state"], end["errorCode"]) == ("error", code)
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


async def test_a_provider_whose_words_no_row_holds_ends_the_run_all_the_same(ann: Person) -> None:
    async with ScriptedOpenAI([Fail(400, "no\0thing")]) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("hello")
        assert (await chat.ended())["errorCode"] == "runtime.provider_bad_request"
        assert "no␀thing" in (await chat.messages())[-1]["error"]["title"]


async def test_what_was_said_before_the_provider_broke_off_is_kept(ann: Person) -> None:
    script = [Say("one two three four", cut_after=3), Say("fine")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("count")
        assert (await chat.ended())["state"] == "error"
        failed = (await chat.messages())[-1]
        assert (failed["state"], text(failed)) == ("failed", "one two ")
        await chat.say("and now?")
        assert text(await chat.reply()) == "fine"
        assert [m["content"] for m in model.requests[1]["messages"][1:]] == ["count", "one two ", "and now?"]


async def test_more_calls_in_one_reply_than_anyone_needs_are_refused(ann: Person) -> None:
    script = [Say(calls=[Call("system_info", {})] * (MAX_TOOL_CALLS + 2)), Say("I see.")]
    async with (
        ScriptedOpenAI(script) as model,
        online(await link(ann), WRITTEN) as machine,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("go")
        reply = await chat.reply()
        assert (reply["state"], text(reply)) == ("complete", "I see.")
        assert len(machine.seen) == MAX_TOOL_CALLS
        assert [tool["error"]["code"] for tool in tools(reply)[MAX_TOOL_CALLS:]] == ["TOO_MANY_CALLS"] * 2


async def test_a_run_with_a_call_of_unknown_price_has_no_price() -> None:
    run = RunRow(model=None, cost_micros=None)
    for price, total in ((5, 5), (7, 12), (None, None), (3, None)):
        count_cost(run, price, model="m", is_demo=False)
        assert run.cost_micros == total


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
        used = [m["usage"]["inputTokens"] for m in await chat.messages() if m["role"] == "assistant"]
        assert sum(used) == 11 * len(model.requests), "summaries are paid for too"
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
