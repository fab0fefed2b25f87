"""Where a step of each type has its expressions, texts, values and schemas. Takes steps that may be of any form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from openclaw.domains.workflows.language import expressions, texts
from openclaw.protocol.tools import ARGUMENTS

_OF_PLUGIN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9_]*)?")
_VALUES = {
    "plugin": ("inputs",),
    "loop": ("items",),
    "delay": ("for", "until"),
    "device": ("device", "arguments"),
    "http": ("url", "headers", "query", "body"),
    "transform": ("set", "variables"),
    "subworkflow": ("input",),
}
_TEXTS = {"agent": ("prompt", "system"), "approval": ("message",)}
_SCHEMAS = {"agent": ("answer_schema",), "approval": ("form",), "signal": ("data_schema",)}


class Language(Protocol):
    """CEL or texts."""

    def syntax_error(self, source: str) -> str | None:
        """What is wrong, or None."""
        ...

    def roots_of(self, source: str) -> set[str]:
        """The names that it starts from."""
        ...

    def steps_of(self, source: str) -> set[str]:
        """The steps that it names."""
        ...


LANGUAGES: Mapping[str, Language] = {"$expr": expressions, "$text": texts}


def values_of(kind: Any, config: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Values in which marks are replaced."""
    for name in _VALUES.get(kind, ()):
        if name in config:
            yield f"{path}.{name}", config[name]


def texts_of(kind: Any, config: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Fields that are texts with ``{{ … }}`` by themselves."""
    for name in _TEXTS.get(kind, ()):
        if isinstance(text := config.get(name), str):
            yield f"{path}.{name}", text


def schemas_of(kind: Any, config: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """JSON Schemas."""
    for name in _SCHEMAS.get(kind, ()):
        if name in config:
            yield f"{path}.{name}", config[name]


def expressions_of(kind: Any, config: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Fields that are CEL by themselves."""
    if kind == "loop" and isinstance(source := config.get("while"), str):
        yield f"{path}.while", source
    cases = config.get("cases") if kind == "condition" else None
    for index, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, Mapping) and isinstance(source := case.get("when"), str):
            yield f"{path}.cases[{index}].when", source


def targets(step: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Every step that this one leads to, with the place that says so."""
    yield from _targets(step.get("next_steps"), f"{path}.next_steps")
    if isinstance(step.get("on_failure"), str):
        yield f"{path}.on_failure", step["on_failure"]
    config = step.get("config")
    if step.get("type") == "condition" and isinstance(config, Mapping):
        cases = config.get("cases")
        for index, case in enumerate(cases if isinstance(cases, list) else ()):
            if isinstance(case, Mapping):
                yield from _targets(case.get("next_steps"), f"{path}.config.cases[{index}].next_steps")
        yield from _targets(config.get("default"), f"{path}.config.default")


def odd(kind: Any, config: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """What the fields of a type say together and must not."""
    if kind == "loop" and ("items" in config) == ("while" in config):
        yield path, "a loop has either `items` or `while`"
    if kind == "loop" and "while" in config and config.get("concurrency", 1) != 1:
        yield f"{path}.concurrency", "rounds of `while` follow one another"
    if kind == "delay" and ("for" in config) == ("until" in config):
        yield path, "a delay has either `for` or `until`"
    if kind == "agent" and isinstance(tools := config.get("tools"), list):
        for index, tool in enumerate(tools):
            if isinstance(tool, str) and tool not in ARGUMENTS and not _OF_PLUGIN.fullmatch(tool):
                words = f"there is no tool {tool}; there are {', '.join(ARGUMENTS)}, and plugin.action"
                yield f"{path}.tools[{index}]", words
    if kind == "parallel" and isinstance(branches := config.get("branches"), list):
        names = [b.get("id") for b in branches if isinstance(b, Mapping)]
        if len(set(map(str, names))) < len(names):
            yield f"{path}.branches", "branches have ids of their own"
        wait = config.get("wait")
        if isinstance(wait, int) and wait > len(branches):
            yield f"{path}.wait", f"there are only {len(branches)} branches"


def _targets(value: Any, path: str) -> Iterator[tuple[str, str]]:
    for index, target in enumerate(value if isinstance(value, list) else ()):
        if isinstance(target, str):
            yield f"{path}[{index}]", target
