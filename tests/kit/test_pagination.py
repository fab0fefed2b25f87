"""Cursors: opaque, and only ours."""

import pytest

from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import decode_cursor, encode_cursor


@pytest.mark.parametrize("position", ["", "1", "2026-11-21T05:00:00+00:00|" + "a" * 32, "字", "\0"])
def test_there_and_back(position: str) -> None:
    cursor = encode_cursor(position)
    assert decode_cursor(cursor) == position
    assert "=" not in cursor


@pytest.mark.parametrize("cursor", ["!", "MQ==", "MQ==MQ", "M", "M Q", "MQ\n", "_w", "é", "M\0Q", "MR"])
def test_what_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        decode_cursor(cursor)
    assert refusal.value.data["field"] == "cursor"
