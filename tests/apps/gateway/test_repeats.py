"""Calls that come again: answered, not done again; one that failed can be tried again."""

from datetime import timedelta
from typing import Any

from openclaw.kit.errors import InvalidInputError
from tests.apps.gateway.harness import INVOKE, SEND, Gate, Person, Product, running


async def test_a_repeated_call_is_answered_and_not_done_again() -> None:
    product, gate = Product(), Gate()
    product.handlers["node.invoke"] = gate
    async with running(product) as gateway:
        person = Person()
        client, second = await gateway.operator(person), await gateway.operator(person)
        first, twin = await client.send("node.invoke", INVOKE), await second.send("node.invoke", INVOKE)
        await gate.entered.get()
        conflict = await gateway.operator(person)
        refused = await conflict.error("node.invoke", INVOKE | {"command": "other"})
        assert (refused["code"], refused["details"]["code"]) == (
            "INVALID_REQUEST",
            "gateway.idempotency_conflict",
        )
        gate.open.set()
        assert (await client.answer(first))["payload"] == (await second.answer(twin))["payload"] == {"n": 1}
        assert await client.result("node.invoke", INVOKE) == {"n": 1}
        assert await client.result("node.invoke", INVOKE | {"idempotencyKey": "key-2"}) == {"n": 2}
        stranger = await gateway.operator()
        assert await stranger.result("node.invoke", INVOKE) == {"n": 3}
        gateway.clock.advance(timedelta(minutes=5))
        assert await client.result("node.invoke", INVOKE) == {"n": 4}


async def test_a_message_that_was_taken_is_asked_for_anew() -> None:
    """What became of it may have changed: its row knows."""
    product, gate = Product(), Gate()
    product.handlers["chat.send"] = gate
    async with running(product) as gateway:
        person = Person()
        client, second = await gateway.operator(person), await gateway.operator(person)
        first = await client.send("chat.send", SEND)
        await gate.entered.get()
        twin = await second.send("chat.send", SEND)
        await second.result("health")
        gate.open.set()
        assert (await client.answer(first))["payload"] == (await second.answer(twin))["payload"] == {"n": 1}
        assert await client.result("chat.send", SEND) == {"n": 2}


async def test_an_abort_comes_after_what_it_aborts() -> None:
    product, gate = Product(), Gate()
    order: list[str] = []

    async def abort(_connection: object, _params: object) -> dict[str, Any]:
        order.append("abort")
        return {"sent": len(gate.seen)}

    product.handlers |= {"chat.send": gate, "chat.abort": abort}
    async with running(product) as gateway:
        client = await gateway.operator()
        sent = await client.send("chat.send", SEND)
        aborted = await client.send("chat.abort", {"sessionKey": "main"})
        await gate.entered.get()
        await client.result("health")
        assert order == []
        gate.open.set()
        assert (await client.answer(sent))["payload"] == {"n": 1}
        assert (await client.answer(aborted))["payload"] == {"sent": 1}


async def test_a_call_goes_on_without_its_caller_who_finds_it_again() -> None:
    product, gate = Product(), Gate()
    product.handlers["node.invoke"] = gate
    async with running(product) as gateway:
        person = Person()
        client = await gateway.operator(person)
        await client.send("node.invoke", INVOKE)
        await gate.entered.get()
        await client.socket.close()
        await product.closed.get()
        assert not gate.cancelled.is_set()
        again = await gateway.operator(person)
        sent = await again.send("node.invoke", INVOKE)
        gate.open.set()
        assert (await again.answer(sent))["payload"] == {"n": 1}


async def test_a_failed_call_can_be_tried_again() -> None:
    product = Product()
    attempts: list[Any] = []

    async def fail_first(_connection: object, params: Any) -> dict[str, Any]:
        attempts.append(params)
        if len(attempts) == 1:
            raise InvalidInputError(field="message", reason="not now")
        if len(attempts) == 2:
            raise ZeroDivisionError
        return {"n": len(attempts)}

    product.handlers["node.invoke"] = fail_first
    async with running(product) as gateway:
        client = await gateway.operator()
        assert (await client.error("node.invoke", INVOKE))["message"] == "message: not now"
        assert (await client.error("node.invoke", INVOKE))["details"]["code"] == "internal"
        assert await client.result("node.invoke", INVOKE) == {"n": 3}
