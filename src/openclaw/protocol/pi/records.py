"""What a runtime writes: answers and events, decoded so that one odd line never ends the reading.

Invalid UTF-8 and lone surrogates become U+FFFD: what comes out of here can be encoded again by anyone.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

Members: TypeAlias = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Answer:
    """The answer to a command. ``call_id`` None: sent without one (or with one that we cannot have made)."""

    call_id: str | None
    command: str | None
    success: bool
    data: Any = None
    error: str = ""


@dataclass(frozen=True)
class Event:
    """Anything else: ``type`` and its members."""

    type: str
    members: Members = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Noise:
    """A line that is no record. ``size`` in bytes; the content is not kept, it may be anything."""

    size: int


Record: TypeAlias = Answer | Event | Noise


class _Head(Struct):
    type: str


class _Inner(Struct, omit_defaults=True):
    """``assistantMessageEvent`` without ``partial``."""

    type: str
    contentIndex: int | UnsetType = UNSET  # noqa: N815 (wire name)
    delta: str | UnsetType = UNSET
    content: Any = UNSET
    toolCall: Any = UNSET  # noqa: N815 (wire name)
    id: str | UnsetType = UNSET
    toolName: str | UnsetType = UNSET  # noqa: N815 (wire name)


class _Update(Struct, omit_defaults=True):
    """``message_update`` without ``message``.

    Up to 0.73 each delta carries the whole message twice, hundreds of MB for a long answer. The decoder steps over
    what the type does not name, so it is never built.
    """

    assistantMessageEvent: _Inner  # noqa: N815 (wire name)
    usage: Any = UNSET


_head = msgspec.json.Decoder(_Head)
_update = msgspec.json.Decoder(_Update)
_members = msgspec.json.Decoder(dict[str, Any])


def decode_record(line: bytes) -> Record:
    """The record in one line."""
    try:
        if _head.decode(line).type == "message_update":
            return Event("message_update", msgspec.to_builtins(_update.decode(line)))
        members = _members.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        members = _decode_leniently(line)
    kind = None if members is None else members.pop("type", None)
    if members is None or not isinstance(kind, str):
        return Noise(len(line))
    return _answer(members) if kind == "response" else Event(kind, _slim(kind, members))


def _answer(members: Members) -> Answer:
    call_id, command, error = members.get("id"), members.get("command"), members.get("error")
    return Answer(
        call_id=call_id if isinstance(call_id, str) else None,
        command=command if isinstance(command, str) else None,
        success=members.get("success") is True,
        data=members.get("data"),
        error=error if isinstance(error, str) else "",
    )


def _slim(kind: str, members: Members) -> Members:
    if kind == "message_update":  # by way of the lenient decoder
        members.pop("message", None)
        inner = members.get("assistantMessageEvent")
        if isinstance(inner, dict):
            cast("Members", inner).pop("partial", None)
    return members


def _decode_leniently(line: bytes) -> Members | None:
    try:
        value = json.loads(line.decode("utf-8", "replace"), parse_constant=_refuse_constant)
        return cast("Members", _without_surrogates(value)) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        members = cast("Members", value)
        return {str(_without_surrogates(key)): _without_surrogates(item) for key, item in members.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in cast("list[Any]", value)]
    return value
