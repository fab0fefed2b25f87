"""Released node hosts and command lines of the tests: what they send, as it was recorded of them."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from openclaw.protocol.device import ConnectClaims, connect_text_v2, connect_text_v3, encode_base64url
from tests.support.accounts import Person
from tests.support.devices import Answer, Machine, OnlineMachine
from tests.support.gateway_client import GatewayClient, Refused, open_socket

OLD_COMMANDS = [
    "system.run",
    "system.which",
    "system.execApprovals.get",
    "system.execApprovals.set",
    "browser.proxy",
]
NEW_COMMANDS = ["system.run", "system.run.prepare", "system.which", "dir.list", "file.fetch"]
RELEASES = {3: "2026.2.3-1", 4: "2026.9.6"}


async def gateway_token(person: Person, *scopes: str, name: str = "t", **body: Any) -> dict[str, Any]:
    """A token of ``person`` for machines, or for what ``scopes`` say."""
    return await person.post("/gateway-tokens", {"name": name, "scopes": list(scopes or ("node",)), **body})


def node_params(
    machine: Machine, token: str, challenge: dict[str, Any], *, protocol: int, **changes: Any
) -> dict[str, Any]:
    """What a node host of that protocol sends in ``connect``: the old one signs v2, the new one v3."""
    client = {
        "id": "node-host",
        "displayName": machine.name,
        "version": RELEASES[protocol],
        "platform": "linux",
        "mode": "node",
        "instanceId": "d3384541-0e82-4b37-b57c-d575c74758cf",
    } | ({"deviceFamily": "Linux"} if protocol == 4 else {})
    params = {
        "minProtocol": protocol,
        "maxProtocol": protocol,
        "client": client,
        "caps": ["system", "browser"],
        "commands": OLD_COMMANDS if protocol == 3 else NEW_COMMANDS,
        "pathEnv": "/usr/bin:/bin",
        "auth": {"token": token},
        "role": "node",
        "scopes": [],
    } | changes
    claims = ConnectClaims(
        device_id=machine.node_id,
        client_id="node-host",
        client_mode="node",
        role=params["role"],
        scopes=params["scopes"],
        signed_at_ms=challenge["ts"],
        token=params["auth"]["token"],
        nonce=challenge["nonce"],
        platform=params["client"]["platform"],
        device_family=params["client"].get("deviceFamily", ""),
    )
    text = connect_text_v2(claims) if protocol == 3 else connect_text_v3(claims)
    device = {
        "id": machine.node_id,
        "publicKey": encode_base64url(machine.public_key),
        "signature": machine.sign(text),
        "signedAt": challenge["ts"],
        "nonce": challenge["nonce"],
    }
    return {"device": device} | params


async def try_to_connect(
    machine: Machine, token: str, *, protocol: int = 4, **changes: Any
) -> tuple[dict[str, Any], tuple[int, str]]:
    """The refusal of a node host, and how its connection was closed."""
    async with open_socket(machine.server, origin=None) as client:
        challenge = await client.event("connect.challenge")
        try:
            await client.call("connect", node_params(machine, token, challenge, protocol=protocol, **changes))
        except Refused as refusal:
            return refusal.error, await client.ended()
        raise AssertionError("it was let in")


@contextlib.asynccontextmanager
async def node_host(
    machine: Machine,
    token: str,
    *,
    protocol: int = 4,
    answers: dict[str, Answer] | None = None,
    **changes: Any,
) -> AsyncIterator[OnlineMachine]:
    """A node host that is let in."""
    async with open_socket(machine.server, origin=None) as client:
        challenge = await client.event("connect.challenge")
        peer = OnlineMachine(machine, client, answers or {})
        params = node_params(machine, token, challenge, protocol=protocol, **changes)
        client.hello = await client.call("connect", params)
        await client.call("skills.bins")  # answered: it is noted as online, and has what waited for it
        try:
            yield peer
        finally:
            await peer.close()


async def pair(person: Person, token: str, name: str = "build-box", *, protocol: int = 4) -> Machine:
    """A node host that ``person`` has let in."""
    machine = Machine(person.server, name)
    error, _ = await try_to_connect(machine, token, protocol=protocol)
    device = await person.post(f"/pairing-requests/{error['details']['requestId']}/approve", {})
    machine.session = {"deviceId": device["id"]}
    return machine


@contextlib.asynccontextmanager
async def command_line(
    person: Person, token: str, *, protocol: int = 4, scopes: list[str] | None = None
) -> AsyncIterator[GatewayClient]:
    """A released command line: the new one asks for what it needs, the old one for administration."""
    old = ["operator.admin", "operator.approvals", "operator.pairing"]
    params = {
        "minProtocol": protocol,
        "maxProtocol": protocol,
        "client": {"id": "cli", "version": RELEASES[protocol], "platform": "linux", "mode": "cli"},
        "caps": [],
        "auth": {"token": token},
        "role": "operator",
        "scopes": scopes if scopes is not None else old,
    }
    async with open_socket(person.server, origin=None) as client:
        await client.event("connect.challenge")
        client.hello = await client.call("connect", params)
        yield client
