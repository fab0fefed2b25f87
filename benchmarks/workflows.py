"""(k) Durable steps: chains of ten in two processes, next to bare inserts by one connection, and to other engines.

Two kinds of chain. *Carried out* steps end elsewhere, so that each is committed before the next begins: what other
engines call a step. Steps that are *computed* (``transform``) have no effect outside, and are committed together.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncGenerator
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.product import ROOT, Product, product, running
from benchmarks.report import Row, milliseconds
from openclaw.kit import ids

ROUNDS, RUNS, AT_ONCE, STEPS = 3, 640, 32, 10
FLOOR_INSERTS = 2_000
SLEEPERS = 40
# The floor that the targets were set against made 6,411 inserts a second: 1,500 steps a second are 0.234 of it.
TARGET_STEPS, FLOOR = 1_500, 6_411
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PEERS = {
    "Celery + Valkey": ("celery_chain", "200"),
    "Temporal": ("temporal_chain", "60", "32"),
    "Prefect": ("prefect_chain", "16", "8"),
}


async def measure() -> list[Row]:
    """Floor and chains by turns, so that what else the machine does meets all; then the peers, one after another."""
    async with product() as subject, _workers(subject, 2) as workers:
        bench = await _Bench.of(subject, workers)
        floors: list[float] = []
        rates: dict[str, list[float]] = {"http": [], "transform": []}
        for kind in rates:
            await bench.rate(kind)  # everything is loaded and prepared
        for _ in range(ROUNDS):
            floors.append(await bench.floor())
            for kind, found in rates.items():
                found.append(await bench.rate(kind))
        begun = milliseconds((await bench.order(0, "http", runs=60, at_once=1))["waits"])
        dbos = await bench.dbos()
        resumed = await bench.killed()
    floor = median(floors)
    carried, computed = median(rates["http"]), median(rates["transform"])
    share = TARGET_STEPS / FLOOR
    rows = [
        _rate_row("durable steps, carried out", carried, floor, share),
        _rate_row("durable steps, computed", computed, floor, share),
        _rate_row("runs of ten carried steps", carried / STEPS, floor / STEPS, share),
        Row("accepted to first step, p50", f"{begun:.1f} ms", "–", "", "≤ 5 ms", begun <= 5),
        Row(
            "runs of a killed worker, the last resumed", f"{resumed:.1f} s", "–", "", "≤ 10 s", resumed <= 10
        ),
        _peer_row("DBOS", carried, dbos),
    ]
    return rows + [_peer_row(name, carried, rate) async for name, rate in _peers()]


def _rate_row(name: str, rate: float, floor: float, share: float) -> Row:
    ratio = rate / floor
    return Row(name, f"{rate:,.0f}/s", f"{floor:,.0f}/s", f"{ratio:.2f}×", f"≥ {share:.2f}×", ratio >= share)


def _peer_row(name: str, ours: float, theirs: float) -> Row:
    figures = f"{ours:,.0f}/s", f"{theirs:,.0f}/s", f"{ours / theirs:.1f}×"
    return Row(f"durable steps next to {name}", *figures, "> 1×", ours > theirs)


class _Bench:
    """A signed-up person with both chains, and two workers that run them."""

    def __init__(self, subject: Product, workers: list[asyncio.subprocess.Process]) -> None:
        self._subject = subject
        self._workers = workers
        self._workflows: dict[str, str] = {}
        self._owner: dict[str, str] = {}

    @classmethod
    async def of(cls, subject: Product, workers: list[asyncio.subprocess.Process]) -> "_Bench":
        made = cls(subject, workers)
        await subject.sign_up()
        me = await subject.call("GET", "/users/me")
        user, workspace = me["user"]["id"], me["workspace"]["id"]
        made._owner = {
            "user": str(ids.from_wire("user", user)),
            "workspace": str(ids.from_wire("ws", workspace)),
        }
        for kind in ("http", "transform", "delay"):
            saved = await subject.call("POST", "/workflows", {"definition": _chain(kind)})
            await subject.call("POST", f"/workflows/{saved['id']}/activate")
            made._workflows[kind] = str(ids.from_wire("wf", saved["id"]))
        return made

    async def rate(self, kind: str) -> float:
        """Steps per second of both workers together."""
        started = time.perf_counter()
        share = RUNS // len(self._workers)
        await asyncio.gather(
            *(self.order(n, kind, runs=share, at_once=AT_ONCE) for n in range(len(self._workers)))
        )
        return share * len(self._workers) * STEPS / (time.perf_counter() - started)

    async def order(self, worker: int, kind: str, *, runs: int, at_once: int) -> dict[str, Any]:
        """Have one worker do runs; what it says of them."""
        process = self._workers[worker]
        assert process.stdin is not None
        assert process.stdout is not None
        wanted = {"workflow": self._workflows[kind], "runs": runs, "atOnce": at_once, **self._owner}
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        return json.loads(await process.stdout.readline())

    async def floor(self) -> float:
        """Checkpoint rows per second that one connection inserts, each in a transaction of its own."""
        async with self._connection("postgres") as connection:
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS floor (run uuid, step integer, output jsonb,"
                " PRIMARY KEY (run, step))"
            )
            insert = await connection.prepare("INSERT INTO floor VALUES ($1, $2, $3)")
            started = time.perf_counter()
            for _ in range(FLOOR_INSERTS // STEPS):
                run = ids.new_id()
                for number in range(STEPS):
                    await insert.fetch(run, number, '{"value": null}')
            return FLOOR_INSERTS / (time.perf_counter() - started)

    async def dbos(self) -> float:
        """Steps per second of two processes of DBOS with a step for each step, on the same server."""
        async with self._connection("postgres") as connection:
            await connection.execute("CREATE DATABASE peer")
        url = self._url("peer")
        command = "benchmarks.peers.dbos_chain", url, "100", "32"
        await _said(sys.executable, *command[:2], "1", "1")  # it makes its tables
        return sum(await asyncio.gather(*(_said(sys.executable, *command) for _ in range(2))))

    async def killed(self) -> float:
        """Seconds from the kill of a worker with runs under way until another has gone on with the last of them."""
        process = self._workers[0]
        assert process.stdin is not None
        wanted = {"workflow": self._workflows["delay"], "runs": SLEEPERS, "atOnce": SLEEPERS, **self._owner}
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        async with self._connection("postgres") as connection:
            workflow = UUID(self._workflows["delay"])
            begun = "SELECT count(*) FROM workflow_runs WHERE workflow_id = $1 AND epoch >= $2"
            await _until(connection, begun, workflow, 1)
            process.kill()
            started = time.perf_counter()
            await _until(connection, begun, workflow, 2)
            return time.perf_counter() - started

    @contextlib.asynccontextmanager
    async def _connection(self, database: str) -> AsyncGenerator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._url(database))
        try:
            yield connection
        finally:
            await connection.close()

    def _url(self, database: str) -> str:
        lines = (self._subject.home / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://postgres@/{database}?host={lines[4]}"


async def _until(connection: asyncpg.Connection, query: str, workflow: UUID, epoch: int) -> None:
    """Ask until all of the sleepers were entered so often: nobody in this process could tell."""
    while (await connection.fetchval(query, workflow, epoch) or 0) < SLEEPERS:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _chain(kind: str) -> dict[str, Any]:
    config = {"http": {"url": "http://127.0.0.1/"}, "transform": {"set": 1}, "delay": {"for": 3}}[kind]
    names = [f"s{number}" for number in range(STEPS)]
    steps = [
        {"id": name, "type": kind, "config": config, "next_steps": names[number + 1 : number + 2]}
        for number, name in enumerate(names)
    ]
    return {"openclaw": "openclaw.workflow/1", "name": f"Ten of {kind}", "steps": steps}


@contextlib.asynccontextmanager
async def _workers(subject: Product, count: int) -> AsyncGenerator[list[asyncio.subprocess.Process]]:
    """Processes that have joined the installation."""
    environment = {**os.environ, "OPENCLAW_HOME": str(subject.home), "OPENCLAW_LOG_LEVEL": "ERROR"}
    made: list[asyncio.subprocess.Process] = []
    try:
        for _ in range(count):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.workflow_worker"),
                cwd=ROOT,
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            made.append(process)
        for process in made:
            assert process.stdout is not None
            if b"ready" not in await process.stdout.readline():
                raise RuntimeError("a worker did not start")
        yield made
    finally:
        for process in made:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _peers() -> AsyncGenerator[tuple[str, float]]:
    """Every peer that is installed, and its rate; says which are not."""
    if not PEERS_PYTHON.exists():
        print(
            f"LEFT OUT: {', '.join(PEERS)}. To measure them too: benchmarks/peers/setup.sh", file=sys.stderr
        )
        return
    for name, (module, *arguments) in PEERS.items():
        try:
            yield name, await _said(str(PEERS_PYTHON), f"benchmarks.peers.{module}", *arguments)
        except (RuntimeError, TimeoutError) as error:
            print(f"LEFT OUT: {name}, which does not run here: {error}", file=sys.stderr)


async def _said(program: str, module: str, *arguments: str) -> float:
    """The rate that a peer tells. Raises RuntimeError, TimeoutError."""
    async with running("-m", module, *arguments, expects="stepsPerSecond", program=program) as (peer, line):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                await peer.wait()  # it ends the servers that it started
        return json.loads(line)["stepsPerSecond"]
