"""Row-level security alone: as the application's role, queries that forgot their filter touch nothing of others."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from openclaw.infra.db import APPLICATION_ROLE, as_libpq
from tests.support.accounts import Person
from tests.tenancy.estate import World, tenant_tables

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Tables that do not say whose their rows are, and why none of them needs to.
WITHOUT_OWNER = {
    "alembic_version": "the migration that the database has seen; the application may only read it",
    "bus_facts": "messages on their way to a broker; written by a function for every scope, system scopes only",
    "bus_payloads": "messages too large to announce; written by a function for every scope, read by system scopes",
    "durable_executors": "processes; system scopes only",
    "login_failures": "counts by account and address; system scopes only",
    "outbox": "facts on their way; any scope may add, only system scopes read",
}
# `FORCE` binds the owner too. The owner of these writes them for every scope, in a function.
NOT_FORCED = {"bus_payloads", "alembic_version"}
APPEND_ONLY = {"audit_entries", "task_run_events"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(world: World) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the application's role, without any scope."""
    url = as_libpq(world.server.owner_url)
    connection = await asyncpg.connect(url, server_settings={"role": APPLICATION_ROLE})
    yield connection
    await connection.close()


async def act_as(connection: asyncpg.Connection, person: Person | None) -> None:
    """Set the tenant of the transaction as `Database` does."""
    settings = {"user_id": person.user_id, "workspace_id": person.workspace_id} if person else {}
    for name in ("user_id", "workspace_id"):
        await connection.execute(
            "SELECT set_config($1, $2, true)", f"app.{name}", str(settings.get(name, ""))
        )


async def keys_of(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """The columns of each table's primary key."""
    rows = await connection.fetch(
        "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indisprimary AND n.nspname = 'public'"
    )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


async def rows_by_owner(world: World, table: str, person: Person) -> list[dict[str, Any]]:
    """The rows that name ``person`` or the workspace, as the owner role sees them."""
    async with world.server.owner() as owner:
        rows = [dict(row) for row in await owner.fetch(f"SELECT * FROM {table}")]
    mine = {person.user_id, person.workspace_id}
    columns = {"users": ["id"], "workspaces": ["id"]}.get(table, ["user_id", "workspace_id"])
    return [row for row in rows if mine & {row.get(column) for column in columns}]


async def test_the_role_is_small(application: asyncpg.Connection) -> None:
    assert await application.fetchval("SELECT current_user") == APPLICATION_ROLE
    role = await application.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = $1",
        APPLICATION_ROLE,
    )
    assert role is not None
    assert list(role) == [False] * 5
    owned = await application.fetchval(
        "SELECT count(*) FROM pg_tables WHERE tableowner = $1", APPLICATION_ROLE
    )
    assert owned == 0, "an owner may switch the security of its tables off"


async def test_every_table_has_its_rows_secured(world: World) -> None:
    async with world.server.owner() as owner:
        tables = await owner.fetch(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        with_owner = set(await tenant_tables(owner))
        policies = {row[0] for row in await owner.fetch("SELECT tablename FROM pg_policies")}
    names = {row["relname"] for row in tables}
    assert names == with_owner | set(WITHOUT_OWNER), "say in WITHOUT_OWNER why a new table needs no owner"
    assert {r["relname"] for r in tables if not r["relrowsecurity"]} == {"alembic_version"}
    assert {r["relname"] for r in tables if not r["relforcerowsecurity"]} == NOT_FORCED
    assert policies == names - {"alembic_version"}


async def test_the_engine_keeps_names_only(world: World) -> None:
    """The durable engine's tables have no owner either: what is in them must say nothing of anybody."""
    async with world.server.owner() as owner:
        inputs = await owner.fetch("SELECT inputs, output, error FROM dbos.workflow_status")
    assert len(inputs) >= 6, "the runs that wait; one that ends with its first steps is not noted down"
    for estate in (world.ann, world.bob, world.carl):
        assert estate.secret not in str([tuple(row) for row in inputs])


async def test_without_a_scope_there_are_no_rows(application: asyncpg.Connection) -> None:
    for table in await tenant_tables(application):
        assert await application.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    for table in set(WITHOUT_OWNER) - {"alembic_version"}:
        assert await application.fetchval(f"SELECT count(*) FROM {table}") == 0, table


@pytest.mark.parametrize("who", ["bob", "carl"])
async def test_unfiltered_queries_touch_nothing_of_others(
    world: World, application: asyncpg.Connection, who: str
) -> None:
    """``carl`` shares the workspace: what has no user in it is his as much as Ann's, and so are its hosts."""
    stranger, ann = getattr(world, who).person, world.ann.person
    keys, checked = await keys_of(application), 0
    for table in await tenant_tables(application):
        theirs = await rows_by_owner(world, table, ann)
        if who == "carl":
            theirs = [
                row
                for row in theirs
                if row.get("user_id") == ann.user_id
                and table not in ("memberships", "audit_entries")
                and (table, row.get("kind")) != ("devices", "host")
            ]
        else:
            assert theirs, f"{table}: Ann needs a row for this to prove anything (tests.tenancy.estate)"
        key = keys[table]
        hidden = {tuple(row[k] for k in key) for row in theirs}
        column = next(k for k in key)
        statements = [f"SELECT * FROM {table}"]
        if table not in APPEND_ONLY:
            returning = f"RETURNING {', '.join(key)}"
            statements.append(f"UPDATE {table} SET {column} = {column} {returning}")
        for statement in statements:
            async with application.transaction():
                await act_as(application, stranger)
                touched = {tuple(row[k] for k in key) for row in await application.fetch(statement)}
            assert touched or who == "carl", f"{statement} found nothing at all"
            assert not touched & hidden, f"{statement} as {who}"
            checked += 1
        for row in theirs if table not in APPEND_ONLY else ():
            where = " AND ".join(f"{k} = ${n}" for n, k in enumerate(key, start=1))
            transaction = application.transaction()
            await transaction.start()
            await act_as(application, stranger)
            status = await application.execute(f"DELETE FROM {table} WHERE {where}", *(row[k] for k in key))
            await transaction.rollback()
            assert status == "DELETE 0", table
    assert checked > 30


async def test_rows_cannot_be_given_to_others(world: World, application: asyncpg.Connection) -> None:
    """Neither by INSERT nor by UPDATE: the check comes before any other, so the rows may be the others' own."""
    bob, ann = world.bob.person, world.ann.person
    for table in await tenant_tables(application):
        row = (await rows_by_owner(world, table, ann))[0]
        columns = list(row)
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with application.transaction():
                await act_as(application, bob)
                await application.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", *row.values()
                )
        if table in {*APPEND_ONLY, "memberships"}:
            continue
        for column, value in (("workspace_id", ann.workspace_id), ("user_id", ann.user_id)):
            if column in columns:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                    async with application.transaction():
                        await act_as(application, bob)
                        await application.execute(f"UPDATE {table} SET {column} = $1", value)


