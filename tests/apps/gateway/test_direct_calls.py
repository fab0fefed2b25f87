"""Reading calls that go straight to a machine here: kept after their end, one call by key, and nobody else's."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.devices.events import LIMITS_CHANGED_TOPIC
from tests.support.accounts import Person, register
from tests.support.devices import Call, Machine, OnlineMachine, link, online
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.support.server import Server, Watch

pytestmark = pytest.mark.asyncio(loop_scope="module")

INFO = {"hostname": "desk"}
ROWS = "SELECT command, state, params, result, error FROM device_calls WHERE user_id = $1"


@pytest_asyncio.fixture(loop_scope="module")
async def machine(ann: Person) -> Machine:
    return await link(ann)


def call_of(machine: Machine, **changes: Any) -> dict[str, Any]:
    return {"nodeId": machine.node_id, "command": "system.info", "idempotencyKey": "k"} | changes


async def rows_of(person: Person, *, until: int = 0) -> list[tuple[str, str]]:
    """The person's calls that are kept, by command and state; waits until there are ``until`` of them."""
    async with person.server.owner() as owner:
        while True:
            rows = await owner.fetch(ROWS, person.user_id)
            if len(rows) >= until:
                return [(row["command"], row["state"]) for row in rows]


async def begin(page: GatewayClient, peer: OnlineMachine, **changes: Any) -> tuple["asyncio.Task[Any]", Call]:
    """A call that the machine has not answered yet."""
    asked = asyncio.ensure_future(page.call("node.invoke", call_of(peer.machine, **changes)))
    return asked, await peer.next_call()


async def test_a_read_is_kept_after_its_end(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine) as peer:
        asked, call = await begin(page, peer)
        assert await rows_of(ann) == []
        assert await call.answer(INFO) == {"ok": True}
        assert (await asked)["payload"] == INFO
        assert await call.answer({"hostname": "late"}) == {"ok": True, "ignored": True}
        asked, call = await begin(page, peer, idempotencyKey="k2", command="fs.list", params={"path": "~"})
        await call.fail("NO_SUCH_THING")
        with pytest.raises(Refused):
            await asked
        assert await rows_of(ann, until=2) == [("system.info", "done"), ("fs.list", "failed")]


async def test_a_key_is_one_call_while_it_is_not_kept_yet(
    server: Server, ann: Person, machine: Machine
) -> None:
    async with operator(ann) as page, operator(ann) as other, online(machine) as peer:
        asked, call = await begin(page, peer)
        server.gateway._idempotency._books.clear()
        with pytest.raises(Refused) as refused:
            await other.call("node.invoke", call_of(machine, command="fs.list", params={"path": "~"}))
        assert refused.value.code == "gateway.idempotency_conflict"
        again = asyncio.ensure_future(other.call("node.invoke", call_of(machine)))
        await other.call("node.rename", {"nodeId": machine.node_id, "displayName": "x"})
        await call.answer(INFO)
        assert await asked == await again
        server.gateway._idempotency._books.clear()
        assert await other.call("node.invoke", call_of(machine)) == await asked, "not kept yet, or just now"
        assert len(peer.seen) == 1


async def test_only_the_machine_itself_answers(server: Server, ann: Person, machine: Machine) -> None:
    second, foreign = await link(ann, "second"), await link(await register(server), "foreign")
    async with operator(ann) as page, online(machine) as peer:
        asked, call = await begin(page, peer)
        for stranger in (second, foreign):
            async with online(stranger) as liar:
                forged = {"id": call.id, "nodeId": liar.node_id, "ok": True, "payloadJSON": '{"forged":1}'}
                assert (await liar.client.call("node.invoke.result", forged)).get("ignored") is True
                with pytest.raises(Refused):
                    await liar.client.call("node.invoke.result", forged | {"nodeId": peer.node_id})
        assert not asked.done()
        await call.answer(INFO)
        assert (await asked)["payload"] == INFO


async def test_a_machine_that_goes_is_told_as_away_and_asked_again_when_it_is_back(
    ann: Person, machine: Machine
) -> None:
    async with operator(ann) as page:
        async with online(machine) as peer:
            asked, call = await begin(page, peer)
            peer.client.drop()
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.error["details"]["code"] == "NOT_CONNECTED"
        async with online(machine) as peer:
            asked, again = await begin(page, peer)
            assert again.id == call.id, "for the machine it is the same call"
            await again.answer(INFO)
            assert (await asked)["payload"] == INFO


async def test_a_machine_that_reconnects_has_the_call_again(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine) as before:
        asked, call = await begin(page, before)
        async with online(machine) as after:  # which ends the socket before it
            assert (await after.next_call()).id == call.id
            await after.seen[0].answer(INFO)
            assert (await asked)["payload"] == INFO


async def test_a_revoked_machine_is_asked_nothing(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine, {"system.info": lambda _: INFO}) as peer:
        await page.call("node.invoke", call_of(machine))
        await ann.delete(f"/devices/{(await ann.get('/devices'))['items'][0]['id']}")
        with pytest.raises(Refused) as refused:
            await page.call("node.invoke", call_of(machine, idempotencyKey="k2"))
        assert refused.value.code == "devices.not_found"
        assert len(peer.seen) == 1


async def test_a_call_that_takes_too_long_is_cancelled(ann: Person, machine: Machine) -> None:
    async with operator(ann) as page, online(machine) as peer:
        with pytest.raises(Refused) as refused:
            await page.call("node.invoke", call_of(machine, timeoutMs=1))
        assert refused.value.error["details"]["nodeError"]["code"] == "TIMEOUT"
        assert await peer.cancelled.get() == peer.seen[0].id
        assert await rows_of(ann, until=1) == [("system.info", "cancelled")]
        assert await peer.seen[0].answer(INFO) == {"ok": True, "ignored": True}


async def test_reads_of_many_tenants_are_kept_each_as_their_own(server: Server) -> None:
    people = [await register(server) for _ in range(3)]
    for person in people:
        machine = await link(person)
        async with operator(person) as page, online(machine, {"system.info": lambda _: INFO}):
            await page.call("node.invoke", call_of(machine))
    for person in people:
        await rows_of(person, until=1)
    async with server.owner() as owner:
        wrong = "SELECT count(*) FROM device_calls c JOIN devices d ON d.id = c.device_id WHERE d.user_id <> c.user_id"
        assert await owner.fetchval(wrong) == 0


async def test_what_an_admin_forbids_is_refused_from_then_on(server: Server, ann: Person) -> None:
    """The limits that a call is judged by are copies; another user's change of them drops those too."""
    team = await ann.create_workspace()
    bob = await team.invite(await register(server))
    machine, watch = await link(bob), Watch()
    server.platform.bus.subscribe(LIMITS_CHANGED_TOPIC, watch.note)
    async with online(machine, {"system.info": lambda _: INFO}), operator(bob) as page:
        assert (await page.call("node.invoke", call_of(machine)))["payload"] == INFO
        strict = {"maxGrade": "high", "standingRules": True, "deniedTools": ["system.info"]}
        await team.put("/tool-policy", strict)
        await watch.until(lambda _body: True)
        with pytest.raises(Refused) as refusal:
            await page.call("node.invoke", call_of(machine, idempotencyKey="k2"))
        assert refusal.value.code == "gateway.command_not_allowed"
