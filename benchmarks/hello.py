"""(j) `up` on a home with data, from its start to the first client that is greeted."""

import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.crowd import Member, enter, settle
from benchmarks.measuring import subject_at
from benchmarks.product import free_port, running
from benchmarks.report import Row

ROUNDS = 3
# The quicker of the two released gateways, to listening (and greeting); and the processor seconds that it takes.
PEER_SECONDS, PEER_COMPUTING = 3.7, 4.8


async def measure() -> list[Row]:
    """The first start makes the home; the others are measured."""
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-") as folder:
        home = Path(folder) / "home"
        async with running("-m", "openclaw.apps.standalone", expects="running at", **_settings(home, 0)):
            (member,) = await settle(home, 1, 0)
        rounds = [await _greeted_after(home, member) for _ in range(ROUNDS)]
    usual, computing = (median(values) for values in zip(*rounds, strict=True))
    return [
        Row(
            "up: start to first hello",
            f"{usual:.2f} s",
            f"{PEER_SECONDS} s",
            f"{usual / PEER_SECONDS:.2f}×",
            "≤ 1×",
            usual <= PEER_SECONDS,
        ),
        Row(
            "up: start to first hello, processor",
            f"{computing:.2f} s",
            f"{PEER_COMPUTING} s",
            f"{computing / PEER_COMPUTING:.2f}×",
            "≤ 1×",
            computing <= PEER_COMPUTING,
        ),
    ]


async def _greeted_after(home: Path, member: Member) -> tuple[float, float]:
    port = free_port()
    started = time.perf_counter()
    arguments = ("-m", "openclaw.apps.standalone")
    async with running(*arguments, expects="running at", **_settings(home, port)) as (process, _):
        client = await enter(port, member)
        seconds = time.perf_counter() - started
        computing = sum(subject_at(home, port, process.pid).processor_seconds())
        client.socket.close()
    return seconds, computing


def _settings(home: Path, gateway_port: int) -> dict[str, str]:
    return {
        "OPENCLAW_HOME": str(home),
        "OPENCLAW_PORT": str(free_port()),
        "OPENCLAW_GATEWAY_PORT": str(gateway_port or free_port()),
        "OPENCLAW_LOG_LEVEL": "ERROR",
    }
