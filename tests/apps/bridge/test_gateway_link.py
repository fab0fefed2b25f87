"""The socket to the gateway: handshake, ticks, reconnection, what is refused."""

import asyncio
from datetime import timedelta

import pytest

from openclaw.apps.bridge.addresses import check_address
from openclaw.apps.bridge.backoff import LONGEST, SHORTEST, BackOff
from openclaw.apps.bridge.errors import BadAddressError, InsecureServerError
from openclaw.apps.bridge.gateway.frames import decode_call_request, decode_incoming
from tests.apps.bridge.conftest import PatientClock, RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.raw_http import post


async def test_the_handshake_says_and_proves_what_the_protocol_asks(node: NodeConnection) -> None:
    connect = node.connect
    assert (connect["minProtocol"], connect["maxProtocol"]) == (3, 4)
    assert connect["client"]["id"] == "node-host"
    assert connect["client"]["mode"] == "node"
    assert connect["auth"] == {"token": "access-1"}
    assert connect["scopes"] == []
    assert connect["caps"] == ["fs", "exec", "system"]


async def test_two_missed_ticks_end_the_connection_and_a_new_one_is_made(
    gateway: GatewayPeer, bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    gateway.tick_interval_ms = 50
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    await post(bridge.port, "/link/redeem", body, origin=control_plane.url)
    silent = await gateway.node()
    gateway.tick_interval_ms = 30_000
    await silent.closed
    again = await gateway.node()
    assert (await again.call("inv_1", "system.info", {}))["ok"]


async def test_a_gateway_that_shuts_down_is_left_for_another_at_once(
    gateway: GatewayPeer, node: NodeConnection, clock: PatientClock
) -> None:
    clock.waits.clear()
    await node.send("shutdown", {"reason": "service restart", "restartExpectedMs": 0})
    await node.close(1012, "service restart")
    again = await gateway.node()
    assert next(wait for wait in clock.waits if wait <= LONGEST) < SHORTEST / 2
    clock.waits.clear()
    await again.close(1012, "service restart")
    await gateway.node()
    assert next(wait for wait in clock.waits if wait <= LONGEST) == SHORTEST, "unasked, as ever"


async def test_a_refused_token_is_renewed(
    gateway: GatewayPeer, bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    gateway.refuse_with = {
        "code": "INVALID_REQUEST",
        "message": "no",
        "details": {"code": "AUTH_TOKEN_MISMATCH"},
    }
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    await post(bridge.port, "/link/redeem", body, origin=control_plane.url)
    assert await asyncio.to_thread(control_plane.refreshed.wait, 60)
    gateway.refuse_with = None
    await gateway.node()
    assert gateway.tokens[0] == "access-1"
    assert gateway.tokens[-1] != "access-1"


async def test_a_gateway_that_speaks_another_protocol_does_not_end_the_bridge(
    gateway: GatewayPeer, bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    gateway.close_before_hello = (1002, "protocol mismatch")
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    await post(bridge.port, "/link/redeem", body, origin=control_plane.url)
    await gateway.attempted.wait()
    gateway.close_before_hello = None
    assert (await (await gateway.node()).call("inv_1", "system.info", {}))["ok"]


async def test_a_result_that_is_refused_for_a_passing_reason_is_sent_again(node: NodeConnection) -> None:
    node.refuse_results_with = "UNAVAILABLE"
    assert (await node.call("inv_1", "system.info", {}))["ok"]
    assert (await node.result("inv_1"))["ok"], "the same, once more"
    node.refuse_results_with = "INVALID_REQUEST"
    assert (await node.call("inv_2", "system.info", {}))["ok"]
    assert (await node.call("inv_3", "system.info", {}))["ok"]
    assert [result["id"] for result in node.results] == ["inv_1", "inv_1", "inv_2", "inv_3"]


def test_waits_grow_from_one_to_thirty_seconds_with_jitter() -> None:
    waits = BackOff()
    first = [waits.next() for _ in range(12)]
    assert all(SHORTEST <= wait <= LONGEST for wait in first)
    assert first[-1] >= LONGEST / 2
    assert len(set(first[6:])) > 1
    waits.reset()
    assert waits.next() <= timedelta(seconds=1)


@pytest.mark.parametrize("url", ["ws://203.0.113.9", "ws://example.com:18789", "ws://127.0.0.1.evil.example"])
def test_plain_sockets_are_for_this_machine_only(url: str) -> None:
    with pytest.raises(InsecureServerError):
        check_address(url, schemes=("ws", "wss"), allow_insecure=False)
    assert check_address(url, schemes=("ws", "wss"), allow_insecure=True) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://x",
        "wss://u:p@x",
        "wss://",
        "wss://x:99999",
        "wss://x?token=1",
        "wss://a b",
        "file:///x",
        "wss://x#y",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadAddressError):
        check_address(url, schemes=("ws", "wss"), allow_insecure=True)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"{", b"\xff", b'{"type":1}', b"[" * 100_000, b'{"type":"event","event":2}']
)
def test_a_frame_of_another_form_is_no_frame(data: bytes) -> None:
    assert decode_incoming(data) is None


def test_a_call_of_another_form_is_no_call() -> None:
    frame = decode_incoming(
        b'{"type":"event","event":"node.invoke.request","payload":{"id":"a","command":1}}'
    )
    assert frame is not None
    assert decode_call_request(frame.payload) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x" * 200},
        {"command": 1},
        {"command": "c" * 200},
        {"command": None},
        {"nodeId": 5},
        {"nodeId": None},
        {"paramsJSON": {"argv": ["true"]}},
        {"timeoutMs": 0},
        {"timeoutMs": "soon"},
    ],
)
async def test_a_call_of_another_form_is_answered(node: NodeConnection, wrong: dict[str, object]) -> None:
    call: dict[str, object] = {"id": "inv_1", "nodeId": node.node_id, "command": "system.info"} | wrong
    await node.send("node.invoke.request", call)
    result = await node.result(str(call["id"])[:128])
    assert (result["ok"], result["error"]["code"]) == (False, "INVALID_ARGUMENTS")


async def test_a_call_without_an_id_or_for_another_node_is_not_answered(node: NodeConnection) -> None:
    for call in ([], {"id": 5}, {"id": ""}, {"id": "inv_1", "nodeId": "another", "command": 1}):
        await node.send("node.invoke.request", call)  # pyright: ignore[reportArgumentType]
    assert (await node.call("inv_2", "system.info", {}))["ok"]
    assert [result["id"] for result in node.results] == ["inv_2"]


async def test_a_malformed_repeat_gets_the_result_that_the_id_has(node: NodeConnection) -> None:
    assert (await node.call("inv_1", "system.info", {}))["ok"]
    await node.send("node.invoke.request", {"id": "inv_1", "nodeId": node.node_id, "command": 1})
    assert (await node.result("inv_1"))["ok"]
