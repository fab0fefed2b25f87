"""A runtime's tool call in the words of our tools, and this machine's own verdict on it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import Struct

from openclaw.apps.bridge.errors import PolicyFileError
from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.tools.judgement import judge
from openclaw.apps.bridge.tools.paths import resolve
from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.runs import RunLimits
from openclaw.protocol.tools import ARGUMENTS, OTHERS, InvalidArguments, decode_arguments

ANYTHING = RunLimits()
_PI = "pi."
MAX_ARGUMENT_BYTES = 300_000  # of a call that is put to the person: what is allowed has to be what was shown
_TOO_LARGE = (
    "This call is too large to be shown to the person who would have to allow it. Do it in smaller steps."
)


@dataclass(frozen=True)
class ToolUse:
    """One tool call: ``name`` and ``arguments`` as our tools have them where they have such a tool."""

    call: str
    name: str
    arguments: dict[str, Any]
    decoded: Struct | None


@dataclass(frozen=True)
class Verdict:
    """``refusal`` says why it is not run; else ``grade``: reading runs, anything else is asked."""

    grade: Grade
    refusal: str | None = None


class _GateCall(Struct, frozen=True):
    id: str
    tool: str
    input: dict[str, Any] = {}


def gate_call(text: str, folder: Path) -> ToolUse | None:
    """The call that our extension put into its question; None when it is none."""
    try:
        call = msgspec.json.decode(text, type=_GateCall)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return tool_use(call.id, call.tool, call.input, folder)


def tool_use(call: str, tool: str, given: dict[str, Any], folder: Path) -> ToolUse:
    """A runtime's call; what it does not say of a path is meant from ``folder``, where it works."""
    name, build = _NAMES.get(tool, (tool, None))
    if build is not None:
        arguments = build(given, folder)
        try:
            return ToolUse(call, name, arguments, decode_arguments(name, arguments))
        except InvalidArguments:
            pass
    return ToolUse(call, f"{_PI}{tool}"[:100], given, None)


async def verdict_on(use: ToolUse, policy: Callable[[], Policy], limits: RunLimits = ANYTHING) -> Verdict:
    """What this machine's owner, the server's limits and the grading say.

    A tool that is not known is as risky as they come.
    """
    try:
        verdict = await asyncio.to_thread(_judged, use, policy())
    except PolicyFileError as error:
        return Verdict(Grade.DANGEROUS, str(error))
    except ToolFailedError as failed:
        return Verdict(Grade.DANGEROUS, failed.failure.message)
    name = _ours(use)
    if name in limits.denied_tools or (name not in ARGUMENTS and OTHERS in limits.denied_tools):
        return Verdict(verdict.grade, f"{name} is switched off for this machine.")
    if verdict.grade > Grade(limits.max_grade):
        return Verdict(
            verdict.grade,
            f"This is graded {verdict.grade}; {limits.max_grade} is the most that is allowed on this machine.",
        )
    return verdict


def _ours(use: ToolUse) -> str:
    """The tool of ours that it comes to, also when its arguments are none that ours takes."""
    name, _ = _NAMES.get(use.name.removeprefix(_PI), (use.name, None))
    return name


def _judged(use: ToolUse, policy: Policy) -> Verdict:
    if use.decoded is None:
        if Grade(policy.max_grade) < Grade.HIGH:
            return Verdict(Grade.HIGH, "This machine's owner accepts no call of a tool that is not known.")
        grade = Grade.HIGH
    else:
        judge(policy, use.name, use.decoded)
        if isinstance(path := use.arguments.get("path"), str):
            resolve(policy, path)
        grade = grade_call(use.name, use.decoded, home=policy.home).grade
    if grade > Grade.READ and len(msgspec.json.encode(use.arguments)) > MAX_ARGUMENT_BYTES:
        return Verdict(grade, _TOO_LARGE)
    return Verdict(grade)


def _path(given: dict[str, Any], folder: Path) -> str:
    path = given.get("path") or given.get("file_path") or "."
    text = str(path).removeprefix("@")
    return text if text.startswith("~") or Path(text).is_absolute() else str(folder / text)


def _exec(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    timeout = given.get("timeout")
    limit = (
        {"timeout_seconds": min(float(timeout), 3600)}
        if isinstance(timeout, int | float) and timeout > 0
        else {}
    )
    return {"command": given.get("command"), "cwd": str(folder), **limit}


def _read(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {"path": _path(given, folder)}


def _write(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {"path": _path(given, folder), "content": given.get("content")}


def _edit(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    edits = given.get("edits")
    listed = cast("list[Any]", edits) if isinstance(edits, list) else [given]
    found = [cast("dict[str, Any]", edit) for edit in listed if isinstance(edit, dict)]
    return {
        "path": _path(given, folder),
        "edits": [{"old": edit.get("oldText"), "new": edit.get("newText")} for edit in found],
    }


def _search(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {"path": _path(given, folder), "query": given.get("pattern")}


_NAMES: dict[str, tuple[str, Callable[[dict[str, Any], Path], dict[str, Any]]]] = {
    "bash": ("exec", _exec),
    "read": ("fs.read", _read),
    "write": ("fs.write", _write),
    "edit": ("fs.edit", _edit),
    "ls": ("fs.list", _read),
    "grep": ("fs.search", _search),
    "find": ("fs.search", _search),
}
assert all(name in ARGUMENTS for name, _ in _NAMES.values())
