"""Fitting a conversation into a window: estimates, turns, plans, and the doing."""

import pytest
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart

from openclaw.runtime.context import (
    estimate_history,
    estimate_tokens,
    fit,
    plan,
    shortened,
    transcript,
    turns,
)
from openclaw.runtime.history import ToolOutcome, assistant_message, first_words, tool_message, user_message


def turn(number: int, *, result: str = "", words: int = 0) -> list[ModelMessage]:
    """One turn: a question, a tool call, its result, an answer."""
    call = ToolCallPart(tool_name="fs_read", args={"path": f"/{number}"}, tool_call_id=f"c{number}")
    return [
        user_message(f"question {number} " + "word " * words),
        ModelResponse(parts=[call]),
        tool_message([ToolOutcome(f"c{number}", "fs_read", result)]),
        assistant_message(f"answer {number}"),
    ]


def conversation(count: int, **sizes: int) -> list[ModelMessage]:
    return [message for number in range(count) for message in turn(number, **sizes)]  # type: ignore[arg-type]


async def never(_transcript: str) -> str:
    raise AssertionError("nothing was to be summed up")


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 2),
        ("Hello, how are you today?", 5, 12),
        ("你好，今天天气怎么样？", 8, 14),
        ("def f(x):\n    return x + 1\n" * 10, 60, 130),
        ("日本語のテキスト", 6, 12),
        ("한국어 텍스트", 4, 12),
    ],
)
def test_estimates_are_near_and_rather_high(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most


def test_a_turn_starts_where_a_person_speaks() -> None:
    assert turns(conversation(3)) == [0, 4, 8]
    assert turns(conversation(2)[1:]) == [0, 3]  # what is left of a cut turn stays together
    assert turns([]) == []


async def test_what_fits_is_left_alone() -> None:
    history = conversation(5)
    fitted = await fit(history, window=100_000, overhead=1_000, summarise=never)
    assert fitted.history == history
    assert (fitted.summary, fitted.summarised) == (None, 0)


async def test_old_turns_are_summed_up_whole() -> None:
    history = conversation(20, words=400)
    seen: list[str] = []

    async def summarise(text: str) -> str:
        seen.append(text)
        return "They asked many questions."

    window = estimate_history(history)  # over three quarters of it
    fitted = await fit(history, window=window, overhead=200, summarise=summarise)
    assert fitted.summary == "They asked many questions."
    assert fitted.summarised % 4 == 0
    assert 0 < fitted.summarised < len(history)
    assert first_words(fitted.history[0]).endswith("They asked many questions.")
    assert fitted.history[1:] == history[fitted.summarised :]
    assert estimate_history(fitted.history) <= window * 0.5
    assert "question 0" in seen[0]
    assert estimate_tokens(seen[0]) <= window // 2 + 100


async def test_after_a_summary_the_next_turns_fit_without_another() -> None:
    async def summarise(_text: str) -> str:
        return "short"

    history = conversation(20, words=400)
    window = estimate_history(history)
    fitted = await fit(history, window=window, overhead=0, summarise=summarise)
    again = await fit([*fitted.history, *turn(99, words=400)], window=window, overhead=0, summarise=never)
    assert again.summary is None


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("window", [300, 1_000, 3_000, 10_000])
def test_calls_and_results_are_never_parted(count: int, window: int) -> None:
    history = conversation(count, words=100)
    planned = plan(history, window=window, overhead=100)
    kept = history[planned.summarised :]
    calls = [p.tool_call_id for m in kept for p in m.parts if p.part_kind == "tool-call"]
    results = [p.tool_call_id for m in kept for p in m.parts if p.part_kind == "tool-return"]
    assert calls == results
    assert first_words(kept[0])
    assert kept[-4:] == history[-4:]  # the newest turn stays
    assert len(planned.result_limits) == len(kept)


async def test_a_long_result_is_cut_with_a_marker() -> None:
    history = [*turn(0, result="x" * 50_000), user_message("and now?")]
    fitted = await fit(history, window=10_000, overhead=0, summarise=never)
    (part,) = fitted.history[2].parts
    assert isinstance(part, ToolReturnPart)
    assert "characters left out" in str(part.content)
    assert estimate_history(fitted.history) < 7_500
    assert "x" * 50_000 in str(history[2])  # the original is kept whole
    assert part.tool_call_id == "c0"


async def test_the_newest_turn_alone_too_long_loses_its_older_results() -> None:
    first = user_message("read everything")
    rest: list[ModelMessage] = []
    for number in range(30):
        rest += turn(number, result="line of text " * 150)[1:3]
    fitted = await fit([first, *rest], window=10_000, overhead=500, summarise=never)
    assert fitted.summarised == 0
    assert len(fitted.history) == 61
    assert estimate_history(fitted.history) <= 7_500
    assert fitted.history[-1] == rest[-1]  # the newest result is whole


def test_shortened_text_keeps_head_and_tail() -> None:
    text = "head " + "middle " * 5000 + "tail"
    short = shortened(text, 200)
    assert short.startswith("head ")
    assert short.endswith("tail")
    assert "characters left out" in short
    assert estimate_tokens(short) < 260
    assert shortened("short", 200) == "short"


def test_a_transcript_names_who_spoke() -> None:
    text = transcript(turn(7, result="content"), limit=1_000)
    assert [line.split(":")[0] for line in text.splitlines()] == ["User", "Call", "Result", "Assistant"]
    assert isinstance(turn(7)[0], ModelRequest)
