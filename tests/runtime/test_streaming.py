"""Replies over real HTTP from a scripted server: deltas, tool calls, history, failures, retries, cancellation."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.usage import RequestUsage

from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.runtime.errors import (
    ProviderAuthError,
    ProviderBadAnswerError,
    ProviderBadRequestError,
    ProviderContextExceededError,
    ProviderError,
    ProviderNotFoundError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)
from openclaw.runtime.history import ToolOutcome, dump_history, load_history, tool_message, user_message
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import MAX_ATTEMPTS, ModelReply, Models, ReplyRequest, ToolCall, cost_micros
from openclaw.runtime.toolset import tool_definitions
from tests.runtime.conftest import ImpatientClock
from tests.support.scripted_openai import MODEL, Answer, Call, Fail, Say, ScriptedOpenAI

KEY = "sk-test-0123456789abcdef"


def config(server: ScriptedOpenAI, *, key: str = KEY) -> ModelConfig:
    return ModelConfig("openai", MODEL, server.url, key)


def asking(text: str = "hi", *, history: list[ModelMessage] | None = None) -> ReplyRequest:
    return ReplyRequest("Be brief.", [*(history or []), user_message(text)], tool_definitions())


async def ask(
    models: Models, *answers: Answer, key: str = KEY
) -> tuple[ModelReply, list[str], ScriptedOpenAI]:
    async with ScriptedOpenAI(answers) as server:
        deltas: list[str] = []
        reply = await models.stream_reply(config(server, key=key), asking(), deltas.append)
        return reply, deltas, server


async def test_text_streams_piece_by_piece_and_comes_whole(models: Models) -> None:
    reply, deltas, server = await ask(models, Say("Hello, 世界 and all", usage=(120, 34)))
    assert deltas == ["Hello, ", "世界 ", "and ", "all"]
    assert (reply.text, reply.tool_calls) == ("Hello, 世界 and all", ())
    assert (reply.input_tokens, reply.output_tokens, reply.cost_micros) == (120, 34, None)
    assert (reply.model, reply.finish_reason, reply.is_demo) == (MODEL, "stop", False)
    assert reply.response.text == reply.text
    (asked,) = server.requests
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hi"},
    ]
    assert {tool["function"]["name"] for tool in asked["tools"]} >= {
        "fs_list",
        "fs_write",
        "exec",
        "system_info",
    }


async def test_tool_calls_come_with_decoded_arguments(models: Models) -> None:
    said = Say("Looking.", [Call("fs_list", {"path": "/tmp"}, "a"), Call("exec", {"command": "ls"}, "b")])
    reply, deltas, _ = await ask(models, said)
    assert deltas == ["Looking."]
    assert reply.tool_calls == (
        ToolCall("a", "fs_list", {"path": "/tmp"}),
        ToolCall("b", "exec", {"command": "ls"}),
    )
    assert reply.finish_reason == "tool_call"


@pytest.mark.parametrize("arguments", ["{not json", "[1, 2]", '"text"', '{"path": "/tmp"', "[" * 5000])
async def test_arguments_that_are_no_object_are_marked(models: Models, arguments: str) -> None:
    reply, _, _ = await ask(models, Say("", [Call("fs_list", arguments, "a")]))
    assert reply.tool_calls == (ToolCall("a", "fs_list", None, arguments),)


async def test_no_arguments_are_an_empty_object(models: Models) -> None:
    reply, _, _ = await ask(models, Say("", [Call("system_info", "", "a")]))
    assert reply.tool_calls == (ToolCall("a", "system_info", {}),)


async def test_calls_with_the_same_id_get_ids_of_their_own(models: Models) -> None:
    reply, _, _ = await ask(
        models, Say("", [Call("system_info", {}, "x"), Call("fs_list", {"path": "/"}, "x")])
    )
    first, second = (call.id for call in reply.tool_calls)
    assert first == "x"
    assert second not in ("", "x")
    assert [part.tool_call_id for part in reply.response.tool_calls] == [first, second]


async def test_history_is_replayed_with_calls_and_results(models: Models) -> None:
    async with ScriptedOpenAI(
        [Say("", [Call("fs_list", {"path": "/tmp"}, "a")]), Say("Two files.")]
    ) as server:
        history: list[ModelMessage] = [user_message("what is in /tmp?")]
        reply = await models.stream_reply(config(server), ReplyRequest("Be brief.", history), print)
        history += [reply.response, tool_message([ToolOutcome("a", "fs_list", {"entries": ["x", "y"]})])]
        stored = load_history(dump_history(history))
        reply = await models.stream_reply(config(server), ReplyRequest("Be brief.", stored), print)
        assert reply.text == "Two files."
        assert [m["role"] for m in server.requests[1]["messages"]] == ["system", "user", "assistant", "tool"]
        _, _, call, result = server.requests[1]["messages"]
        assert json.loads(call["tool_calls"][0]["function"]["arguments"]) == {"path": "/tmp"}
        assert (result["tool_call_id"], json.loads(result["content"])) == ("a", {"entries": ["x", "y"]})


async def test_the_key_is_sent_and_none_is_needed(models: Models) -> None:
    _, _, server = await ask(models, Say("hello"))
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    reply, _, _ = await ask(models, Say("hello"), key="")
    assert reply.text == "hello"


async def test_one_connection_serves_many_requests(models: Models) -> None:
    async with ScriptedOpenAI([Say("a"), Say("b"), Say("c")]) as server:
        for _ in range(3):
            await models.stream_reply(config(server), asking(), print)
        assert server.connections == 1


FAILURES: list[tuple[Answer, type[ProviderError], str]] = [
    (Fail(401, "Incorrect API key provided"), ProviderAuthError, "Incorrect API key provided"),
    (Fail(403, "not for you"), ProviderAuthError, "not for you"),
    (Fail(402, "pay first"), ProviderRateLimitedError, "pay first"),
    (Fail(429, "quota used up", "insufficient_quota"), ProviderRateLimitedError, "quota used up"),
    (Fail(429, "later", headers={"retry-after": "3600"}), ProviderRateLimitedError, "later"),
    (Fail(404, "no such model"), ProviderNotFoundError, "no such model"),
    (Fail(302, "moved", headers={"location": "http://127.0.0.1:1/"}), ProviderNotFoundError, "moved"),
    (Fail(400, "tools are not supported"), ProviderBadRequestError, "tools are not supported"),
    (Fail(422, "what is this"), ProviderBadRequestError, "what is this"),
    (Fail(418, "a teapot"), ProviderBadRequestError, "a teapot"),
    (Fail(400, "too long", "context_length_exceeded"), ProviderContextExceededError, "too long"),
    (Fail(400, "exceeds n_ctx of 4096"), ProviderContextExceededError, "n_ctx"),
    (Say(""), ProviderBadAnswerError, "empty"),
    (Say("", finish_reason="content_filter"), ProviderBadAnswerError, "content filter"),
]


@pytest.mark.parametrize(("answer", "error", "words"), FAILURES)
async def test_final_failures_come_at_once_in_the_providers_words(
    models: Models, answer: Answer, error: type[ProviderError], words: str
) -> None:
    async with ScriptedOpenAI([answer, Say("never asked")]) as server:
        with pytest.raises(error) as raised:
            await models.stream_reply(config(server), asking(), print)
        assert words in raised.value.said
        assert words in str(raised.value)
        assert words in raised.value.words("zh")
        assert len(server.requests) == 1


PASSING: list[Answer] = [
    Fail(429, "slow down"),
    Fail(429, "slow down", headers={"retry-after": "2"}),
    Fail(500),
    Fail(502, body="<html>bad gateway</html>"),
    Fail(503, "overloaded"),
    Fail(529, "overloaded"),
    Fail(408, "too slow"),
    Fail(drop=True),
    Say("cut before the first word", cut_after=0),
    Say("cut before the first word", cut_after=1),
    Say("", [Call("fs_list", {"path": "/tmp"})], cut_after=3),
    Say(raw="this is no event stream"),
    Say(raw="data: {not json\n\n"),
    Say(raw='data: {"error": {"message": "boom", "code": 500}}\n\n'),
]


@pytest.mark.parametrize("answer", PASSING)
async def test_what_may_pass_is_asked_again(models: Models, clock: ImpatientClock, answer: Answer) -> None:
    reply, deltas, server = await ask(models, answer, Say("at last"))
    assert (reply.text, deltas, len(server.requests)) == ("at last", ["at ", "last"], 2)
    assert len(clock.waits) == 1


async def test_the_provider_says_how_long_to_wait(models: Models, clock: ImpatientClock) -> None:
    await ask(models, Fail(429, headers={"retry-after": "7"}), Say("ok"))
    assert clock.waits == [timedelta(seconds=7)]


async def test_retries_are_bounded_and_waits_grow(models: Models, clock: ImpatientClock) -> None:
    async with ScriptedOpenAI([Fail(500, f"failure {n}") for n in range(10)]) as server:
        with pytest.raises(ProviderUnavailableError, match=f"failure {MAX_ATTEMPTS - 1}"):
            await models.stream_reply(config(server), asking(), print)
        assert len(server.requests) == MAX_ATTEMPTS
    assert len(clock.waits) == MAX_ATTEMPTS - 1
    for number, wait in enumerate(clock.waits):
        longest = timedelta(milliseconds=500) * 2**number
        assert longest / 2 <= wait <= longest


async def test_a_rate_limit_that_lasts_is_told_with_its_time(models: Models, clock: ImpatientClock) -> None:
    with pytest.raises(ProviderRateLimitedError) as raised:
        await ask(models, Fail(429, headers={"retry-after": "3600"}), Say("never"))
    assert raised.value.retry_after_seconds == 3600
    assert raised.value.data["retry_after_seconds"] == 3600
    assert clock.waits == []


async def test_after_the_first_word_nothing_is_asked_again(models: Models, clock: ImpatientClock) -> None:
    async with ScriptedOpenAI([Say("one two three", cut_after=3), Say("never asked")]) as server:
        deltas: list[str] = []
        with pytest.raises(ProviderUnavailableError):
            await models.stream_reply(config(server), asking(), deltas.append)
        assert (deltas, len(server.requests), clock.waits) == (["one ", "two "], 1, [])


async def test_nobody_listens_at_the_address(models: Models) -> None:
    async with ScriptedOpenAI([]) as server:
        gone = config(server)
    with pytest.raises(ProviderUnavailableError, match=r"[Cc]onnect"):
        await models.stream_reply(gone, asking(), print)


async def test_keys_never_come_back_in_words(models: Models) -> None:
    with pytest.raises(ProviderAuthError) as raised:
        await ask(
            models, Fail(401, f"Incorrect API key provided: {KEY}. Not sk-proj-***************abcd either.")
        )
    assert raised.value.said == "Incorrect API key provided: …. Not … either."


async def test_long_words_are_capped(models: Models) -> None:
    with pytest.raises(ProviderBadRequestError) as raised:
        await ask(models, Fail(400, "much\nto say " * 1000))
    assert len(raised.value.said) == 500
    assert "\n" not in raised.value.said


async def test_a_cut_short_answer_says_so(models: Models) -> None:
    reply, _, _ = await ask(models, Say("half a", finish_reason="length"))
    assert (reply.text, reply.finish_reason) == ("half a", "length")


async def test_cancelling_closes_the_connection(models: Models) -> None:
    async with ScriptedOpenAI([Say("one two three four", gate="held", gate_after=1)]) as server:
        first = asyncio.Event()
        task = spawn(models.stream_reply(config(server), asking(), lambda _: first.set()), name="reply")
        await first.wait()
        await cancel_and_wait(task)
        server.open("held")
        await server.dropped.wait()
        assert task.cancelled()


async def test_deltas_come_while_the_stream_is_open(models: Models) -> None:
    async with ScriptedOpenAI([Say("early late", gate="held", gate_after=1)]) as server:
        first = asyncio.Event()
        deltas: list[str] = []

        def deliver(piece: str) -> None:
            deltas.append(piece)
            first.set()

        task = spawn(models.stream_reply(config(server), asking(), deliver), name="reply")
        await first.wait()
        assert deltas == ["early "]
        server.open("held")
        assert (await task).text == "early late"


async def test_a_summary_is_asked_of_the_same_model(models: Models) -> None:
    async with ScriptedOpenAI([Say("They spoke of cats.")]) as server:
        reply = await models.summarise(config(server), "User: cats\nAssistant: cats!")
        assert reply.text == "They spoke of cats."
        system, user = server.requests[0]["messages"]
        assert "sum up" in system["content"]
        assert user["content"] == "User: cats\nAssistant: cats!"
        assert "tools" not in server.requests[0]
    assert (await models.summarise(ModelConfig.demo(), "User: cats")).text == "User: cats"


async def test_a_provider_is_checked_with_one_request(models: Models, clock: ImpatientClock) -> None:
    async with ScriptedOpenAI([Say("ready"), Say("", finish_reason="length"), Fail(500, "down")]) as server:
        assert (await models.check(config(server))).text == "ready"
        assert (await models.check(config(server))).finish_reason == "length"
        with pytest.raises(ProviderUnavailableError):
            await models.check(config(server))
        assert (len(server.requests), clock.waits) == (3, [])


@pytest.mark.parametrize(
    ("kind", "model", "base_url", "cost"),
    [
        ("openai", "gpt-4o", None, 12_500),
        ("anthropic", "claude-sonnet-4-5", None, 18_000),
        ("google", "gemini-2.5-pro", None, 11_250),
        ("openai", "gpt-4o", "https://api.openai.com/v1", 12_500),
        ("openai", "gpt-4o", "http://127.0.0.1:11434/v1", None),
        ("openai", "no-such-model", None, None),
    ],
)
def test_cost_is_known_where_the_price_is(
    kind: Any, model: str, base_url: str | None, cost: int | None
) -> None:
    usage = RequestUsage(input_tokens=1000, output_tokens=1000)
    response = ModelResponse(parts=[TextPart(content="x")], usage=usage, model_name=model)
    assert cost_micros(ModelConfig(kind, model, base_url), response) == cost


async def test_errors_travel_between_processes() -> None:
    error = ProviderRateLimitedError(model="m", said="later", retry_after_seconds=3.0)
    again = ProviderError.from_wire(error.to_wire())
    assert isinstance(again, ProviderRateLimitedError)
    assert (again.code, again.data) == ("runtime.provider_rate_limited", error.data)
