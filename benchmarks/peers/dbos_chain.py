"""DBOS with a DBOS step for each step. Arguments: the URL of an empty database, how many runs, how many at once."""

import asyncio
import json
import sys
import time

from dbos import DBOS


@DBOS.step()
async def step(number: int) -> int:
    """Does nothing."""
    return number


@DBOS.workflow()
async def chain() -> int:
    """Ten steps, each kept before the next begins."""
    for number in range(10):
        await step(number)
    return 10


async def main(url: str, runs: int, at_once: int) -> None:
    """Many runs, ``at_once`` of them open at a time."""
    DBOS(config={"name": "peer", "system_database_url": url, "log_level": "ERROR"})
    DBOS.launch()
    await chain()
    left = iter(range(runs))

    async def one_after_another() -> None:
        for _ in left:
            await chain()

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    print(json.dumps({"stepsPerSecond": runs * 10 / (time.perf_counter() - started)}), flush=True)
    DBOS.destroy()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
