"""A plugin's own tests and examples: run within the sandbox, or as a program where there is none.

As a program it reads ``{"code": […], "calls": [{"entry", "inputs", "answers"}, …]}`` and writes ``{"tier": "none",
"outcomes": […]}``, as ``python -m openclaw.sandbox run`` does.
"""

import asyncio
import base64
import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from openclaw.sdk.context import Host
from openclaw.sdk.errors import told
from openclaw.sdk.runtime import load, perform
from openclaw.sdk.testing import ScriptedHost, in_turn

RUN_TESTS = "openclaw.sdk.trial:run_tests"


def run_tests(inputs: Any, host: Host) -> dict[str, Any]:
    """Run ``tests/test_*.py`` beside the plugin with unittest: ``{"ran", "failed", "output"}``."""
    folder = next(Path(place) for place in sys.path if Path(place, "tests").is_dir())
    suite = unittest.defaultTestLoader.discover(str(folder / "tests"), top_level_dir=str(folder / "tests"))
    output = io.StringIO()
    result = unittest.TextTestRunner(output, verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    return {"ran": result.testsRun, "failed": failed, "output": output.getvalue()[-20_000:]}


def run_here(call: dict[str, Any]) -> dict[str, Any]:
    """One call in this process: its outcome."""
    host = ScriptedHost(in_turn(call.get("answers") or {}))
    logs = io.StringIO()
    outcome: dict[str, Any] = {"output": None, "error": None, "message": "", "files": {}}
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(logs):
        try:
            if call["entry"] == RUN_TESTS:
                outcome["output"] = run_tests(None, host)
            else:
                job = call["inputs"]
                outcome["output"] = asyncio.run(perform(load(job["plugin"]), job, host, Path(name)))
        except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
            outcome |= {"error": type(error).__name__, "message": told(error)["message"]}
        outcome["files"] = {
            file.name: base64.b64encode(file.read_bytes()).decode() for file in Path(name).iterdir()
        }
    return {**outcome, "logs": logs.getvalue(), "stopped_by": None, "refused": [], "violations": []}


def main() -> None:
    """Run the calls of standard input."""
    asked = json.load(sys.stdin)
    sys.path[:0] = asked["code"]
    told_all = {"tier": "none", "outcomes": [run_here(call) for call in asked["calls"]]}
    sys.stdout.write(json.dumps(told_all))


if __name__ == "__main__":
    main()
