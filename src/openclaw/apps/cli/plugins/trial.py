"""A plugin's own tests and examples, run in the sandbox where there is one, else in a process beside it.

``examples/<name>.json`` is one call and what must come of it: ``{"action", "inputs", "settings", "answers", "output",
"error", "files"}``. ``answers`` are the host's, by host call: a value, or a list that is given one by one.
"""

import base64
import contextlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.cli.plugins.errors import PluginFolderError, TrialError
from openclaw.apps.cli.plugins.folder import TESTS, WHEELS, PluginFolder, files_for_trial
from openclaw.apps.cli.words import say
from openclaw.protocol.packages.calls import action_call, granted_host_calls, read_answer
from openclaw.protocol.packages.manifest import DEFAULT_ACTION
from openclaw.sdk.trial import RUN_TESTS

EXAMPLES = "examples"
_KEY = "example"
_SECONDS = 600
_MIB = 1 << 20
_SANDBOX, _BESIDE = "openclaw.sandbox", "openclaw.sdk.trial"


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call, what its host answers, and what must come of it; what is left out is not looked at."""

    action: str = DEFAULT_ACTION
    inputs: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    output: Any = msgspec.UNSET
    error: str | None = None
    files: dict[str, str] | None = None  # by name, as text; "*" is anything
    description: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """How one call ended."""

    output: Any = None
    error: str | None = None
    message: str = ""
    stopped_by: str | None = None
    logs: str = ""
    files: dict[str, str] = {}
    violations: list[str] = []


class Told(msgspec.Struct, frozen=True):
    """What the program that runs calls says."""

    tier: str
    outcomes: list[Outcome] = []
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that was tried; ``problem`` is empty when it went well."""

    name: str
    problem: str
    logs: str = ""


@dataclass(frozen=True)
class Trial:
    """All that was tried. ``tier`` is how it was kept apart, ``none`` for not at all, for ``reason``."""

    tier: str
    reason: str
    findings: list[Finding]


def read_examples(folder: Path) -> dict[str, Example]:
    """The examples by their names. Raises PluginFolderError."""
    found: dict[str, Example] = {}
    for file in sorted((folder / EXAMPLES).glob("*.json")):
        try:
            found[file.stem] = msgspec.json.decode(file.read_bytes(), type=Example)
        except (msgspec.DecodeError, RecursionError) as error:
            raise PluginFolderError(path=str(file), reason=str(error)) from None
    return found


def try_plugin(folder: PluginFolder) -> Trial:
    """Run its tests and its examples. Raises PluginFolderError, TrialError."""
    calls = trial_calls(folder)
    with laid_out(folder) as code:
        told = _run(code, calls, needs_sandbox=folder.manifest.is_javascript)
    return Trial(told.tier, told.reason, findings_of(folder, told.outcomes))


def trial_calls(folder: PluginFolder) -> list[dict[str, Any]]:
    """Each example as a call, then the tests if there are any; as the programs that run calls take them."""
    calls = [_call_of(folder, example) for example in read_examples(folder.path).values()]
    return [*calls, {"entry": RUN_TESTS, "inputs": None, "answers": {}}] if _has_tests(folder) else calls


def findings_of(folder: PluginFolder, outcomes: Sequence[Outcome]) -> list[Finding]:
    """What the outcomes of ``trial_calls`` come to."""
    findings = [
        Finding(name, _problem(folder, example, outcome), outcome.logs)
        for (name, example), outcome in zip(read_examples(folder.path).items(), outcomes, strict=False)
    ]
    return [*findings, _tests_finding(outcomes[-1])] if outcomes and _has_tests(folder) else findings


def _has_tests(folder: PluginFolder) -> bool:
    return any((folder.path / TESTS).glob("test_*.py"))


