"""Frames as a node sees them: events and responses in, requests out."""

from typing import Any

import msgspec

from openclaw.apps.bridge.calls import CallRequest


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


def encode_request(request_id: str, method: str, params: dict[str, Any]) -> bytes:
    """A ``req`` frame."""
    return msgspec.json.encode({"type": "req", "id": request_id, "method": method, "params": params})
