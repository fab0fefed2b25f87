"""What leaves the machine: built from lists, so nothing that was planted comes through."""

import json
from typing import Any

import pytest

from openclaw.protocol.pi.dialogs import Dialog, OpenDialogs, dialog_in, dialog_reply
from openclaw.protocol.pi.errors import PiDialogError
from openclaw.protocol.pi.events import public_event
from openclaw.protocol.pi.records import Event
from openclaw.protocol.pi.redaction import (
    message_of,
    messages_of,
    model_of,
    models_of,
    safe_reason,
    state_of,
    stats_of,
)

PLANTED = "PLANTED"
KEY = "sk-ant-abcdefghijklmnop0123"
MODEL = {
    "id": "m",
    "name": "M",
    "api": "openai-completions",
    "provider": "fake",
    "baseUrl": f"http://user:{PLANTED}@10.0.0.1/v1",
    "headers": {"Authorization": f"Bearer {PLANTED}", "x-secret-header": PLANTED},
    "compat": {"x": PLANTED},
    "reasoning": False,
    "input": ["text"],
    "cost": {"input": 1, "output": 2.5, "cacheRead": 0, "cacheWrite": 0, "tier": PLANTED},
    "contextWindow": 128_000,
    "maxTokens": 4096,
}
SHOWN_MODEL = {
    "id": "m",
    "name": "M",
    "api": "openai-completions",
    "provider": "fake",
    "reasoning": False,
    "input": ["text"],
    "cost": {"input": 1, "output": 2.5, "cacheRead": 0, "cacheWrite": 0},
    "contextWindow": 128_000,
    "maxTokens": 4096,
}
USAGE = {"input": 1, "output": 2, "totalTokens": 3, "cost": {"total": 0.1}, "raw": PLANTED}


def _assert_clean(value: Any) -> None:
    assert PLANTED not in json.dumps(value)
    assert KEY not in json.dumps(value)


def test_state() -> None:
    state = {
        "model": MODEL,
        "thinkingLevel": "off",
        "isStreaming": True,
        "sessionFile": f"/x/{PLANTED}.jsonl",
        "sessionId": "s",
        "messageCount": 2,
        "systemPrompt": PLANTED,
        "env": {"KEY": PLANTED},
        "sessionName": None,
    }
    assert state_of(state) == {
        "model": SHOWN_MODEL,
        "thinkingLevel": "off",
        "isStreaming": True,
        "sessionId": "s",
        "messageCount": 2,
    }
    assert models_of({"models": [MODEL, {"provider": "unknown"}, 7]}) == [SHOWN_MODEL]
    for nothing in (None, [], "x", {"model": {"provider": "unknown", "id": "unknown"}}, {"model": None}):
        assert state_of(nothing) == {"model": None}
    assert model_of({**MODEL, "contextWindow": None, "name": {"x": PLANTED}}) == {
        key: value for key, value in SHOWN_MODEL.items() if key not in {"contextWindow", "name"}
    }


def test_stats() -> None:
    stats = {
        "sessionFile": PLANTED,
        "sessionId": "s",
        "userMessages": 1,
        "totalMessages": 3,
        "tokens": {"input": 1, "total": 2, "x": PLANTED},
        "cost": 0.5,
        "contextUsage": {"tokens": None, "contextWindow": 10, "percent": None},
        "later": PLANTED,
    }
    assert stats_of(stats) == {
        "sessionId": "s",
        "userMessages": 1,
        "totalMessages": 3,
        "tokens": {"input": 1, "total": 2},
        "cost": 0.5,
        "contextUsage": {"tokens": None, "contextWindow": 10, "percent": None},
    }


