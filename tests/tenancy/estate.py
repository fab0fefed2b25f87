"""Three people with one of everything: two who share a workspace, and one who has nothing to do with them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from openclaw.infra.db import Base
from openclaw.kit import ids
from openclaw.protocol.runs import RUN_ARGUMENTS
from openclaw.protocol.tools import ARGUMENTS, UNDO_ARGUMENTS
from tests.support.accounts import Person, register, sign_in
from tests.support.devices import (
    Answer,
    Call,
    Machine,
    OnlineMachine,
    claim_slot,
    enrol,
    link,
    online,
    online_host,
)
from tests.support.node_hosts import gateway_token, try_to_connect
from tests.support.server import Server
from tests.tenancy.channels import furnish_channels
from tests.tenancy.notifications import furnish_notifications
from tests.tenancy.plugins import furnish_plugins
from tests.tenancy.results import furnish_results
from tests.tenancy.systems import furnish_systems
from tests.tenancy.tasks import furnish_tasks
from tests.tenancy.workflows import furnish_automations, furnish_workflows

# The table whose row a path parameter or an id in a body names. A new parameter has to be entered here, and given a
# row in `_furnish`: the tests fail until it is.
TABLES = {
    "approval_id": "approvals",
    "budget_id": "budgets",
    "artifact_id": "artifacts",
    "automation_id": "automations",
    "automation_run_id": "automation_runs",
    "channel_id": "channels",
    "challenge_id": "link_challenges",
    "conversation_id": "conversations",
    "block_id": "plugin_blocks",
    "branch_id": "system_branches",
    "device_id": "devices",
    "file_id": "workflow_run_files",
    "group_id": "device_groups",
    "host_id": "hosts",
    "host_token_id": "host_enrolments",
    "invitation_id": "invitations",
    "job_id": "jobs",
    "message_id": "messages",
    "delivery_id": "notification_deliveries",
    "notification_id": "notifications",
    "package_id": "plugin_packages",
    "plugin_id": "plugins",
    "provider_id": "model_providers",
    "request_id": "pairing_requests",
    "rule_id": "approval_rules",
    "run_id": "runs",
    "session_id": "auth_sessions",
    "snapshot_id": "system_snapshots",
    "step_id": "run_steps",
    "subscription_id": "push_subscriptions",
    "system_id": "systems",
    "task_id": "tasks",
    "task_run_id": "task_runs",
    "token_id": "gateway_tokens",
    "user_id": "users",
    "workflow_id": "workflows",
    "workflow_run_id": "workflow_runs",
    "workflow_step_id": "workflow_run_steps",
    "workspace_id": "workspaces",
}
PREFIXES = {
    "appr": "approval_id",
    "branch": "branch_id",
    "bud": "budget_id",
    "art": "artifact_id",
    "arun": "automation_run_id",
    "auto": "automation_id",
    "chan": "channel_id",
    "chal": "challenge_id",
    "conv": "conversation_id",
    "dev": "device_id",
    "dgrp": "group_id",
    "dlv": "delivery_id",
    "file": "file_id",
    "gtok": "token_id",
    "host": "host_id",
    "htok": "host_token_id",
    "inv": "invitation_id",
    "job": "job_id",
    "msg": "message_id",
    "noti": "notification_id",
    "pair": "request_id",
    "pblk": "block_id",
    "plug": "plugin_id",
    "ppkg": "package_id",
    "prov": "provider_id",
    "psub": "subscription_id",
    "rule": "rule_id",
    "run": "run_id",
    "sess": "session_id",
    "snap": "snapshot_id",
    "step": "step_id",
    "sys": "system_id",
    "task": "task_id",
    "trun": "task_run_id",
    "user": "user_id",
    "wf": "workflow_id",
    "wrun": "workflow_run_id",
    "ws": "workspace_id",
    "wstep": "workflow_step_id",
}
PREFIX_OF = {parameter: prefix for prefix, parameter in PREFIXES.items()}


@dataclass
class Estate:
    """One person's things in one workspace. ``ids`` on the wire by path parameter, one of each state."""

    person: Person
    machine: OnlineMachine
    secret: str
    ids: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    open_call: Call | None = None
    machine_run: Call | None = None

    def names(self, *, personal: bool = False) -> set[str]:
        """What others must not see: ids, and a word that is in every text; ``personal``: nobody in the workspace."""
        kinds = [kind for kind in self.ids if not personal or is_personal(kind)]
        found = {name for kind in kinds for name in self.ids[kind]} | {self.machine.node_id}
        return found if personal else found | {self.secret, self.person.email}


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
        for estate in estates:  # last, for runs would ask it in place of the demo model
            estate.ids["provider_id"] = [await _provider(estate)]
        await server.settle()
        yield World(server, *estates)


