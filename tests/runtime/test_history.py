"""Messages: built, stored, read again."""

import json
from typing import Any

import pytest

from openclaw.runtime.history import (
    ToolOutcome,
    assistant_message,
    dump_history,
    first_words,
    load_history,
    outcome_text,
    summary_message,
    tool_message,
    user_message,
)


def test_a_conversation_survives_storage() -> None:
    history = [
        user_message("读一下 a"),
        assistant_message("Done."),
        tool_message([ToolOutcome("c", "fs_read", {"a": 1})]),
    ]
    again = load_history(dump_history(history))
    assert [type(message) for message in again] == [type(message) for message in history]
    assert dump_history(again) == dump_history(history)


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (ToolOutcome("c", "exec", {"exitCode": 0}), {"exitCode": 0}),
        (ToolOutcome("c", "exec", "denied", is_error=True), {"error": "denied"}),
        (ToolOutcome("c", "exec", {"code": "X"}, is_error=True), {"error": {"code": "X"}}),
        (ToolOutcome("c", "exec", {"error": {"code": "X"}}, is_error=True), {"error": {"code": "X"}}),
        (ToolOutcome("c", "exec", ["你好"]), ["你好"]),
    ],
)
def test_outcomes_as_the_model_reads_them(outcome: ToolOutcome, text: Any) -> None:
    assert json.loads(outcome_text(outcome)) == text
    assert "\\u" not in outcome_text(outcome)


def test_what_a_person_said() -> None:
    assert first_words(user_message("hello")) == "hello"
    assert first_words(assistant_message("hello")) == ""
    assert "cats" in first_words(summary_message("about cats"))
