"""The table of states, and that the database has the very same; the log, which the database lets nobody change."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from openclaw.domains.tasks.policy import ENDS, STATES, TRANSITIONS, stage_begun, way
from openclaw.domains.tasks.schemas import State
from openclaw.infra.db import APPLICATION_ROLE, as_libpq
from openclaw.kit.ids import new_id
from tests.support.database import Cluster

GENESIS = hashlib.sha256(b"").digest()
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """As the owner of the tables, whom no policy binds: what it is refused, everybody is."""
    with cluster.database() as url:
        connection = await asyncpg.connect(as_libpq(url))
        await connection.execute("SELECT set_config('app.is_system', 'on', false)")
        yield connection
        await connection.close()


async def insert(connection: asyncpg.Connection, table: str, values: dict[str, Any]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())


async def new_run(connection: asyncpg.Connection, state: str = "queued") -> Any:
    """A run with nobody's task: what it belongs to is not looked at here."""
    await connection.execute("SET session_replication_role = replica")
    row = {name: new_id() for name in ("id", "workspace_id", "user_id", "task_id")}
    texts = {"title": "", "text": "", "reason": "launch", "approval_mode": "ask", "when_lost": "end"}
    numbers = dict.fromkeys(("attempt", "seen_position", "epoch", "event_seq"), 0)
    more = {"state": state, "target": "{}", "seen_open": "{}", "event_hash": GENESIS}
    at = await connection.fetchval("SELECT now()")
    await insert(connection, "task_runs", row | texts | numbers | more | {"created_at": at})
    await connection.execute("SET session_replication_role = origin")
    return row["id"]


async def judge_alone(connection: asyncpg.Connection, table: str) -> None:
    """Only our own triggers: that there is no such workspace is not what is tried."""
    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def test_the_database_lets_a_run_take_the_steps_of_the_table_and_no_others(
    owner: asyncpg.Connection,
) -> None:
    for before in STATES:
        for after in STATES:
            run = await new_run(owner, before)
            change = owner.execute("UPDATE task_runs SET state = $2 WHERE id = $1", run, after)
            if after == before or after in TRANSITIONS[before]:
                await change
            else:
                with pytest.raises(asyncpg.CheckViolationError):
                    await change


async def test_a_run_begins_queued(owner: asyncpg.Connection) -> None:
    run = await new_run(owner)
    await judge_alone(owner, "task_runs")
    for state in STATES:
        copy = owner.execute(
            "INSERT INTO task_runs SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(),"
            " 'state', $2::text))).* FROM task_runs r WHERE id = $1",
            run,
            state,
        )
        if state == "queued":
            await copy
        else:
            with pytest.raises(asyncpg.CheckViolationError, match="begins queued"):
                await copy


async def test_ways_are_legal_and_lead_there() -> None:
    for before in STATES:
        for after in STATES:
            if before == after:
                assert way(before, after) == []
            elif before in ENDS or after == "queued" or (after == "dispatched" and before != "queued"):
                with pytest.raises(ValueError, match="no way"):
                    way(before, after)
            else:
                at: State = before
                for step in way(before, after):
                    assert step in TRANSITIONS[at]
                    assert step == after or step not in ENDS
                    at = step
                assert at == after


def entry(run: Any, seq: int, previous: bytes, **wrong: Any) -> dict[str, Any]:
    text = f'{{"at":"x","data":{{}},"kind":"state","seq":{seq}}}'
    found = hashlib.sha256(previous + text.encode()).digest()
    ids = {"run_id": run, "workspace_id": new_id(), "user_id": new_id()}
    return {**ids, "seq": seq, "event": text, "previous_hash": previous, "hash": found, **wrong}


async def test_the_log_of_a_run_only_grows_at_its_end(owner: asyncpg.Connection) -> None:
    run, other = await new_run(owner), await new_run(owner)
    await judge_alone(owner, "task_run_events")
    first = entry(run, 1, GENESIS)
    for wrong in (
        entry(run, 2, GENESIS),
        entry(run, 0, GENESIS),
        entry(run, 1, first["hash"]),
        entry(run, 1, GENESIS, hash=b"x" * 32),
        entry(run, 1, GENESIS, event=first["event"].replace("x", "y")),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await insert(owner, "task_run_events", wrong)
    await insert(owner, "task_run_events", first)
    for wrong in (
        entry(run, 3, first["hash"]),
        entry(run, 2, GENESIS),
        entry(other, 2, first["hash"]),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await insert(owner, "task_run_events", wrong)
    with pytest.raises(asyncpg.UniqueViolationError):
        await insert(owner, "task_run_events", first)
    await insert(owner, "task_run_events", entry(run, 2, first["hash"]))
    for change in ("UPDATE task_run_events SET seq = seq", "DELETE FROM task_run_events"):
        with pytest.raises(asyncpg.CheckViolationError, match="cannot be changed"):
            await owner.execute(change)
    await owner.execute(f"SET ROLE {APPLICATION_ROLE}")
    for change in ("UPDATE task_run_events SET seq = seq", "DELETE FROM task_run_events"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(change)
    await owner.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("**1. Plan** · I write it down first.", 1),
        ("Done.\n\n## 2. Pages & words\nNow.", 2),
        ("**2. Pages & words:** now", 2),
        ("**1. Plan** is done, and now:\n**2. Pages & words**", 1),
        ("1. Plan\n2. Pages & words", None),
        ("**2. Home**, **3. Contact** and more", None),
        ("**12. Plan**", None),
        ("", None),
    ],
)
async def test_a_stage_begins_with_its_number_and_title(said: str, stage: int | None) -> None:
    told = "Work in these stages:\n1. Plan: write the plan.\n2. Pages & words (a person does this): write 2. Home."
    assert stage_begun(said, told) == stage
