"""Our ``exec`` in the words of released node hosts, and their answers in ours. Without I/O.

A node host runs ``system.run``. Releases that know ``system.run.prepare`` are asked first what they would run, and
are then told to run that plan. Both are told that the call was approved, for nothing is sent to a machine before
the policy here, or the person, has allowed it; the node host's own policy still has the last word.
"""

from collections.abc import Collection
from typing import Any, cast

from openclaw.protocol.tools import Exec

RUN = "system.run"
PREPARE = "system.run.prepare"
WHICH = "system.which"
GET_POLICY = "system.execApprovals.get"
BROWSER = "browser.proxy"

READING = frozenset({WHICH, GET_POLICY})
"""Commands that only tell about the machine, whatever their parameters."""

_SHELL = ("/bin/sh", "-lc")
_WINDOWS_SHELL = ("cmd.exe", "/d", "/s", "/c")
_AGENT = {"agentId": "main", "sessionKey": "agent:main:main"}
_CUT = "... (truncated) "


class UntranslatableError(ValueError):
    """The call cannot be said in a node host's words; the message tells the model why."""


def offers(tool: str, commands: Collection[Any]) -> bool:
    """Whether a node host that declared ``commands`` can do our ``tool``."""
    return tool == "exec" and RUN in commands


def prepare_params(call: Exec, *, platform: str) -> dict[str, Any]:
    """The parameters of ``system.run.prepare``."""
    return {**_words(call, platform), "security": "full", "ask": "off", **_folder(call), **_AGENT}


def run_params(
    call: Exec, *, platform: str, call_id: str, timeout_ms: int, plan: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The parameters of ``system.run``; ``plan`` is what the node host answered to ``system.run.prepare``."""
    params = {**_words(call, platform), **_folder(call), **_AGENT}
    if plan is not None:
        params |= {"systemRunPlan": plan}
        params |= {"rawCommand": plan["commandText"]} if isinstance(plan.get("commandText"), str) else {}
        params |= {key: plan[key] for key in ("cwd", "agentId", "sessionKey") if plan.get(key) is not None}
    approval = {"runId": call_id, "approved": True, "approvalDecision": "allow-once"}
    return params | {"timeoutMs": timeout_ms} | approval


def plan_of(answer: Any) -> dict[str, Any]:
    """The plan in an answer to ``system.run.prepare``. Raises UntranslatableError."""
    plan = cast("dict[str, Any]", answer).get("plan") if isinstance(answer, dict) else None
    if not isinstance(plan, dict):
        raise UntranslatableError("The machine answered system.run.prepare without a plan.")
    return cast("dict[str, Any]", plan)


def exec_result(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer to ``system.run`` in the form of our ``exec``. Raises UntranslatableError when nothing was run."""
    code, problem = answer.get("exitCode"), answer.get("error")
    is_timeout = answer.get("timedOut") is True
    if not isinstance(code, int) and not is_timeout and problem:
        raise UntranslatableError(str(problem))
    texts = {name: _text(answer.get(name)) for name in ("stdout", "stderr")}
    return {
        "exitCode": code if isinstance(code, int) else None,
        "signal": None,
        "timedOut": is_timeout,
        "cancelled": False,
        "stdout": texts["stdout"].removeprefix(_CUT),
        "stderr": texts["stderr"].removeprefix(_CUT),
        "stdoutTruncated": texts["stdout"].startswith(_CUT),
        "stderrTruncated": texts["stderr"].startswith(_CUT),
    }


def failure_of(error: dict[str, Any]) -> dict[str, Any]:
    """A node host's error with our code, where there is one: its own policy refused, or it knows no such command."""
    message = str(error.get("message") or "The device gave no reason.")
    if message.startswith("SYSTEM_RUN_DENIED"):
        return {"code": "DENIED_BY_LOCAL_POLICY", "message": f"The machine refused: {message}"}
    return {"code": str(error.get("code") or "FAILED"), "message": message}


def read_run(params: dict[str, Any]) -> Exec:
    """What a ``system.run`` that a client asked for would do; its claims of approval, plans and variables count for
    nothing and are not passed on. Raises UntranslatableError.
    """
    command = params.get("command")
    if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):  # pyright: ignore[reportUnknownVariableType]
        raise UntranslatableError("command must be a list of texts")
    if params.get("env"):
        raise UntranslatableError("variables cannot be set from here")
    words = cast("list[str]", command)
    cwd = params.get("cwd")
    if cwd is not None and not isinstance(cwd, str):
        raise UntranslatableError("cwd must be a text")
    if tuple(words[:-1]) in (_SHELL, _WINDOWS_SHELL):
        return Exec(command=words[-1], cwd=cwd or "~")
    return Exec(argv=words, cwd=cwd or "~")


def _words(call: Exec, platform: str) -> dict[str, Any]:
    if call.argv is not None:
        return {"command": list(call.argv)}
    shell = _WINDOWS_SHELL if platform.lower().startswith("win") else _SHELL
    return {"command": [*shell, call.command or ""], "rawCommand": call.command or ""}


def _folder(call: Exec) -> dict[str, Any]:
    """Where to run. A node host does not say where its home is: left out, it is the folder that it runs in."""
    if call.cwd == "~":
        return {}
    if call.cwd.startswith("~"):
        raise UntranslatableError(
            "Name the folder in full: where this machine's home folder is, is not known."
        )
    return {"cwd": call.cwd}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
