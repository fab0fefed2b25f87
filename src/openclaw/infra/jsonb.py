"""What PostgreSQL's JSON cannot hold."""

import re
from typing import Any, cast

import orjson

_NUL = b"\\u0000"
_HALVES = re.compile("[\ud800-\udfff]")


def storable(value: Any) -> Any:
    """``value`` (JSON data) with NUL shown as the symbol for it, and half a character as the replacement character.

    The same object when there is neither. (JSON can spell half of a character that takes two; UTF-8 cannot.)
    """
    try:
        is_fine = _NUL not in orjson.dumps(value)
    except TypeError:
        is_fine = False
    return value if is_fine else _replaced(value)


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value.replace("\0", "␀"))
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_replaced(item) for item in cast("list[Any]", value)]
    return value
