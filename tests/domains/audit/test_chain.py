"""The audit log: a chain that only grows, and shows where somebody has changed it."""

import asyncio
import itertools
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from openclaw.domains.audit import service
from openclaw.infra.db import APPLICATION_ROLE, as_libpq
from openclaw.kit import ids
from openclaw.kit.pagination import encode_cursor
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """Somebody with a log of ten entries."""
    ann = await (await register(server)).create_workspace()
    for number in range(10):
        async with ann.scope() as scope:
            await service.append(
                scope, "tests.happened", subject=f"thing_{number}", detail={"number": number, "é": "字"}
            )
    return ann


async def verified(person: Person) -> dict[str, Any]:
    return await person.get("/audit/verify")


async def test_entries_form_a_chain(ann: Person) -> None:
    entries = (await ann.get("/audit"))["items"]
    assert [e["seq"] for e in entries] == list(range(10, 0, -1))
    assert entries[-1]["previousHash"] == "0" * 64
    for later, earlier in itertools.pairwise(entries):
        assert later["previousHash"] == earlier["hash"]
    assert entries[0]["actor"] == {"id": ann.id, "name": ann.username}
    assert entries[0]["detail"] == {"number": 9, "é": "字"}
    assert await verified(ann) == {"ok": True, "entries": 10, "brokenAt": None}


async def test_pages_lead_to_the_beginning(ann: Person) -> None:
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await ann.get(f"/audit?limit=4&cursor={cursor}" if cursor else "/audit?limit=4")
        found += [e["seq"] for e in page["items"]]
        cursor = page["nextCursor"]
    assert found == list(range(10, 0, -1))
    assert (await ann.get(f"/audit?cursor={encode_cursor('1')}"))["items"] == []
    for broken in ("x", encode_cursor("one"), encode_cursor("9" * 30)):
        assert refused(await ann.api.get(f"/audit?cursor={broken}")) == (422, "request.invalid")


async def test_entries_at_the_same_moment_take_turns(ann: Person) -> None:
    async def append() -> None:
        async with ann.scope() as scope:
            await service.append(scope, "tests.together")

    await asyncio.gather(*(append() for _ in range(12)))
    assert await verified(ann) == {"ok": True, "entries": 22, "brokenAt": None}


async def test_an_entry_is_kept_with_what_it_is_about(ann: Person) -> None:
    """In the same transaction: neither without the other."""
    with pytest.raises(RuntimeError):
        async with ann.scope() as scope:
            await service.append(scope, "tests.not_really")
            raise RuntimeError
    assert (await verified(ann))["entries"] == 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_entries_append_only ON audit_entries",
        "DROP TABLE audit_entries",
    ],
)
async def test_the_application_cannot_change_its_own_log(ann: Person, statement: str) -> None:
    """Not even a scope that sees everything."""
    url = as_libpq(ann.server.owner_url)
    connection = await asyncpg.connect(url, server_settings={"role": APPLICATION_ROLE, "app.is_system": "on"})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
    assert (await verified(ann))["ok"] is True


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
async def test_nor_does_its_owner_by_mistake(ann: Person, statement: str) -> None:
    async with ann.server.owner() as owner:
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await owner.execute(statement)


@pytest.mark.parametrize(
    ("forgery", "broken_at"),
    [
        ("UPDATE audit_entries SET action = 'tests.nothing' WHERE seq = 4", 4),
        ("UPDATE audit_entries SET detail = '{}' WHERE seq = 1", 1),
        ("UPDATE audit_entries SET at = at + interval '1 second' WHERE seq = 10", 10),
        ("UPDATE audit_entries SET user_id = NULL WHERE seq = 7", 7),
        ("UPDATE audit_entries SET subject = NULL WHERE seq = 7", 7),
        ("UPDATE audit_entries SET hash = previous_hash WHERE seq = 2", 2),
        ("DELETE FROM audit_entries WHERE seq = 5", 5),
        ("DELETE FROM audit_entries WHERE seq = 1", 1),
        ("DELETE FROM audit_entries WHERE seq = 10", 10),
        ("DELETE FROM audit_entries WHERE seq > 3", 4),
        ("DELETE FROM audit_entries", 1),
        ("UPDATE audit_entries SET seq = 11 WHERE seq = 10", 10),
    ],
)
async def test_a_forgery_by_the_owner_of_the_database_shows(
    ann: Person, forgery: str, broken_at: int
) -> None:
    async with ann.server.owner() as owner, owner.transaction():
        await owner.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only")
        where = " AND " if " WHERE " in forgery else " WHERE "
        await owner.execute(f"{forgery}{where}workspace_id = $1", ann.workspace_id)
        await owner.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only")
    answer = await verified(ann)
    assert (answer["ok"], answer["brokenAt"]) == (False, broken_at)


async def test_logs_are_apart(ann: Person) -> None:
    bob = await register(ann.server)
    await ann.server.settle()
    assert [e["action"] for e in (await bob.get("/audit"))["items"]] == ["identity.signed_up"]
    member = await ann.invite(bob)
    for path in ("/audit", "/audit/verify"):
        assert refused(await member.api.get(path)) == (403, "workspaces.not_allowed")
    assert ids.to_wire("ws", ann.workspace_id) == member.workspace["id"]
