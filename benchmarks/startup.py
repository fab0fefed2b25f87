"""(b) `up` to its first healthy answer, (c) its memory when idle."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

import psutil

from benchmarks.product import ROOT, free_port
from benchmarks.report import Row
from openclaw.infra.postgres import EmbeddedPostgres

ROUNDS = 5
MIB = 1024 * 1024


async def measure() -> list[Row]:
    """An empty home each round, and its floor in the same round."""
    rounds = [await asyncio.to_thread(_round) for _ in range(ROUNDS)]
    up, postgres, fastapi, memory = (median(values) for values in zip(*rounds, strict=True))
    floor = postgres + fastapi
    ratio = up / floor
    return [
        Row(
            "up: empty home to first healthy answer",
            f"{up:.2f} s",
            f"{floor:.2f} s",
            f"{ratio:.2f}×",
            "≤ 3× and ≤ 5 s",
            ratio <= 3 and up <= 5,
        ),
        Row(
            "up: idle memory of all Python processes",
            f"{memory:.0f} MiB",
            "–",
            "",
            "≤ 220 MiB",
            memory <= 220,
        ),
    ]


def _round() -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-") as folder:
        up, memory = _up(Path(folder))
        return up, _postgres(Path(folder)), _fastapi(), memory


def _up(folder: Path) -> tuple[float, float]:
    port = free_port()
    environment = {
        **os.environ,
        "OPENCLAW_HOME": str(folder / "home"),
        "OPENCLAW_PORT": str(port),
        "OPENCLAW_GATEWAY_PORT": str(free_port()),
        "OPENCLAW_LOG_LEVEL": "ERROR",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "openclaw.apps.standalone"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _is_healthy(port):
            time.sleep(0.01)
        seconds = time.perf_counter() - started
        _wait_until_idle(process.pid)
        return seconds, _memory(process.pid)
    finally:
        process.terminate()
        process.wait()


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait_until_idle(pid: int) -> None:
    """Until a second passes with less than a tenth of it spent computing: the background start has ended."""
    process = psutil.Process(pid)
    while process.cpu_percent(interval=1.0) > 10:
        pass


def _memory(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(p.memory_info().rss for p in family if "python" in p.name().lower() or p.pid == pid) / MIB


def _postgres(folder: Path) -> float:
    """PostgreSQL alone: an empty folder to accepted connections."""
    server = EmbeddedPostgres(folder / "alone" / "postgres")
    started = time.perf_counter()
    server.start()
    seconds = time.perf_counter() - started
    server.stop()
    return seconds


def _fastapi() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi"], check=True)
    return time.perf_counter() - started
