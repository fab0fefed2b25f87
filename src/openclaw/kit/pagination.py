"""Cursor pagination: a page of rows and an opaque cursor to the next."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

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


def cursor_of(at: datetime, row_id: UUID) -> str:
    """The cursor to what comes after a row, in a list ordered by a time and an id."""
    return encode_cursor(f"{at.isoformat()}|{row_id.hex}")


def position_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The row that `cursor_of` made a cursor from. Raises InvalidInputError."""
    if cursor is None:
        return None
    try:
        at, _, digits = decode_cursor(cursor).partition("|")
        return datetime.fromisoformat(at), UUID(hex=digits)
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
