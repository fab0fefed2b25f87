"""Frames as a node sees them: events and responses in, requests out."""

from typing import Any, cast

import msgspec

from openclaw.apps.bridge.calls import MAX_CALL_ID_LETTERS, CallRequest


class FrameError(msgspec.Struct, frozen=True):
    """The ``error`` of a response."""

    code: str = ""
    message: str = ""
    details: dict[str, Any] | None = None


class Incoming(msgspec.Struct, frozen=True):
    """An event (``event``, ``payload``) or a response (``id``, ``ok``, ``payload`` or ``error``)."""

    type: str
    event: str = ""
    id: str = ""
    ok: bool = False
    payload: msgspec.Raw = msgspec.Raw(b"null")
    error: FrameError | None = None


class Challenge(msgspec.Struct, frozen=True):
    """``connect.challenge``: what the device proof must cover, and the server's time in ms."""

    nonce: str
    ts: int


class CancelledCall(msgspec.Struct, frozen=True):
    """``node.invoke.cancel``."""

    id: str


class HelloPolicy(msgspec.Struct, frozen=True, rename="camel"):
    """Limits that the server announces, in bytes and ms."""

    max_payload: int = 1_048_576
    tick_interval_ms: int = 30_000


class Hello(msgspec.Struct, frozen=True):
    """``hello-ok``, as far as a node needs it."""

    type: str
    protocol: int = 3
    policy: HelloPolicy = HelloPolicy()


_decoder = msgspec.json.Decoder(Incoming)
_call_decoder = msgspec.json.Decoder(CallRequest)


def decode_incoming(data: bytes) -> Incoming | None:
    """The frame in ``data``, or None when it is none that a node knows."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None


def decode_call_request(payload: msgspec.Raw) -> CallRequest | None:
    """The call in an event's payload, or None when it cannot be one."""
    try:
        return _call_decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None


def malformed_call_id(payload: msgspec.Raw, *, node_id: str) -> str | None:
    """The id under which to refuse a call that cannot be decoded, cut to an id's length.

    None when it has none, or is meant for another node.
    """
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    fields = cast("dict[str, Any]", found)
    call_id, addressed = fields.get("id"), fields.get("nodeId")
    if not isinstance(call_id, str) or not call_id or (isinstance(addressed, str) and addressed != node_id):
        return None
    return call_id[:MAX_CALL_ID_LETTERS]


def encode_request(request_id: str, method: str, params: dict[str, Any]) -> bytes:
    """A ``req`` frame."""
    return msgspec.json.encode({"type": "req", "id": request_id, "method": method, "params": params})
