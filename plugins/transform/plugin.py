"""Tables: filter, sort, group, rename; and to and from CSV and JSON."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata, action

ROWS = {"type": "array", "items": {"type": "object"}, "title": "Rows", "x-title-zh": "行"}
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TABLE = {
    "type": "object",
    "properties": {"rows": ROWS, "count": {"type": "integer"}},
    "required": ["rows", "count"],
}
FIELD = {"type": "string", "minLength": 1}
FIELDS = {"type": "array", "items": FIELD, "minItems": 1}
Row = dict[str, Any]


def step(name: str, **parameters: Any) -> dict[str, Any]:
    """The schema of one kind of step: ``{"do": name, …}``."""
    return {
        "type": "object",
        "properties": {"do": {"const": name}, **parameters},
        "required": ["do", *(key for key, schema in parameters.items() if "default" not in schema)],
        "additionalProperties": False,
    }


STEPS = {
    "type": "array",
    "title": "Steps",
    "x-title-zh": "步骤",
    "items": {
        "oneOf": [
            step("where", field=FIELD, test={"enum": ["=", "!=", "<", "<=", ">", ">=", "in", "contains", "empty"]},
                 value={"default": None}, negate={"type": "boolean", "default": False}),
            step("select", fields=FIELDS),
            step("rename", names={"type": "object", "additionalProperties": FIELD}),
            step("sort", by=FIELD, descending={"type": "boolean", "default": False}),
            step("limit", count={"type": "integer", "minimum": 0},
                 skip={"type": "integer", "minimum": 0, "default": 0}),
            step("unique", fields=FIELDS),
            step("group", by=FIELDS, totals={
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"of": {**FIELD, "default": ""},
                                   "as": {"enum": ["count", "sum", "mean", "min", "max", "list"]}},
                    "required": ["as"],
                    "additionalProperties": False,
                },
            }),
        ]
    },
}  # fmt: skip


class Transform(BasePlugin):
    metadata = PluginMetadata(
        name="transform",
        version="1.0.0",
        title="Transform rows",
        title_zh="转换数据",
        description="Filters, sorts, groups and reshapes rows; reads and writes CSV and JSON lines.",
        description_zh="筛选、排序、分组和重塑数据行；读写 CSV 和 JSON Lines。",
        author="OpenClaw",
        category="data",
        tags=["data", "csv", "json"],
    )
    input_schema = {
        "type": "object",
        "properties": {"rows": ROWS, "steps": STEPS},
        "required": ["rows", "steps"],
        "additionalProperties": False,
    }
    output_schema = TABLE
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        rows: list[Row] = inputs["rows"]
        for each in inputs["steps"]:
            before = len(rows)
            rows = DO[each["do"]](rows, each)
            context.log(each["do"], before, "→", len(rows))
        return {"rows": rows, "count": len(rows)}

    @action(
        "CSV to rows",
        title_zh="CSV 转为行",
        input={
            "type": "object",
            "properties": {
                "text": {"type": "string", "title": "CSV", "x-title-zh": "CSV"},
                "delimiter": {"type": "string", "minLength": 1, "maxLength": 1, "default": ","},
                "numbers": {"type": "boolean", "title": "Read numbers as numbers", "x-title-zh": "识别数字",
                            "default": True},
            },
            "required": ["text"],
            "additionalProperties": False,
        },
        output=TABLE,
        effect="read",
    )  # fmt: skip
    async def parse_csv(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        lines = io.StringIO(inputs["text"].removeprefix("\ufeff"))
        reader = csv.DictReader(lines, delimiter=inputs.get("delimiter", ","), restval="")
        read = _number if inputs.get("numbers", True) else str
        try:
            rows = [{name: read(value) for name, value in row.items() if name is not None} for row in reader]
        except csv.Error as error:
            raise PluginError("bad_csv", str(error)) from None
        return {"rows": rows, "count": len(rows)}

    @action(
        "Rows to CSV",
        title_zh="行转为 CSV",
        input={"type": "object", "properties": {"rows": ROWS}, "required": ["rows"], "additionalProperties": False},
        output=TEXT,
        effect="read",
    )  # fmt: skip
    async def format_csv(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        names = list(dict.fromkeys(name for row in inputs["rows"] for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in inputs["rows"])
        return {"text": text.getvalue()}

    @action(
        "JSON lines to rows",
        title_zh="JSON Lines 转为行",
        input={
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        },
        output=TABLE,
        effect="read",
    )
    async def parse_json_lines(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        rows: list[Row] = []
        for number, line in enumerate(inputs["text"].splitlines(), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise PluginError("bad_line", f"Line {number} is not a JSON object.", line=number)
            rows.append(row)
        return {"rows": rows, "count": len(rows)}


def _number(text: str) -> Any:
    for read in (int, float):
        try:
            value = read(text)
        except (ValueError, OverflowError):
            continue
        # 007 and 1_000 are names, nan and inf are not JSON.
        is_plain = text.strip("+-") == "0" or not text.lstrip("+-").startswith("0") or "." in text
        return value if is_plain and "_" not in text and abs(value) < 1e300 else text
    return text


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def _order(value: Any) -> tuple[int, Any]:
    """Anything with anything: nothing, then numbers, then texts, then the rest."""
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, value) if isinstance(value, str) else (3, json.dumps(value, sort_keys=True))


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, value: found == value,
    "!=": lambda found, value: found != value,
    "<": lambda found, value: found is not None and _order(found) < _order(value),
    "<=": lambda found, value: found is not None and _order(found) <= _order(value),
    ">": lambda found, value: _order(found) > _order(value),
    ">=": lambda found, value: _order(found) >= _order(value),
    "in": lambda found, value: isinstance(value, list) and found in value,
    "contains": lambda found, value: isinstance(found, str | list | dict) and value in found,
    "empty": lambda found, _: found in (None, "", [], {}),
}


def _where(rows: list[Row], said: Row) -> list[Row]:
    test, negate = TESTS[said["test"]], said.get("negate", False)
    try:
        return [row for row in rows if test(row.get(said["field"]), said.get("value")) != negate]
    except TypeError:
        raise PluginError("bad_test", f"{said['field']} cannot be tested so.") from None


def _group(rows: list[Row], said: Row) -> list[Row]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(row, said["by"]), []).append(row)
    return [
        {name: group[0].get(name) for name in said["by"]}
        | {name: _total(group, total) for name, total in said["totals"].items()}
        for group in groups.values()
    ]


def _total(rows: list[Row], said: Row) -> Any:
    if said["as"] == "count":
        return len(rows)
    values = [row.get(said.get("of", "")) for row in rows]
    if said["as"] == "list":
        return values
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if said["as"] == "sum":
        return sum(numbers)
    if not numbers:
        return None
    return (
        sum(numbers) / len(numbers) if said["as"] == "mean" else {"min": min, "max": max}[said["as"]](numbers)
    )


def _key(row: Row, fields: list[str]) -> str:
    return json.dumps([row.get(name) for name in fields], sort_keys=True)


DO: dict[str, Callable[[list[Row], Row], list[Row]]] = {
    "where": _where,
    "select": lambda rows, said: [{name: row.get(name) for name in said["fields"]} for row in rows],
    "rename": lambda rows, said: [
        {said["names"].get(name, name): value for name, value in row.items()} for row in rows
    ],
    "sort": lambda rows, said: sorted(
        rows, key=lambda row: _order(row.get(said["by"])), reverse=said.get("descending", False)
    ),
    "limit": lambda rows, said: rows[said.get("skip", 0) :][: said["count"]],
    "unique": lambda rows, said: list({_key(row, said["fields"]): row for row in reversed(rows)}.values())[
        ::-1
    ],
    "group": _group,
}
