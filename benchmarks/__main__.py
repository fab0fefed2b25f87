"""`make bench`: all of them, or those named: ``python -m benchmarks turn tool``."""

import asyncio
import sys

from benchmarks import bridge, fanout, gateway, growth, held, startup, tool, turn

BENCHMARKS = {
    "turn": turn,
    "startup": startup,
    "tool": tool,
    "growth": growth,
    "gateway": gateway,
    "held": held,
    "fanout": fanout,
    "bridge": bridge,
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
    sys.exit(asyncio.run(main(sys.argv[1:])))
