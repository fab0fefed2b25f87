"""Every recorded ``connect`` of both releases: let in where the released gateway let it in, else refused."""

from typing import Any

import pytest

from openclaw.protocol.device import ConnectClaims, connect_text_v2, connect_text_v3, encode_base64url
from tests.contracts.gateway.recordings import ANSWERS, RELEASES, differences
from tests.support.accounts import Person, register
from tests.support.devices import Machine
from tests.support.gateway_client import Refused, open_socket
from tests.support.node_hosts import gateway_token, pair
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = ("node", "operator.read", "operator.write", "operator.approvals", "operator.pairing")


def ours_instead(release: str, recorded: dict[str, Any]) -> tuple[bool, str | None] | None:
    """Whether we let it in and the name of the error, where that is meant to differ from what was recorded."""
    params = recorded["params"]
    if "without" in recorded:  # a proof without the challenge's nonce can be replayed
        return False, "DEVICE_AUTH_NONCE_REQUIRED"
    if release == "2026.9.6" and (params["minProtocol"], params["maxProtocol"]) == (3, 3):
        return True, None  # operators of protocol 3 are welcome here
    if not recorded["ok"] and "auth" not in params and params["role"] == "operator":
        return False, "AUTH_TOKEN_MISSING"  # a device cannot stand in for a token
    return None


def filled(
    recorded: dict[str, Any], token: str, machine: Machine, challenge: dict[str, Any]
) -> dict[str, Any]:
    """The recorded parameters with our token, and the proof that our machine gives."""
    params = dict(recorded["params"])
    if "auth" in params:
        params["auth"] = {"token": token if params["auth"]["token"] == "$token" else "ocgt_wrong"}
    wanted = params.pop("device", None)
    if wanted is None:
        return params
    client = params["client"]
    claims = ConnectClaims(
        device_id=machine.node_id,
        client_id=client["id"],
        client_mode=client["mode"],
        role=params["role"],
        scopes=params["scopes"],
        signed_at_ms=challenge["ts"],
        token=params["auth"]["token"],
        nonce=challenge["nonce"],
        platform=client["platform"],
        device_family=client.get("deviceFamily", ""),
    )
    text = (connect_text_v2 if params["maxProtocol"] < 4 else connect_text_v3)(claims)
    device = {
        "id": machine.node_id,
        "publicKey": encode_base64url(machine.public_key),
        "signature": machine.sign(text if wanted == "$device" else "something else"),
        "signedAt": challenge["ts"],
        "nonce": challenge["nonce"],
    }
    return params | {"device": {k: v for k, v in device.items() if k not in recorded.get("without", ())}}


async def replay(
    person: Person, machine: Machine, token: str, recorded: dict[str, Any]
) -> dict[str, Any] | Refused:
    """What comes of the recorded ``connect``, by a machine that was let in before."""
    async with open_socket(person.server, origin=None) as client:
        challenge = await client.event("connect.challenge")
        try:
            return await client.call("connect", filled(recorded, token, machine, challenge))
        except Refused as refusal:
            return refusal


def problems_of(release: str, recorded: dict[str, Any], outcome: dict[str, Any] | Refused) -> list[str]:
    """What came otherwise than it was recorded, and is not meant to."""
    is_in, name = ours_instead(release, recorded) or (recorded["ok"], recorded.get("name"))
    if isinstance(outcome, Refused):
        if is_in:
            return [f"refused: {outcome.error}"]
        wanted = recorded.get("code"), name
        found = outcome.error["code"], outcome.error["details"]["code"]
        is_same = all(want in (None, have) for want, have in zip(wanted, found, strict=True))
        return [] if is_same or ours_instead(release, recorded) else [f"refused as {found}, not {wanted}"]
    if not is_in:
        return ["let in"]
    # The recorded greeting holds a whole health; what clients read of it is `ok` and `ts`.
    expected = ANSWERS[f"connect {recorded['params']['role']}"]
    snapshot = expected["snapshot"] | {"health": {"ok": "boolean", "ts": "number"}}
    return differences(f"connect {recorded['params']['role']}", expected | {"snapshot": snapshot}, outcome)


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest.mark.parametrize("release", RELEASES)
async def test_every_recorded_connect_ends_as_it_was_recorded(server: Server, release: str) -> None:
    person = await register(server)
    token = (await gateway_token(person, *ALL))["token"]
    machine = await pair(person, token)
    wrong: list[str] = []
    for number, recorded in enumerate(RELEASES[release]["connects"]):
        outcome = await replay(person, machine, token, recorded)
        wrong += [f"{number}: {problem}" for problem in problems_of(release, recorded, outcome)]
    assert not wrong, "\n".join(wrong)
