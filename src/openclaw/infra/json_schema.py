"""Data against JSON Schema. Schemas come from tenants: nothing is fetched for them, and no pattern runs for ever."""

from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.Draft202012Validator(
        orjson.loads(schema), offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


def schema_error(schema: dict[str, Any]) -> str | None:
    """What is wrong with a schema, in one line; None when nothing is."""
    try:
        _validator(orjson.dumps(schema))
    except (ValueError, TypeError) as error:  # the library's own errors are ValueErrors
        return getattr(error, "message", str(error)).splitlines()[0][:200]
    return None


def data_errors(schema: dict[str, Any], data: Any) -> list[tuple[str, str]]:
    """Where ``data`` does not fit, as JSON path and words, at most 20."""
    found: list[tuple[str, str]] = []
    for error in _validator(orjson.dumps(schema)).iter_errors(data):
        found.append((json_path(error.instance_path), error.message[:300]))
        if len(found) == 20:
            break
    return found


def with_defaults(schema: dict[str, Any], data: Any) -> Any:
    """``data``, and what the schema's ``default`` says for properties that it leaves out, in objects within it too."""
    if not isinstance(data, dict):
        return data
    filled = dict(data)
    for name, property_ in schema.get("properties", {}).items():
        if not isinstance(property_, dict):  # true or false: no schema that says anything
            continue
        if name not in filled and "default" in property_:
            filled[name] = property_["default"]
        if name in filled:
            filled[name] = with_defaults(property_, filled[name])
    return filled


def json_path(parts: Any) -> str:
    """``$.steps[0].id`` of the keys and indexes that lead there."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
