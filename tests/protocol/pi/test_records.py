"""Decoding what runtimes write, encoding what we write."""

import json

import pytest
from msgspec import ValidationError

from openclaw.protocol.pi.commands import (
    MAX_COMMAND_BYTES,
    Abort,
    Compact,
    GetState,
    Prompt,
    SetModel,
    command_name,
    encode_command,
    encode_line,
)
from openclaw.protocol.pi.correlation import Correlator, LateFailure, Matched, Unanswerable
from openclaw.protocol.pi.errors import PiCommandTooLargeError
from openclaw.protocol.pi.records import Answer, Event, Noise, decode_record


def test_an_answer_and_an_event() -> None:
    line = b'{"id":"pi-1","type":"response","command":"get_state","success":true,"data":{"x":1}}'
    assert decode_record(line) == Answer("pi-1", "get_state", success=True, data={"x": 1})
    assert decode_record(b'{"type":"agent_start"}') == Event("agent_start")
    assert decode_record(b'{"type":"response","success":false,"error":"e"}') == Answer(
        None, None, success=False, error="e"
    )


@pytest.mark.parametrize("call_id", ["7", "null", '{"a":1}', "[1]"])
def test_an_id_that_is_no_text_is_not_ours(call_id: str) -> None:
    answer = decode_record(b'{"id":%b,"type":"response","command":"x","success":true}' % call_id.encode())
    assert isinstance(answer, Answer)
    assert answer.call_id is None


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"42",
        b'"s"',
        b"[]",
        b"{}",
        b"{",
        b'{"type":7}',
        b"Debugger attached.",
        b"\xff\xfe",
        b"NaN",
        b"[" * 50_000,
        b'{"type":' + b'{"a":' * 50_000,
        b'{"type":"x","n":NaN}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_record_is_noise(line: bytes) -> None:
    assert decode_record(line) == Noise(len(line))


def test_separators_stay_and_broken_characters_become_replacements() -> None:
    event = decode_record('{"type":"x","t":"a\u2028b\u2029c\u0085d"}'.encode())
    assert isinstance(event, Event)
    assert event.members == {"t": "a\u2028b\u2029c\u0085d"}
    broken = decode_record(b'{"type":"x","t":"a\xffb \\ud800 \\ud83d\\ude00","\\udc00":["\\udfff"]}')
    assert isinstance(broken, Event)
    assert broken.members == {"t": "a\ufffdb \ufffd 😀", "\ufffd": ["\ufffd"]}
    json.dumps(broken.members, ensure_ascii=False).encode()


@pytest.mark.parametrize("broken", [b"", b"\\ud800", b"\xff"])
def test_an_update_keeps_its_delta_and_drops_its_snapshots(broken: bytes) -> None:
    snapshot = json.dumps({"role": "assistant", "content": [{"type": "text", "text": "w" * 1000}]}).encode()
    event = decode_record(
        b'{"type":"message_update","message":%b,"assistantMessageEvent":{"type":"text_delta",'
        b'"contentIndex":0,"delta":"hi%b","partial":%b}}' % (snapshot, broken, snapshot)
    )
    assert isinstance(event, Event)
    inner = {"type": "text_delta", "contentIndex": 0, "delta": "hi" + ("\ufffd" if broken else "")}
    assert event.members == {"assistantMessageEvent": inner}


def test_a_command_is_one_ascii_line() -> None:
    line = encode_command("pi-1", Prompt("ä\u2028\ud800\n😀"))
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == {"id": "pi-1", "type": "prompt", "message": "ä\u2028\ud800\n😀"}
    assert json.loads(encode_command("pi-2", SetModel("p", "m"))) == {
        "id": "pi-2",
        "type": "set_model",
        "provider": "p",
        "modelId": "m",
    }
    assert json.loads(encode_command("i", Prompt("m", "followUp")))["streamingBehavior"] == "followUp"
    assert json.loads(encode_command("i", Abort())) == {"id": "i", "type": "abort"}
    assert json.loads(encode_command("i", Compact())) == {"id": "i", "type": "compact"}
    assert command_name(GetState()) == "get_state"


def test_a_command_that_the_runtime_would_choke_on_is_not_written() -> None:
    encode_command("i", Prompt("x" * (MAX_COMMAND_BYTES - 100)))
    with pytest.raises(PiCommandTooLargeError):
        encode_command("i", Prompt("é" * (MAX_COMMAND_BYTES // 6)))
    with pytest.raises(ValidationError):
        encode_command("i", Prompt(""))
    with pytest.raises(ValidationError):
        encode_command("i", Prompt("x", "bogus"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_line({"x": float("nan")})


def _answer(
    call_id: str | None, command: str | None = "get_state", *, success: bool = True, error: str = ""
) -> Answer:
    return Answer(call_id, command, success=success, error=error)


def test_answers_find_their_calls_in_any_order() -> None:
    calls = Correlator("pi")
    first, second = calls.expect("prompt"), calls.expect("get_state")
    assert (first, second, len(calls)) == ("pi-1", "pi-2", 2)
    assert calls.match(_answer(second)) == Matched(second, _answer(second))
    assert isinstance(calls.match(_answer(second)), Unanswerable)  # twice
    assert calls.match(_answer(first, "prompt")) == Matched(first, _answer(first, "prompt"))
    assert isinstance(calls.match(_answer("stranger")), Unanswerable)


def test_a_late_answer_is_nobodys() -> None:
    calls = Correlator("pi")
    call = calls.expect("get_messages")
    calls.forget(call)
    assert isinstance(calls.match(_answer(call, "get_messages")), Unanswerable)
    assert calls.expect("get_messages") != call


def test_an_accepted_prompt_may_still_fail() -> None:
    calls = Correlator("pi")
    call = calls.expect("prompt")
    calls.match(_answer(call, "prompt"))
    failure = _answer(call, "prompt", success=False, error="no key")
    assert calls.match(failure) == LateFailure(call, failure)
    assert isinstance(calls.match(failure), Unanswerable)


def test_an_error_without_an_id_goes_to_the_only_call_that_it_can_mean() -> None:
    calls = Correlator("pi")
    queue = calls.expect("clear_queue")
    calls.expect("get_state")
    unknown = _answer(None, "clear_queue", success=False, error="Unknown command: clear_queue")
    assert calls.match(unknown) == Matched(queue, unknown)
    assert isinstance(calls.match(unknown), Unanswerable)
    for command in ("parse", None):
        assert isinstance(calls.match(_answer(None, command, success=False)), Unanswerable)
    assert isinstance(calls.match(_answer(None, "get_state")), Unanswerable)  # a success has its id
    assert len(calls) == 1


def test_only_so_many_calls_wait_at_once() -> None:
    calls = Correlator("pi")
    first = calls.expect("get_state")
    assert not calls.is_full
    for _ in range(15):
        calls.expect("get_state")
    assert calls.is_full
    calls.forget(first)
    assert not calls.is_full
