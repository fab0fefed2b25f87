"""What PostgreSQL's JSON cannot hold."""

from typing import Any, cast

import orjson

_NUL = b"\\u0000"


def storable(value: Any) -> Any:
    """``value`` (JSON data) with NUL shown as the symbol for it; the same object when there is none."""
    return _replaced(value) if _NUL in orjson.dumps(value) else value


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "␀")
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_replaced(item) for item in cast("list[Any]", value)]
    return value
