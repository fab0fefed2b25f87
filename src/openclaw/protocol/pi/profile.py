"""Which dialect a runtime speaks, learned from its version and from what it sends."""

import re
from typing import Any, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from openclaw.protocol.pi.records import Answer, Event

Family = Literal["npm", "rust", "unknown"]
Version = tuple[int, int, int]

_RUST_VERSION = re.compile(r"^pi (\d+)\.(\d+)\.(\d+)", re.MULTILINE)
_NPM_VERSION = re.compile(r"^v?(\d+)\.(\d+)\.(\d+)\b", re.MULTILINE)
_RUST_EVENTS = frozenset({"ask_request", "event_serialize_error"})
_RUST_NULLS = ("sessionFile", "sessionName", "model")


class Profile(Struct, frozen=True):
    """What is known of a runtime so far."""

    family: Family = "unknown"
    version: Version | None = None
    sends_settled: bool = False

    @property
    def has_clear_queue(self) -> bool:
        """Whether queued messages can be dropped."""
        return self.family == "npm" and (self.sends_settled or (self.version or (0, 0, 0)) >= (0, 87, 0))

    @property
    def blocks_reads_in_a_run(self) -> bool:
        """Whether a read during a run stops its whole input until the run ends, an ``abort`` included."""
        return self.family == "rust"


def profile_of_version(text: str) -> Profile:
    """From what ``pi --version`` wrote, on either stream: ``0.73.1``, or ``pi 0.1.0 (sha time)`` of the Rust port."""
    if found := _RUST_VERSION.search(text):
        return Profile("rust", _version(found))
    if found := _NPM_VERSION.search(text):
        version = _version(found)
        return Profile("npm", version, sends_settled=version >= (0, 87, 0))
    return Profile()


def learn(profile: Profile, record: Answer | Event) -> Profile:
    """``profile`` with what ``record`` gives away."""
    if isinstance(record, Event):
        if record.type == "agent_settled" and not profile.sends_settled:
            return replace(profile, sends_settled=True, family=_family(profile, "npm"))
        if record.type in _RUST_EVENTS or (record.type == "agent_start" and "sessionId" in record.members):
            return replace(profile, family=_family(profile, "rust"))
        return profile
    data: Any = record.data
    if record.command == "get_state" and record.success and isinstance(data, dict):
        state = cast("dict[str, Any]", data)
        # One leaves out what it has not, the other says null.
        is_rust = any(state.get(key, "") is None for key in _RUST_NULLS)
        return replace(profile, family=_family(profile, "rust" if is_rust else "npm"))
    return profile


def _family(profile: Profile, seen: Family) -> Family:
    return seen if profile.family == "unknown" else profile.family


def _version(found: "re.Match[str]") -> Version:
    return int(found[1]), int(found[2]), int(found[3])
