"""The device tools as models see them: names without dots, and one more argument, the device."""

from functools import cache
from typing import TYPE_CHECKING, Any

from openclaw.protocol import tools

if TYPE_CHECKING:
    from pydantic_ai.tools import ToolDefinition

_DEVICE = {
    "type": "string",
    "description": "Name or id of the device to act on. Leave out for the conversation's device. "
    "Reading tools and exec also take a group, or several names with commas: each device does it once.",
}
_NOT_ASKED = frozenset({"mode"})  # what the server says for itself
_TO_MODEL = {tool: tool.replace(".", "_") for tool in tools.ARGUMENTS}
_FROM_MODEL = {name: tool for tool, name in _TO_MODEL.items()}


def model_name(tool: str) -> str:
    """``fs.list`` to ``fs_list``: providers allow no dots. KeyError for an unknown tool."""
    return _TO_MODEL[tool]


def find_tool(name: str) -> str | None:
    """``fs_list`` to ``fs.list``; None for a name that no tool has. Models that kept the dot are understood."""
    return _FROM_MODEL.get(name) or (name if name in _TO_MODEL else None)


def split_device(arguments: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The device that the model named, if any, and the tool's own arguments."""
    rest = dict(arguments)
    device = rest.pop("device", None)
    return (device if isinstance(device, str) and device.strip() else None), rest


@cache
def _definitions() -> tuple["ToolDefinition", ...]:
    from pydantic_ai.tools import ToolDefinition

    return tuple(
        ToolDefinition(
            name=name,
            description=tools.description(tool),
            parameters_json_schema=schema_for_model(tool),
            strict=False,  # optional arguments stay optional
        )
        for tool, name in _TO_MODEL.items()
    )


def tool_definitions() -> "list[ToolDefinition]":
    """Every device tool."""
    return list(_definitions())


def schema_for_model(tool: str) -> dict[str, Any]:
    """The JSON schema of ``tool``'s arguments with the optional ``device``."""
    schema = tools.json_schema(tool)
    properties = {name: each for name, each in schema.get("properties", {}).items() if name not in _NOT_ASKED}
    return {**schema, "properties": {**properties, "device": _DEVICE}}


def server_tool(name: str, description: str, schema: dict[str, Any]) -> "ToolDefinition":
    """A tool that the server does by itself."""
    from pydantic_ai.tools import ToolDefinition

    return ToolDefinition(name=name, description=description, parameters_json_schema=schema, strict=False)