async def test_nobody_can_join_a_workspace_by_themselves(
    world: World, application: asyncpg.Connection
) -> None:
    transaction = application.transaction()
    await transaction.start()
    try:
        await act_as(application, world.bob.person)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await application.execute(
                "INSERT INTO memberships VALUES ($1, $2, 'owner', now())",
                world.ann.person.workspace_id,
                world.bob.person.user_id,
            )
    finally:
        await transaction.rollback()


async def test_accounts_of_the_workspace_can_be_seen_but_not_changed(
    world: World, application: asyncpg.Connection
) -> None:
    transaction = application.transaction()
    await transaction.start()
    try:
        await act_as(application, world.carl.person)
        seen = {row[0] for row in await application.fetch("SELECT username FROM users")}
        changed = {
            row[0]
            for row in await application.fetch("UPDATE users SET password_hash = 'x' RETURNING username")
        }
    finally:
        await transaction.rollback()
    assert seen == {"ann", "carl"}
    assert changed == {"carl"}


async def test_system_tables_are_closed_to_scopes(world: World, application: asyncpg.Connection) -> None:
    async with application.transaction():
        await act_as(application, world.bob.person)
        for table in ("login_failures", "durable_executors", "bus_payloads", "bus_facts", "outbox"):
            assert await application.fetch(f"SELECT * FROM {table}") == []
    refused = {
        "INSERT INTO login_failures VALUES ('x', 1, now(), NULL)": "row-level security",
        "INSERT INTO durable_executors VALUES ('x', now())": "row-level security",
        "INSERT INTO bus_facts (topic, body) VALUES ('user:x', '{}')": "row-level security",
        "INSERT INTO bus_payloads (body) VALUES ('{}')": "row-level security",
        "UPDATE alembic_version SET version_num = 'x'": "permission denied",
        "CREATE TABLE stolen (id integer)": "permission denied",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY": "must be owner",
    }
    for statement, words in refused.items():
        with pytest.raises(asyncpg.PostgresError, match=words):
            async with application.transaction():
                await act_as(application, world.bob.person)
                await application.execute(statement)


async def test_a_scope_ends_with_its_transaction(world: World, application: asyncpg.Connection) -> None:
    """A pooled connection carries nothing of the one before."""
    async with application.transaction():
        await act_as(application, world.bob.person)
        assert await application.fetch("SELECT id FROM devices")
    assert await application.fetchval("SELECT count(*) FROM devices") == 0
    database = world.server.platform.database
    async with database.transaction(world.bob.person.actor) as scope:
        assert (await scope.session.connection()) is not None
    async with database.transaction(world.carl.person.actor) as scope:
        settings = (
            await (await scope.session.connection()).exec_driver_sql(
                "SELECT current_setting('app.user_id'), current_setting('app.is_system')"
            )
        ).one()
    assert tuple(settings) == (str(world.carl.person.user_id), "")


async def test_a_scope_sees_its_own_workspaces_and_colleagues_only(
    world: World, application: asyncpg.Connection
) -> None:
    for who, workspaces, colleagues in ((world.bob, 2, {"bob"}), (world.carl, 2, {"ann", "carl"})):
        async with application.transaction():
            await act_as(application, who.person)
            assert len(await application.fetch("SELECT id FROM workspaces")) == workspaces
            assert {row[0] for row in await application.fetch("SELECT username FROM users")} == colleagues
