"""Calls: rights, limits, order, and defects of handlers."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from openclaw.apps.gateway.limits import GatewayLimits
from openclaw.apps.gateway.requests import current_request_id
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.gateway.scopes import READ
from tests.apps.gateway.harness import START, Gate, Machine, Person, Product, running


async def test_what_may_not_be_called_is_told_apart() -> None:
    async with running() as gateway:
        client = await gateway.operator(scopes=["operator.approvals"])
        missing = await client.error("chat.history", {"sessionKey": "main"})
        assert missing["code"] == "FORBIDDEN"
        assert missing["details"]["missingScope"] == READ
        assert (await client.error("nope.method"))["message"] == "unknown method: nope.method"
        assert (await client.error("models.list"))[
            "message"
        ] == "unknown method: models.list"  # no handler here
        reader = await gateway.operator()
        wrong = await reader.error("chat.history", {"sessionKey": 1})
        assert (
            wrong["message"] == "invalid chat.history params: Expected `str`, got `int` - at `$.sessionKey`"
        )
        assert await client.result("health") == {"ok": True}


async def test_ten_calls_of_the_other_role_end_the_connection() -> None:
    async with running() as gateway:
        node = await gateway.node()
        for method in ["chat.history", "health", "nope.method"] * 3:
            assert (await node.error(method))["message"] == "unauthorized role: node"
        await node.result("node.event", {"event": "x"})
        await node.error("health")
        assert await node.ended() == (1008, "repeated unauthorized calls")
        operator = await gateway.operator()
        assert (await operator.error("node.event", {"event": "x"}))[
            "message"
        ] == "unauthorized role: operator"


async def test_a_failing_handler_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    product = Product()

    async def fail(_connection: object, _params: object) -> None:
        raise InvalidInputError(field="sessionKey", reason="no such conversation")

    async def break_down(_connection: object, _params: object) -> None:
        raise ZeroDivisionError("a defect")

    async def answer_nonsense(_connection: object, _params: object) -> object:
        return object()

    async def answer_too_much(_connection: object, _params: object) -> object:
        return "x" * 9_000_000

    product.handlers |= {
        "status": fail,
        "agents.list": break_down,
        "models.list": answer_nonsense,
        "sessions.list": answer_too_much,
    }
    async with running(product) as gateway:
        client = await gateway.operator()
        expected = await client.error("status")
        assert expected["code"] == "INVALID_REQUEST"
        assert expected["details"]["code"] == "request.invalid"
        assert expected["message"] == "sessionKey: no such conversation"
        with caplog.at_level(logging.ERROR):
            for method in ("agents.list", "models.list"):
                defect = await client.error(method)
                assert (defect["code"], defect["details"]["code"]) == ("UNAVAILABLE", "internal")
                assert "defect" not in defect["message"]
        assert (await client.error("sessions.list"))["details"]["code"] == "request.too_large"
        assert await client.result("health") == {"ok": True}


async def test_each_request_has_an_id_of_its_own() -> None:
    product = Product()

    async def tell(_connection: object, _params: object) -> str:
        return current_request_id()

    product.handlers["status"] = tell
    async with running(product) as gateway:
        client = await gateway.operator()
        assert await client.result("status") != await client.result("status")


async def test_too_many_at_once_are_refused_and_the_connection_stays() -> None:
    product, gate = Product(), Gate()
    product.handlers["status"] = gate
    async with running(product, limits=GatewayLimits(in_flight=3)) as gateway:
        client = await gateway.operator()
        waiting = [await client.send("status") for _ in range(3)]
        for _ in waiting:
            await gate.entered.get()
        refused = await client.error("health")
        assert (refused["code"], refused["retryable"]) == ("UNAVAILABLE", True)
        assert refused["details"]["code"] == "gateway.too_many_in_flight"
        gate.open.set()
        for request_id in waiting:
            assert (await client.answer(request_id))["ok"]
        assert await client.result("health") == {"ok": True}


async def test_more_sockets_are_no_more_requests() -> None:
    limits = GatewayLimits(request_burst=8, requests_per_second=0.001)
    async with running(limits=limits) as gateway:
        person = Person()
        first, second = await gateway.operator(person), await gateway.operator(person)
        for _ in range(7):
            await first.result("health")
        assert (await second.error("health"))["details"]["code"] == "request.rate_limited"
        await first.socket.close()
        again = await gateway.operator(person)
        assert (await again.error("health"))["details"]["code"] == "request.rate_limited"
        for other in (Person(), Person(user_id=person.user_id)):
            await (await gateway.operator(other)).result("health")
        await (await gateway.node(Machine(person))).result("node.event", {"event": "x"})


async def test_a_node_is_read_more_slowly_instead() -> None:
    product, gate = Product(), Gate()
    product.handlers["node.event"] = gate
    async with running(product, limits=GatewayLimits(node_in_flight=2)) as gateway:
        node = await gateway.node()
        sent = [await node.send("node.event", {"event": str(n)}) for n in range(5)]
        for _ in range(2):
            await gate.entered.get()
        assert len(gate.seen) == 2
        gate.open.set()
        for request_id in sent:
            assert (await node.answer(request_id))["ok"]
        assert [p.event for p in gate.seen] == list("01234")


class HastyClock(ManualClock):
    """Short waits are over at once, and the time has passed."""

    async def sleep(self, duration: timedelta) -> None:
        if duration > timedelta(seconds=2):
            await super().sleep(duration)
        else:
            self.advance(duration)


async def test_a_node_that_keeps_flooding_is_told_on() -> None:
    limits = GatewayLimits(requests_per_second=1, request_burst=1, refused_in_a_row=3)
    async with running(limits=limits, clock=HastyClock(START)) as gateway:
        node = await gateway.node()
        for refused in ([], [], [], ["flooding"]):  # one at once, then each one is held back
            await node.result("node.event", {"event": "x"})
            assert gateway.product.refused == refused


async def test_the_rate_is_bounded() -> None:
    limits = GatewayLimits(requests_per_second=1, request_burst=3, refused_in_a_row=5)
    async with running(limits=limits) as gateway:
        client = await gateway.operator()
        for _ in range(2):
            await client.result("health")
        refused = await client.error("health")
        assert refused["details"]["code"] == "request.rate_limited"
        assert refused["retryAfterMs"] == 1000
        gateway.clock.advance(timedelta(seconds=1))
        assert await client.result("health") == {"ok": True}
        for _ in range(5):
            await client.error("health")
        assert await client.ended() == (1008, "too many requests")


async def test_a_busy_node_waits_for_its_turn() -> None:
    limits = GatewayLimits(requests_per_second=1, request_burst=2)
    async with running(limits=limits) as gateway:
        node = await gateway.node()
        await node.result("node.event", {"event": "1"})
        sent = await node.send("node.event", {"event": "2"})
        # A second node's answer shows that the gateway has gone on; the first one's is then due only by the clock.
        await (await gateway.node()).result("node.event", {"event": "x"})
        gateway.clock.advance(timedelta(seconds=1))
        assert (await node.answer(sent))["ok"]


async def test_an_id_in_use_ends_the_connection() -> None:
    product, gate = Product(), Gate()
    product.handlers["status"] = gate
    async with running(product) as gateway:
        client = await gateway.operator()
        await client.send("status", id="same")
        await gate.entered.get()
        answer = await client.call("health", id="same")
        assert answer["error"]["details"]["code"] == "gateway.frame_repeated_id"
        assert (await client.ended())[0] == 1008
        await gate.cancelled.wait()
        again = await gateway.operator()
        assert (await again.call("health", id="same"))["ok"]
        assert (await again.call("health", id="same"))["ok"]


async def test_reports_about_one_invocation_are_handled_in_order() -> None:
    product, gate = Product(), Gate()
    order: list[str] = []

    async def progress(_connection: object, params: Any) -> dict[str, Any]:
        if params.call_id == "slow":
            gate.entered.put_nowait(params)
            await gate.open.wait()
        order.append(f"progress {params.call_id} {params.seq}")
        return {"ok": True}

    async def result(_connection: object, params: Any) -> dict[str, Any]:
        order.append(f"result {params.id}")
        return {"ok": True}

    product.handlers |= {"node.invoke.progress": progress, "node.invoke.result": result}
    async with running(product) as gateway:
        machine = Machine(Person())
        node = await gateway.node(machine)

        async def report(call: str, seq: int) -> str:
            params = {"id": call, "nodeId": machine.node_id, "seq": seq, "stream": "stdout", "data": "x"}
            return await node.send("node.invoke.progress", params)

        slow = [await report("slow", seq) for seq in range(2)]
        end = {"nodeId": machine.node_id, "ok": True}
        slow.append(await node.send("node.invoke.result", {"id": "slow"} | end))
        await gate.entered.get()
        assert (await node.call("node.invoke.result", {"id": "fast"} | end))["ok"]
        gate.open.set()
        for request_id in slow:
            assert (await node.answer(request_id))["ok"]
        assert order == ["result fast", "progress slow 0", "progress slow 1", "result slow"]


async def test_what_a_gone_operator_asked_for_is_given_up() -> None:
    product, gate = Product(), Gate()
    product.handlers["status"] = gate
    async with running(product) as gateway:
        client = await gateway.operator()
        await client.send("status")
        await gate.entered.get()
        await client.socket.close()
        await gate.cancelled.wait()
        await product.closed.get()


async def test_what_a_gone_node_reported_is_taken_in() -> None:
    product, gate = Product(), Gate()
    product.handlers["node.event"] = gate
    async with running(product) as gateway:
        node = await gateway.node()
        await node.send("node.event", {"event": "x"})
        await gate.entered.get()
        await node.socket.close()
        gate.open.set()
        await product.closed.get()
        assert not gate.cancelled.is_set()


async def test_revoking_ends_what_a_device_is_doing_at_once() -> None:
    product, gate = Product(), Gate()
    product.handlers["node.event"] = gate
    async with running(product) as gateway:
        machine = Machine(Person())
        node = await gateway.node(machine)
        await node.send("node.event", {"event": "x"})
        await gate.entered.get()
        assert gateway.hub.close_device(machine.device_id) == 1
        assert gateway.hub.node(machine.device_id) is None
        await gate.cancelled.wait()
        assert await node.ended() == (1008, "device revoked")
        await product.closed.get()


# ── Idempotency ───────────────────────────────────────────────────────────────────────────────────────────
