"""Released clients with a personal token: what it grants, pairing under the owner's eyes, and what ends with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.domains.devices.service import pairing
from openclaw.kit import ids
from tests.support.accounts import Person, register
from tests.support.devices import Machine, link, online
from tests.support.gateway_client import Refused, operator
from tests.support.node_hosts import command_line, gateway_token, node_host, pair, try_to_connect

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUESTS = "SELECT count(*) FROM pairing_requests WHERE user_id = $1"
COMMANDS = "SELECT commands::text FROM pairing_requests WHERE user_id = $1"
ALL = ("operator.read", "operator.write", "operator.approvals", "operator.pairing")


async def token_of(person: Person, *scopes: str, **body: Any) -> str:
    return (await gateway_token(person, *scopes, **body))["token"]


async def waiting(person: Person) -> list[dict[str, object]]:
    return (await person.get("/pairing-requests"))["items"]


@pytest.mark.parametrize("protocol", [3, 4])
async def test_a_command_line_gets_what_its_token_carries(ann: Person, protocol: int) -> None:
    token = await token_of(ann, "operator.write", "node")
    asked = ["operator.write"] if protocol == 4 else None
    async with command_line(ann, token, protocol=protocol, scopes=asked) as client:
        assert client.hello["protocol"] == protocol
        assert (await client.call("node.list"))["nodes"] == []
        with pytest.raises(Refused) as refused:
            await client.call("device.pair.list")
        assert refused.value.error["details"]["missingScope"] == "operator.pairing"
        if protocol == 4:
            assert client.hello["auth"] == {
                "role": "operator",
                "scopes": ["operator.read", "operator.write"],
            }
        else:
            assert "auth" not in client.hello, "old clients validate closed objects"
    used_at = (await ann.get("/gateway-tokens"))["items"][0]["lastUsedAt"]
    assert datetime.fromisoformat(used_at) == ann.server.clock.now()


async def test_a_viewer_reads_only_whatever_the_token_said_before(ann: Person) -> None:
    team = await ann.create_workspace("Team")
    vera = await team.invite(await register(ann.server), "member")
    token = await token_of(vera, *ALL, "node")
    machine = await pair(vera, token)
    async with command_line(vera, token) as client:
        await team.patch(f"/workspaces/{team.workspace['id']}/members/{vera.id}", {"role": "viewer"})
        assert await client.ended() == (1008, "membership ended")
    async with command_line(vera, token, scopes=list(ALL)) as client:
        assert client.hello["auth"]["scopes"] == ["operator.read"]
    error, _ = await try_to_connect(machine, token)
    assert error["details"]["errorCode"] == "devices.gateway_token_scope"


async def test_tokens_that_open_nothing(ann: Person) -> None:
    machine = Machine(ann.server)
    revoked = await gateway_token(ann)
    await ann.delete(f"/gateway-tokens/{revoked['id']}")
    expiring, of_operators = await token_of(ann, expiresInDays=1), await token_of(ann, *ALL)
    ann.server.manual.advance(timedelta(days=1))
    for token in ("ocgt_" + "x" * 43, revoked["token"], expiring):
        error, (code, _) = await try_to_connect(machine, token)
        assert (error["code"], code) == ("INVALID_REQUEST", 1008)
        assert error["details"] == error["details"] | {
            "code": "AUTH_TOKEN_MISMATCH",
            "errorCode": "devices.gateway_token_invalid",
            "canRetryWithDeviceToken": False,
        }
    error, _ = await try_to_connect(machine, of_operators)
    assert error["details"]["errorCode"] == "devices.gateway_token_scope"
    async with ann.server.owner() as owner:
        assert await owner.fetchval(REQUESTS, ann.user_id) == 0


@pytest.mark.parametrize("protocol", [3, 4])
async def test_a_node_host_waits_for_its_owner_and_then_joins(ann: Person, protocol: int) -> None:
    token = await gateway_token(ann)
    machine = Machine(ann.server, "build-box")
    async with operator(ann) as page:
        error, (code, reason) = await try_to_connect(machine, token["token"], protocol=protocol)
        request_id = error["details"]["requestId"]
        assert (error["code"], error["message"], error["retryable"]) == (
            "NOT_PAIRED",
            "pairing required",
            True,
        )
        assert error["details"] == {
            "code": "PAIRING_REQUIRED",
            "errorCode": "gateway.pairing_required",
            "reason": "not-paired",
            "requestId": request_id,
            "deviceId": machine.node_id,
            "requestedRole": "node",
            "recommendedNextStep": "wait_then_retry",
            "retryable": True,
            "pauseReconnect": False,
        }
        assert code == 1008
        assert reason == f"pairing required: device is not approved yet (requestId: {request_id})"
        asked = await page.event("device.pair.requested")
        assert asked == asked | {"requestId": request_id, "deviceId": machine.node_id, "role": "node"}
        assert asked == asked | {"displayName": "build-box", "platform": "linux", "silent": False}
        assert (await page.call("device.pair.list"))["pending"] == [asked]
        (as_node,) = (await page.call("node.pair.list"))["pending"]
        assert as_node == as_node | {"requestId": request_id, "nodeId": machine.node_id, "silent": False}
        again, _ = await try_to_connect(machine, token["token"], protocol=protocol)
        assert again["details"]["requestId"] == request_id, "it is one question, however often it tries"
        (row,) = await waiting(ann)
        assert row == row | {"id": request_id, "nodeId": machine.node_id, "tokenId": token["id"]}
        answer = await page.call("device.pair.approve", {"requestId": request_id})
        assert answer["device"]["deviceId"] == machine.node_id
        resolved = await page.event("device.pair.resolved")
        assert resolved == resolved | {"requestId": request_id, "decision": "approved"}
        assert [e["event"] for e in page.events].count("device.pair.requested") == 1
        async with node_host(machine, token["token"], protocol=protocol) as node:
            assert node.client.hello["protocol"] == protocol
            assert ("auth" in node.client.hello) == (protocol == 4)
            assert "deviceToken" not in str(node.client.hello), "what is not accepted is not issued"
            (listed,) = (await page.call("node.list"))["nodes"]
            assert listed == listed | {"nodeId": machine.node_id, "connected": True, "paired": True}
            assert "system.run" in listed["commands"]
            (paired,) = (await page.call("node.pair.list"))["paired"]
            assert paired == paired | {"nodeId": machine.node_id, "connected": True}
        await page.event("device.changed", lambda p: p["reason"] == "offline")
    (device,) = (await ann.get("/devices"))["items"]
    assert device == device | {"name": "build-box", "client": "node-host", "online": False}
    assert await waiting(ann) == []
    actions = [e["action"] for e in (await ann.get("/audit"))["items"]]
    assert "devices.paired" in actions


async def test_a_rejected_node_host_is_refused_for_a_while(ann: Person) -> None:
    token = await token_of(ann)
    machine = Machine(ann.server)
    error, _ = await try_to_connect(machine, token)
    async with operator(ann) as page:
        answer = await page.call("device.pair.reject", {"requestId": error["details"]["requestId"]})
        assert answer["deviceId"] == machine.node_id
        assert (await page.event("device.pair.resolved"))["decision"] == "rejected"
        error, _ = await try_to_connect(machine, token)
        assert error["details"] == error["details"] | {"reason": "rejected", "pauseReconnect": True}
        assert await waiting(ann) == []
        ann.server.manual.advance(pairing.REFUSED_FOR + timedelta(seconds=1))
        error, _ = await try_to_connect(machine, token)
        assert error["details"]["reason"] == "not-paired"
    assert "devices.pairing_refused" in [e["action"] for e in (await ann.get("/audit"))["items"]]


async def test_a_request_lapses_after_the_last_try(ann: Person) -> None:
    token = await token_of(ann)
    machine = Machine(ann.server)
    first, _ = await try_to_connect(machine, token)
    ann.server.manual.advance(timedelta(minutes=4))
    await try_to_connect(machine, token)
    ann.server.manual.advance(timedelta(minutes=4))
    assert len(await waiting(ann)) == 1
    ann.server.manual.advance(timedelta(minutes=1))
    assert await waiting(ann) == []
    request_id = first["details"]["requestId"]
    async with operator(ann) as page:
        for method in ("device.pair.approve", "device.pair.reject"):
            for name in (request_id, "nonsense"):
                with pytest.raises(Refused) as refused:
                    await page.call(method, {"requestId": name})
                assert refused.value.code == "devices.pairing_request_not_found"
    second, _ = await try_to_connect(machine, token)
    assert second["details"]["requestId"] != request_id


async def test_a_flood_of_machines_is_bounded(ann: Person) -> None:
    token = await token_of(ann)
    requests: list[str] = []
    async with operator(ann) as page:
        for number in range(pairing.MOST_WAITING + 2):
            ann.server.manual.advance(timedelta(seconds=1))
            error, _ = await try_to_connect(Machine(ann.server, f"m{number}"), token)
            requests.append(error["details"]["requestId"])
        assert [row["id"] for row in await waiting(ann)] == requests[2:]
        for gone in requests[:2]:
            resolved = await page.event("device.pair.resolved", lambda p, gone=gone: p["requestId"] == gone)
            assert resolved["decision"] == "expired"
    async with ann.server.owner() as owner:
        assert await owner.fetchval(REQUESTS, ann.user_id) == pairing.MOST_WAITING


async def test_what_a_machine_says_of_itself_is_cut_to_size(ann: Person) -> None:
    client = {"id": "node-host", "version": "9" * 100, "platform": "p" * 100, "mode": "node"}
    commands = ["system.run", "system.run", "odd\u202ename", *(f"c.{n}" for n in range(200))]
    machine = Machine(ann.server)
    token = await token_of(ann)
    for name in ("", "a" * 64, "\u202e", "x" * 200):
        error, _ = await try_to_connect(
            machine, token, client={**client, "displayName": name}, commands=commands
        )
        if error["details"]["code"] != "PAIRING_REQUIRED":
            pytest.fail(str(error))
    (row,) = await waiting(ann)
    assert (row["name"], row["version"], row["platform"]) == ("x" * 100, "9" * 40, "p" * 40)
    async with ann.server.owner() as owner:
        kept = str(await owner.fetchval(COMMANDS, ann.user_id))
    assert kept.count('"system.run"') == 1
    assert kept.count('", "') == 99


async def test_revoking_a_token_closes_everything_that_it_opened(ann: Person) -> None:
    token, other = await gateway_token(ann, *ALL, "node"), await token_of(ann, *ALL)
    machine = await pair(ann, token["token"])
    await try_to_connect(Machine(ann.server), token["token"])
    async with (
        command_line(ann, token["token"], scopes=list(ALL)) as client,
        command_line(ann, other, scopes=list(ALL)) as another,
        node_host(machine, token["token"]) as node,
    ):
        await ann.delete(f"/gateway-tokens/{token['id']}")
        assert await client.ended() == (1008, "session ended")
        assert await node.client.ended() == (1008, "session ended")
        await another.call("node.list")
    assert await waiting(ann) == [], "what it brought waits no longer"
    error, _ = await try_to_connect(machine, token["token"])
    assert error["details"]["errorCode"] == "devices.gateway_token_invalid"
    # The machine stays paired: it comes back with another token.
    async with node_host(machine, await token_of(ann)):
        pass


async def test_a_token_that_lapses_closes_its_sockets(ann: Person) -> None:
    token = await token_of(ann, *ALL, "node", expiresInDays=1)
    machine = await pair(ann, token)
    async with command_line(ann, token, scopes=list(ALL)) as client, node_host(machine, token) as node:
        ann.server.manual.advance(timedelta(days=1))
        assert await client.ended() == (1008, "token expired")
        assert await node.client.ended() == (1008, "token expired")


async def test_revoking_the_machine_ends_it_and_it_has_to_ask_again(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    async with operator(ann) as page, node_host(machine, token) as node:
        with pytest.raises(Refused) as refused:
            await page.call("device.token.rotate", {"deviceId": machine.node_id, "role": "node"})
        assert refused.value.code == "gateway.no_device_tokens"
        answer = await page.call("device.token.revoke", {"deviceId": machine.node_id, "role": "node"})
        assert answer["deviceId"] == machine.node_id
        assert await node.client.ended() == (1008, "device revoked")
    error, _ = await try_to_connect(machine, token)
    assert error["details"]["code"] == "PAIRING_REQUIRED"


async def test_one_tenant_decides_for_no_other(ann: Person) -> None:
    bob = await register(ann.server)
    elsewhere = await ann.create_workspace("Elsewhere")
    token = await token_of(ann)
    error, _ = await try_to_connect(Machine(ann.server), token)
    request_id = error["details"]["requestId"]
    for stranger in (bob, elsewhere):
        async with operator(stranger) as page:
            assert (await page.call("device.pair.list"))["pending"] == []
            for method in ("device.pair.approve", "device.pair.reject"):
                with pytest.raises(Refused) as refused:
                    await page.call(method, {"requestId": request_id})
                assert refused.value.code == "devices.pairing_request_not_found"
            assert not [e for e in page.events if e["event"].startswith("device.pair.")]
    assert len(await waiting(ann)) == 1


async def test_a_stolen_key_lets_nobody_in_with_a_token_of_their_own(ann: Person) -> None:
    bob = await register(ann.server)
    machine = await pair(ann, await token_of(ann))
    bobs = await token_of(bob)
    error, _ = await try_to_connect(machine, bobs)
    assert error["details"]["code"] == "PAIRING_REQUIRED"
    assert (await ann.get("/devices"))["items"][0]["nodeId"] == machine.node_id
    assert (await bob.get("/devices"))["items"] == []
    # A machine has one owner: when Bob lets it in, it is Ann's no longer.
    await bob.post(f"/pairing-requests/{error['details']['requestId']}/approve", {})
    assert (await ann.get("/devices"))["items"] == []
    assert [d["nodeId"] for d in (await bob.get("/devices"))["items"]] == [machine.node_id]


async def test_a_stolen_token_brings_in_no_machine_unseen(ann: Person) -> None:
    token = await token_of(ann)
    mine = await pair(ann, token)
    thief = Machine(ann.server)
    for protocol in (3, 4):
        error, _ = await try_to_connect(thief, token, protocol=protocol)
        assert error["details"]["code"] == "PAIRING_REQUIRED"
    error, _ = await try_to_connect(thief, token, device=None)
    assert error["details"]["code"] == "DEVICE_IDENTITY_REQUIRED"
    forged = {"id": mine.node_id, "publicKey": "A" * 43, "signature": "A" * 86, "signedAt": mine.now_ms}
    error, _ = await try_to_connect(thief, token, device=forged)
    assert error["code"] == "INVALID_REQUEST"


async def test_a_bridge_is_let_in_by_its_own_tokens_only(ann: Person) -> None:
    """Its link and its node id are one row: a gateway token must not be a way around the bridge's credentials."""
    machine = await link(ann)
    token = await token_of(ann)
    error, _ = await try_to_connect(machine, token)
    assert error["details"]["code"] == "PAIRING_REQUIRED"
    async with online(machine) as bridge:
        await ann.post(f"/pairing-requests/{error['details']['requestId']}/approve", {})
        assert (await bridge.client.ended())[0] == 1008
        async with node_host(machine, token):
            pass
    (device,) = (await ann.get("/devices"))["items"]
    assert (device["client"], device["id"]) == ("node-host", machine.session["deviceId"])


async def test_a_revocation_reaches_the_socket_by_the_bus(ann: Person) -> None:
    """As for bridges: not by the next look at the database, which comes when the clock goes on."""
    for _ in range(3):
        token = await gateway_token(ann, *ALL)
        async with command_line(ann, token["token"], scopes=list(ALL)) as client:
            await ann.delete(f"/gateway-tokens/{token['id']}")
            await client.ended()


async def test_request_ids_have_their_own_form() -> None:
    assert ids.to_wire("pair", ids.new_id()).startswith("pair_")
