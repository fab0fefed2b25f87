"""Random operations and crashes on three workers and three hosts over one database: only legal steps, one end, each
call made once, no run at two machines.

``OPENCLAW_TEST_TASK_EXAMPLES`` says how many such stories are told.
"""

import asyncio
import contextlib
import os
from collections.abc import Coroutine, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from openclaw.domains.devices.service import hosts
from openclaw.domains.tasks.policy import ENDS
from openclaw.durable.claims import Limits
from openclaw.durable.queue import JobQueue
from openclaw.kit.clock import SystemClock
from tests.domains.agents.chatting import use_model
from tests.domains.tasks.launching import check_log
from tests.support.accounts import Person, register
from tests.support.database import Cluster
from tests.support.devices import Call as Asked
from tests.support.devices import Machine, OnlineMachine, enrol, heartbeat, link, online, online_host
from tests.support.scripted_openai import Answer, Call, Say, ScriptedOpenAI
from tests.support.server import running_server

EXAMPLES = int(os.environ.get("OPENCLAW_TEST_TASK_EXAMPLES", "2"))
STEPS = 14
WORKERS = 3
HOSTS = 3
MOST_RUNS = 4
UNDER_WAY = 5  # entries of a log that its first call comes after
PATIENCE = 120
T = TypeVar("T")
_TWO_SLOTS = "SELECT run_id FROM host_slots WHERE run_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
_TWO_CALLS = (
    "SELECT runs.conversation_id FROM device_calls JOIN run_steps ON run_steps.id = device_calls.id"
    " JOIN runs ON runs.id = run_steps.run_id WHERE device_calls.state IN ('queued', 'sent')"
    " GROUP BY 1 HAVING count(DISTINCT device_calls.device_id) > 1"
)
RANDOM = st.randoms(use_true_random=False)


def by_the_words(body: dict[str, Any]) -> Answer:
    """As many calls as the task says, one after the other, then the end."""
    told = [m for m in body["messages"] if m["role"] == "tool"]
    asked = [m["content"] for m in body["messages"] if m["role"] == "user"]
    wanted = int(next(text for text in asked if text.startswith("calls ")).split()[1])
    if len(told) >= wanted:
        return Say("done")
    command = {"command": f"touch {len(told)}"} if len(told) % 2 else {"command": "ls"}
    return Say("next", [Call("exec", command)])


class Floor:
    """A server and three workers, which stay for all stories; each story has people of its own."""

    def __init__(self, runner: asyncio.Runner, cluster: Cluster, folder: Path) -> None:
        self._runner = runner
        self._stack = contextlib.AsyncExitStack()
        self.workers: list[JobQueue] = []
        self.model = ScriptedOpenAI(by_the_words)
        self.do(self._open(cluster, folder))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end, unless that takes so long that something hangs."""

        async def patiently() -> T:
            async with asyncio.timeout(PATIENCE):
                return await work

        return self._runner.run(patiently())

    async def _open(self, cluster: Cluster, folder: Path) -> None:
        url = self._stack.enter_context(cluster.database())
        await self._stack.enter_async_context(self.model)
        server = running_server(url, folder, clock=SystemClock(), job_slots=0)
        self.server = await self._stack.enter_async_context(server)
        platform = self.server.platform
        for number in range(WORKERS):
            worker = JobQueue(
                platform.database,
                platform.bus,
                platform.clock,
                name=name_of(number),
                slots=32,
                limits=Limits(),
            )
            for kind, does in platform.queue.kinds.items():
                worker.register(kind, does)
            await worker.start()
            self.workers.append(worker)

    def close(self) -> None:
        """End all of it."""
        self.do(self._close())

    async def _close(self) -> None:
        for worker in self.workers:
            await worker.stop()
        await self._stack.aclose()


def name_of(worker: int) -> str:
    """What its jobs' rows call it."""
    return f"worker-{worker}"


class Peer:
    """A machine or a host, which comes and goes."""

    def __init__(self, machine: Machine, *, is_host: bool) -> None:
        self.machine = machine
        self.is_host = is_host
        self.there: OnlineMachine | None = None
        self._stack = contextlib.AsyncExitStack()

    @property
    def target(self) -> dict[str, str]:
        return {"kind": "host" if self.is_host else "device", "deviceId": self.machine.session["deviceId"]}

    @property
    def seen(self) -> list[Asked]:
        return self.there.seen if self.there else []

    async def come(self) -> None:
        if self.there is None:
            socket = (online_host if self.is_host else online)(self.machine)
            self.there = await self._stack.enter_async_context(socket)

    async def go(self) -> None:
        self.there = None
        await self._stack.aclose()

    async def live_on(self) -> None:
        """What a host says every few seconds; a story takes longer than its lease."""
        if self.is_host and self.there is not None:
            await self.there.client.call("node.host.heartbeat", heartbeat(self.machine))


