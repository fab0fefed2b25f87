"""Every REST operation as the application itself declares it, and valid requests made from the declaration."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

Pick = Callable[[str], str]
"""The wire id to use for a prefix (``conv``)."""

_ID = re.compile(r"^\^([a-z]+)_\[0-9a-f\]\{32\}\$$")
_SAMPLES = ("sample", "123456", "a" * 64, "https://model.example/v1", "A" * 43, "s" * 50, "s" * 90)


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``params`` are those of the path, ``body`` is the JSON schema of what it takes."""

    method: str
    path: str
    params: tuple[str, ...]
    query: tuple[str, ...] = ()
    body: dict[str, Any] | None = field(default=None, compare=False)
    needs_body: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def url(self, values: dict[str, str]) -> str:
        """The path with ``values`` in it."""
        return self.path.format(**values)

    def sample(self, pick: Pick) -> Any:
        """A body that the schema accepts; every id in it is picked. None for an operation without a body."""
        return None if self.body is None else _instance(self.body, self.body.get("$defs", {}), pick)

    def body_prefixes(self) -> tuple[str, ...]:
        """The kinds of id that the body names."""
        found: list[str] = []

        def pick(prefix: str) -> str:
            found.append(prefix)
            return ""

        self.sample(pick)
        return tuple(dict.fromkeys(found))


def operations(app: FastAPI) -> list[Operation]:
    """All of them, hidden ones too; the console's files at the end of the table are no operation."""
    return sorted(_operations(app), key=lambda o: (o.path, o.method))


def _operations(app: FastAPI) -> Iterator[Operation]:
    for context in iter_route_contexts(app.routes):
        body = getattr(context, "body_field", None)
        dependant = getattr(context, "dependant", None)
        schema = TypeAdapter(body.field_info.annotation).json_schema(by_alias=True) if body else None
        for method in sorted(context.methods or ()):
            yield Operation(
                method,
                context.path or "",
                tuple(re.findall(r"{(\w+)}", context.path or "")),
                tuple(f.alias for f in dependant.query_params) if dependant else (),
                schema,
                bool(body and body.field_info.is_required()),
            )


def _instance(schema: dict[str, Any], defs: dict[str, Any], pick: Pick) -> Any:
    if "$ref" in schema:
        return _instance(defs[schema["$ref"].rpartition("/")[2]], defs, pick)
    if "anyOf" in schema:
        return _instance(next(s for s in schema["anyOf"] if s.get("type") != "null"), defs, pick)
    if "oneOf" in schema:
        return _instance(schema["oneOf"][0], defs, pick)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            required = schema.get("required", ())
            return {
                name: _instance(member, defs, pick)
                for name, member in schema.get("properties", {}).items()
                if name in required or _names_id(member, defs)
            }
        case "string":
            return _text(schema, pick)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            least = 1 if _names_id(schema["items"], defs) else 0
            return [_instance(schema["items"], defs, pick)] * schema.get("minItems", least)
        case _:
            raise AssertionError(f"no sample for {schema}: teach tests.support.routes to make one")


def _text(schema: dict[str, Any], pick: Pick) -> str:
    pattern = schema.get("pattern", "")
    if identifier := _ID.match(pattern):
        return pick(identifier[1])
    if schema.get("format") == "email":
        return "someone@example.com"
    for sample in _SAMPLES:
        if schema.get("minLength", 0) <= len(sample) <= schema.get("maxLength", 1000) and re.search(
            pattern, sample
        ):
            return sample
    raise AssertionError(f"no sample for {schema}: add one to tests.support.routes")


def _names_id(schema: dict[str, Any], defs: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _names_id(defs[schema["$ref"].rpartition("/")[2]], defs)
    return bool(_ID.match(schema.get("pattern", ""))) or any(
        _names_id(s, defs) for s in schema.get("anyOf", ())
    )
