"""What we write to a runtime. Built from types, never passed through: runtimes hardly check their parameters."""

import json
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from openclaw.protocol.pi.errors import PiCommandTooLargeError

MAX_COMMAND_BYTES = 1_048_576

Text = Annotated[str, Meta(min_length=1)]
Behaviour = Literal["steer", "followUp"]


class _Command(Struct, frozen=True, rename="camel", omit_defaults=True):
    pass


class Prompt(_Command, frozen=True, tag_field="type", tag="prompt"):
    """A message. ``streaming_behavior`` says what becomes of it while a run is on; idle, it starts one either way."""

    message: Text
    streaming_behavior: Behaviour | None = None


class Abort(_Command, frozen=True, tag_field="type", tag="abort"):
    """Stop the run."""


class ClearQueue(_Command, frozen=True, tag_field="type", tag="clear_queue"):
    """Forget queued messages (0.87 and later)."""


class NewSession(_Command, frozen=True, tag_field="type", tag="new_session"):
    """Begin an empty session in a file of its own."""


class GetState(_Command, frozen=True, tag_field="type", tag="get_state"):
    """The session's state."""


class GetMessages(_Command, frozen=True, tag_field="type", tag="get_messages"):
    """The messages in the model's context."""


class GetSessionStats(_Command, frozen=True, tag_field="type", tag="get_session_stats"):
    """Counts, tokens and cost."""


class GetAvailableModels(_Command, frozen=True, tag_field="type", tag="get_available_models"):
    """Models that the runtime has credentials for."""


class SetModel(_Command, frozen=True, tag_field="type", tag="set_model"):
    """Use another model; up to 0.73 it becomes the owner's default as well."""

    provider: Text
    model_id: Text


class Compact(_Command, frozen=True, tag_field="type", tag="compact"):
    """Summarise the context; a run that is on ends."""

    custom_instructions: Text | None = None


Command: TypeAlias = (
    Prompt
    | Abort
    | ClearQueue
    | NewSession
    | GetState
    | GetMessages
    | GetSessionStats
    | GetAvailableModels
    | SetModel
    | Compact
)


def command_name(command: Command) -> str:
    """Its ``type`` on the wire."""
    return str(type(command).__struct_config__.tag)


def encode_command(call_id: str, command: Command) -> bytes:
    """The line of ``command``; PiCommandTooLargeError over MAX_COMMAND_BYTES, ValueError for an empty text."""
    members = msgspec.to_builtins(command)
    msgspec.convert(
        members, type(command)
    )  # constraints hold for decoding only, and these came from a caller
    return encode_line({"id": call_id, **members})


def encode_line(members: dict[str, Any]) -> bytes:
    """One JSON object and LF, in ASCII: the Rust runtime ends at bytes that are no UTF-8.

    An object always: the line ``null`` kills runtimes. PiCommandTooLargeError over MAX_COMMAND_BYTES.
    """
    line = json.dumps(members, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_COMMAND_BYTES:
        raise PiCommandTooLargeError(size=len(line), limit=MAX_COMMAND_BYTES)
    return line
