"""The process that runs workflows is killed: others go on with every run, and no finished step runs again."""

from collections import Counter

from tests.chaos.remote import RemoteServer
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, save, start, step, steps_of
from tests.support.processes import Installation

RUNS, STEPS = 6, 10
AT_ONCE, WAITING = 32, 8  # of one workspace


async def test_killed_in_the_middle_of_many_runs(installation: Installation, remote: RemoteServer) -> None:
    """Only what was in flight may be asked again, and with the key by which the other side knows it."""
    ann = await remote.sign_up("workflows")
    async with running_peer() as peer:
        names = [f"s{n}" for n in range(STEPS)]
        request = {"method": "POST", "url": peer.url}
        chain = [step("http", n, request, next_steps=names[i + 1 : i + 2]) for i, n in enumerate(names)]
        workflow = await save(ann, definition(*chain))
        runs = [await start(ann, workflow) for _ in range(RUNS)]
        peer.allow(RUNS * 4)
        await peer.until_asked(RUNS * 4)
        installation.roles["server"].kill()
        installation.start_all("server")
        peer.allow(RUNS * STEPS * 2)
        for run in runs:
            done = await ann.get(f"/workflow-runs/{run}", params={"wait": 30, "state": "running"})
            while done["state"] not in ("completed", "failed"):
                done = await ann.get(f"/workflow-runs/{run}", params={"wait": 30, "state": done["state"]})
            assert done["state"] == "completed", done
            assert [s["state"] for s in (await steps_of(ann, run)).values()] == ["completed"] * STEPS
        asked = Counter(peer.keys)
    assert len(asked) == RUNS * STEPS, "none lost, each with a key of its own"
    assert sum(asked.values()) <= RUNS * STEPS + RUNS, "only what was in flight is asked again"
    epochs = await remote.rows("SELECT epoch FROM workflow_runs")
    assert max(row["epoch"] for row in epochs) >= 2, "others did go on with them"


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
            done = await ann.get(f"/workflow-runs/{run}", params={"wait": 30, "state": "pending"})
            while done["state"] not in ("completed", "failed"):
                done = await ann.get(f"/workflow-runs/{run}", params={"wait": 30, "state": done["state"]})
            assert done["state"] == "completed", done
        asked = Counter(peer.keys)
    assert len(asked) == AT_ONCE + WAITING
    assert sum(asked.values()) <= AT_ONCE * 2 + WAITING
    ends = await remote.rows("SELECT state, count(*) AS n FROM jobs WHERE title = 'A workflow' GROUP BY 1")
    assert {row["state"] for row in ends} == {"completed"}
