"""Tools of the Model Context Protocol as actions of a plugin. What servers say of them is cleaned and cut to fit."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from openclaw.sdk.context import Files
from openclaw.sdk.errors import PluginError
from openclaw.sdk.plugin import ActionMetadata, BasePlugin
from openclaw.sdk.schemas import MAX_DEPTH, schema_problem

_MOST_PARTS = 2_000  # of one schema, references followed
_MOST_FILES = 64
_TITLE, _DESCRIPTION, _NAME = 80, 2_000, 50
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9.+-]{1,80}")
_UNSEEN = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # what steers a terminal, hides, or turns the reading direction


def clean(text: Any, most: int) -> str:
    """A text as people and models may be shown it: nothing unseen but line breaks, and no longer than ``most``."""
    if not isinstance(text, str):
        return ""
    kept = [char for char in text[: 8 * most] if char in "\n\t" or unicodedata.category(char) not in _UNSEEN]
    return "".join(kept).strip()[:most]


def action_names(tools: Iterable[Any]) -> dict[str, str]:
    """A name of an action for each tool's name, in their order; each tool once."""
    taken = set(dir(BasePlugin))
    found: dict[str, str] = {}
    for tool in dict.fromkeys(name for name in tools if isinstance(name, str) and 0 < len(name) <= 200):
        plain = re.sub(r"[^a-z0-9]+", "_", tool.lower()).strip("_")[: _NAME - 5]
        if not plain or not plain[0].isalpha() or plain in taken:
            plain = f"tool_{plain}".rstrip("_")
        name, number = plain, 1
        while name in found:
            number += 1
            name = f"{plain[: _NAME - 5]}_{number}"
        found[name] = tool
    return found


def actions_from(tools: Iterable[Mapping[str, Any]]) -> dict[str, ActionMetadata]:
    """The actions that listed tools come to, by their names."""
    listed = {tool["name"]: tool for tool in reversed(list(tools)) if isinstance(tool.get("name"), str)}
    names = action_names(reversed(listed))
    return {action: _action(listed[tool], action) for action, tool in names.items()}


def _action(tool: Mapping[str, Any], name: str) -> ActionMetadata:
    hints = tool.get("annotations")
    hints = hints if isinstance(hints, dict) else {}
    title = clean(tool.get("title"), _TITLE) or clean(hints.get("title"), _TITLE) or name
    destroys = hints.get("destructiveHint") is True
    return ActionMetadata(
        title=" ".join(title.split()),
        description=clean(tool.get("description"), _DESCRIPTION),
        input=fitted(tool.get("inputSchema")),
        output=fitted(tool.get("outputSchema")) if tool.get("outputSchema") is not None else {},
        effect="read" if hints.get("readOnlyHint") is True else "delete" if destroys else "modify",
    )


def fitted(schema: Any) -> dict[str, Any]:
    """The part of an object's schema that schemas of plugins may say; the server itself looks at the rest."""
    found = _Fitting(schema).schema(schema, 0)
    if not isinstance(found, dict) or found.setdefault("type", "object") != "object" or schema_problem(found):
        return {"type": "object"}
    return found


class _Fitting:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._left = _MOST_PARTS

    def schema(self, said: Any, depth: int) -> Any:
        """``said`` without what cannot stay; True (anything) where nothing can."""
        self._left -= 1
        if isinstance(said, bool):
            return said
        if not isinstance(said, dict) or depth > MAX_DEPTH or self._left < 0:
            return True
        if "$ref" in said:
            target = self._find(said["$ref"])
            return self.schema(target, depth + 1)
        kept: dict[str, Any] = {}
        for key, value in said.items():
            if key in ("pattern", "format") or not isinstance(key, str):
                continue  # what a pattern says differs from reader to reader
            part = self._part(key, value, depth)
            if part is not None and schema_problem({key: part}) is None:
                kept[key] = part
        return kept

    def _part(self, key: str, value: Any, depth: int) -> Any:
        if key in ("title", "description"):
            return clean(value, _DESCRIPTION)
        if key == "properties" and isinstance(value, dict):
            return {
                name: self.schema(inner, depth + 1)
                for name, inner in value.items()
                if name == clean(name, 100)
            }
        if key in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
            return [self.schema(inner, depth + 1) for inner in value]
        if key in ("items", "additionalProperties", "not"):
            return self.schema(value, depth + 1)
        if key in ("$schema", "$comment", "examples"):
            return None
        return value

    def _find(self, reference: Any) -> Any:
        """What a reference within the schema names; True for any other."""
        place: Any = self._root
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return True
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            place = place.get(name, True) if isinstance(place, dict) else True
        return place


def read_result(result: Mapping[str, Any], files: Files) -> Any:
    """A tool's result as output: its structured content, else its text; images and the like become files.

    :raises PluginError: ``mcp_tool_failed``, in the tool's words.
    """
    content = result.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    text = "\n".join(said for part in parts if (said := _text_of(part)))
    if result.get("isError") is True:
        raise PluginError("mcp_tool_failed", clean(text, _DESCRIPTION) or "The tool failed.")
    for number, part in enumerate(parts[:_MOST_FILES], start=1):
        _keep(part, number, files)
    structured = result.get("structuredContent")
    return structured if isinstance(structured, dict) else {"text": text}


def _text_of(part: Mapping[str, Any]) -> str:
    resource = part.get("resource")
    said = part.get("text") if part.get("type") == "text" else None
    if isinstance(resource, dict):
        said = resource.get("text")
    elif part.get("type") == "resource_link":
        said = part.get("uri")
    return said if isinstance(said, str) else ""


def _keep(part: Mapping[str, Any], number: int, files: Files) -> None:
    resource = part.get("resource")
    held = resource.get("blob") if isinstance(resource, dict) else part.get("data")
    if not isinstance(held, str):
        return
    said = (resource if isinstance(resource, dict) else part).get("mimeType")
    kind = said if isinstance(said, str) and _TYPE.fullmatch(said) else "application/octet-stream"
    try:
        data = base64.b64decode(held, validate=True)
    except (binascii.Error, ValueError):
        raise PluginError("mcp_bad_answer", "The tool's answer holds a file that cannot be read.") from None
    what = part.get("type") if part.get("type") in ("image", "audio") else "file"
    files.write(f"{what}-{number}.{_ENDINGS.get(kind, 'bin')}", data, kind)
