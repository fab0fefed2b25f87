"""What a plugin's class says, as the manifest of its package has it. Run as a program: of the class in a folder."""

import importlib
import inspect
import json
import sys
from typing import Any

from openclaw.sdk.errors import PluginError
from openclaw.sdk.plugin import ActionMetadata, BasePlugin

_PARAMETERS = {"network": "hosts", "device": "tools", "secrets": "names"}
_ANY = {"network": "*"}


def describe(plugin: type[BasePlugin], entry: str) -> dict[str, Any]:
    """The manifest of ``plugin`` as plain values, without hashes of dependencies and without files."""
    about = plugin.metadata
    limits = plugin.resources
    manifest: dict[str, Any] = {
        "format": 1,
        "name": about.name,
        "version": about.version,
        "title": _words(about.title or about.name, about.title_zh),
        "description": _words(about.description, about.description_zh),
        "author": about.author,
        "category": about.category,
        "tags": list(about.tags),
        "homepage": about.homepage,
        "license": about.license,
        "entry": entry,
        "actions": {name: _action(each) for name, each in plugin.describe_actions().items()},
        "permissions": permissions_of(about.permissions),
        "limits": {
            name: getattr(limits, name) for name in ("memory_mb", "cpu_seconds", "wall_seconds", "files_mb")
        },
        "config": plugin.config_schema,
    }
    return manifest


def permissions_of(asked: Any) -> dict[str, dict[str, list[str]]]:
    """``["llm", "network:example.com"]`` as ``{"llm": {}, "network": {"hosts": ["example.com"]}}``."""
    found: dict[str, dict[str, list[str]]] = {}
    for permission in asked:
        name, _, parameter = str(permission).partition(":")
        parameter = parameter or _ANY.get(name, "")
        entry = found.setdefault(name, {})
        if parameter:
            entry.setdefault(_PARAMETERS.get(name, "parameters"), []).append(parameter)
    return found


def find_plugin(module: str) -> type[BasePlugin]:
    """The one plugin that a module defines.

    :raises PluginError: ``plugin.bad_entry``: none, or several.
    """
    loaded = importlib.import_module(module)
    found = [
        each
        for _, each in inspect.getmembers(loaded, inspect.isclass)
        if issubclass(each, BasePlugin) and each.__module__ == loaded.__name__ and hasattr(each, "metadata")
    ]
    if len(found) != 1:
        raise PluginError("plugin.bad_entry", f"{module} must define one plugin; it defines {len(found)}.")
    return found[0]


def _words(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh": chinese} if chinese else {"en": english}


def _action(about: ActionMetadata) -> dict[str, Any]:
    return {
        "title": _words(about.title, about.title_zh),
        "description": _words(about.description, about.description_zh),
        "input": about.input,
        "output": about.output,
        "effect": about.effect,
    }


def main() -> None:
    """Print what ``plugin.py`` of the folder that is the first argument says, and what it depends on."""
    sys.path.insert(0, sys.argv[1])
    plugin = find_plugin("plugin")
    told = describe(plugin, f"plugin:{plugin.__name__}")
    sys.stdout.write(json.dumps({"manifest": told, "dependencies": list(plugin.metadata.dependencies)}))


if __name__ == "__main__":
    main()
