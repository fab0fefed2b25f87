"""Workflows as tools of other programs: active versions under names that any of them takes."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from openclaw.domains.workflows import repository
from openclaw.infra.scope import Scope

MAX_TOOLS = 200
_LONGEST_NAME = 56  # clients put their own prefix before it, and stop at 64
_ID_LETTERS = 6


@dataclass(frozen=True)
class WorkflowTool:
    """A workflow as a tool. ``name`` is ``[a-z0-9_]+`` and its own in the workspace; ``input_schema`` an object's."""

    name: str
    workflow_id: UUID
    title: str
    description: str
    input_schema: dict[str, Any]


async def list_tools(scope: Scope, *, taken: Collection[str] = ()) -> list[WorkflowTool]:
    """The workspace's active workflows as tools, the first made first; none gets a name in ``taken``."""
    found: list[WorkflowTool] = []
    names = set(taken)
    for row, definition in await repository.list_active(scope, limit=MAX_TOOLS):
        name = tool_name(row.name)
        if not name or name in names:
            name = f"{name or 'workflow'}_{row.id.hex[-_ID_LETTERS:]}"
        names.add(name)
        found.append(
            WorkflowTool(
                name=name,
                workflow_id=row.id,
                title=row.name,
                description=row.description,
                input_schema=_object_schema(definition.get("input")),
            )
        )
    return found


def tool_name(title: str) -> str:
    """``Example: web digest`` to ``example_web_digest``; "" when no letter of it is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_NAME].strip("_")


def _object_schema(schema: dict[str, Any] | None) -> dict[str, Any]:
    return {"properties": {}, **(schema or {}), "type": "object"}
