"""(d) A tool round trip, server to bridge to `true` and back, against spawning `true` here."""

import asyncio
import subprocess
import tempfile
import time
import uuid

from benchmarks.product import Product, product, running
from benchmarks.report import Row, milliseconds

ROUNDS, WARM_UP = 200, 20


async def measure() -> list[Row]:
    """Both by turns."""
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-") as state:
        async with product() as subject:
            await subject.sign_up()
            await _link(subject, state)
            arguments = (
                "-m",
                "openclaw.apps.bridge",
                "run",
                "--server",
                subject.url,
                "--state-dir",
                state,
                "--port",
                "0",
                "--json",
            )
            async with subject.gateway() as client, running(*arguments, expects="") as _:
                node = await _online(subject)
                local: list[float] = []
                remote: list[float] = []
                for round_ in range(ROUNDS + WARM_UP):
                    one = await _spawn()
                    params = {
                        "nodeId": node,
                        "command": "exec",
                        "params": {"argv": ["true"]},
                        "idempotencyKey": str(uuid.uuid4()),
                    }
                    started = time.perf_counter()
                    await client.request("node.invoke", params)
                    other = time.perf_counter() - started
                    if round_ >= WARM_UP:
                        local.append(one)
                        remote.append(other)
    there, here = milliseconds(remote), milliseconds(local)
    added = there - here
    return [
        Row(
            "tool: `true` on the machine, added p50",
            f"{there:.1f} ms",
            f"{here:.1f} ms",
            f"+{added:.1f} ms",
            "≤ +10 ms",
            added <= 10,
        )
    ]


async def _link(subject: Product, state: str) -> None:
    challenge = await subject.call("POST", "/bridge/public-link", {})
    arguments = ("link", challenge["code"], "--server", subject.url, "--state-dir", state)
    async with running("-m", "openclaw.apps.bridge", *arguments, expects="Linked") as (process, _):
        await process.wait()


async def _online(subject: Product) -> str:
    while True:
        devices = await subject.call("GET", "/devices")
        if devices["items"] and devices["items"][0]["online"]:
            return str(devices["items"][0]["nodeId"])
        await asyncio.sleep(0.05)


async def _spawn() -> float:
    """Seconds to run ``true`` here, as quickly as Python can: uvloop's own way of it is several times slower."""
    started = time.perf_counter()
    await asyncio.to_thread(subprocess.run, ["true"], check=True)
    return time.perf_counter() - started