def test_messages() -> None:
    tool = {
        "type": "toolCall",
        "id": "c",
        "name": "bash",
        "arguments": {"command": f"curl -H {KEY}", "n": [1]},
    }
    listed = [
        {"role": "system", "content": "", "sections": {"preamble": PLANTED}},
        {"role": "user", "content": "hi\u2028", "timestamp": 1, "secret": PLANTED},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "thinkingSignature": PLANTED},
                {"type": "text", "text": f"key {KEY}"},
                tool | {"partialJson": PLANTED},
                {"type": "image", "data": PLANTED, "mimeType": "image/png"},
                {"type": "later", "text": PLANTED},
                7,
            ],
            "model": "m",
            "usage": USAGE,
            "stopReason": "error",
            "errorMessage": f"500: no /home/me/{PLANTED}/x.js",
            "responseId": PLANTED,
            "diagnostics": PLANTED,
        },
        {"role": "toolResult", "toolCallId": "c", "content": [], "details": {"p": PLANTED}, "isError": False},
        {
            "role": "bashExecution",
            "command": "ls",
            "output": "o",
            "fullOutputPath": PLANTED,
            "exitCode": None,
        },
        {"role": "custom", "content": PLANTED, "display": False},
        {"role": "later", "content": PLANTED},
        "x",
    ]
    shown = messages_of({"messages": listed})["messages"]
    _assert_clean(shown)
    assert shown == [
        {"role": "user", "content": "hi\u2028", "timestamp": 1},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm"},
                {"type": "text", "text": "key [redacted]"},
                {
                    "type": "toolCall",
                    "id": "c",
                    "name": "bash",
                    "arguments": {"command": "curl -H [redacted]", "n": [1]},
                },
                {"type": "image", "mimeType": "image/png"},
            ],
            "model": "m",
            "stopReason": "error",
            "errorMessage": "500: no [path]",
            "usage": {"input": 1, "output": 2, "totalTokens": 3, "cost": {"total": 0.1}},
        },
        {"role": "toolResult", "toolCallId": "c", "content": [], "isError": False},
        {"role": "bashExecution", "command": "ls", "output": "o"},
    ]
    assert messages_of({"messages": listed}, last=2)["messages"] == shown[-2:]
    for nothing in (None, {}, {"messages": None}, {"messages": {}}):
        assert messages_of(nothing) == {"messages": []}


def test_arguments_that_are_nested_without_end_are_cut() -> None:
    deep: Any = PLANTED
    for _ in range(5000):
        deep = [deep]
    block = {"type": "toolCall", "id": "c", "name": "x", "arguments": deep}
    _assert_clean(message_of({"role": "assistant", "content": [block]}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No key.\n  /home/me/lab/node_modules/pi/docs/x.md", "No key.\n  [path]"),
        ("at file:///opt/pi/cli.js:582:10", "at [path]:582:10"),
        (r"C:\Users\me\pi.js failed", "[path] failed"),
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: [redacted]."),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]"),
        ("either/or 1/2, see https://example.com/docs", "either/or 1/2, see https://example.com/docs"),
        ("token ghp_" + "a1" * 18, "token [redacted]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n", "[redacted]"),
    ],
)
def test_sentences_of_a_runtime(text: str, shown: str) -> None:
    assert safe_reason(text) == shown


@pytest.mark.parametrize(
    ("kind", "members", "shown"),
    [
        ("agent_start", {"sessionId": PLANTED}, {}),
        ("agent_end", {"messages": [PLANTED], "error": f"at /a/{PLANTED}"}, {"willRetry": False, "error": "at [path]"}),
        ("turn_end", {"message": PLANTED, "toolResults": [PLANTED]}, {}),
        ("message_start", {"message": {"role": "system", "sections": PLANTED}}, None),
        (
            "message_end",
            {"message": {"role": "user", "content": "x", "y": PLANTED}},
            {"message": {"role": "user", "content": "x"}},
        ),
        (
            "message_update",
            {"assistantMessageEvent": {"type": "text_delta", "delta": "x", "partial": PLANTED}, "usage": PLANTED},
            {"assistantMessageEvent": {"type": "text_delta", "delta": "x"}},
        ),
        (
            "tool_execution_end",
            {"toolCallId": "c", "toolName": "b", "result": {"content": [], "details": PLANTED}, "isError": True},
            {"toolCallId": "c", "toolName": "b", "isError": True, "result": {"content": []}},
        ),
        ("queue_update", {"steering": ["a", 7], "x": PLANTED}, {"steering": ["a"], "followUp": []}),
        (
            "extension_error",
            {"extensionPath": PLANTED, "event": "e", "error": f"in /x/{PLANTED}"},
            {"event": "e", "error": "in [path]"},
        ),
        ("entry_appended", {"entry": PLANTED}, None),
        ("of_next_year", {"x": PLANTED}, None),
        ("message_end", {"message": PLANTED}, None),
        ("message_update", {"assistantMessageEvent": PLANTED}, None),
    ],
)  # fmt: skip
def test_events(kind: str, members: dict[str, Any], shown: dict[str, Any] | None) -> None:
    assert public_event(Event(kind, members)) == (None if shown is None else Event(kind, shown))


