"""A call in a warm jail, full isolation, next to starting a bare interpreter: ``python3 -I -S -c pass``."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Row, milliseconds
from openclaw.sandbox.calls import Call, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.frames import Settings

ROUNDS = 150
CODE = str(Path(__file__).with_name("sandbox_code"))
CALL = Call(code=(CODE,), entry="plugin:run", inputs={"number": 1})


async def measure() -> list[Row]:
    """Call and floor by turns, so that what else the machine does meets both; then two slots at once."""
    async with Sandbox(Settings(slots=2, only=Tier.NAMESPACES)) as sandbox:
        if (await sandbox.start()).tier is Tier.NONE:
            return [Row("sandbox: no jail on this machine", "–", "–", "", "≤ 1.5×", holds=False)]
        await asyncio.gather(sandbox.run(CALL), sandbox.run(CALL))
        calls: list[float] = []
        floors: list[float] = []
        for _ in range(ROUNDS):
            floors.append(_floor())
            started = time.perf_counter()
            (await sandbox.run(CALL)).check()
            calls.append(time.perf_counter() - started)
        started = time.perf_counter()
        await asyncio.gather(*(sandbox.run(CALL) for _ in range(ROUNDS)))
        per_second = ROUNDS / (time.perf_counter() - started)
    call, floor = milliseconds(calls), milliseconds(floors)
    ratio = call / floor
    rate = per_second * floor / 1000
    return [
        Row(
            "sandboxed call from the warm pool",
            f"{call:.1f} ms",
            f"{floor:.1f} ms",
            f"{ratio:.2f}×",
            "≤ 1.5×",
            ratio <= 1.5,
        ),
        Row(
            "sandboxed calls, two slots",
            f"{per_second:.0f}/s",
            f"{1000 / floor:.0f}/s",
            f"{rate:.2f}×",
            "≥ 0.6×",
            rate >= 0.6,
        ),
    ]


def _floor() -> float:
    program = str(Path(sys.executable).resolve())
    started = time.perf_counter()
    subprocess.run([program, "-I", "-S", "-c", "pass"], check=True)
    return time.perf_counter() - started
