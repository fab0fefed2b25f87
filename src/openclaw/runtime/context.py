"""Fitting a conversation into a model's context window: what to keep, what to sum up, what to cut."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openclaw.runtime.history import summary_message

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

Summarise = Callable[[str], Awaitable[str]]

FILL = 0.75  # of the window, for instructions, tools and conversation; the rest is for the answer
_AFTER = 0.5  # what is left after summing up, so that the next turn does not sum up again
_RESULT_SHARE = 0.2  # of the window that one tool result may take
_OLD_RESULT_TOKENS = 200  # what remains of a result when even the newest turn is too long
_SUMMARY_SHARE = 0.1
_PER_MESSAGE = 4
_LETTERS_PER_TOKEN = 3.6  # English prose has four, code and JSON three
_WIDE_PER_TOKEN = 1.3  # CJK characters


@dataclass(frozen=True)
class ContextPlan:
    """What ``fit`` will do: sum up the first ``summarised`` messages, cut tool results to ``result_limits`` tokens.

    ``result_limits`` holds one limit for each kept message; None leaves it alone.
    """

    summarised: int
    result_limits: tuple[int | None, ...]


@dataclass(frozen=True)
class Fitted:
    """The history to send. ``summary`` stands for the first ``summarised`` messages of the given history.

    Store it, and start later histories with ``summary_message(summary)`` in their place.
    """

    history: "list[ModelMessage]"
    summary: str | None
    summarised: int


def estimate_tokens(text: str) -> int:
    """About how many tokens ``text`` is, rather too many than too few; wide scripts count by character."""
    if text.isascii():
        return tokens_of(len(text), 0)
    wide = sum(1 for character in text if character >= "\u2e80")
    return tokens_of(len(text) - wide, wide)


def tokens_of(letters: int, wide: int) -> int:
    """About how many tokens a text of so many letters and characters of wide scripts is."""
    return int(wide / _WIDE_PER_TOKEN * 1.15 + letters / _LETTERS_PER_TOKEN) + 1


def estimate_message(message: "ModelMessage") -> int:
    """About how many tokens ``message`` is, with its tool calls and results."""
    return _PER_MESSAGE + sum(estimate_tokens(_part_text(part)) for part in message.parts)


def estimate_history(history: "Sequence[ModelMessage]") -> int:
    """About how many tokens ``history`` is."""
    return sum(map(estimate_message, history))


def history_bytes(history: "Sequence[ModelMessage]") -> int:
    """How many bytes ``history`` is, with its tool calls and results."""
    return sum(len(_part_text(part).encode()) for message in history for part in message.parts)


def turns(history: "Sequence[ModelMessage]") -> list[int]:
    """Where each turn starts: at what a person said. A tool call and its result are never in two turns."""
    starts = [index for index, message in enumerate(history) if _starts_turn(message)]
    return starts if starts and starts[0] == 0 else [0, *starts] if history else []


def plan(history: "Sequence[ModelMessage]", *, window: int, overhead: int) -> ContextPlan:
    """What has to happen to send ``history`` to a model with ``window`` tokens; pure.

    ``overhead`` are the tokens of instructions and tools. The newest turn always stays.
    """
    sizes = [estimate_message(message) for message in history]
    limit = max(1, int(window * _RESULT_SHARE))
    limits: list[int | None] = [
        limit if size > limit and _has_results(m) else None for m, size in zip(history, sizes, strict=True)
    ]
    sizes = [
        min(size, limit + _PER_MESSAGE) if cut else size for size, cut in zip(sizes, limits, strict=True)
    ]
    budget = int(window * FILL) - overhead
    if sum(sizes) <= budget:
        return ContextPlan(0, tuple(limits))
    room = int(window * _AFTER) - overhead - int(window * _SUMMARY_SHARE)
    starts = turns(history)
    first = next((start for start in starts[1:] if sum(sizes[start:]) <= room), starts[-1])
    kept = sum(sizes[first:])
    for index in range(first, len(history) - 1):
        # Even the newest turn is too long: its older results are cut down, one by one.
        if kept <= budget:
            break
        if _has_results(history[index]) and sizes[index] > _OLD_RESULT_TOKENS:
            limits[index] = _OLD_RESULT_TOKENS
            kept -= sizes[index] - _OLD_RESULT_TOKENS
    return ContextPlan(first, tuple(limits[first:]))


async def fit(
    history: "Sequence[ModelMessage]", *, window: int, overhead: int, summarise: Summarise
) -> Fitted:
    """``history`` so that it fits: oldest whole turns summed up by ``summarise``, long tool results cut.

    ``summarise`` gets the older turns as a transcript of at most half the window, and returns the summary.
    """
    planned = plan(history, window=window, overhead=overhead)
    kept = [
        message if limit is None else trimmed(message, limit)
        for message, limit in zip(history[planned.summarised :], planned.result_limits, strict=True)
    ]
    if not planned.summarised:
        return Fitted(kept, None, 0)
    summary = await summarise(transcript(history[: planned.summarised], limit=window // 2))
    return Fitted([summary_message(summary), *kept], summary, planned.summarised)


def trimmed(message: "ModelMessage", limit: int) -> "ModelMessage":
    """``message`` with its tool results cut to about ``limit`` tokens together: head and tail stay."""
    results = [part for part in message.parts if part.part_kind == "tool-return"]
    share = max(1, limit // max(1, len(results)))
    parts = [
        replace(part, content=shortened(_part_text(part), share)) if part.part_kind == "tool-return" else part
        for part in message.parts
    ]
    return replace(message, parts=parts)


def shortened(text: str, limit: int) -> str:
    """``text`` cut to about ``limit`` tokens, with a marker where something is left out."""
    size = estimate_tokens(text)
    if size <= limit:
        return text
    keep = max(40, int(len(text) * limit / size))
    head, tail = keep * 2 // 3, keep // 3
    return f"{text[:head]}\n[… {len(text) - head - tail} characters left out …]\n{text[-tail:]}"


def transcript(history: "Sequence[ModelMessage]", *, limit: int) -> str:
    """``history`` as text for a summary, cut to about ``limit`` tokens in the middle of each long part."""
    lines: list[str] = []
    share = max(200, limit // max(1, len(history)))
    for message in history:
        for part in message.parts:
            who = {"user-prompt": "User", "text": "Assistant", "tool-call": "Call", "tool-return": "Result"}
            if part.part_kind in who:
                lines.append(f"{who[part.part_kind]}: {shortened(_part_text(part), share)}")
    return shortened("\n".join(lines), limit)


def _starts_turn(message: "ModelMessage") -> bool:
    return any(part.part_kind == "user-prompt" for part in message.parts)


def _has_results(message: "ModelMessage") -> bool:
    return any(part.part_kind == "tool-return" for part in message.parts)


def _part_text(part: Any) -> str:
    match part.part_kind:
        case "tool-call":
            return f"{part.tool_name} {_text(part.args)}"
        case _:
            return _text(getattr(part, "content", ""))


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
