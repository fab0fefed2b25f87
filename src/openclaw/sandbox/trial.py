"""``python -m openclaw.sandbox run``: calls from standard input, with the host's answers written down beforehand.

For authors of plugins. It reads ``{"code": […], "calls": [{"entry", "inputs", "limits", "answers"}, …]}`` and writes
``{"tier", "outcomes": […]}`` or, where nothing isolates, ``{"tier": "none", "reason", "remedy"}``.
"""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from openclaw.kit.errors import OpenClawError
from openclaw.sandbox.calls import Call, Grants, Limits
from openclaw.sandbox.client import HostCall, Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError, SecurityViolation
from openclaw.sandbox.frames import Settings


class Trial(Struct, frozen=True):
    """One call, and the answers to what it will ask: a list is given one by one, its last one again and again."""

    entry: str
    inputs: Any = None
    limits: Limits = Limits()
    answers: dict[str, Any] = {}


class Trials(Struct, frozen=True):
    """Calls of one set of code folders."""

    code: tuple[str, ...]
    calls: list[Trial]


async def run_trials(asked: bytes) -> bytes:
    """Run what ``asked`` says, one after the other."""
    trials = msgspec.json.decode(asked, type=Trials)
    try:
        async with Sandbox(Settings(slots=1)) as sandbox:
            hello = await sandbox.start()
            if hello.reason:
                raise SandboxUnavailableError(reason=hello.reason, remedy=hello.remedy)
            outcomes = await run_in(sandbox, trials)
    except SandboxUnavailableError as error:
        return msgspec.json.encode({"tier": "none", "reason": error.reason, "remedy": error.remedy})
    return msgspec.json.encode({"tier": hello.tier, "outcomes": outcomes})


async def run_in(sandbox: Sandbox, trials: Trials) -> list[dict[str, Any]]:
    """Run them in a sandbox that is there, one after the other."""
    return [await _outcome(sandbox, trials.code, trial) for trial in trials.calls]


async def _outcome(sandbox: Sandbox, code: tuple[str, ...], trial: Trial) -> dict[str, Any]:
    call = Call(
        code=code,
        entry=trial.entry,
        inputs=trial.inputs,
        limits=trial.limits,
        grants=Grants(host_calls=frozenset(trial.answers)),
    )
    told: dict[str, Any] = {"output": None, "error": None, "message": "", "stopped_by": None, "logs": ""}
    told |= {"files": {}, "refused": [], "violations": []}
    host = {name: _in_turn(answer) for name, answer in trial.answers.items()}
    try:
        outcome = await sandbox.run(call, host=host)
    except SecurityViolation as violation:
        return told | {"error": "SecurityViolation", "violations": violation.violations}
    except SandboxUnavailableError:
        raise
    except OpenClawError as error:
        return told | {"error": type(error).__name__, "message": str(error)}
    return told | {
        "output": outcome.output,
        "error": outcome.error,
        "message": outcome.message,
        "stopped_by": outcome.stopped_by,
        "logs": outcome.logs,
        "files": {name: base64.b64encode(data).decode() for name, data in outcome.files.items()},
        "refused": outcome.refused,
    }


def _in_turn(answer: Any) -> HostCall:
    rest = list(answer) if isinstance(answer, list) else [answer]

    async def give(_: Mapping[str, Any]) -> Any:
        value = rest.pop(0) if len(rest) > 1 else rest[0]
        if isinstance(value, dict) and set(value) == {"refused"}:
            raise ValueError(str(value["refused"]))
        return value

    return give


def run(asked: bytes) -> bytes:
    """As ``run_trials``."""
    return asyncio.run(run_trials(asked))
