"""Events: to their owner only, without gaps, and never waiting for a slow reader."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.limits import GatewayLimits
from openclaw.protocol.gateway.scopes import APPROVALS, READ, WRITE
from tests.apps.gateway.harness import Client, Gateway, Machine, Person, node_params, operator_params, running

FILLER = {"sessionKey": "main", "reason": "x" * 60_000}


async def settled(client: Client) -> list[dict[str, Any]]:
    """Events that have come by the time of an answer, presence left out."""
    await client.result("health")
    events, client.events = client.events, []
    return [event for event in events if event["event"] not in ("presence", "connect.challenge")]


async def test_an_event_goes_to_its_owner_alone() -> None:
    async with running() as gateway:
        person, stranger = Person(), Person()
        shared = Person(user_id=stranger.user_id, workspace_id=person.workspace_id)
        mine, theirs, colleague = [await gateway.operator(p) for p in (person, stranger, shared)]
        payload = {"sessionKey": "main", "reason": "created"}

        async def who_gets(**owner: UUID) -> list[Client]:
            sent = gateway.hub.publish("sessions.changed", payload, **owner)  # pyright: ignore[reportArgumentType]
            got = [c for c in (mine, theirs, colleague) if await settled(c)]
            assert len(got) == sent
            return got

        assert await who_gets(user_id=person.user_id) == [mine]
        assert await who_gets(user_id=stranger.user_id) == [theirs, colleague]
        assert await who_gets(workspace_id=person.workspace_id) == [mine, colleague]
        both = {"user_id": stranger.user_id, "workspace_id": person.workspace_id}
        assert await who_gets(**both) == [colleague]
        assert await who_gets(user_id=person.user_id, workspace_id=stranger.workspace_id) == []
        with pytest.raises(ValueError, match="owner"):
            gateway.hub.publish("sessions.changed", payload)
        with pytest.raises(KeyError):
            gateway.hub.publish("sessions.renamed", payload, user_id=person.user_id)


async def test_scopes_and_capabilities_gate_events() -> None:
    async with running() as gateway:
        person = Person()
        reader = await gateway.operator(person, scopes=[READ])
        writer = await gateway.operator(person, scopes=[WRITE], caps=[])
        approver = await gateway.operator(person, scopes=[APPROVALS])
        hub = gateway.hub
        owner: dict[str, Any] = {"user_id": person.user_id}
        tool: dict[str, Any] = {"runId": "r", "stream": "tool", "data": {}}
        assert hub.publish("chat", {"runId": "r", "state": "final"}, **owner) == 2
        assert hub.publish("agent", tool, **owner) == 1
        assert hub.publish("exec.approval.requested", {"id": "a"}, **owner) == 1
        assert hub.publish("chat", {"runId": "r", "state": "final"}, scope=WRITE, **owner) == 1
        assert [e["event"] for e in await settled(reader)] == ["chat", "agent"]
        assert [e["event"] for e in await settled(writer)] == ["chat", "chat"]
        assert [e["event"] for e in await settled(approver)] == ["exec.approval.requested"]


async def test_a_node_gets_its_own_and_nothing_of_its_owner() -> None:
    async with running() as gateway:
        machine = Machine(Person())
        node = await gateway.node(machine)
        other = await gateway.node(Machine(machine.owner))
        hub = gateway.hub
        assert hub.publish("chat", {"runId": "r", "state": "final"}, user_id=machine.owner.user_id) == 0
        request = {"id": "i", "nodeId": machine.node_id, "command": "system.info", "paramsJSON": None}
        assert hub.publish("node.invoke.request", request, device_id=machine.device_id) == 1
        event = await node.event("node.invoke.request")
        assert event == {"type": "event", "event": "node.invoke.request", "payload": request}
        await other.result("node.event", {"event": "x"})
        assert [e["event"] for e in other.events] == []
        assert hub.node(machine.device_id) is gateway.connection_of(node)
        assert set(hub.nodes()) == {gateway.connection_of(node), gateway.connection_of(other)}
        assert hub.publish("node.invoke.request", request, device_id=Machine(Person()).device_id) == 0


async def test_a_newer_connection_replaces_a_device_s_earlier_one() -> None:
    async with running() as gateway:
        machine = Machine(Person())
        first = await gateway.node(machine)
        second = await gateway.node(machine)
        assert (await first.ended())[0] == 4002
        assert gateway.hub.node(machine.device_id) is gateway.connection_of(second)
        gone = await gateway.product.closed.get()
        assert gone.id == first.hello["server"]["connId"]
        assert gateway.hub.node(machine.device_id) is not None
        await gateway.is_alive()
        assert (await second.result("node.event", {"event": "x"}))["ok"]


async def test_ending_a_session_or_membership_closes_its_connections_alone() -> None:
    async with running() as gateway:
        person = Person()
        same_user = Person(user_id=person.user_id)
        client, elsewhere = await gateway.operator(person), await gateway.operator(same_user)
        assert gateway.hub.close_session(person.session_id) == 1
        assert await client.ended() == (1008, "session ended")
        assert await elsewhere.result("health") == {"ok": True}
        assert gateway.hub.close_member(person.user_id, person.workspace_id) == 0
        assert gateway.hub.close_member(person.user_id, same_user.workspace_id) == 1
        assert await elsewhere.ended() == (1008, "membership ended")


@pytest.mark.parametrize("kind", ["device", "session", "membership"])
async def test_what_is_revoked_while_connecting_does_not_get_in(kind: str) -> None:
    async with running() as gateway:
        person = Person()
        machine = Machine(person)

        async def revoke() -> None:
            if kind == "device":
                gateway.hub.close_device(machine.device_id)
            elif kind == "session":
                gateway.hub.close_session(person.session_id)
            else:
                gateway.hub.close_member(person.user_id, person.workspace_id)

        gateway.product.before_identity = revoke
        client = await gateway.open()
        await client.challenge()
        if kind == "device":
            params: dict[str, Any] = node_params(gateway.token_of(machine))
            proof = machine.proof(params, (await client.challenge())["nonce"], client_time(gateway))
            params["device"] = proof
        else:
            params = operator_params(gateway.token_of(person))
        await client.send("connect", params)
        reason = "membership ended" if kind == "membership" else "session ended"
        assert await client.ended() == (1008, reason)
        assert len(gateway.hub) == 0
        assert not gateway.product.arrived, "nobody was told of it"
        assert gateway.product.closed.empty()
        gateway.product.before_identity = None
        await (gateway.node(machine) if kind == "device" else gateway.operator(person))


def client_time(gateway: Gateway) -> int:
    return int(gateway.clock.now().timestamp() * 1000)


# ── Slow readers ──────────────────────────────────────────────────────────────────────────────────────────


def fill(gateway: Gateway, person: Person, connection: Connection) -> int:
    """Send until the client's buffers are full and the gateway's own begins to fill; answer how many."""
    sent = 0
    while not connection.socket.paused:
        gateway.hub.publish("sessions.changed", FILLER, user_id=person.user_id)
        sent += 1
    return sent


async def test_a_slow_reader_is_cut_off_and_others_are_not_held_up() -> None:
    async with running() as gateway:
        person = Person()
        slow, quick = await gateway.operator(person), await gateway.operator()
        connection = gateway.connection_of(slow)
        slow.socket.transport.pause_reading()
        sent = fill(gateway, person, connection)
        while not connection.is_closing:
            gateway.hub.publish("sessions.changed", FILLER, user_id=person.user_id)
            assert connection.buffered < 5 * 1024 * 1024
            sent += 1
        assert await quick.result("health") == {"ok": True}
        slow.socket.transport.resume_reading()
        assert await slow.ended() == (1008, "slow consumer")
        numbers = [event["seq"] for event in slow.events]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) < sent + 2
        await gateway.product.closed.get()
        assert len(gateway.hub) == 1


async def test_a_client_that_never_reads_again_does_not_hold_its_socket() -> None:
    async with running(limits=GatewayLimits(close=timedelta(milliseconds=50))) as gateway:
        person = Person()
        client = await gateway.operator(person)
        connection = gateway.connection_of(client)
        client.socket.transport.pause_reading()
        fill(gateway, person, connection)
        while not connection.is_closing:
            gateway.hub.publish("sessions.changed", FILLER, user_id=person.user_id)
        await connection.socket.wait_closed()
        await connection.wait_closed()
        await gateway.is_alive()


async def test_a_client_that_takes_nothing_any_more_is_dropped() -> None:
    async with running(limits=GatewayLimits(stall=timedelta(milliseconds=50))) as gateway:
        person = Person()
        client = await gateway.operator(person)
        connection = gateway.connection_of(client)
        client.socket.transport.pause_reading()
        fill(gateway, person, connection)
        await connection.socket.wait_closed()
        assert await gateway.product.closed.get() is connection
        assert len(gateway.hub) == 0


def delta(text: str, new: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    return {"runId": "r", "sessionKey": "main", "state": "delta", "deltaText": new, "message": message}


async def test_a_later_delta_replaces_one_that_was_not_sent() -> None:
    async with running() as gateway:
        person = Person()
        slow = await gateway.operator(person)
        connection = gateway.connection_of(slow)
        slow.socket.transport.pause_reading()
        sent = fill(gateway, person, connection)
        text = ""
        for word in ("one ", "two ", "three"):
            text += word
            gateway.hub.publish("chat", delta(text, word), user_id=person.user_id)
            gateway.hub.tick()
        gateway.hub.publish("agent", {"runId": "r", "stream": "lifecycle"}, user_id=person.user_id)
        slow.socket.transport.resume_reading()
        events = [event for event in await settled(slow) if event["payload"] != FILLER]
        assert [e["event"] for e in events] == ["chat", "tick", "agent"]
        assert events[0]["payload"] == delta("one two three", "one two three") | {"replace": True}
        assert [e["seq"] for e in events] == [sent + 2, sent + 3, sent + 4]
        gateway.hub.publish("chat", delta(text + " four", " four"), user_id=person.user_id)
        (event,) = await settled(slow)
        assert event["payload"] == delta(text + " four", " four"), "who has caught up gets what is new"


async def test_the_final_text_makes_unsent_deltas_needless_but_an_error_does_not() -> None:
    async with running() as gateway:
        person = Person()
        slow = await gateway.operator(person)
        connection = gateway.connection_of(slow)
        slow.socket.transport.pause_reading()
        fill(gateway, person, connection)
        gateway.hub.publish("chat", delta("one", "one"), user_id=person.user_id)
        gateway.hub.publish("chat", delta("one", "one") | {"state": "final"}, user_id=person.user_id)
        other = {"runId": "other"}
        gateway.hub.publish("chat", delta("two", "two") | other, user_id=person.user_id)
        gateway.hub.publish("chat", {"state": "error", "errorMessage": "x"} | other, user_id=person.user_id)
        slow.socket.transport.resume_reading()
        events = [e["payload"]["state"] for e in await settled(slow) if e["event"] == "chat"]
        assert events == ["final", "delta", "error"]


async def test_what_may_be_left_out_cuts_nobody_off() -> None:
    async with running() as gateway:
        person = Person()
        slow = await gateway.operator(person)
        connection = gateway.connection_of(slow)
        slow.socket.transport.pause_reading()
        fill(gateway, person, connection)
        for _ in range(70):  # just over 4 MiB
            gateway.hub.publish("sessions.changed", FILLER, user_id=person.user_id)
        for _ in range(100):
            gateway.hub.tick()
            gateway.hub.publish("chat", delta("one", "one"), user_id=person.user_id)
        assert not connection.is_closing
        slow.socket.transport.resume_reading()
        assert [e for e in await settled(slow) if e["event"] in ("tick", "chat")] == []
        gateway.hub.publish("chat", delta("one two", " two"), user_id=person.user_id)
        (event,) = await settled(slow)
        assert event["payload"]["deltaText"] == "one two"
        assert event["payload"]["replace"] is True


async def test_large_answers_are_no_reason_to_be_cut_off() -> None:
    async with running() as gateway:
        gateway.product.handlers["sessions.list"] = big_answer
        person = Person()
        client = await gateway.operator(person)
        connection = gateway.connection_of(client)
        client.socket.transport.pause_reading()
        asked = [await client.send("sessions.list") for _ in range(12)]
        while not connection.socket.paused:
            await gateway.is_alive()
        gateway.hub.publish("sessions.changed", FILLER, user_id=person.user_id)
        assert connection.buffered < 20 * 1024 * 1024
        client.socket.transport.resume_reading()
        for request_id in asked:
            assert len((await client.answer(request_id))["payload"]["x"]) == 2_000_000
        assert await client.event("sessions.changed")


async def big_answer(_connection: object, _params: object) -> dict[str, Any]:
    return {"x": "x" * 2_000_000}
