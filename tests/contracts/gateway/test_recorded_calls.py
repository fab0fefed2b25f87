"""The recorded calls of both releases' clients, replayed in their order: accepted where the released gateway accepted
them, with the same fields; refused where it refused."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.gateway.methods import METHODS
from openclaw.protocol.gateway.not_offered import NOT_OFFERED
from tests.contracts.gateway.recordings import ANSWERS, EVENTS, RELEASES, differences
from tests.support.accounts import Person, register
from tests.support.devices import Machine, OnlineMachine
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.support.node_hosts import command_line, gateway_token, node_host, pair, try_to_connect
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = "system.run"
SCOPES = ("operator.read", "operator.write", "operator.approvals", "operator.pairing")
BINS = {"bins": {"uname": "/usr/bin/uname", "bash": "/usr/bin/bash"}}
POLICY = {"path": "p", "exists": True, "hash": "h", "file": {"version": 1, "defaults": {}, "agents": {}}}
# What the released gateways accepted and we refuse, or the other way round, beside what NOT_OFFERED names.
OTHERWISE = {
    # Theirs drives a browser of the server's, ours one of the person's, if there is one and the person lets it.
    "browser.request": {"gateway.browser_not_offered", "gateway.call_denied"},
    # A deletion is confirmed in two steps.
    "exec.approval.resolve": {"agents.confirmation_needed"},
    # Theirs lets a machine in, and what it says only once it was approved a second time.
    "node.event": set[str](),
    "node.runnerInventory.update": set[str](),
}


@dataclass
class Replay:
    """One release's clients at our gateway: a command line, a node host, and the person's page."""

    protocol: int
    person: Person
    cli: GatewayClient
    page: GatewayClient
    node: OnlineMachine
    token: str
    conversation: str
    run: str = "no-run"
    keys: int = 0
    wrong: list[str] = field(default_factory=list[str])

    async def calls(self, release: str) -> None:
        """Every call of the release, in order."""
        for recorded in RELEASES[release]["calls"]:
            await self.call(recorded)

    async def call(self, recorded: dict[str, Any]) -> None:
        """Make one call, and note what comes otherwise than it was recorded."""
        method = recorded["method"]
        if recorded.get("code") == "FORBIDDEN":
            async with command_line(
                self.person, self.token, protocol=self.protocol, scopes=["operator.pairing"]
            ) as poor:
                await self.compare(poor, recorded, recorded["params"])
            return
        if method.startswith("exec.approval.") and "list" not in method:
            if method == "exec.approval.request":
                await self.ask(recorded)
            elif recorded["params"].get("id") == "missing":
                await self.compare(self.cli, recorded, recorded["params"])
            return
        client = self.node.client if recorded.get("role") == "node" else self.cli
        params = await self.filled(recorded)
        denial = spawn(self.deny_next(), name="machine that denies") if params.get("command") == RUN else None
        if method == "browser.request":
            denial = spawn(self.deny_question(), name="person who denies")
        await self.compare(client, recorded, params)
        if denial is not None and method == "browser.request":
            await cancel_and_wait(denial)  # where no machine offers a browser nobody is asked
        elif denial is not None:
            await denial
        if method == "sessions.delete":
            self.conversation = (await self.person.post("/conversations", {}))["id"]

    async def deny_next(self) -> None:
        """The machine refuses the next call that it gets, in the recorded words."""
        call = await self.node.next_call()
        denied = {"code": "UNAVAILABLE", "message": "SYSTEM_RUN_DENIED: approval required"}
        result = {"id": call.id, "nodeId": self.node.node_id, "ok": False, "error": denied}
        await self.node.client.call("node.invoke.result", result)

    async def deny_question(self) -> None:
        """The person does not let the next thing be done that they are asked about."""
        event = await self.page.event("exec.approval.requested", lambda p: p["id"] not in self.answered)
        self.answered.add(event["id"])
        await self.page.call("exec.approval.resolve", {"id": event["id"], "decision": "deny"})

    async def ask(self, recorded: dict[str, Any]) -> None:
        """A question: looked at by the command line, answered on the page in two steps, heard of by both."""
        self.keys += 1
        own_id = f"own-{self.keys}"
        asked = spawn(
            self.cli.call("exec.approval.request", recorded["params"] | {"id": own_id}), name="question"
        )
        event = await self.page.event("exec.approval.requested", lambda p: p["id"] not in self.answered)
        self.wrong += differences("exec.approval.requested", EVENTS["exec.approval.requested"], event)
        self.answered.add(event["id"])
        for method in ("exec.approval.list", "exec.approval.get"):
            params = {} if method.endswith("list") else {"id": event["id"]}
            self.wrong += differences(method, ANSWERS[method], await self.cli.call(method, params))
        decision = {"id": event["id"], "decision": "allow-once"}
        with pytest.raises(Refused) as refusal:
            await self.cli.call("exec.approval.resolve", decision)
        assert refusal.value.code in OTHERWISE["exec.approval.resolve"]
        resolved = await self.page.call("exec.approval.resolve", decision | {"confirm": True})
        self.wrong += differences("exec.approval.resolve", ANSWERS["exec.approval.resolve"], resolved)
        answer = await asked
        assert (answer["id"], answer["decision"]) == (own_id, "allow-once")
        self.wrong += differences("exec.approval.request", ANSWERS["exec.approval.request"], answer)

    answered: set[str] = field(default_factory=set[str])

    async def filled(self, recorded: dict[str, Any]) -> dict[str, Any]:
        """The recorded parameters, about things that are here."""
        params = dict(recorded["params"])
        for name, value in params.items():
            match value:
                case "$session":
                    params[name] = self.conversation
                case "$node":
                    params[name] = self.node.machine.node_id
                case "$key":
                    self.keys += 1
                    params[name] = self.run = f"key-{self.keys}"
                case "$run":
                    params[name] = self.run
                case "$request":
                    self.keys += 1
                    stranger = Machine(self.person.server, f"stranger-{self.keys}")
                    error, _ = await try_to_connect(stranger, self.token, protocol=self.protocol)
                    params[name] = error["details"]["requestId"]
                case _:
                    pass
        return params

    async def compare(self, client: GatewayClient, recorded: dict[str, Any], params: dict[str, Any]) -> None:
        method = recorded["method"]
        try:
            answer = await client.call(method, params)
        except Refused as refusal:
            is_meant = method in NOT_OFFERED or refusal.code in OTHERWISE.get(method, ())
            if recorded["ok"] and not is_meant:
                self.wrong.append(f"{method} {params}: {refusal.error}")
            elif not recorded["ok"] and refusal.error["code"] != _code(recorded, self.protocol):
                self.wrong.append(f"{method} {params}: {refusal.error}, not {recorded['code']}")
            return
        if not recorded["ok"] and method not in OTHERWISE:
            self.wrong.append(f"{method} {params}: {answer}")
            return
        if method in ANSWERS:
            self.wrong += differences(method, ANSWERS[method], answer)
        if method in ("agent", "chat.send"):
            await self.cli.event("chat", lambda p: p["runId"] == self.run and p["state"] != "delta")


def _code(recorded: dict[str, Any], protocol: int) -> str:
    code: str = recorded["code"]
    return "INVALID_REQUEST" if protocol < 4 and code == "FORBIDDEN" else code


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@contextlib.asynccontextmanager
async def at_the_gateway(server: Server, release: str) -> AsyncIterator[Replay]:
    """The clients of a release, connected to our gateway."""
    protocol = RELEASES[release]["protocol"]
    person = await register(server)
    token = (await gateway_token(person, "node", *SCOPES))["token"]
    machine = await pair(person, token, protocol=protocol)
    conversation = await person.post("/conversations", {})
    answers = {"system.which": lambda _: BINS, "system.execApprovals.get": lambda _: POLICY}
    async with (
        node_host(machine, token, protocol=protocol, answers=answers) as node,
        command_line(person, token, protocol=protocol) as cli,
        operator(person) as page,
    ):
        yield Replay(protocol, person, cli, page, node, token, conversation["id"])


@pytest.mark.parametrize("release", RELEASES)
async def test_every_recorded_call_is_answered_as_it_was_recorded(server: Server, release: str) -> None:
    async with at_the_gateway(server, release) as replay:
        await replay.calls(release)
        assert not replay.wrong, "\n".join(dict.fromkeys(replay.wrong))


async def test_what_is_not_offered_is_a_method_of_nobody() -> None:
    assert not set(NOT_OFFERED) & set(METHODS)
