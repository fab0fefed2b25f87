"""Actions of plugins as tools of models: how they are called, and how risky a call is by what their author says."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openclaw.domains.plugins.repository import installed as repository
from openclaw.domains.plugins.service import blocks, builtin
from openclaw.domains.plugins.service.views import granted_in, manifest_in
from openclaw.infra.scope import Scope
from openclaw.protocol.grading import Assessment, Grade, Segment
from openclaw.protocol.packages.manifest import Action
from openclaw.protocol.packages.permissions import names_in
from openclaw.protocol.tools import ARGUMENTS

if TYPE_CHECKING:
    from pydantic_ai.tools import ToolDefinition

MOST_OFFERED = 128  # providers take no more
_LONGEST_MODEL_NAME = 64
_LONGEST_NAME = 100
_GRADES = {"read": Grade.READ, "modify": Grade.MODIFY, "delete": Grade.HIGH}
_WHY = {
    "read": "only reads",
    "modify": "a plugin says that this changes something",
    "delete": "a plugin says that this deletes something",
}


@dataclass(frozen=True)
class PluginTool:
    """An action that a model may call. ``grants``: the names of the permissions that its plugin has."""

    plugin: str
    name: str
    action: Action
    grants: frozenset[str] = frozenset()

    @property
    def tool(self) -> str:
        """As definitions and people call it: ``plugin.action``."""
        return f"{self.plugin}.{self.name}"

    @property
    def model_name(self) -> str:
        """As models call it."""
        return model_name(self.tool)

    @property
    def assessment(self) -> Assessment:
        """How risky a call is: what does more than read is asked about, each time, and no rule covers it."""
        grade, why = _GRADES[self.action.effect], _WHY[self.action.effect]
        segment = Segment(text=self.tool, program="", grade=grade, why=why)
        return Assessment(grade, (segment,), folder=None, programs=())

    def asked(self, inputs: Any) -> dict[str, Any]:
        """A call as its question shows it."""
        return {"plugin": self.plugin, "action": self.name, "inputs": inputs}

    def definition(self) -> "ToolDefinition":
        """As models see it."""
        from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415  (slow to load)

        title, more = self.action.title.text(), self.action.description.text()
        return ToolDefinition(
            name=self.model_name,
            description=f"{title}. {more}" if more else title,
            parameters_json_schema=self.action.input or {"type": "object"},
            strict=False,
        )


def model_name(tool: str) -> str:
    """``plugin.action`` in letters that every provider takes, and few enough."""
    plugin, _, name = tool.partition(".")
    plain = f"{plugin}__{name}"
    if len(plain) <= _LONGEST_MODEL_NAME:
        return plain
    return f"{name}__{hashlib.sha256(plain.encode()).hexdigest()[:8]}"[-_LONGEST_MODEL_NAME:]


async def find_named(scope: Scope, names: Iterable[str]) -> dict[str, PluginTool]:
    """The actions that names mean, as ``plugin.action`` or ``plugin`` for all of it, by models' names.

    `builtin.load` comes first.
    """
    rows = [*builtin.packages(), *await repository.list_all(scope)]
    actions = {row.name: manifest_in(row).actions for row in rows}
    found = [tool for name in names for tool in _tools_named(name, actions)]
    return {tool.model_name: tool for tool in found[:MOST_OFFERED]}


async def find_installed(scope: Scope) -> dict[str, PluginTool]:
    """The actions of the workspace's plugins that are on, by models' names."""
    rows = [row for row in await repository.list_all(scope) if row.is_enabled]
    switched_off = await blocks.list_blocks(scope) if rows else []
    usable = [
        row
        for row in rows
        if not blocks.find_reason(
            switched_off, name=row.name, version=row.version, publisher_key=row.publisher_key
        )
    ]
    actions = {row.name: manifest_in(row).actions for row in usable}
    grants = {row.name: names_in(granted_in(row)) for row in usable}
    found = [replace(tool, grants=grants[name]) for name in actions for tool in _tools_named(name, actions)]
    return {tool.model_name: tool for tool in found}


def _tools_named(name: str, actions: Mapping[str, Mapping[str, Action]]) -> Iterable[PluginTool]:
    """None when there is no such one; none of them passes for a tool of machines."""
    plugin, _, wanted = name.partition(".")
    for action, about in actions.get(plugin, {}).items():
        tool = PluginTool(plugin, action, about)
        is_meant = not wanted or action == wanted
        if is_meant and tool.tool not in ARGUMENTS and len(tool.tool) <= _LONGEST_NAME:
            yield tool
