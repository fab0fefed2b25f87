"""UUIDv7 ids: sortable by creation, prefixed on the wire (``conv_0190…``), plain UUID in the database."""

import os
import time
from uuid import UUID

WIRE_DIGITS = 32
_HEX = frozenset("0123456789abcdef")


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def to_wire(prefix: str, value: UUID) -> str:
    """``conv`` and a UUID to ``conv_0190…`` (32 hex digits)."""
    return f"{prefix}_{value.hex}"


def from_wire(prefix: str, text: str) -> UUID:
    """The UUID in ``conv_0190…``; ValueError when the prefix or the digits are wrong."""
    head, _, digits = text.partition("_")
    # One id has one spelling: `int` would also read capitals, signs, underscores and the digits of other scripts.
    if head != prefix or len(digits) != WIRE_DIGITS or not _HEX.issuperset(digits):
        raise ValueError(f"not a {prefix}_ id")
    return UUID(hex=digits)
