"""node.*: direct calls to machines, made once per key, and what their failures say."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.protocol.device import encode_base64url
from tests.support.accounts import Person
from tests.support.devices import Machine, link, online
from tests.support.gateway_client import GatewayClient, Refused, operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

INFO = {"hostname": "desk"}


@pytest_asyncio.fixture(loop_scope="module")
async def machine(ann: Person) -> Machine:
    return await link(ann)


def call_of(machine: Machine, **changes: Any) -> dict[str, Any]:
    return {"nodeId": machine.node_id, "command": "system.info", "idempotencyKey": "k"} | changes


async def refusal(page: GatewayClient, params: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await page.call("node.invoke", params)
    return refused.value.error


async def test_an_offline_machine_is_told_at_once(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page:
        error = await refusal(page, call_of(machine))
        assert (error["code"], error["details"]["code"]) == ("UNAVAILABLE", "NOT_CONNECTED")
        assert error["details"]["errorCode"] == "gateway.node_not_connected"
        async with online(machine, {"system.info": lambda _: INFO}):
            assert (await page.call("node.invoke", call_of(machine)))["payload"] == INFO, "nothing was kept"


async def test_the_machines_own_error_is_passed_on(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine) as peer:
        asked = asyncio.ensure_future(refusal(page, call_of(machine)))
        await (await peer.next_call()).fail("NO_SUCH_THING", "there is none")
        error = await asked
        assert error["code"] == "UNAVAILABLE"
        assert error["details"]["nodeError"] == {"code": "NO_SUCH_THING", "message": "there is none"}


async def test_what_may_not_be_called_says_why(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine) as peer:
        error = await refusal(page, call_of(machine, command="camera.snap"))
        assert (error["code"], error["message"]) == (
            "INVALID_REQUEST",
            "node command not allowed: camera.snap",
        )
        assert error["details"]["reason"] == "command not declared by node"
        never = call_of(machine, command="exec", params={"command": "rm -rf /"})
        assert (await refusal(page, never))["details"]["code"] == "agents.never_run"
        for wrong in ([], "x", 1, True):
            error = await refusal(page, call_of(machine, params=wrong))
            assert (error["details"]["code"], error["message"]) == (
                "request.invalid",
                "params: must be an object",
            )
        assert peer.seen == []


async def test_a_key_is_one_call_also_after_the_answer_was_forgotten(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page:
        async with online(machine, {"system.info": lambda _: INFO}) as peer:
            first = await page.call("node.invoke", call_of(machine))
            # What this process remembers, another one never knew.
            ann.server.gateway._idempotency._books.clear()
            assert await page.call("node.invoke", call_of(machine)) == first
            assert len(peer.seen) == 1
            await page.call("node.invoke", call_of(machine, idempotencyKey="k2"))
            assert len(peer.seen) == 2
        ann.server.manual.advance(timedelta(minutes=6))
        assert await page.call("node.invoke", call_of(machine)) == first, "and while the machine is away"
        ann.server.gateway._idempotency._books.clear()
        other = call_of(machine, command="system.which", params={"bins": ["x"]})
        assert (await refusal(page, other))["details"]["code"] == "gateway.idempotency_conflict"


async def test_two_who_wait_for_one_call_get_one_answer(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, operator(ann) as other, online(machine) as peer:
        first = asyncio.ensure_future(page.call("node.invoke", call_of(machine)))
        call = await peer.next_call()
        ann.server.gateway._idempotency._books.clear()
        second = asyncio.ensure_future(other.call("node.invoke", call_of(machine)))
        await other.call("health")
        await call.answer(INFO)
        assert (await first)["payload"] == (await second)["payload"] == INFO
        assert len(peer.seen) == 1


async def test_a_connected_machine_says_since_when_and_whence(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page:
        (away,) = (await page.call("node.list"))["nodes"]
        assert not {"connectedAtMs", "remoteIp", "deviceFamily"} & set(away)
        async with online(machine):
            (here,) = (await page.call("node.list"))["nodes"]
            assert here["connectedAtMs"] == machine.now_ms
            assert here["remoteIp"] == "127.0.0.1"
            described = await page.call("node.describe", {"nodeId": machine.node_id})
            assert described == here | {"ts": machine.now_ms}


async def test_a_paired_machine_has_its_key(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page:
        (paired,) = (await page.call("device.pair.list"))["paired"]
        assert paired["publicKey"] == encode_base64url(machine.public_key)
