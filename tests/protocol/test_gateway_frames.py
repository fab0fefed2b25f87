"""Frames in and out: what is let in, and that nothing that a client can send raises."""

import json
import random
from pathlib import Path

import msgspec
import pytest

from openclaw.protocol.gateway.errors import ErrorShape
from openclaw.protocol.gateway.frames import (
    MAX_DEPTH,
    MAX_VALUES,
    EncodedEvent,
    ProtocolViolation,
    Request,
    decode_frame,
    encode_error,
    encode_response,
)

FIXTURES = Path(__file__).parent / "fixtures"
RECORDED = [
    line
    for name in ("gateway-2026.2.3-1.jsonl", "gateway-2026.9.6.jsonl")
    for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines()
]


def frame(**changes: object) -> str:
    return json.dumps({"type": "req", "id": "1", "method": "health", "params": {}} | changes)


def violation(data: str | bytes) -> ProtocolViolation:
    found = decode_frame(data)
    assert isinstance(found, ProtocolViolation), found
    return found


@pytest.mark.parametrize("line", RECORDED)
def test_recorded_frames_of_both_releases_are_requests(line: str) -> None:
    sent = json.loads(line)
    request = decode_frame(line)
    assert isinstance(request, Request)
    assert (request.id, request.method, request.params) == (
        sent["id"],
        sent["method"],
        sent.get("params") or {},
    )


def test_params_may_be_absent_or_null_and_release_4_adds_fields() -> None:
    assert decode_frame('{"type":"req","id":"1","method":"health"}') == Request("1", "health", {})
    assert decode_frame(frame(params=None)) == Request("1", "health", {})
    assert decode_frame(frame(traceparent="00-ab", expectedProfileId="p").encode()) == Request(
        "1", "health", {}, "00-ab"
    )


@pytest.mark.parametrize(
    ("data", "code", "answered"),
    [
        ("", "not_json", False),
        ("{", "not_json", False),
        ("\ufeff{}", "not_json", False),
        ("NaN", "not_json", False),
        ("[]", "invalid", False),
        ("null", "invalid", False),
        ('"text"', "invalid", False),
        ("{}", "invalid", False),
        (frame(type="res"), "invalid", True),
        (frame(type=1), "invalid", True),
        (frame(id=1), "invalid", False),
        (frame(id=""), "invalid", False),
        (frame(id="x" * 129), "invalid", False),
        (frame(id=None), "invalid", False),
        (frame(method=None), "invalid", True),
        (frame(method=""), "invalid", True),
        (frame(method="m" * 129), "invalid", True),
        (frame(params=[]), "invalid", True),
        (frame(params="x"), "invalid", True),
        (frame(extra=1), "invalid", True),
        (frame(traceparent=1), "invalid", True),
        (frame(id="a\0b"), "nul", True),
        (frame(method="a\0b"), "nul", True),
        (frame(params={"a": "\0"}), "nul", True),
        (frame(params={"\0": 1}), "nul", True),
        (frame(params={"a": [{"b": ["\0"]}]}), "nul", True),
        ('{"type":"req","id":"1","method":"health","params":{"a":"\\ud800"}}', "not_json", False),
        ('{"type":"req","id":"1","method":"health","params":{"a":1e999}}', "invalid", False),
        ('{"type":"req","id":"1","method":"a","method":"b"}', "repeated_key", True),
        ('{"type":"req","id":"1","id":"2","method":"b"}', "repeated_key", True),
        ('{"type":"req","id":"1","method":"b","params":{"a":1},"params":{}}', "repeated_key", True),
        (
            '{"type":"req","id":"1","method":"b","params":{"a":":","b":{"c":1,"c":"\\":{"}}}',
            "repeated_key",
            True,
        ),
        (b'{"type":"req","id":"\xff","method":"b"}', "not_utf8", False),
        ("[" * 100_000, "invalid", False),
        ('{"type":"req","id":"1","method":"m","params":{"a":' + "[" * 100_000, "too_deep", False),
        ('{"type":"req","id":"1","method":"m","params":' + '{"a":' * 100_000, "too_deep", False),
        ('{"type":"req","id":"1","method":"m","surprise":' + '{"a":' * 100_000, "invalid", False),
        (frame(params={"a": [[]] * MAX_VALUES}), "too_many_values", True),
    ],
    ids=lambda value: value[:48] if isinstance(value, str) else None,
)
def test_malformed_frames_come_back_as_violations(data: str | bytes, code: str, answered: bool) -> None:
    found = violation(data)
    assert found.code == f"gateway.frame_{code}"
    assert (found.request_id is not None) is answered
    assert found.shape().code == "INVALID_REQUEST"
    assert found.close_code == (1007 if code == "not_utf8" else 1008)


