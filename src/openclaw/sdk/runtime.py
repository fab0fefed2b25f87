"""How the sandbox calls a plugin: ``openclaw.sdk.runtime:call``."""

import importlib
import os
from pathlib import Path
from typing import Any

from openclaw.sdk.context import Context, Host
from openclaw.sdk.errors import InvalidError, PluginError, told
from openclaw.sdk.plugin import BasePlugin, PluginConfig
from openclaw.sdk.schemas import mismatch

_HOOKS = frozenset({"on_install", "on_uninstall", "on_enable", "on_disable"})


async def call(job: dict[str, Any], host: Host) -> dict[str, Any]:
    """Do the ``job`` (``openclaw.protocol.packages.calls``); ``{output, files}`` or ``{error}``, never raises."""
    try:
        return await perform(load(job["plugin"]), job, host, Path(os.environ["OUTPUT"]))
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        return {"error": told(error)}


def load(entry: str) -> type[BasePlugin]:
    """The class that ``module:Class`` names.

    :raises PluginError: ``plugin.bad_entry``.
    """
    module, _, name = entry.partition(":")
    found = getattr(importlib.import_module(module), name, None)
    if not (isinstance(found, type) and issubclass(found, BasePlugin)):
        raise PluginError("plugin.bad_entry", f"{entry} is not a plugin.")
    return found


async def perform(plugin: type[BasePlugin], job: dict[str, Any], host: Host, folder: Path) -> dict[str, Any]:
    """One action or hook of ``plugin``, its files written to ``folder``; ``{output, files}`` or ``{error}``."""
    settings: dict[str, Any] = job.get("settings") or {}
    context = Context(host, settings=settings, key=str(job.get("key", "")), folder=folder)
    try:
        made = plugin()
        made.config = PluginConfig(settings=settings, resources=plugin.resources)
        hook = job.get("hook")
        if hook == "validate_config":
            output: Any = bool(await made.validate_config(settings))
        elif hook is not None:
            if hook not in _HOOKS:
                raise PluginError("plugin.unknown_hook", f"There is no hook {hook}.")
            output = await getattr(made, hook)(context)
        else:
            output = await _act(made, job, context)
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        failure = told(error)
        failure["message"] = context.masked(failure["message"])
        return {"error": failure}
    return {"output": output, "files": context.files.written}


async def _act(made: BasePlugin, job: dict[str, Any], context: Context) -> Any:
    name = job.get("action", "execute")
    schemas = job["actions"].get(name)
    if schemas is None:
        raise PluginError("plugin.unknown_action", f"There is no action {name}.")
    inputs = job.get("inputs")
    inputs = {} if inputs is None else inputs
    for what, schema, value in (
        ("settings", job.get("config", {}), context.settings),
        ("inputs", schemas["input"], inputs),
    ):
        if found := mismatch(schema, value):
            raise InvalidError(what, *found)
    output = await made.perform_action(name, inputs, context)
    if found := mismatch(schemas["output"], output):
        raise InvalidError("output", *found)
    return output
