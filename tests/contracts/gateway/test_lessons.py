"""What users of the released gateways suffer from, and never shall here."""

import random
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.devices.service import pairing
from tests.domains.agents.chatting import chatting, use_model
from tests.support.accounts import Person, register
from tests.support.devices import Machine
from tests.support.gateway_client import GatewayClient, Refused, open_socket, operator, operator_params
from tests.support.node_hosts import (
    command_line,
    gateway_token,
    node_host,
    node_params,
    pair,
    try_to_connect,
)
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPES = ("operator.read", "operator.write", "operator.approvals", "operator.pairing")
GO_ON = {"recommendedNextStep": "wait_then_retry", "retryable": True, "pauseReconnect": False}
OF_NODES = {"connect.challenge", "tick", "shutdown", "node.invoke.request", "node.invoke.cancel"}
WORK = [Say(calls=[Call("exec", {"command": "touch a", "cwd": "/srv"})]), Say("Done, and told at length.")]


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """Somebody new for each test."""
    return await register(server)


async def test_pairing_is_never_a_wall(ann: Person) -> None:
    """However often and long a machine has to wait, it is told to go on trying, and joins by itself."""
    token = (await gateway_token(ann))["token"]
    for protocol in (3, 4):
        await wait_and_join(ann, token, protocol)


async def wait_and_join(ann: Person, token: str, protocol: int) -> None:
    machine = Machine(ann.server)
    for pause in (timedelta(), timedelta(seconds=4), pairing.LIFETIME + timedelta(seconds=1)):
        ann.server.manual.advance(pause)
        error, (code, reason) = await try_to_connect(machine, token, protocol=protocol)
        assert (error["code"], error["details"]["code"]) == ("NOT_PAIRED", "PAIRING_REQUIRED")
        assert error["details"] == error["details"] | GO_ON
        assert (error["retryable"], code) == (True, 1008)
        assert error["details"]["requestId"] in reason
    await ann.post(f"/pairing-requests/{error['details']['requestId']}/approve", {})
    async with node_host(machine, token, protocol=protocol) as node:
        assert node.client.hello["protocol"] == protocol


async def test_only_its_owner_can_send_a_machine_away(ann: Person) -> None:
    """What says PAIRING_REQUIRED says to go on trying: a refusal by the owner is another one."""
    token = (await gateway_token(ann))["token"]
    machine = Machine(ann.server)
    error, _ = await try_to_connect(machine, token)
    await ann.post(f"/pairing-requests/{error['details']['requestId']}/reject", {})
    error, _ = await try_to_connect(machine, token)
    assert error["details"]["code"] == "AUTH_UNAUTHORIZED"


@pytest.mark.parametrize("seed", range(2))
async def test_every_token_that_was_issued_is_accepted_until_it_is_revoked(ann: Person, seed: int) -> None:
    dice = random.Random(seed)
    live: dict[str, dict[str, Any]] = {}
    revoked: list[str] = []
    machine = Machine(ann.server)
    for _ in range(12):
        match dice.choice(["issue", "issue", "use", "revoke", "refuse"]):
            case "issue":
                made = await gateway_token(ann, *dice.sample(SCOPES, dice.randint(1, 4)))
                live[made["token"]] = made
            case "revoke" if live:
                made = live.pop(dice.choice(list(live)))
                revoked.append(made["token"])
                assert (await ann.api.delete(f"/gateway-tokens/{made['id']}")).status_code == 204
            case "refuse":  # a wrong try, of whatever kind, costs no good token anything
                await try_to_connect(machine, dice.choice(["ocgt_nothing", *revoked]))
            case _:
                pass
        for token in dice.sample(list(live), min(2, len(live))):
            async with command_line(ann, token, protocol=dice.choice([3, 4]), scopes=list(SCOPES)) as cli:
                assert (await cli.call("health"))["ok"]
                # None is issued on the way that a client would keep and prefer, and lose a call with.
                assert "deviceToken" not in (cli.hello.get("auth") or {})
        for token in revoked[-1:]:
            with pytest.raises(Refused):
                async with command_line(ann, token, protocol=4, scopes=list(SCOPES)):
                    pass


