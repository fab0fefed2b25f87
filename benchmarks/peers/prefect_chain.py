"""Prefect: ten tasks in a flow, results kept. Arguments: how many runs, how many at once. Uses a server of its own."""

# pyright: reportMissingImports=false, reportFunctionMemberAccess=false

import asyncio
import json
import os
import sys
import tempfile
import time

home = tempfile.TemporaryDirectory(prefix="openclaw-peer-")
os.environ |= {
    "PREFECT_HOME": home.name,
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
}

from prefect import flow, task  # noqa: E402  (reads its settings when it is loaded)


@task(persist_result=True, cache_policy=None)
async def step(number: int) -> int:
    """Does nothing."""
    return number


@flow(persist_result=True)
async def chain() -> int:
    """Ten steps, each kept before the next begins."""
    for number in range(10):
        await step(number)
    return 10


async def main(runs: int, at_once: int) -> None:
    """Many runs, ``at_once`` of them open at a time."""
    await chain()
    left = iter(range(runs))

    async def one_after_another() -> None:
        for _ in left:
            await chain()

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    print(json.dumps({"stepsPerSecond": runs * 10 / (time.perf_counter() - started)}), flush=True)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
home.cleanup()
