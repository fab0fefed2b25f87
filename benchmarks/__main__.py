"""`make bench`: all of them, or those named: ``python -m benchmarks turn tool``."""

import asyncio
import sys

import uvloop

from benchmarks import (
    bridge,
    fanout,
    gateway,
    growth,
    held,
    hello,
    hooks,
    queue,
    results,
    sandbox,
    schedules,
    startup,
    tool,
    turn,
    workflows,
)

BENCHMARKS = {
    "turn": turn,
    "startup": startup,
    "tool": tool,
    "growth": growth,
    "gateway": gateway,
    "hello": hello,
    "held": held,
    "fanout": fanout,
    "bridge": bridge,
    "sandbox": sandbox,
    "queue": queue,
    "schedules": schedules,
    "results": results,
    "hooks": hooks,
    "workflows": workflows,
}


async def main(names: list[str]) -> int:
    """Print the rows; 1 when a target is missed."""
    missed = False
    for name in names or list(BENCHMARKS):
        for row in await BENCHMARKS[name].measure():
            sys.stdout.write(row.line() + "\n")
            sys.stdout.flush()
            missed = missed or not row.holds
    return int(missed)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # a slow client measures itself
        sys.exit(runner.run(main(sys.argv[1:])))