def _call_of(folder: PluginFolder, example: Example) -> dict[str, Any]:
    manifest = folder.manifest
    call = action_call(manifest, example.action, inputs=example.inputs, settings=example.settings, key=_KEY)
    granted = granted_host_calls(manifest.permissions)
    limits = manifest.limits
    return {
        "entry": call.entry,
        "inputs": call.inputs,
        "answers": {name: answer for name, answer in example.answers.items() if name in granted},
        "limits": {
            "memory_bytes": limits.memory_mb * _MIB,
            "cpu_seconds": limits.cpu_seconds,
            "wall_seconds": limits.wall_seconds,
            "files_bytes": limits.files_mb * _MIB,
        },
    }


@contextlib.contextmanager
def laid_out(folder: PluginFolder) -> Generator[list[str]]:
    """The plugin and the wheels that it brings, in folders that the jail's user may read."""
    with tempfile.TemporaryDirectory(prefix="openclaw-plugin-") as name:
        place = Path(name)
        own, others = place / "own", place / "others"
        for folder_made in (own, others):
            folder_made.mkdir()
        for path, data in files_for_trial(folder.path).items():
            target = own / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for wheel in (own / WHEELS).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(others)
        for entry in (place, *place.rglob("*")):
            entry.chmod(0o755 if entry.is_dir() else 0o644)
        yield [str(own), str(others)]


def _run(code: list[str], calls: list[dict[str, Any]], *, needs_sandbox: bool) -> Told:
    if not calls:
        return Told(tier="none", reason=say("plugin_nothing_to_try"))
    reason = say("plugin_client_only")
    if importlib.util.find_spec("dbos") is not None:  # the server's part is there
        told = _ask(_SANDBOX, code, calls)
        if told.tier != "none":
            return told
        reason = f"{told.reason}. {told.remedy}"
    if needs_sandbox:
        raise TrialError(reason=say("plugin_script_needs_sandbox", reason=reason))
    return msgspec.structs.replace(_ask(_BESIDE, code, calls), reason=reason)


def _ask(module: str, code: list[str], calls: list[dict[str, Any]]) -> Told:
    command = [sys.executable, "-B", "-P", "-m", module, "run"]
    asked = msgspec.json.encode({"code": code, "calls": calls})
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise TrialError(reason=say("plugin_slow")) from None
    try:
        return msgspec.json.decode(done.stdout, type=Told)
    except (msgspec.DecodeError, RecursionError):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise TrialError(reason=said[-1] if said else say("plugin_no_answer")) from None


def _problem(folder: PluginFolder, example: Example, outcome: Outcome) -> str:
    """Why the outcome is not what the example says; empty when it is."""
    if outcome.violations:
        return say("plugin_violation", calls=", ".join(outcome.violations))
    if outcome.stopped_by is not None:
        return say("plugin_stopped", limit=outcome.stopped_by)
    code, message, output = outcome.error, outcome.message, None
    if code is None:
        answer = read_answer(folder.manifest, outcome.output)
        output = answer.output
        if answer.error is not None:
            code, message = answer.error.code, answer.error.message
    if code != example.error:
        wanted = example.error or say("plugin_no_error")
        return say("plugin_other_error", wanted=wanted, found=code or say("plugin_no_error"), message=message)
    if example.output is not msgspec.UNSET and output != example.output:
        return say("plugin_other_output", wanted=_shown(example.output), found=_shown(output))
    for name, text in (example.files or {}).items():
        data = base64.b64decode(outcome.files[name]) if name in outcome.files else None
        if data is None or text not in {"*", data.decode(errors="replace")}:
            return say("plugin_other_file", name=name)
    return ""


def _tests_finding(outcome: Outcome) -> Finding:
    result: dict[str, Any] = outcome.output or {}
    if outcome.error or outcome.stopped_by or not result:
        problem = outcome.message or say("plugin_stopped", limit=str(outcome.stopped_by))
        return Finding(TESTS, problem, outcome.logs)
    if result["failed"] or not result["ran"]:
        return Finding(TESTS, say("plugin_tests_failed", **result), outcome.logs)
    return Finding(say("plugin_tests_ran", ran=result["ran"]), "", outcome.logs)


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:500]
