"""Run a plugin in the process that tests it, with scripted answers of its host."""

import asyncio
import contextlib
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openclaw.sdk.plugin import BasePlugin
from openclaw.sdk.runtime import perform

Answer = Any  # a value, or a function of the parameters that gives it or raises


class HostRefused(Exception):  # noqa: N818 - raised by an answer: the host refuses, with a code
    """What a scripted answer raises to refuse."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


@dataclass(frozen=True)
class Result:
    """What came of a call. ``error`` is ``{code, message, data}``; ``calls`` what the plugin asked its host for."""

    output: Any
    error: dict[str, Any] | None
    files: dict[str, bytes]
    logs: str
    calls: list[tuple[str, dict[str, Any]]]


class ScriptedHost:
    """Answers host calls from ``answers`` by their names; what is not there was not granted."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def call(self, name: str, /, **parameters: Any) -> Any:
        """The answer to ``name``."""
        self.calls.append((name, parameters))
        if name not in self._answers:
            raise HostRefused("not_granted")
        answer = self._answers[name]
        return answer(**parameters) if isinstance(answer, Callable) else answer


def in_turn(answers: Mapping[str, Any]) -> dict[str, Answer]:
    """Answers from a file: a list is given one by one, its last one again and again; ``{"refused": code}`` refuses."""

    def answer(listed: list[Any]) -> Callable[..., Any]:
        rest = list(listed)

        def give(**_: Any) -> Any:
            value = rest.pop(0) if len(rest) > 1 else rest[0]
            if isinstance(value, dict) and set(value) == {"refused"}:
                raise HostRefused("failed", str(value["refused"]))
            return value

        return give

    return {
        name: answer(listed if isinstance(listed, list) else [listed]) for name, listed in answers.items()
    }


def run_plugin(
    plugin: type[BasePlugin],
    inputs: Mapping[str, Any] | None = None,
    *,
    action: str = "execute",
    hook: str | None = None,
    settings: Mapping[str, Any] | None = None,
    answers: Mapping[str, Answer] | None = None,
    key: str = "test",
) -> Result:
    """Call an action (or a ``hook``) of ``plugin``. ``answers``: by host call, a value or a function that makes it."""
    host = ScriptedHost(answers or {})
    actions = {
        name: {"input": each.input, "output": each.output} for name, each in plugin.describe_actions().items()
    }
    job = {
        "actions": actions,
        "config": plugin.config_schema,
        "action": action,
        "inputs": dict(inputs or {}),
        "settings": dict(settings or {}),
        "key": key,
    }
    if hook is not None:
        job["hook"] = hook
    logs = io.StringIO()
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(logs):
        told = asyncio.run(perform(plugin, job, host, Path(name)))
        files = {file.name: file.read_bytes() for file in Path(name).iterdir()}
    return Result(told.get("output"), told.get("error"), files, logs.getvalue(), host.calls)
