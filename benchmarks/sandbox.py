"""A call in a warm jail, full isolation, next to starting a bare interpreter: ``python3 -I -S -c pass``.

Also the first call of code that no jail has seen, and a call under a kernel of its own that was started ahead.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, milliseconds
from openclaw.sandbox.calls import Call, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.frames import Settings

ROUNDS = 150
FIRST = 30
HARDENED = 8
REFILL_SECONDS = 2.0
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
            calls.append(await _timed(sandbox, CALL))
        started = time.perf_counter()
        await asyncio.gather(*(sandbox.run(CALL) for _ in range(ROUNDS)))
        per_second = ROUNDS / (time.perf_counter() - started)
        first = milliseconds(await _first_calls(sandbox))
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
        Row(
            "first sandboxed call of other code",
            f"{first:.1f} ms",
            f"{floor:.1f} ms",
            f"{first / floor:.2f}×",
            "≤ 2×",
            first / floor <= 2,
        ),
        await _hardened(floor),
    ]


async def _timed(sandbox: Sandbox, call: Call) -> float:
    started = time.perf_counter()
    (await sandbox.run(call)).check()
    return time.perf_counter() - started


async def _first_calls(sandbox: Sandbox) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        return [await _timed(sandbox, call) for call in _calls_of_other_code(Path(folder))]


def _calls_of_other_code(folder: Path) -> list[Call]:
    folder.chmod(0o755)
    places = [shutil.copytree(CODE, folder / str(number)) for number in range(FIRST)]
    return [Call(code=(str(place),), entry="plugin:run", inputs={"number": 1}) for place in places]


async def _hardened(floor: float) -> Row:
    """Each call waits until another sandbox was started ahead: that is the pool's doing in the background."""
    name = "call under a kernel of its own, started ahead"
    async with Sandbox(Settings(slots=2, only=Tier.HARDENED)) as sandbox:
        if (await sandbox.start()).tier is Tier.NONE:
            return Row(f"{name}: runsc is not installed", "–", "–", "", "≤ 5×", holds=True)
        calls: list[float] = []
        for _ in range(HARDENED):
            await asyncio.sleep(REFILL_SECONDS)
            calls.append(await _timed(sandbox, CALL))
    call = milliseconds(calls)
    return Row(name, f"{call:.1f} ms", f"{floor:.1f} ms", f"{call / floor:.2f}×", "≤ 5×", call / floor <= 5)


def _floor() -> float:
    program = str(Path(sys.executable).resolve())
    started = time.perf_counter()
    subprocess.run([program, "-I", "-S", "-c", "pass"], check=True)
    return time.perf_counter() - started