class Story(RuleBasedStateMachine):
    """One story. What a rule does, the workers go on with while the next is chosen."""

    floor: Floor

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.logs: dict[str, list[Any]] = {}
        self.dead: set[int] = set()
        self.peers: list[Peer] = []
        self.answered: set[str] = set()
        self.calls: dict[str, list[tuple[str, str, Any]]] = {}

    # People

    @initialize()
    def begin(self) -> None:
        async def work() -> Person:
            person = await register(self.floor.server)
            await use_model(person, self.floor.model)
            self.peers = [Peer(await link(person), is_host=False)]
            self.peers += [Peer(await enrol(person, f"h{n}"), is_host=True) for n in range(HOSTS)]
            for peer in self.peers:
                await peer.come()
            return person

        self.person = self.floor.do(work())
        for lost in ("redispatch", "end"):  # so that in each story there is something to kill
            self._launch({"text": "calls 3", "target": {"kind": "host"}, "whenLost": lost})
        self.kill_host(is_lost=True, random=Random(len(self.runs)))

    @rule(
        calls=st.sampled_from([0, 1, 2, 3, 3]),
        limit=st.sampled_from([None, None, 1, 2, 9]),
        kind=st.sampled_from(["server", "host", "host"]),
        lost=st.sampled_from(["redispatch", "redispatch", "end"]),
    )
    def launch(self, calls: int, limit: int | None, kind: str, lost: str) -> None:
        if sum(log[-1]["data"].get("to") not in ENDS for log in self.logs.values() if log) >= MOST_RUNS:
            return

        body: dict[str, Any] = {"text": f"calls {calls}", "target": {"kind": kind}, "whenLost": lost}
        if limit is not None:
            body["budget"] = {"calls": limit}
        self._launch(body)

    def _launch(self, body: dict[str, Any]) -> None:
        async def work() -> str:
            task = await self.person.post("/tasks", body)
            run = (await self.person.post(f"/tasks/{task['id']}/runs"))["id"]
            await self.person.get(f"/task-runs/{run}?wait=1&after={UNDER_WAY}")
            return run

        self.runs.append(self.floor.do(work()))

    @rule(
        what=st.sampled_from(["pause", "resume", "cancel", "retry", "follow-up", "hand-over"]),
        random=RANDOM,
    )
    def steer(self, what: str, random: Any) -> None:
        if not self.runs or (what in ("retry", "follow-up") and len(self.runs) >= 2 * MOST_RUNS):
            return
        is_open = [run for run in self.runs if self.logs[run][-1]["data"].get("to") not in ENDS]
        run = random.choice(self.runs if what in ("retry", "follow-up") else is_open or self.runs)
        target = random.choice([*(peer.target for peer in self.peers), {"kind": "host"}])
        body = {"follow-up": {"text": "calls 1"}, "hand-over": {"target": target}}.get(what)

        async def work() -> None:
            answer = await self.person.api.post(f"/task-runs/{run}/{what}", json=body)
            assert answer.status_code in (200, 202, 409), answer.text
            if answer.status_code == 202:
                self.runs.append(answer.json()["id"])

        self.floor.do(work())

    @rule(decision=st.sampled_from(["allow_once", "deny"]))
    def decide(self, decision: str) -> None:
        async def work() -> None:
            person = self.person
            for asked in (await person.get("/approvals?state=pending"))["items"][:1]:
                await person.api.post(f"/approvals/{asked['id']}/decision", json={"decision": decision})

        self.floor.do(work())

    # Machines

    @rule()
    def answer_calls(self) -> None:
        self.floor.do(self._answer())

    @rule()
    def go_offline(self) -> None:
        self._note_calls()
        self.floor.do(self.peers[0].go())

    @rule()
    def come_online(self) -> None:
        self.floor.do(self.peers[0].come())

    @rule(is_lost=st.booleans(), random=RANDOM)
    def kill_host(self, is_lost: bool, random: Any) -> None:
        """It is gone, for a moment or for as long as its lease: then its runs are elsewhere."""
        self._note_calls()
        busy = [peer for peer in self.peers[1:] if any(c.id not in self.answered for c in peer.seen)]
        host = random.choice(busy or self.peers[1:])

        async def work() -> None:
            await host.go()
            if is_lost:
                async with self.floor.server.owner() as owner:
                    query = "UPDATE hosts SET lease_until = now() - interval '1 minute' WHERE device_id = $1"
                    await owner.execute(query, host.machine.device_id)
                async with self.floor.server.platform.database.system() as scope:
                    await hosts.lose_lapsed(scope)

        self.floor.do(work())

    @rule(number=st.integers(1, HOSTS))
    def revive_host(self, number: int) -> None:
        self.floor.do(self.peers[number].come())

    async def _answer(self) -> None:
        for peer in self.peers:
            await peer.live_on()
            for call in peer.seen:
                if call.id not in self.answered:
                    self.answered.add(call.id)
                    await call.answer({"exitCode": 0, "stdout": "", "stderr": ""})
                    # An answer that came too late (the call was cancelled) is no error to the machine.

    def _note_calls(self) -> None:
        for peer in self.peers:
            for call in peer.seen:
                told = (peer.machine.node_id, call.command, call.params)
                self.calls.setdefault(call.id, []).append(told)

    # Workers

    @rule(worker=st.integers(0, WORKERS - 1))
    def crash(self, worker: int) -> None:
        """What it leads ends wherever it is; another goes on with it."""
        if worker in self.dead or len(self.dead) == WORKERS - 1:
            return
        self.dead.add(worker)

        async def work() -> None:
            await self.floor.workers[worker].stop()
            heir = next(n for n in range(WORKERS) if n not in self.dead)
            await self.floor.workers[heir].take_over(name_of(worker))

        self.floor.do(work())

    @rule(worker=st.integers(0, WORKERS - 1), heir=st.integers(0, WORKERS - 1))
    def seem_dead(self, worker: int, heir: int) -> None:
        """It was only thought to be: two lead the same, and one of them counts."""
        if worker != heir and not {worker, heir} & self.dead:
            self.floor.do(self.floor.workers[heir].take_over(name_of(worker)))

    @rule(worker=st.integers(0, WORKERS - 1))
    def restart(self, worker: int) -> None:
        if worker in self.dead:
            self.dead.discard(worker)
            self.floor.do(self.floor.workers[worker].start())

    # What always holds

    @invariant()
    def logs_are_whole_and_only_grow(self) -> None:
        self.floor.do(self._check())

    async def _check(self) -> None:
        for run in self.runs:
            before = self.logs.get(run, [])
            log = (await self.person.get(f"/task-runs/{run}/events?limit=200"))["items"]
            assert log[: len(before)] == before
            states = check_log(log)
            assert sum(state in ENDS for state in states) <= 1
            dispatches = [e["data"]["dispatch"] for e in log if e["kind"] == "dispatched"]
            numbers = [number for number in dispatches if number is not None]
            assert numbers == sorted(set(numbers)), "no dispatch is made twice"
            self.logs[run] = log
        if self.runs:
            async with self.floor.server.owner() as owner:
                twice = await owner.fetch(
                    "SELECT conversation_id FROM runs WHERE finished_at IS NULL GROUP BY 1 HAVING count(*) > 1"
                )
                assert twice == []
                assert await owner.fetch(_TWO_SLOTS) == []
                assert await owner.fetch(_TWO_CALLS) == []
                over = await owner.fetch("SELECT id FROM budgets WHERE calls_used + calls_held > calls_limit")
                assert over == []

    def teardown(self) -> None:
        """Nobody is in the way any more: all comes to its end, and each call was made for one step, once."""
        if not hasattr(self, "person"):
            return
        for worker in list(self.dead):
            self.restart(worker)
        for peer in self.peers:
            self.floor.do(peer.come())
        self.floor.do(self._end_all())
        self._note_calls()
        for same in self.calls.values():
            assert all(call == same[0] for call in same)
        for run in self.runs:
            calls = [e for e in self.logs[run] if e["kind"] == "tool_started"]
            assert len({e["data"]["stepId"] for e in calls}) == len(calls)
        for peer in self.peers:
            self.floor.do(peer.go())

    async def _end_all(self) -> None:
        for run in self.runs:
            await self.person.api.post(f"/task-runs/{run}/resume")
        for run in self.runs:
            while True:
                await self._answer()
                for asked in (await self.person.get("/approvals?state=pending"))["items"]:
                    answer = {"decision": "allow_once"}
                    await self.person.api.post(f"/approvals/{asked['id']}/decision", json=answer)
                after = len(self.logs.get(run, []))
                found = await self.person.get(f"/task-runs/{run}?wait=1&after={after}")
                await self._check()
                if found["state"] in ENDS:
                    break
        async with self.floor.server.owner() as owner:
            held = await owner.fetchval("SELECT count(*) FROM budgets WHERE calls_held > 0")
            slots = await owner.fetchval("SELECT count(*) FROM host_slots WHERE run_id IS NOT NULL")
            assert (held, slots) == (0, 0)


@pytest.fixture
def floor(cluster: Cluster, tmp_path: Path) -> Iterator[Floor]:
    with asyncio.Runner() as runner:
        floor = Floor(runner, cluster, tmp_path)
        yield floor
        floor.close()


@pytest.mark.timeout(120 + 60 * EXAMPLES)
def test_stories_of_tasks(floor: Floor) -> None:
    Story.floor = floor
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
