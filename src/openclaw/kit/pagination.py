"""Cursor pagination: a page of rows and an opaque cursor to the next."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar

from openclaw.kit.errors import InvalidInputError

T = TypeVar("T")
MAX_PAGE = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """``items`` in order; ``next_cursor`` is None on the last page."""

    items: list[T]
    next_cursor: str | None


def encode_cursor(position: str) -> str:
    """An opaque cursor for ``position`` (what the repository orders by)."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The position in ``cursor``; InvalidInputError when it was not made by us."""
    try:
        position = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeError, ValueError):
        position = None
    if (
        position is None or encode_cursor(position) != cursor
    ):  # what is not in the alphabet is skipped in decoding
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page")
    return position
