"""What schemas of plugins may say, and what fits them, held against a whole implementation."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openclaw.sdk.schemas import mismatch, schema_problem

_NUMBERS = st.integers(-5, 5) | st.sampled_from([0.5, 1.0, -2.5])
_LEAVES = st.none() | st.booleans() | _NUMBERS | st.text("ab", max_size=4)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner),
    max_leaves=6,
)
TYPES = st.sampled_from(["object", "array", "string", "boolean", "integer", "number", "null"])
_SMALL = st.integers(0, 3)


def _keywords(inner: Any) -> Any:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "minimum": _NUMBERS,
            "exclusiveMaximum": _NUMBERS,
            "minLength": _SMALL,
            "maxLength": _SMALL,
            "pattern": st.sampled_from(["a", "^b", "a+$"]),
            "minItems": _SMALL,
            "maxItems": _SMALL,
            "uniqueItems": st.booleans(),
            "maxProperties": _SMALL,
            "required": st.lists(st.sampled_from("pqr"), unique=True),
            "properties": st.dictionaries(st.sampled_from("pqr"), inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    )


SCHEMAS = st.recursive(st.booleans() | st.just({}), _keywords, max_leaves=6)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, VALUES)
def test_as_a_whole_implementation_has_it(schema: Any, value: Any) -> None:
    assert schema_problem(schema) is None
    assert (mismatch(schema, value) is None) == jsonschema_rs.is_valid(schema, value)


@pytest.mark.parametrize(
    "schema",
    [
        5,
        {"type": "thing"},
        {"type": []},
        {"minLength": -1},
        {"minLength": True},
        {"pattern": "("},
        {"pattern": "a" * 501},
        {"properties": []},
        {"anyOf": []},
        {"items": [{}]},
        {"enum": []},
        {"multipleOf": 0},
        {"required": [1]},
        {"$ref": "#"},
        {"$defs": {}},
        {"patternProperties": {}},
        {"title": 5},
    ],
)
def test_what_schemas_may_not_say(schema: Any) -> None:
    assert schema_problem(schema) is not None
    assert schema_problem({"type": "object", "properties": {"a": schema}}) is not None


def test_a_mismatch_has_its_place() -> None:
    schema = {
        "type": "object",
        "properties": {"rows": {"type": "array", "items": {"type": "object", "required": ["x"]}}},
    }
    assert mismatch(schema, {"rows": [{"x": 1}, {}]}) == ("/rows/1/x", "is missing")
    assert mismatch({"type": "string", "x-title-zh": "名"}, 5) == ("/", "must be string")
