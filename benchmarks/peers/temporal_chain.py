"""Temporal's development server with a database file: ten activities in a workflow. (The server is what it waits for.)

Arguments: how many runs, how many at once.
"""

# pyright: reportMissingImports=false, reportFunctionMemberAccess=false

import asyncio
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "peer"


@activity.defn
async def step(number: int) -> int:
    """Does nothing."""
    return number


@workflow.defn
class Chain:
    """Ten steps, each kept before the next begins."""

    @workflow.run
    async def run(self) -> int:
        """Runs them."""
        for number in range(10):
            await workflow.execute_activity(step, number, start_to_close_timeout=timedelta(seconds=30))
        return 10


async def main(runs: int, at_once: int) -> None:
    """Start the server and a worker, and measure."""
    with tempfile.TemporaryDirectory(prefix="openclaw-peer-") as folder:
        server = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("temporal")),
            *("server", "start-dev", "--headless", "--log-level", "never", "--port", "7233"),
            *("--db-filename", f"{folder}/peer.db"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            client = await _connected()
            worker = Worker(
                client,
                task_queue=QUEUE,
                workflows=[Chain],
                activities=[step],
                workflow_runner=UnsandboxedWorkflowRunner(),
            )
            async with worker:
                await client.execute_workflow(Chain.run, id="first", task_queue=QUEUE)
                left = iter(range(runs))

                async def one_after_another() -> None:
                    for number in left:
                        await client.execute_workflow(Chain.run, id=f"run-{number}", task_queue=QUEUE)

                started = time.perf_counter()
                await asyncio.gather(*(one_after_another() for _ in range(at_once)))
                seconds = time.perf_counter() - started
            print(json.dumps({"stepsPerSecond": runs * 10 / seconds}), flush=True)
        finally:
            server.terminate()
            await server.wait()


async def _connected() -> Client:
    for _ in range(100):
        try:
            return await Client.connect("127.0.0.1:7233")
        except RuntimeError:
            await asyncio.sleep(0.2)
    raise RuntimeError("the server does not answer")


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
