"""SQL: over rows at hand in a database that lives as long as the call, or in a PostgreSQL of the workspace's."""

import json
import re
import sqlite3
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata, action

SQL = {"type": "string", "title": "SQL", "x-title-zh": "SQL", "minLength": 1, "maxLength": 50000}
PARAMETERS = {"type": "array", "title": "Parameters", "x-title-zh": "参数", "default": []}
RESULT = {
    "type": "object",
    "properties": {
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "count": {"type": "integer"},
    },
    "required": ["columns", "rows", "count"],
}
MOST_ROWS = 10_000
IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]{0,62}$"
_FORBIDDEN = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA}


class Database(BasePlugin):
    metadata = PluginMetadata(
        name="database",
        version="1.1.0",
        title="Query rows with SQL",
        title_zh="用 SQL 查询数据",
        description="Runs SQL over rows that it is given (SQLite), or in a PostgreSQL that the workspace connected.",
        description_zh="对给定的数据行（SQLite）或工作区已连接的 PostgreSQL 执行 SQL。",
        author="OpenClaw",
        category="data",
        tags=["sql", "database", "sqlite", "postgresql"],
        permissions=["database"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "tables": {
                "type": "object",
                "title": "Tables by name, each a list of rows",
                "x-title-zh": "表（名称 → 行列表）",
                "additionalProperties": {"type": "array", "items": {"type": "object"}},
            },
            "sql": SQL,
            "parameters": PARAMETERS,
        },
        "required": ["tables", "sql"],
        "additionalProperties": False,
    }
    output_schema = RESULT
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        with sqlite3.connect(":memory:") as connection:
            try:
                for name, rows in inputs["tables"].items():
                    _load(connection, name, rows)
                connection.set_authorizer(
                    lambda what, *_: sqlite3.SQLITE_DENY if what in _FORBIDDEN else sqlite3.SQLITE_OK
                )
                cursor = connection.execute(inputs["sql"], inputs.get("parameters", []))
                found = cursor.fetchmany(MOST_ROWS + 1)
            except sqlite3.Error as error:
                raise PluginError("bad_sql", str(error)) from None
            return _result([column[0] for column in cursor.description or ()], [list(row) for row in found])

    @action(
        "Query a connected database",
        title_zh="查询已连接的数据库",
        input={
            "type": "object",
            "properties": {
                "connection": {
                    "type": "string",
                    "title": "Workspace secret with postgresql://…",
                    "x-title-zh": "保存 postgresql://… 的工作区密钥",
                    "minLength": 1,
                    "maxLength": 64,
                },
                "sql": SQL,
                "parameters": PARAMETERS,
            },
            "required": ["connection", "sql"],
            "additionalProperties": False,
        },
        output=RESULT,
    )
    async def query(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        found = await context.query(inputs["connection"], inputs["sql"], inputs.get("parameters"))
        return _result(found["columns"], found["rows"])


def _load(connection: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Make a table of rows; a column is every name that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["nothing"]
    for name in (table, *names):
        if not re.match(IDENTIFIER, name):
            raise PluginError("bad_name", f"{name[:100]!r} cannot be the name of a table or column.")
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(f'CREATE TABLE "{table}" ({columns})')
    places = ", ".join("?" * len(names))
    connection.executemany(
        f'INSERT INTO "{table}" VALUES ({places})',  # noqa: S608 - names are checked above
        ([_cell(row.get(name)) for name in names] for row in rows),
    )


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _result(columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    if len(rows) > MOST_ROWS:
        raise PluginError("too_many_rows", f"More than {MOST_ROWS} rows; ask for fewer.")
    if len(set(columns)) != len(columns):
        raise PluginError("same_names", "Two columns have one name; give them others with AS.")
    told = [
        {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    return {"columns": columns, "rows": told, "count": len(told)}
