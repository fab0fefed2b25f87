"""Three people with one of everything: two who share a workspace, and one who has nothing to do with them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from openclaw.kit import ids
from tests.support.accounts import Person, register, sign_in
from tests.support.devices import Call, Machine, OnlineMachine, link, online
from tests.support.server import Server

# The table whose row a path parameter or an id in a body names. A new parameter has to be entered here, and given a
# row in `_furnish`: the tests fail until it is.
TABLES = {
    "approval_id": "approvals",
    "challenge_id": "link_challenges",
    "conversation_id": "conversations",
    "device_id": "devices",
    "invitation_id": "invitations",
    "message_id": "messages",
    "provider_id": "model_providers",
    "rule_id": "approval_rules",
    "run_id": "runs",
    "session_id": "auth_sessions",
    "user_id": "users",
    "workspace_id": "workspaces",
}
PREFIXES = {
    "appr": "approval_id",
    "chal": "challenge_id",
    "conv": "conversation_id",
    "dev": "device_id",
    "inv": "invitation_id",
    "msg": "message_id",
    "prov": "provider_id",
    "rule": "rule_id",
    "run": "run_id",
    "sess": "session_id",
    "user": "user_id",
    "ws": "workspace_id",
}
PREFIX_OF = {parameter: prefix for prefix, parameter in PREFIXES.items()}


@dataclass
class Estate:
    """One person's things in one workspace. ``ids`` by path parameter, on the wire."""

    person: Person
    machine: OnlineMachine
    secret: str
    ids: dict[str, str] = field(default_factory=dict[str, str])
    open_call: Call | None = None

    def names(self) -> set[str]:
        """What must not be seen by others: ids, and a word that is in every text."""
        return {*self.ids.values(), self.secret, self.machine.node_id, self.person.email}


@dataclass
class World:
    """``ann`` and ``carl`` share a workspace, ``bob`` has one of his own."""

    server: Server
    ann: Estate
    carl: Estate
    bob: Estate


@contextlib.asynccontextmanager
async def furnished_world(server: Server) -> AsyncIterator[World]:
    """The three, with their machines online."""
    async with contextlib.AsyncExitStack() as stack:
        ann = await (await register(server, "ann")).create_workspace("Ann's team")
        carl = await ann.invite(await register(server, "carl"), "owner")
        bob = await (await register(server, "bob")).create_workspace("Bob's team")
        estates = [await _furnish(person, stack) for person in (ann, carl, bob)]
        await server.settle()
        yield World(server, *estates)


def unknown(parameter: str) -> str:
    """An id that nobody has."""
    return ids.to_wire(PREFIX_OF[parameter], ids.new_id())


async def rows_of(server: Server, person: Person) -> dict[str, list[str]]:
    """Every row that belongs to ``person`` or to the workspace, as text, by table; read as the owner role."""
    async with server.owner() as connection:
        return {table: await _rows(connection, table, person) for table in await tenant_tables(connection)}


async def tenant_tables(connection: asyncpg.Connection) -> list[str]:
    """The tables that say whose their rows are."""
    rows = await connection.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema,"
        " table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND (column_name IN ('user_id', 'workspace_id') OR table_name IN ('users', 'workspaces')) ORDER BY 1"
    )
    return [row[0] for row in rows]


async def _rows(connection: asyncpg.Connection, table: str, person: Person) -> list[str]:
    columns = {
        row[0]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1", table
        )
    }
    owner = {"users": "id = $1 AND $2 = $2", "workspaces": "$1 = $1 AND id = $2"}.get(table)
    if owner is None:
        owner = " OR ".join(
            f"{column} = ${number}" if column in columns else f"${number} <> ${number}"
            for number, column in ((1, "user_id"), (2, "workspace_id"))
        )
    query = f"SELECT t::text FROM {table} t WHERE {owner.replace('$1', '$1::uuid').replace('$2', '$2::uuid')} ORDER BY 1"
    return [row[0] for row in await connection.fetch(query, person.user_id, person.workspace_id)]


async def _furnish(person: Person, stack: contextlib.AsyncExitStack) -> Estate:
    secret = f"{person.username}-keeps-this"
    machine = await link(person, f"{secret}-laptop")
    answers = {"fs.write": lambda p: {"path": p["path"], "bytes": 1, "created": True, "diff": secret}}
    peer = await stack.enter_async_context(online(machine, answers))
    estate = Estate(person, peer, secret)
    estate.ids = {
        "user_id": person.id,
        "workspace_id": person.workspace["id"],
        "device_id": machine.session["deviceId"],
        "session_id": await _other_session(person),
        "challenge_id": (await person.post("/bridge/public-link", {}))["challengeId"],
        "provider_id": await _provider(person, secret),
        "invitation_id": await _invitation(person, secret),
    }
    estate.ids |= await _finished_conversation(person, secret)
    await _archived_and_deleted(person, secret)
    estate.ids["approval_id"] = await _open_approval(person, secret)
    estate.open_call = await _open_call(person, estate)
    return estate


async def _other_session(person: Person) -> str:
    other = await sign_in(person.server, person)
    sessions = (await other.get("/auth/sessions"))["items"]
    return next(session["id"] for session in sessions if session["current"])


async def _provider(person: Person, secret: str) -> str:
    # Deleted again before the runs, which must not ask it; what tests need is a provider of the workspace.
    body = {"kind": "openai", "name": secret, "model": "m", "baseUrl": "http://127.0.0.1:9/v1", "apiKey": secret}
    return (await person.post("/model-providers", body))["id"]


async def _invitation(person: Person, secret: str) -> str:
    path = f"/workspaces/{person.workspace['id']}/invitations"
    return (await person.post(path, {"role": "viewer", "email": f"{secret}@example.com"}))["id"]


async def _finished_conversation(person: Person, secret: str) -> dict[str, str]:
    """A conversation whose run was allowed by a rule that stays."""
    conversation, sent, approval = await _ask(person, f"create {secret}.txt with one line in ~/notes")
    with person.server.watching(person.topic) as watch:
        await person.post(f"/approvals/{approval['id']}/decision", {"decision": "allow_always"})
        await watch.event("chat", state="final")
    rule = (await person.get("/approval-rules"))["items"][0]
    messages = (await person.get(f"/conversations/{conversation['id']}/messages"))["items"]
    return {
        "conversation_id": conversation["id"],
        "run_id": sent["runId"],
        "message_id": messages[-1]["id"],
        "rule_id": rule["id"],
    }


async def _archived_and_deleted(person: Person, secret: str) -> None:
    for end in ("archive", "delete"):
        conversation = await person.post("/conversations", {"title": f"{secret} {end}d"})
        path = f"/conversations/{conversation['id']}"
        await (person.delete(path) if end == "delete" else person.post(f"{path}/archive"))


async def _open_approval(person: Person, secret: str) -> str:
    return (await _ask(person, f"create {secret}.txt with one line in ~/elsewhere"))[2]["id"]


async def _open_call(person: Person, estate: Estate) -> Call:
    _, _, approval = await _ask(person, f"run touch {estate.secret}")
    await person.post(f"/approvals/{approval['id']}/decision", {"decision": "allow_once"})
    return await estate.machine.next_call()


async def _ask(person: Person, text: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Say something that needs an approval: the conversation, what was accepted, and the approval."""
    conversation = await person.post("/conversations", {"title": text})
    with person.server.watching(person.topic) as watch:
        sent = await person.post(f"/conversations/{conversation['id']}/messages", {"text": text})
        requested = await watch.event("exec.approval.requested")
    return conversation, sent, requested["approval"]
