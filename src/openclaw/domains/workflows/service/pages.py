"""Cursors of lists that are ordered by a time and an id."""

from datetime import datetime
from uuid import UUID

from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import decode_cursor, encode_cursor


def cursor_of(at: datetime, row_id: UUID) -> str:
    """The cursor to what comes after that row."""
    return encode_cursor(f"{at.isoformat()}|{row_id.hex}")


def position_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The row that a cursor was made from. Raises InvalidInputError."""
    if cursor is None:
        return None
    try:
        at, _, digits = decode_cursor(cursor).partition("|")
        return datetime.fromisoformat(at), UUID(hex=digits)
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
