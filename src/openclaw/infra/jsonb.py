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


def checked(value: Any) -> Any:
    """``storable(value)``. Raises ValueError for what no row holds even so: integers beyond 64 bits, deep nesting."""
    try:
        if _NUL not in orjson.dumps(value):
            return value
    except TypeError:
        pass
    try:
        value = _replaced(value)
        orjson.dumps(value)
    except (TypeError, RecursionError):
        raise ValueError("it holds numbers beyond 64 bits, or is nested too deeply") from None
    return value


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value.replace("\0", "␀"))
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_replaced(item) for item in cast("list[Any]", value)]
    return value
