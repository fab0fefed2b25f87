"""Processes that run workflows are killed at random, and PostgreSQL under them: all runs end, each effect is had once.

The suite plays a small size. `make soak` plays 500 runs of ten steps with 50 kills and two restarts of the database.
"""

import asyncio
import os
import random
import signal
from collections import Counter

import pytest

from tests.chaos.effects import Service, running_service
from tests.chaos.remote import RemoteServer
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, finished, save, start, step, steps_of
from tests.support.accounts import Person
from tests.support.processes import Installation

RUNS = int(os.environ.get("OPENCLAW_TEST_RUNS", "12"))
KILLS = int(os.environ.get("OPENCLAW_TEST_KILLS", "2"))
RESTARTS = int(os.environ.get("OPENCLAW_TEST_RESTARTS", "1"))
STEPS = 10
CARRYING = ("server", "worker", "worker-2")
AT_ONCE, WAITING = 32, 8  # of one workspace


@pytest.mark.timeout(1_800)
async def test_killed_at_random_under_many_runs(installation: Installation, remote: RemoteServer) -> None:
    """A request may be made again, and with the key by which the other side knows it; its answer is what is kept."""
    ann = await remote.sign_up("workflows")
    await asyncio.to_thread(installation.start, "worker-2")
    async with running_service() as service:
        names = [f"s{n}" for n in range(STEPS)]
        request = {"method": "POST", "url": service.url}
        chain = [
            step("http", n, request, next_steps=names[i + 1 : i + 2], retries={"max": 20, "delay": 1})
            for i, n in enumerate(names)
        ]
        workflow = await save(ann, definition(*chain))
        runs = [await start(ann, workflow) for _ in range(RUNS)]
        await _play(installation, service)
        service.allowed = RUNS * STEPS
        await service.happen(RUNS * STEPS)
        for run in runs:
            await _check(ann, run, service)
    assert sorted(service.effects) == sorted(f"{run[5:]}:{name}" for run in runs for name in names), (
        "none lost"
    )
    epochs = await remote.rows("SELECT epoch FROM workflow_runs")
    assert max(row["epoch"] for row in epochs) >= 2, "others did go on with them"
    installation.roles["worker-2"].stop()


async def _play(installation: Installation, service: Service) -> None:
    """Each time when some more effects were had, something dies: in an order that a size always has."""
    dice = random.Random(RUNS)
    ends = ["database"] * RESTARTS + [dice.choice(CARRYING) for _ in range(KILLS)]
    dice.shuffle(ends)
    for number, end in enumerate(ends, start=1):
        await service.happen(RUNS * STEPS * number // (len(ends) + 1))
        if end == "database":
            os.kill(installation.postmaster(), dice.choice([signal.SIGKILL, signal.SIGINT]))
        else:
            installation.roles[end].kill()
            await asyncio.to_thread(installation.start, end)


async def _check(ann: Person, run: str, service: Service) -> None:
    done = await finished(ann, run)
    assert done["state"] == "completed", done
    steps = await steps_of(ann, run)
    assert [s["state"] for s in steps.values()] == ["completed"] * STEPS
    kept = {f"{run[5:]}:{path}": s["output"]["body"] for path, s in steps.items()}
    assert kept == {key: service.effects[key] for key in kept}


async def test_killed_while_many_runs_wait_for_their_turn(
    installation: Installation, remote: RemoteServer
) -> None:
    """What is at work goes on elsewhere, what waits begins elsewhere, and nothing runs twice at once."""
    ann = await remote.sign_up("queued")
    async with running_peer() as peer:
        workflow = await save(ann, definition(step("http", "get", {"method": "POST", "url": peer.url})))
        runs = [await start(ann, workflow) for _ in range(AT_ONCE + WAITING)]
        await peer.until_asked(AT_ONCE)
        installation.roles["server"].kill()
        installation.start_all("server")
        peer.allow((AT_ONCE + WAITING) * 2)
        for run in runs:
            done = await finished(ann, run)
            assert done["state"] == "completed", done
        asked = Counter(peer.keys)
    assert len(asked) == AT_ONCE + WAITING
    assert sum(asked.values()) <= AT_ONCE * 2 + WAITING
    ends = await remote.rows("SELECT state, count(*) AS n FROM jobs WHERE title = 'A workflow' GROUP BY 1")
    assert {row["state"] for row in ends} == {"completed"}
