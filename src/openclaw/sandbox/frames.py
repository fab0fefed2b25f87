"""What client and supervisor say to each other, over one socket pair: a message as JSON, then bytes that it names."""

import struct

import msgspec

from openclaw.sandbox.calls import Grants, Limits, Tier

_HEAD = struct.Struct("<II")
_LARGEST = 128 << 20


class Settings(msgspec.Struct, frozen=True, tag=True):
    """First message to the supervisor: how many calls at once, and what tests choose."""

    slots: int = 2
    spare_slots: int = 1  # beyond those, for lanes of which no call runs
    aside_slots: int = 0  # beyond those, for calls that wait for people or machines and give up their place
    waiting_per_lane: int = 200
    calls_per_slot: int = 500
    seconds_per_slot: float = 900.0
    only: Tier | None = None  # take this tier or none
    internal_hosts: tuple[str, ...] = ()  # names that may lead to addresses that are not public


class Hello(msgspec.Struct, frozen=True, tag=True):
    """First message of the supervisor: what the machine can do, tried out."""

    tier: Tier
    findings: dict[str, str]
    reason: str = ""
    remedy: str = ""  # for who needs a stronger tier


class Start(msgspec.Struct, frozen=True, tag=True):
    """Run a call; the body is its job, which only the jail reads."""

    number: int
    code: tuple[str, ...]
    limits: Limits
    grants: Grants
    is_javascript: bool = False


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for this call any more."""

    number: int


class Question(msgspec.Struct, frozen=True, tag=True):
    """A host call; the body is what the code wrote."""

    number: int


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The answer to a host call, in the body."""

    number: int


class Ended(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """How a call ended. The body: ``result_bytes`` of the code's answer, ``log_bytes``, then the files."""

    number: int
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    network_bytes: int = 0
    exit_code: int | None = None
    stopped_by: str | None = None
    lost: str | None = None
    refused_calls: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()  # those of them that nothing harmless makes
    connections: tuple[tuple[str, int, str], ...] = ()
    result_bytes: int = 0
    log_bytes: int = 0
    files: tuple[tuple[str, int], ...] = ()
    refused_files: dict[str, str] = msgspec.field(default_factory=dict)


ToSupervisor = Settings | Start | Cancel | Answer
FromSupervisor = Hello | Question | Ended

_encode = msgspec.json.Encoder().encode
decode_to_supervisor = msgspec.json.Decoder(ToSupervisor).decode
decode_from_supervisor = msgspec.json.Decoder(FromSupervisor).decode


def frame(message: ToSupervisor | FromSupervisor, body: bytes = b"") -> bytes:
    """One frame."""
    encoded = _encode(message)
    return b"".join((_HEAD.pack(len(encoded), len(body)), encoded, body))


class FrameReader:
    """Frames out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take ``data``; the frames that are whole now, each message and body.

        :raises ValueError: a frame is larger than any of ours.
        """
        self._buffer += data
        found: list[tuple[bytes, bytes]] = []
        while len(self._buffer) >= _HEAD.size:
            length, body = _HEAD.unpack_from(self._buffer)
            if length + body > _LARGEST:
                raise ValueError("frame too large")
            end = _HEAD.size + length + body
            if len(self._buffer) < end:
                break
            middle = _HEAD.size + length
            found.append((bytes(self._buffer[_HEAD.size : middle]), bytes(self._buffer[middle:end])))
            del self._buffer[:end]
        return found