def test_older_names_of_events_are_the_newer_ones() -> None:
    assert public_event(Event("auto_compaction_start", {"reason": "threshold"})) == Event(
        "compaction_start", {"reason": "threshold"}
    )


def _request(**members: Any) -> Event:
    return Event("extension_ui_request", {"id": "d1", "title": "T", **members})


def test_dialogs_that_wait_and_notes_that_do_not() -> None:
    assert dialog_in(_request(method="confirm", message="m", timeout=700)) == Dialog(
        "d1", "confirm", "T", message="m", timeout_seconds=0.7
    )
    selected = dialog_in(_request(method="select", options=["a", "b"]))
    assert selected is not None
    assert (selected.options, selected.timeout_seconds) == (("a", "b"), None)
    for method in ("notify", "setStatus", "setWidget", "setTitle", "set_editor_text", "later", None):
        assert dialog_in(_request(method=method)) is None
    assert dialog_in(Event("agent_start")) is None
    assert dialog_in(Event("extension_ui_request", {"id": 7, "method": "confirm"})) is None
    odd = dialog_in(_request(method="select", title=7, options=["a", 7], timeout="soon"))
    assert odd == Dialog("d1", "select", "", options=("a", ""))


@pytest.mark.parametrize(
    ("dialog", "reply", "members"),
    [
        (Dialog("d", "confirm", ""), True, {"confirmed": True}),
        (Dialog("d", "confirm", ""), None, {"cancelled": True}),
        (Dialog("d", "select", "", options=("a",)), "a", {"value": "a"}),
        (Dialog("d", "input", ""), "", {"value": ""}),
        (Dialog("d", "editor", "", generation=3), "x", {"requestGeneration": 3, "value": "x"}),
    ],
)
def test_replies(dialog: Dialog, reply: Any, members: dict[str, Any]) -> None:
    assert dialog_reply(dialog, reply) == {"type": "extension_ui_response", "id": "d", **members}


@pytest.mark.parametrize(
    ("method", "reply"), [("confirm", "yes"), ("select", "c"), ("select", True), ("input", True)]
)
def test_replies_that_do_not_fit(method: Any, reply: Any) -> None:
    with pytest.raises(PiDialogError):
        dialog_reply(Dialog("d", method, "", options=("a", "b")), reply)


def test_a_dialog_is_answered_once_and_in_time() -> None:
    book = OpenDialogs()
    book.opened(Dialog("a", "confirm", ""), 0)
    book.opened(Dialog("b", "confirm", "", timeout_seconds=5), 0)
    assert [dialog.id for dialog in book.waiting(4.9)] == ["a", "b"]
    assert [dialog.id for dialog in book.waiting(5)] == ["a"]
    with pytest.raises(PiDialogError):
        book.take("b", 5)
    assert book.take("a", 5).id == "a"
    with pytest.raises(PiDialogError):
        book.take("a", 5)
    book.opened(Dialog("c", "input", ""), 6)
    assert [dialog.id for dialog in book.clear()] == ["c"]
    assert len(book) == 0