def test_depth_is_bounded_exactly() -> None:
    def nested(depth: int) -> str:
        return '{"type":"req","id":"1","method":"m","params":{"a":' + "[" * depth + "]" * depth + "}}"

    assert isinstance(decode_frame(nested(MAX_DEPTH - 2)), Request)
    assert violation(nested(MAX_DEPTH - 1)).code == "gateway.frame_too_deep"


def test_colons_and_brackets_inside_strings_are_text() -> None:
    text = 'a: {"b": [1, 2]} \\ \\" : ' * 1000
    request = decode_frame(frame(params={text: {"x": text}}))
    assert isinstance(request, Request)
    assert request.params == {text: {"x": text}}


def test_an_error_does_not_quote_megabytes() -> None:
    found = violation(frame(**{"x" * 1_000_000: 1}))
    assert found.request_id == "1"
    assert len(found.message) < 400


def test_what_a_machine_reports_of_a_file_with_nul_is_text() -> None:
    inner = json.dumps({"content": "a\0b"})
    request = decode_frame(frame(params={"payloadJSON": inner}))
    assert isinstance(request, Request)
    assert request.params["payloadJSON"] == inner


def test_no_mutation_of_a_frame_raises() -> None:
    randomness = random.Random(7)
    sources = [line.encode() for line in RECORDED]
    for _ in range(3000):
        data = bytearray(randomness.choice(sources))
        for _ in range(randomness.randint(1, 8)):
            at = randomness.randrange(len(data))
            data[at : at + randomness.randint(0, 3)] = randomness.choice(
                [
                    b"",
                    b"{",
                    b'"',
                    b"\\",
                    b"\x00",
                    b"\xff",
                    b"[[",
                    b":",
                    b"null",
                    b"\\u0000",
                    bytes([at % 256]),
                ]
            )
        assert isinstance(decode_frame(bytes(data)), Request | ProtocolViolation)


def test_answers_are_closed_frames() -> None:
    assert json.loads(encode_response("1", {"a": [1]})) == {
        "type": "res",
        "id": "1",
        "ok": True,
        "payload": {"a": [1]},
    }
    assert json.loads(encode_response("1", None)) == {"type": "res", "id": "1", "ok": True, "payload": None}
    assert json.loads(encode_response("1", msgspec.Raw(b'{"b":2}')))["payload"] == {"b": 2}
    shape = ErrorShape("UNAVAILABLE", "no", {"code": "x"}, retryable=True, retry_after_ms=500)
    assert json.loads(encode_error("1", shape)) == {
        "type": "res",
        "id": "1",
        "ok": False,
        "error": {
            "code": "UNAVAILABLE",
            "message": "no",
            "details": {"code": "x"},
            "retryable": True,
            "retryAfterMs": 500,
        },
    }
    assert json.loads(encode_error("1", ErrorShape("X", "y")))["error"] == {"code": "X", "message": "y"}
    with pytest.raises(TypeError):
        encode_response("1", object())


def test_an_event_is_encoded_once_and_numbered_per_connection() -> None:
    event = EncodedEvent("presence", {"presence": []}, state_version={"presence": 2, "health": 0})
    assert json.loads(event.frame(7)) == {
        "type": "event",
        "event": "presence",
        "payload": {"presence": []},
        "stateVersion": {"presence": 2, "health": 0},
        "seq": 7,
    }
    assert "seq" not in json.loads(event.frame(None))
    assert len(event) == len(event.frame(None))