def is_personal(parameter: str) -> bool:
    """Whether it names a row of one user, that other members of the workspace must not see either."""
    return "user_id" in Base.metadata.tables[TABLES[parameter]].columns


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
    owned = owner.replace("$1", "$1::uuid").replace("$2", "$2::uuid")
    query = f"SELECT t::text FROM {table} t WHERE {owned} ORDER BY 1"
    return [row[0] for row in await connection.fetch(query, person.user_id, person.workspace_id)]


async def _furnish(person: Person, stack: contextlib.AsyncExitStack) -> Estate:
    secret = f"{person.username}-keeps-this"
    machine = await link(person, f"{secret}-laptop")
    undone = {"paths": [], "more": 0, "done": 0, "stopped": 0, "unknown": []}
    answers: dict[str, Answer] = {
        "fs.write": lambda p: {"path": p["path"], "bytes": 1, "created": True, "diff": secret},
        "fs.undo.preview": lambda _: undone,
    }
    commands = [*ARGUMENTS, *UNDO_ARGUMENTS, *RUN_ARGUMENTS]
    there = await stack.enter_async_context(online(machine, answers, commands=commands))
    estate = Estate(person, there, secret)
    estate.ids = {
        "user_id": [person.id],
        "workspace_id": [person.workspace["id"]],
        "device_id": [machine.session["deviceId"]],
        "session_id": [await _other_session(person)],
        "challenge_id": [(await person.post("/bridge/public-link", {}))["challengeId"]],
        "invitation_id": [await _invitation(estate)],
        "group_id": [await _group(estate)],
        "budget_id": [(await person.post("/budgets", {"name": secret, "calls": 9}))["id"]],
    }
    await person.put("/tool-policy", {"deniedTools": ["fs.search"]})
    await _host(estate, stack)
    await _waiting_machine(estate)
    await _finished_run(estate)
    await _run_that_asks(estate)
    await _run_that_waits_for_its_machine(estate)
    await _run_on_its_machine(estate)
    await _archived_and_deleted(estate)
    await furnish_workflows(person, secret, estate.ids)
    await furnish_tasks(person, secret, estate.ids)
    await furnish_automations(person, secret, estate.ids)
    await furnish_plugins(person, secret, estate.ids)
    await furnish_notifications(person, secret, estate.ids)
    await furnish_systems(person, secret, estate.ids)
    await furnish_channels(person, secret, estate.ids)
    await furnish_results(person, secret, estate.ids)
    return estate


async def _host(estate: Estate, stack: contextlib.AsyncExitStack) -> None:
    """A host that carries a run, and a token for another one."""
    person = estate.person
    host = await enrol(person, f"{estate.secret}-host", labels=[estate.secret])
    there = await stack.enter_async_context(online_host(host))
    estate.ids["host_id"] = [host.session["deviceId"].replace("dev_", "host_")]
    estate.ids["host_token_id"] = [(await person.post("/host-tokens", {"name": estate.secret}))["id"]]
    async with person.scope() as scope:
        slot = await claim_slot(scope, run_id=ids.new_id(), host_id=there.machine.device_id)
    assert slot is not None


async def _other_session(person: Person) -> str:
    other = await sign_in(person.server, person)
    sessions = (await other.get("/auth/sessions"))["items"]
    return next(session["id"] for session in sessions if session["current"])


async def _provider(estate: Estate) -> str:
    body = {"kind": "openai", "name": estate.secret, "model": "m", "baseUrl": "http://127.0.0.1:9/v1"}
    return (await estate.person.post("/model-providers", body | {"apiKey": estate.secret}))["id"]


