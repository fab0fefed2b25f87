"""Frames: decoding what a client sends, encoding what it gets.

A request is read strictly: a closed object, bounded in depth and number of values, no repeated keys, no NUL.
What is wrong comes back as a value (``ProtocolViolation``): the caller has to answer it before it closes.
"""

import re
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from openclaw.protocol.gateway.errors import INVALID_REQUEST, ErrorShape, briefly

MAX_ID = 128
MAX_DEPTH = 64
MAX_VALUES = 200_000

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
UNSUPPORTED_DATA = 1003

Text128 = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]

# Possessive, so that a long string costs one pass and no stack; only ever run on text that is valid JSON.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


class _Frame(Struct, forbid_unknown_fields=True):
    type: Literal["req"]
    id: Text128
    method: Text128
    params: dict[str, Any] | UnsetType | None = UNSET
    traceparent: Annotated[str, Meta(max_length=256)] | UnsetType | None = UNSET
    expectedProfileId: Annotated[str, Meta(max_length=256)] | UnsetType | None = UNSET  # noqa: N815 (wire name)


class Request(Struct, frozen=True):
    """A call by the client. ``params`` is checked in form (bounded, no NUL), not yet against its method."""

    id: str
    method: str
    params: dict[str, Any]
    traceparent: str | None = None


class ProtocolViolation(Struct, frozen=True):
    """A frame that ends the connection. ``request_id``: of a frame that was at least an object with an id."""

    code: str
    message: str
    request_id: str | None = None
    close_code: int = POLICY_VIOLATION

    def shape(self) -> ErrorShape:
        """The error to answer with, when the id is known."""
        return ErrorShape(INVALID_REQUEST, self.message, {"code": self.code, "errorCode": self.code})


class _Response(Struct, tag="res", tag_field="type", omit_defaults=True):
    id: str
    ok: bool
    payload: Any = UNSET
    error: ErrorShape | UnsetType = UNSET


class _EventHead(Struct, tag="event", tag_field="type", omit_defaults=True):
    event: str
    payload: Any = UNSET
    stateVersion: dict[str, int] | UnsetType = UNSET  # noqa: N815 (wire name)


_decoder = msgspec.json.Decoder(_Frame)
_any_decoder = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()


class _OutOfBoundsError(Exception):
    """Internal to this module: which bound, in words."""


def decode_frame(data: str | bytes) -> Request | ProtocolViolation:
    """The request in one message of the client."""
    if isinstance(data, bytes):
        try:
            data = data.decode()
        except UnicodeDecodeError:
            return ProtocolViolation("gateway.frame_not_utf8", "frame is not UTF-8", close_code=1007)
    try:
        frame = _decoder.decode(data)
    except msgspec.ValidationError as error:
        words = f"invalid request frame: {briefly(error)}"
        return ProtocolViolation("gateway.frame_invalid", words, _find_id(data))
    except (msgspec.DecodeError, UnicodeError) as error:  # a lone surrogate has no UTF-8
        return ProtocolViolation("gateway.frame_not_json", f"invalid request frame: {briefly(error)}")
    except RecursionError:
        return ProtocolViolation("gateway.frame_too_deep", f"frame is nested deeper than {MAX_DEPTH}")
    params = frame.params or {}
    may_hold_nul = "\\u0000" in data
    if may_hold_nul and ("\0" in frame.id or "\0" in frame.method):
        return ProtocolViolation("gateway.frame_nul", "frame holds a NUL character", frame.id)
    try:
        keys = 3 + _check_bounds(params, look_for_nul=may_hold_nul)
    except _OutOfBoundsError as bound:
        return ProtocolViolation(f"gateway.frame_{bound.args[0]}", bound.args[1], frame.id)
    keys += sum(1 for v in (frame.params, frame.traceparent, frame.expectedProfileId) if v is not UNSET)
    # Each key has one colon outside strings; more colons than keys kept means that a key was given twice, and
    # then two readers of the same frame may see two different requests.
    if data.count(":") != keys and _STRING.sub("", data).count(":") != keys:
        return ProtocolViolation("gateway.frame_repeated_key", "frame has a repeated key", frame.id)
    return Request(frame.id, frame.method, params, frame.traceparent or None)


def encode_response(request_id: str, payload: Any) -> bytes:
    """A ``res`` frame that succeeds; TypeError when ``payload`` holds what JSON cannot."""
    return _encoder.encode(_Response(id=request_id, ok=True, payload=payload))


def encode_error(request_id: str, error: ErrorShape) -> bytes:
    """A ``res`` frame that fails."""
    return _encoder.encode(_Response(id=request_id, ok=False, error=error))


def encode_payload(payload: Any) -> bytes:
    """The JSON of a payload, to be kept and answered again as ``msgspec.Raw``."""
    return _encoder.encode(payload)


class EncodedEvent:
    """An event encoded once for all its receivers; only the sequence number is each connection's own."""

    __slots__ = ("_bare", "_cursor", "_head", "name")

    def __init__(
        self,
        name: str,
        payload: Any,
        *,
        state_version: dict[str, int] | None = None,
        cursor: str | None = None,
    ) -> None:
        self.name = name
        self._cursor = b"" if cursor is None else b',"cursor":"%b"' % cursor.encode()
        head = _EventHead(event=name, payload=payload, stateVersion=state_version or UNSET)
        self._bare = _encoder.encode(head)
        self._head = self._bare[:-1]

    def frame(self, seq: int | None, *, with_cursor: bool = False) -> bytes:
        """The whole frame; without ``seq`` for events that are aimed at one node.

        ``cursor`` (letters, digits and dots) is for clients that asked for it; released ones do not know it.
        """
        cursor = self._cursor if with_cursor else b""
        return self._bare if seq is None else b'%b,"seq":%d%b}' % (self._head, seq, cursor)

    def __len__(self) -> int:
        return len(self._bare)


def _find_id(data: str) -> str | None:
    """The id of a frame that is otherwise wrong, so that its error can be answered."""
    try:
        value = _any_decoder.decode(data).get("id")
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None


def _check_bounds(params: dict[str, Any], *, look_for_nul: bool) -> int:
    """The number of keys in ``params``, all levels; raises when it is too deep, too large or holds NUL."""
    keys = values = 0
    depth = 2  # the frame is the first level
    level: list[dict[str, Any] | list[Any]] = [params]
    while level:
        if depth > MAX_DEPTH:
            raise _OutOfBoundsError("too_deep", f"frame is nested deeper than {MAX_DEPTH}")
        below: list[dict[str, Any] | list[Any]] = []
        for node in level:
            values += len(node)
            if isinstance(node, dict):
                keys += len(node)
            if look_for_nul and _has_nul(node):
                raise _OutOfBoundsError("nul", "frame holds a NUL character")
            below.extend(
                cast("dict[str, Any] | list[Any]", child)
                for child in (node.values() if isinstance(node, dict) else node)
                if type(child) is dict or type(child) is list
            )
        if values > MAX_VALUES:
            raise _OutOfBoundsError("too_many_values", f"frame holds more than {MAX_VALUES} values")
        level = below
        depth += 1
    return keys


def _has_nul(node: dict[str, Any] | list[Any]) -> bool:
    if isinstance(node, dict):
        return any("\0" in key for key in node) or any(type(v) is str and "\0" in v for v in node.values())
    return any(type(v) is str and "\0" in v for v in node)
