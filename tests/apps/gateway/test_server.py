"""Connecting: who is let in, what is said, and how it ends."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from openclaw.apps.gateway.limits import GatewayLimits
from openclaw.protocol.gateway.scopes import READ
from tests.apps.gateway.harness import (
    WEB,
    Gateway,
    Machine,
    Person,
    Product,
    Refused,
    node_params,
    operator_params,
    running,
)


async def http_get(gateway: Gateway, path: str, *headers: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.server.port)
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]), answer.partition("\r\n\r\n")[2]


async def test_greeting_tells_the_client_what_it_may_rely_on() -> None:
    async with running(version="1.2.3") as gateway:
        person = Person()
        client = await gateway.operator(person)
        hello = client.hello
        assert (hello["type"], hello["protocol"]) == ("hello-ok", 4)
        assert hello["server"]["version"] == "1.2.3"
        assert hello["features"]["methods"] == ["health", "chat.history", "node.event"]
        assert hello["policy"] == {
            "maxPayload": 8 * 1024 * 1024,
            "maxBufferedBytes": 4 * 1024 * 1024,
            "tickIntervalMs": 30_000,
        }
        assert hello["auth"]["scopes"] == [
            "operator.approvals",
            "operator.pairing",
            "operator.read",
            "operator.write",
        ]
        assert [entry["mode"] for entry in hello["snapshot"]["presence"]] == ["ui"]
        history = await client.result("chat.history", {"sessionKey": "main"})
        assert history["user"] == str(person.user_id)


@pytest.mark.parametrize(("lowest", "highest", "chosen"), [(3, 3, 3), (3, 4, 4), (4, 4, 4)])
async def test_both_releases_are_greeted(lowest: int, highest: int, chosen: int) -> None:
    async with running() as gateway:
        client = await gateway.operator(minProtocol=lowest, maxProtocol=highest)
        assert client.hello["protocol"] == chosen
        assert ("auth" in client.hello) is (chosen == 4)
        node = await gateway.node(minProtocol=lowest, maxProtocol=highest)
        assert node.hello["protocol"] == chosen
        assert (await node.result("node.event", {"event": "x"}))["ok"]


@pytest.mark.parametrize(
    ("changes", "code", "name", "close_code"),
    [
        ({"minProtocol": 7, "maxProtocol": 7}, "INVALID_REQUEST", "PROTOCOL_MISMATCH", 1002),
        ({"auth": {"token": "wrong"}}, "INVALID_REQUEST", "AUTH_TOKEN_MISMATCH", 1008),
        ({"auth": None}, "INVALID_REQUEST", "AUTH_TOKEN_MISSING", 1008),
        ({"role": "root"}, "INVALID_REQUEST", "gateway.invalid_role", 1008),
        ({"role": "node"}, "NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED", 1008),
        ({"client": {"id": "foo"}}, "INVALID_REQUEST", "gateway.invalid_params", 1008),
        (
            {"device": {"id": "a", "publicKey": "b", "signature": "c", "signedAt": 1}},
            "INVALID_REQUEST",
            "DEVICE_AUTH_PUBLIC_KEY_INVALID",
            1008,
        ),
    ],
)
async def test_a_refusal_is_answered_and_closed(
    changes: dict[str, Any], code: str, name: str, close_code: int
) -> None:
    async with running() as gateway:
        client = await gateway.open()
        with pytest.raises(Refused) as refused:
            await client.greet(operator_params(gateway.token_of(Person()), **changes))
        assert refused.value.error["code"] == code
        assert refused.value.error["details"]["code"] == name
        assert (await client.ended())[0] == close_code
        assert len(gateway.hub) == 0
        await gateway.is_alive()


async def test_errors_speak_the_language_of_the_client() -> None:
    async with running() as gateway:
        client = await gateway.open()
        with pytest.raises(Refused, match="无效的角色"):
            await client.greet(operator_params("t", locale="zh-CN", role="root"))


async def test_the_first_frame_must_be_connect_and_only_the_first() -> None:
    async with running() as gateway:
        early = await gateway.open()
        await early.event("connect.challenge")
        assert (await early.error("health"))["message"].startswith("connect must be the first frame")
        assert (await early.ended())[0] == 1008
        late = await gateway.operator()
        assert (await late.error("connect", operator_params("t")))["details"][
            "code"
        ] == "gateway.connect_first"
        assert (await late.ended())[0] == 1008


async def test_a_device_token_is_worth_nothing_without_the_key() -> None:
    async with running() as gateway:
        mine, thief = Machine(Person()), Machine(Person())
        client = await gateway.open()
        with pytest.raises(Refused) as refused:
            await client.greet(node_params(gateway.token_of(mine)), thief)
        assert refused.value.error["details"]["code"] == "DEVICE_IDENTITY_REQUIRED"
        another = await gateway.open()
        with pytest.raises(Refused) as refused:  # an operator's token in a node's hands
            await another.greet(node_params(gateway.token_of(mine.owner)), mine)
        assert refused.value.error["details"]["code"] == "gateway.wrong_role"
        recorded = await gateway.open()
        old = mine.proof(node_params(gateway.token_of(mine)), "an earlier nonce", 1_795_194_746_000)
        with pytest.raises(Refused):
            await recorded.greet(node_params(gateway.token_of(mine), device=old))


async def test_a_defect_while_connecting_is_ours_to_bear() -> None:
    product = Product()

    async def break_down() -> None:
        raise ZeroDivisionError

    product.before_identity = break_down
    async with running(product) as gateway:
        client = await gateway.open()
        with pytest.raises(Refused) as refused:
            await client.greet(operator_params("t"))
        assert refused.value.error["code"] == "UNAVAILABLE"
        assert refused.value.error["details"]["code"] == "internal"
        assert (await client.ended())[0] == 1011
        product.before_identity = None
        await gateway.is_alive()


async def test_probes() -> None:
    async with running() as gateway:
        assert await http_get(gateway, "/healthz?x=1") == (200, '{"ok":true,"status":"live"}')
        assert (await http_get(gateway, "/readyz"))[0] == 200
        gateway.product.is_well = False
        assert (await http_get(gateway, "/readyz"))[0] == 503
        assert (await http_get(gateway, "/"))[0] == 426  # not a WebSocket


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (WEB, True),
        (WEB.upper(), True),
        (None, True),
        ("null", False),
        ("", False),
        ("https://evil.example", False),
        (WEB + ".evil.example", False),
        ("http://claw.example", False),
        (f"{WEB}, https://evil.example", False),
    ],
)
async def test_pages_of_other_origins_are_kept_out(origin: str | None, is_allowed: bool) -> None:
    async with running() as gateway:
        if is_allowed:
            client = await gateway.open(origin=origin)
            await client.event("connect.challenge")
            return
        with pytest.raises(InvalidStatus) as refused:
            await gateway.open(additional_headers={"Origin": origin})
        assert refused.value.response.status_code == 403


async def test_a_second_origin_header_does_not_help() -> None:
    async with running() as gateway:
        upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        status, body = await http_get(
            gateway, "/", *upgrade, key, f"Origin: {WEB}", "Origin: https://evil.example"
        )
        assert (status, "origin_not_allowed" in body) == (403, True)
        twice = await http_get(gateway, "/", *upgrade, key, f"Origin: {WEB}", f"Origin: {WEB}")
        assert twice[0] == 403
        agents = [("User-Agent", "a"), ("User-Agent", "b")]
        client = await gateway.open(additional_headers=agents, user_agent_header=None)
        await client.greet(operator_params(gateway.token_of(Person())))


async def test_who_does_not_say_connect_is_sent_away() -> None:
    async with running() as gateway:
        client = await gateway.open()
        await client.event("connect.challenge")
        gateway.clock.advance(timedelta(seconds=15))
        assert await client.ended() == (1008, "handshake timeout")
        greeted = await gateway.operator()
        gateway.clock.advance(timedelta(seconds=15))
        assert await greeted.result("health") == {"ok": True}


async def test_unauthenticated_sockets_of_one_address_are_bounded() -> None:
    async with running(limits=GatewayLimits(unauthenticated_per_address=3)) as gateway:
        waiting = [await gateway.open() for _ in range(3)]
        for client in waiting:
            await client.challenge()
        with pytest.raises(InvalidStatus) as refused:
            await gateway.open()
        assert refused.value.response.status_code == 503
        await waiting[0].greet(operator_params(gateway.token_of(Person())))
        await gateway.operator()


async def test_connections_of_one_user_are_bounded() -> None:
    async with running(limits=GatewayLimits(operators_per_user=2)) as gateway:
        person = Person()
        elsewhere = Person(user_id=person.user_id)
        first, _ = await gateway.operator(person), await gateway.operator(elsewhere)
        third = await gateway.open()
        with pytest.raises(Refused, match="More than 2 connections") as refused:
            await third.greet(operator_params(gateway.token_of(person)))
        error = refused.value.error
        assert (error["code"], error["details"]["code"]) == ("UNAVAILABLE", "RATE_LIMITED")
        assert (error["retryable"], error["retryAfterMs"]) == (True, 30_000)
        assert (await third.ended())[0] == 1013
        await gateway.node(Machine(person))
        await gateway.operator()
        await first.socket.close()
        await gateway.product.closed.get()
        await gateway.operator(person)


def behind_proxy(address: str) -> dict[str, Any]:
    return {"additional_headers": {"X-Forwarded-For": address}}


async def test_guessing_tokens_locks_the_address() -> None:
    async with running(trusted_proxies=frozenset({"127.0.0.1"})) as gateway:

        async def attempt(address: str, token: str = "guess") -> dict[str, Any]:
            client = await gateway.open(**behind_proxy(address))
            with pytest.raises(Refused) as refused:
                await client.greet(operator_params(token))
            return refused.value.error

        for _ in range(10):
            assert (await attempt("192.0.2.1"))["details"]["code"] == "AUTH_TOKEN_MISMATCH"
        right = gateway.token_of(Person())
        locked = await attempt("192.0.2.1", right)
        assert locked["details"]["code"] == "AUTH_RATE_LIMITED"
        assert locked["retryAfterMs"] == 300_000
        other = await gateway.open(**behind_proxy("192.0.2.2"))
        await other.greet(operator_params(right))
        gateway.clock.advance(timedelta(minutes=5))
        again = await gateway.open(**behind_proxy("192.0.2.1"))
        await again.greet(operator_params(right))


async def test_this_machine_is_never_locked_out_but_a_proxy_on_it_is_no_excuse() -> None:
    async with running() as gateway:
        for _ in range(12):
            local = await gateway.open()
            with pytest.raises(Refused) as refused:
                await local.greet(operator_params("guess"))
            assert refused.value.error["details"]["code"] == "AUTH_TOKEN_MISMATCH"
        errors: list[str] = []
        for _ in range(11):
            forwarded = await gateway.open(**behind_proxy("192.0.2.1"))
            with pytest.raises(Refused) as refused:
                await forwarded.greet(operator_params("guess"))
            errors.append(refused.value.error["details"]["code"])
        assert errors[-1] == "AUTH_RATE_LIMITED"
        await gateway.is_alive()


async def test_ticks_and_sequence_numbers_have_no_gaps() -> None:
    async with running() as gateway:
        client = await gateway.operator()
        other = await gateway.operator()  # another person: nothing of theirs may count here
        ticks: list[dict[str, Any]] = []
        for _ in range(3):
            gateway.clock.advance(timedelta(seconds=30))
            ticks.append(await client.event("tick"))
        assert [event["event"] for event in client.events] == ["presence"]
        assert [event["seq"] for event in client.events + ticks] == [1, 2, 3, 4]
        assert ticks[-1]["payload"]["ts"] == int(gateway.clock.now().timestamp() * 1000)
        assert (await other.event("tick"))["event"] == "tick"


async def test_health_is_told_after_connecting_and_every_minute() -> None:
    product = Product()
    product.known = {"ok": True}
    async with running(product) as gateway:
        person, stranger = Person(), Person()
        first, second = await gateway.operator(person), await gateway.operator(person)
        other, node = await gateway.operator(stranger), await gateway.node(Machine(person))
        for client, owner in ((first, person), (second, person), (other, stranger)):
            told = (await client.event("health"))["payload"]
            assert told == {"ok": True, "user": str(owner.user_id)}
        product.known = {"ok": True, "again": 1}
        gateway.clock.advance(timedelta(seconds=60))
        for client in (first, second, other):
            assert (await client.event("health"))["payload"]["again"] == 1
            await client.result("health")
            assert [e for e in client.events if e["event"] == "health"] == []
        await node.result("node.event", {"event": "x"})
        assert "health" not in [e["event"] for e in node.events]


async def test_a_client_is_told_of_the_events_that_it_may_get() -> None:
    async with running() as gateway:
        everything = (await gateway.operator()).hello["features"]["events"]
        assert {"chat", "agent", "presence", "health", "tick", "exec.approval.requested"} <= set(everything)
        assert "node.invoke.request" not in everything
        reader = await gateway.operator(scopes=[READ], caps=[])
        assert not [e for e in reader.hello["features"]["events"] if e.startswith("exec.")]
        node = await gateway.node()
        assert set(node.hello["features"]["events"]) == {
            "connect.challenge",
            "tick",
            "shutdown",
            "node.invoke.request",
            "node.invoke.cancel",
            "node.invoke.prepare",
        }


async def test_shutdown_is_announced() -> None:
    async with running() as gateway:
        client, node = await gateway.operator(), await gateway.node()
        stopping = asyncio.ensure_future(gateway.server.stop(restart_expected_ms=1500))
        for one in (client, node):
            assert await one.ended() == (1012, "service restart")
            (shutdown,) = [e for e in one.events if e["event"] == "shutdown"]
            assert shutdown["payload"] == {"reason": "service restart", "restartExpectedMs": 1500}
        await stopping
        assert gateway.product.connected == []
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", int(gateway_port(client.socket.remote_address)))


def gateway_port(address: Any) -> int:
    return int(address[1])


async def test_hooks_run_once_per_connection_and_a_broken_one_closes_it() -> None:
    async with running() as gateway:
        client = await gateway.operator()
        assert len(gateway.product.connected) == 1
        await client.socket.close()
        await gateway.product.closed.get()
        assert gateway.product.connected == []
        assert len(gateway.hub) == 0

        async def break_down(_connection: object) -> None:
            raise ZeroDivisionError

        gateway.product.on_connect = break_down
        broken = await gateway.operator()
        assert await broken.ended() == (1011, "internal error")
        gateway.product.on_connect = None
        await gateway.is_alive()


async def test_presence_is_told_to_the_user_alone() -> None:
    async with running() as gateway:
        person, stranger = Person(), Person()
        elsewhere = await gateway.operator(
            Person(user_id=person.user_id)
        )  # the same user in another workspace
        first = await gateway.operator(person)
        other = await gateway.operator(stranger)
        assert len(first.hello["snapshot"]["presence"]) == 1
        assert len((await first.event("presence"))["payload"]["presence"]) == 1
        second = await gateway.operator(person, scopes=[READ])
        told = await first.event("presence")
        assert [entry["mode"] for entry in told["payload"]["presence"]] == ["ui", "ui"]
        assert told["stateVersion"] == {"presence": 2, "health": 0}
        await second.socket.close()
        assert len((await first.event("presence"))["payload"]["presence"]) == 1
        for apart in (other, elsewhere):
            await apart.result("health")
            assert [len(e["payload"]["presence"]) for e in apart.events if e["event"] == "presence"] == [1]
