"""Do the plugin steps of a definition, and the plugins that its agents may use, fit what the workspace has?"""

from collections.abc import Iterator, Mapping
from typing import Any

from openclaw.domains.plugins.service import builtin, installing
from openclaw.domains.plugins.service.views import manifest_in
from openclaw.domains.workflows.language.checks import Problem
from openclaw.domains.workflows.language.values import marks_in
from openclaw.infra.json_schema import data_errors
from openclaw.infra.scope import Scope
from openclaw.protocol.packages.manifest import DEFAULT_ACTION, Action, Manifest
from openclaw.protocol.tools import ARGUMENTS


async def find_problems(scope: Scope, raw: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the plugin steps of a definition that is sound otherwise. Values to come are not judged."""
    steps = list(_plugin_steps(raw.get("steps"), "$.steps"))
    if not steps:
        return []
    await builtin.load()
    rows = [*builtin.packages(), *await installing.list_plugins(scope)]
    installed = {row.name: manifest_in(row) for row in rows}
    return [
        problem
        for path, config in steps
        for problem in (
            _tool_problems(installed, config, path)
            if "prompt" in config
            else _step_problems(installed, config, path)
        )
    ]


def _tool_problems(
    installed: Mapping[str, Manifest], config: Mapping[str, Any], path: str
) -> Iterator[Problem]:
    """Tools of an agent step that are neither a machine's nor a plugin's."""
    for index, tool in enumerate(config["tools"]):
        plugin, _, action = str(tool).partition(".")
        known = installed.get(plugin)
        is_there = known is not None and (not action or action in known.actions)
        if tool not in ARGUMENTS and not is_there:
            words = (
                f"there is no tool {tool}; there are {', '.join(ARGUMENTS)}, and actions of installed plugins"
            )
            yield Problem(f"{path}.tools[{index}]", "unknown_tool", words)


def _step_problems(
    installed: Mapping[str, Manifest], config: Mapping[str, Any], path: str
) -> Iterator[Problem]:
    manifest = installed.get(config["plugin"])
    if manifest is None:
        words = f"the plugin {config['plugin']} is not installed in this workspace"
        yield Problem(f"{path}.plugin", "unknown_plugin", words)
        return
    name = config.get("action") or DEFAULT_ACTION
    action = manifest.actions.get(name)
    if action is None:
        words = f"{manifest.name} has no action {name}; it has {', '.join(sorted(manifest.actions))}"
        yield Problem(f"{path}.action", "unknown_action", words)
        return
    yield from _input_problems(action, config.get("inputs") or {}, f"{path}.inputs")


def _input_problems(action: Action, inputs: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Missing and unknown inputs, and those that are given as they stand and do not fit."""
    properties = action.input.get("properties", {})
    for name in action.input.get("required", ()):
        if name not in inputs:
            yield Problem(f"{path}.{name}", "missing_input", "is needed by the plugin")
    for name, value in inputs.items():
        if name not in properties:
            if action.input.get("additionalProperties") is False:
                yield Problem(f"{path}.{name}", "unknown_input", "is not an input of the plugin")
        elif not any(True for _ in marks_in(value, "$")):
            schema = {"$defs": action.input.get("$defs", {}), "properties": {name: properties[name]}}
            for where, reason in data_errors(schema, {name: value}):
                yield Problem(f"{path}{where.removeprefix('$')}", "wrong_input", reason)


def _plugin_steps(steps: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, step in enumerate(steps or ()):
        config, here = step["config"], f"{path}[{index}].config"
        if step["type"] == "plugin" or (step["type"] == "agent" and config.get("tools")):
            yield here, config
        elif step["type"] == "loop":
            yield from _plugin_steps(config["steps"], f"{here}.steps")
        elif step["type"] == "parallel":
            for number, branch in enumerate(config["branches"]):
                yield from _plugin_steps(branch["steps"], f"{here}.branches[{number}].steps")
