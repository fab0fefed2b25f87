"""``python -m openclaw.sandbox status --json``: what this machine keeps apart, tried out. For the doctor.

``python -m openclaw.sandbox run``: calls from standard input. For authors of plugins.
"""

import asyncio
import json
import sys

from openclaw.sandbox import trial
from openclaw.sandbox.calls import Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError
from openclaw.sandbox.frames import Hello, Settings


async def _try(only: Tier | None) -> Hello:
    try:
        async with Sandbox(Settings(slots=1, only=only)) as sandbox:
            return await sandbox.start()
    except SandboxUnavailableError as error:
        return Hello(Tier.NONE, {}, error.reason, error.remedy)


async def _status() -> dict[str, object]:
    usual, hardened = await asyncio.gather(_try(None), _try(Tier.HARDENED))
    return {
        "tier": usual.tier,
        "findings": usual.findings,
        "reason": usual.reason,
        "remedy": usual.remedy if usual.tier in {Tier.LANDLOCK, Tier.NONE} else "",
        "hardened": {
            "held": hardened.tier is Tier.HARDENED,
            "findings": hardened.findings,
            "reason": hardened.reason,
            "remedy": hardened.remedy if hardened.tier is Tier.NONE else "",
        },
    }


def main() -> None:
    """Do what the first argument says."""
    if sys.argv[1:2] == ["run"]:
        sys.stdout.buffer.write(trial.run(sys.stdin.buffer.read()))
    else:
        # The tiers, how they were found, and what to change where there is none.
        sys.stdout.write(json.dumps(asyncio.run(_status())) + "\n")


if __name__ == "__main__":
    main()
