"""How much of a run may leave its machine, and the words of the commands."""

from typing import Any

import msgspec
import pytest

from openclaw.protocol.runs import (
    MAX_EVENT_BYTES,
    RUN_ARGUMENTS,
    Asked,
    Began,
    Closed,
    Delta,
    Heard,
    KeptEvent,
    Output,
    Question,
    RunEvent,
    Said,
    SyncMode,
    ToolEnded,
    ToolStarted,
    decode_run_command,
    limited,
    shortened,
)
from openclaw.protocol.tools import InvalidArguments

BODY = "a-body"
NAME = "a-name"
QUESTION = Question("q", "select", "high", NAME, {"command": BODY}, BODY, BODY, [BODY])
EVENTS: list[RunEvent] = [
    Began("s1"),
    Said("error", 1, 2, 3, NAME, BODY, BODY),
    ToolStarted("c1", NAME, {"command": BODY}, QUESTION),
    ToolStarted("c1", NAME, {"command": BODY}),
    ToolEnded("c1", is_error=True, is_denied=True, result={"stdout": BODY}),
    Asked(QUESTION, "c1"),
    Closed("q"),
    Heard("0" * 32),
    Delta(0, 0, BODY),
    Output("c1", BODY),
]


@pytest.mark.parametrize("event", EVENTS)
def test_what_may_leave(event: RunEvent) -> None:
    assert limited(event, "full") is event
    words = {mode: str(limited(event, mode)) for mode in ("metadata", "local_only")}
    assert BODY not in words["local_only"]
    assert NAME not in words["local_only"]
    if getattr(event, "question", None) is None or isinstance(event, Closed):
        assert BODY not in words["metadata"]


def test_ids_states_and_counts_stay() -> None:
    modes: list[SyncMode] = ["metadata", "local_only"]
    for mode in modes:
        said = limited(EVENTS[1], mode)
        assert isinstance(said, Said)
        assert (said.stop, said.input_tokens, said.output_tokens, said.cost_micros) == ("error", 1, 2, 3)
        started = limited(EVENTS[2], mode)
        assert isinstance(started, ToolStarted)
        assert started.call == "c1"
        assert started.question is not None
        assert (started.question.id, started.question.method, started.question.grade) == (
            "q",
            "select",
            "high",
        )
        ended = limited(EVENTS[4], mode)
        assert isinstance(ended, ToolEnded)
        assert (ended.call, ended.is_error, ended.is_denied) == ("c1", True, True)


def test_every_event_travels() -> None:
    for event in EVENTS:
        assert msgspec.json.decode(msgspec.json.encode(event), type=RunEvent) == event


def test_long_texts_are_cut_but_never_a_question() -> None:
    long = "x" * (MAX_EVENT_BYTES + 1)
    ended = shortened(ToolEnded("c", is_error=False, result={"list": [long], "stdout": long}))
    assert len(msgspec.json.encode(ended)) < MAX_EVENT_BYTES
    question = Question("q", "gate", "modify", "exec", {"command": "y" * 1000})
    events: list[KeptEvent] = [ToolStarted("c", "exec", {"content": long}, question), Began()]
    cut = shortened(events[0])
    assert isinstance(cut, ToolStarted)
    assert cut.question == question
    assert shortened(events[1]) is events[1]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("pi.run", {"conversation": "../..", "mode": "full", "text": "x"}),
        ("pi.run", {"conversation": "0" * 32, "mode": "all", "text": "x"}),
        ("pi.run", {"conversation": "0" * 32, "mode": "full", "text": ""}),
        ("pi.say", {"run": "0" * 32, "text": "x", "more": 1}),
        ("pi.answer", {"run": "0" * 32, "question": "", "isAllowed": True}),
        ("pi.compact", []),
    ],
)
def test_commands_of_another_form(command: str, arguments: Any) -> None:
    assert command in RUN_ARGUMENTS
    with pytest.raises(InvalidArguments):
        decode_run_command(command, arguments)