async def test_clients_of_protocol_3_get_no_field_that_they_do_not_know(ann: Person) -> None:
    """They drop a frame with an unknown field without a word. Every frame of a busy day is looked at by the client."""
    token = (await gateway_token(ann, "node", *SCOPES))["token"]
    machine = await pair(ann, token, protocol=3)
    async with (
        ScriptedOpenAI(WORK) as model,
        command_line(ann, token, protocol=3) as cli,
        node_host(machine, token, protocol=3) as node,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("touch it")
        await chat.decide(await chat.asked(), "allow_once")
        await (await node.next_call()).fail("UNAVAILABLE", "SYSTEM_RUN_DENIED: no")
        await try_to_connect(Machine(ann.server, "late"), token, protocol=3)
        with pytest.raises(Refused):
            await cli.call("nope.method")
        ann.server.manual.advance(timedelta(seconds=31))
        for name in ("tick", "health", "presence", "chat", "agent", "sessions.changed"):
            await cli.event(name)
        for name in ("exec.approval.requested", "exec.approval.resolved", "device.pair.requested"):
            await cli.event(name)
        await cli.event("chat", lambda p: p["state"] == "final")
        assert cli.hello["protocol"] == node.client.hello["protocol"] == 3
        assert cli.problem is node.client.problem is None


async def test_nodes_get_only_their_own_events(ann: Person) -> None:
    """A released gateway told every machine of every chat. Two machines, and a day at which much happens."""
    token = (await gateway_token(ann, "node", *SCOPES))["token"]
    machines = [await pair(ann, token, name, protocol=3) for name in ("one", "two")]
    async with (
        ScriptedOpenAI(WORK) as model,
        node_host(machines[0], token, protocol=3) as one,
        node_host(machines[1], token, protocol=4) as two,
        operator(ann) as page,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("touch it")
        await chat.decide(await chat.asked(), "allow_once")
        await try_to_connect(Machine(ann.server, "late"), token)
        await page.event("device.pair.requested")
        for node in (one, two):
            await node.client.call("skills.bins")  # answered after all that was sent before
            heard = {event["event"] for event in node.client.events}
            assert heard <= OF_NODES, heard
            for event in node.client.events:
                assert event["payload"].get("nodeId", node.node_id) == node.node_id


async def test_a_slow_or_a_dead_client_costs_nobody_else_anything(ann: Person) -> None:
    """One page reads nothing any more, one has vanished without a word: the others hear everything, whole."""
    bob = await register(ann.server)
    async with (
        ScriptedOpenAI([Say("word " * 2000)] * 3) as model,
        open_socket(ann.server) as slow,
        open_socket(ann.server) as dead,
        operator(ann) as page,
        operator(bob) as other,
    ):
        await use_model(ann, model)
        for client in (slow, dead):
            await client.event("connect.challenge")
            await client.call("connect", operator_params(await ann.ticket()))
        slow.stop_reading()
        dead.drop()
        for number in range(3):
            await speak(page, f"k{number}")
            assert (await other.call("health"))["ok"]
        assert sequence_of(page) == list(range(1, len(sequence_of(page)) + 1)), "nothing was left out"
        slow.read_on()


async def speak(page: GatewayClient, key: str) -> None:
    """One turn, to its end."""
    await page.call("chat.send", {"sessionKey": "main", "message": key, "idempotencyKey": key})
    final = await page.event("chat", lambda p: p["runId"] == key and p["state"] == "final")
    assert len(final["message"]["content"][0]["text"]) == 10_000


def sequence_of(page: GatewayClient) -> list[int]:
    return [event["seq"] for event in page.events if "seq" in event]


async def test_a_proof_is_good_for_one_challenge(ann: Person) -> None:
    """A recorded greeting of a machine lets nobody else in, whoever holds the token."""
    token = (await gateway_token(ann))["token"]
    machine = await pair(ann, token)
    async with open_socket(ann.server, origin=None) as first:
        seen = node_params(machine, token, await first.event("connect.challenge"), protocol=4)
        await first.call("connect", seen)
    async with open_socket(ann.server, origin=None) as thief:
        await thief.event("connect.challenge")
        with pytest.raises(Refused) as refusal:
            await thief.call("connect", seen)
        assert refusal.value.error["details"]["code"] == "DEVICE_AUTH_NONCE_MISMATCH"