async def _group(estate: Estate) -> str:
    body = {"name": f"{estate.secret}-group", "deviceIds": [estate.machine.machine.session["deviceId"]]}
    return (await estate.person.post("/device-groups", body))["id"]


async def _invitation(estate: Estate) -> str:
    path = f"/workspaces/{estate.person.workspace['id']}/invitations"
    body = {"role": "viewer", "email": f"{estate.secret}@example.com"}
    return (await estate.person.post(path, body))["id"]


async def _waiting_machine(estate: Estate) -> None:
    """A gateway token, and a machine that it brought and that waits to be let in."""
    token = await gateway_token(estate.person, name=f"{estate.secret}-token")
    machine = Machine(estate.person.server, f"{estate.secret}-box")
    error, _ = await try_to_connect(machine, token["token"])
    estate.ids["token_id"] = [token["id"]]
    estate.ids["request_id"] = [error["details"]["requestId"]]


async def _finished_run(estate: Estate) -> None:
    """A conversation whose run was allowed by a rule that stays."""
    person = estate.person
    approval = await _ask(estate, f"create {estate.secret}.txt with one line in ~/notes")
    with person.server.watching(person.topic) as watch:
        await person.post(f"/approvals/{approval['id']}/decision", {"decision": "allow_always"})
        await watch.event("chat", state="final")
    estate.ids["rule_id"] = [rule["id"] for rule in (await person.get("/approval-rules"))["items"]]


async def _run_that_asks(estate: Estate) -> None:
    await _ask(estate, f"create {estate.secret}.txt with one line in ~/elsewhere")


async def _run_that_waits_for_its_machine(estate: Estate) -> None:
    approval = await _ask(estate, f"run touch {estate.secret}")
    await estate.person.post(f"/approvals/{approval['id']}/decision", {"decision": "allow_once"})
    estate.open_call = await estate.machine.next_call()


async def _run_on_its_machine(estate: Estate) -> None:
    """A turn with the machine's own runtime, which has told something of it that waits to be told on."""
    person = estate.person
    about = {"title": f"{estate.secret} with Pi", "runtime": "pi", "deviceId": estate.ids["device_id"][0]}
    conversation = (await person.post("/conversations", about))["id"]
    path = f"/conversations/{conversation}/messages"
    sent = await person.post(path, {"text": estate.secret})
    call = estate.machine_run = await estate.machine.next_call()
    event = {"kind": "said", "stop": "stop", "text": estate.secret}
    params = {"id": call.id, "nodeId": estate.machine.node_id, "seq": 2, "event": event}
    await estate.machine.client.call("node.run.event", params)
    estate.ids["conversation_id"].append(conversation)
    estate.ids["run_id"].append(sent["runId"])
    estate.ids["message_id"].append(sent["message"]["id"])


async def _archived_and_deleted(estate: Estate) -> None:
    for end in ("archive", "delete"):
        body = {"title": f"{estate.secret} {end}d"}
        conversation = (await estate.person.post("/conversations", body))["id"]
        path = f"/conversations/{conversation}"
        await (estate.person.delete(path) if end == "delete" else estate.person.post(f"{path}/archive"))
        estate.ids["conversation_id"].append(conversation)


async def _ask(estate: Estate, text: str) -> dict[str, Any]:
    """Say something that needs an approval; the approval."""
    person, found = estate.person, estate.ids
    conversation = await person.post("/conversations", {"title": text})
    with person.server.watching(person.topic) as watch:
        sent = await person.post(f"/conversations/{conversation['id']}/messages", {"text": text})
        approval = (await watch.event("exec.approval.requested"))["approval"]
    steps = (await person.get(f"/runs/{sent['runId']}"))["parts"]
    for kind, name in (
        ("step_id", next(step["stepId"] for step in steps if step["type"] == "tool")),
        ("conversation_id", conversation["id"]),
        ("run_id", sent["runId"]),
        ("message_id", sent["message"]["id"]),
        ("approval_id", approval["id"]),
    ):
        found.setdefault(kind, []).append(name)
    return approval
