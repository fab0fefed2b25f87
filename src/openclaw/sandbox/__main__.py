"""``python -m openclaw.sandbox status --json``: what this machine keeps apart, tried out. For the doctor.

``python -m openclaw.sandbox run``: calls from standard input. For authors of plugins.
"""

import asyncio
import json
import sys

from openclaw.sandbox import trial
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError
from openclaw.sandbox.frames import Hello, Settings


async def _status() -> Hello:
    async with Sandbox(Settings(slots=1)) as sandbox:
        return await sandbox.start()


def main() -> None:
    """Do what the first argument says."""
    if sys.argv[1:2] == ["run"]:
        sys.stdout.buffer.write(trial.run(sys.stdin.buffer.read()))
    else:
        _tell_status()


def _tell_status() -> None:
    """Print the tier, how it was found, and what to change where there is none."""
    try:
        hello = asyncio.run(_status())
        told = {
            "tier": hello.tier,
            "findings": hello.findings,
            "reason": hello.reason,
            "remedy": hello.remedy,
        }
    except SandboxUnavailableError as error:
        told = {"tier": "none", "findings": {}, "reason": error.reason, "remedy": error.remedy}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
