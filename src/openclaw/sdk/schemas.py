"""JSON Schemas of plugins: the part of draft 2020-12 that every reader of them understands alike.

What stands here is what a schema may say (``schema_problem``) and whether a value fits (``mismatch``). There are no
references: with them a small schema can take forever.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

MAX_DEPTH = 24
_MAX_PATTERN = 500


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": _is_number,
    "null": lambda value: value is None,
}
_WORDS = {"title", "description", "$comment", "$schema", "format"}
_COUNTS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
_NUMBERS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_MAPS = {"properties"}
_LISTS = {"anyOf", "oneOf", "allOf"}
_SCHEMAS = {"items", "additionalProperties", "not"}
_VALUES = {"default", "const", "examples"}


def schema_problem(schema: Any, path: str = "") -> str | None:
    """What is wrong with a schema, as ``/path: words``; None for nothing."""
    return next(_schema_problems(schema, path, 0), None)


def mismatch(schema: Any, value: Any) -> tuple[str, str] | None:
    """Where and why ``value`` does not fit ``schema`` (a sound one): path and words; None when it fits."""
    return next(_mismatches(schema, value, ""), None)


def _schema_problems(schema: Any, path: str, depth: int) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{path or '/'}: a schema is an object, true or false"
        return
    if depth > MAX_DEPTH:
        yield f"{path}: nested too deeply"
        return
    for key, said in schema.items():
        place = f"{path}/{key}"
        if key in _MAPS or key in _LISTS or key in _SCHEMAS:
            yield from _inner_problems(key, said, place, depth)
        elif words := _keyword_problem(key, said):
            yield f"{place}: {words}"


def _inner_problems(key: str, said: Any, place: str, depth: int) -> Iterator[str]:
    if key in _SCHEMAS:
        yield from _schema_problems(said, place, depth + 1)
    elif key in _MAPS and isinstance(said, dict):
        for name, inner in said.items():
            yield from _schema_problems(inner, f"{place}/{name}", depth + 1)
    elif key in _LISTS and isinstance(said, list) and said:
        for index, inner in enumerate(said):
            yield from _schema_problems(inner, f"{place}/{index}", depth + 1)
    else:
        yield f"{place}: not of its form"


def _keyword_problem(key: str, said: Any) -> str | None:
    if key == "type":
        names = said if isinstance(said, list) else [said]
        is_sound = bool(names) and all(isinstance(name, str) and name in _TYPES for name in names)
    elif key == "required":
        is_sound = isinstance(said, list) and all(isinstance(name, str) for name in said)
    elif key == "enum":
        is_sound = isinstance(said, list) and bool(said)
    elif key == "uniqueItems":
        is_sound = isinstance(said, bool)
    elif key == "pattern":
        is_sound = _is_pattern(said)
    elif key in _COUNTS:
        is_sound = isinstance(said, int) and not isinstance(said, bool) and said >= 0
    elif key in _NUMBERS:
        is_sound = _is_number(said) and (key != "multipleOf" or said > 0)
    elif key in _WORDS or key.startswith("x-"):
        is_sound = isinstance(said, str)
    elif key in _VALUES:
        is_sound = True
    else:
        return "not a keyword that schemas of plugins have"
    return None if is_sound else "not of its form"


def _is_pattern(said: Any) -> bool:
    if not isinstance(said, str) or len(said) > _MAX_PATTERN:
        return False
    try:
        re.compile(said)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _mismatches(schema: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if schema is True:
        return
    if schema is False:
        yield path or "/", "is not allowed"
        return
    for words in _value_mismatches(schema, value):
        yield path or "/", words
    if isinstance(value, dict):
        yield from _object_mismatches(schema, value, path)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _mismatches(schema["items"], item, f"{path}/{index}")
    yield from _choice_mismatches(schema, value, path)


def _value_mismatches(schema: dict[str, Any], value: Any) -> Iterator[str]:
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_TYPES[name](value) for name in names):
            yield f"must be {' or '.join(names)}"
            return
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield f"must be one of {json.dumps(schema['enum'], ensure_ascii=False)[:200]}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"must be {json.dumps(schema['const'], ensure_ascii=False)[:200]}"
    if isinstance(value, str):
        yield from _text_mismatches(schema, value)
    elif _is_number(value):
        yield from _number_mismatches(schema, value)
    elif isinstance(value, list):
        yield from _count_mismatches(schema, len(value), "Items")
        if schema.get("uniqueItems") and any(
            _same(one, two) for index, one in enumerate(value) for two in value[:index]
        ):
            yield "must not hold the same twice"
    elif isinstance(value, dict):
        yield from _count_mismatches(schema, len(value), "Properties")


def _same(one: Any, two: Any) -> bool:
    """Equal as JSON has it: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    return bool(one == two)


def _text_mismatches(schema: dict[str, Any], value: str) -> Iterator[str]:
    yield from _count_mismatches(schema, len(value), "Length")
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"must match {schema['pattern']}"


def _number_mismatches(schema: dict[str, Any], value: float) -> Iterator[str]:
    if value < schema.get("minimum", value):
        yield f"must be at least {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"must be at most {schema['maximum']}"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield f"must be more than {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield f"must be less than {schema['exclusiveMaximum']}"
    if "multipleOf" in schema and abs(value / schema["multipleOf"] % 1) > 1e-9:
        yield f"must be a multiple of {schema['multipleOf']}"


def _count_mismatches(schema: dict[str, Any], count: int, what: str) -> Iterator[str]:
    unit = {"Items": "items", "Length": "characters", "Properties": "properties"}[what]
    if count < schema.get(f"min{what}", count):
        yield f"must have at least {schema[f'min{what}']} {unit}"
    if count > schema.get(f"max{what}", count):
        yield f"must have at most {schema[f'max{what}']} {unit}"


def _object_mismatches(schema: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}/{name}", "is missing"
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    for name, inner in value.items():
        yield from _mismatches(properties.get(name, rest), inner, f"{path}/{name}")


def _choice_mismatches(schema: dict[str, Any], value: Any, path: str) -> Iterator[tuple[str, str]]:
    def fits(inner: Any) -> bool:
        return next(_mismatches(inner, value, path), None) is None

    for inner in schema.get("allOf", ()):
        yield from _mismatches(inner, value, path)
    if "anyOf" in schema and not any(map(fits, schema["anyOf"])):
        yield path or "/", "fits none of its forms"
    if "oneOf" in schema and sum(map(fits, schema["oneOf"])) != 1:
        yield path or "/", "must fit exactly one of its forms"
    if "not" in schema and fits(schema["not"]):
        yield path or "/", "has a form that it must not have"
