"""The handshake: recorded clients of both releases, the device proof, and what is greeted back."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.protocol.device import connect_text_v2, connect_text_v3, encode_base64url, node_id_of
from openclaw.protocol.gateway.errors import (
    DEVICE_PROOF_NAMES,
    DeviceProofError,
    InvalidParamsError,
    InvalidRoleError,
    ProtocolMismatchError,
    error_shape,
)
from openclaw.protocol.gateway.handshake import (
    ConnectParams,
    DeviceIdentity,
    Greeting,
    PresenceEntry,
    StateVersion,
    decode_connect,
    get_role,
    hello_ok,
    negotiate_protocol,
)
from openclaw.protocol.gateway.proof import CLOCK_SKEW_MS, check_device_proof, claims_of
from openclaw.protocol.gateway.scopes import Role

FIXTURES = Path(__file__).parent / "fixtures"
OLD, NEW = "gateway-2026.2.3-1.jsonl", "gateway-2026.9.6.jsonl"


def recorded(name: str) -> list[dict[str, Any]]:
    frames = map(json.loads, (FIXTURES / name).read_text(encoding="utf-8").splitlines())
    return [frame["params"] for frame in frames if frame["method"] == "connect"]


RECORDED = [*recorded(OLD), *recorded(NEW)]
KNOWN = [p for p in RECORDED if p["client"]["id"] != "foo"]


@pytest.mark.parametrize("params", KNOWN, ids=lambda p: f"{p['client']['version']}-{p['client']['id']}")
def test_every_recorded_connect_is_understood(params: dict[str, Any]) -> None:
    connect = decode_connect(params)
    assert connect.client.id == params["client"]["id"]
    assert connect.scopes == params["scopes"]
    assert connect.bearer == params.get("auth", {}).get("token", "")
    assert msgspec.to_builtins(connect.client) == params["client"]


@pytest.mark.parametrize(
    ("lowest", "highest", "chosen"),
    [(3, 3, 3), (4, 4, 4), (3, 4, 4), (1, 3, 3), (4, 9, 4), (1, 99, 4), (3, 5, 4)],
)
def test_any_range_that_touches_ours_is_accepted(lowest: int, highest: int, chosen: int) -> None:
    connect = decode_connect(KNOWN[0] | {"minProtocol": lowest, "maxProtocol": highest})
    assert negotiate_protocol(connect) == chosen


@pytest.mark.parametrize(("lowest", "highest"), [(7, 7), (1, 2), (5, 9), (4, 3)])
def test_other_ranges_are_a_mismatch_that_names_both_ends(lowest: int, highest: int) -> None:
    connect = decode_connect(KNOWN[0] | {"minProtocol": lowest, "maxProtocol": highest})
    with pytest.raises(ProtocolMismatchError) as raised:
        negotiate_protocol(connect)
    details = error_shape(raised.value).details
    assert details is not None
    assert details["code"] == "PROTOCOL_MISMATCH"
    assert (details["clientMinProtocol"], details["clientMaxProtocol"]) == (lowest, highest)
    assert (details["minimumProbeProtocol"], details["expectedProtocol"]) == (3, 4)


def test_fields_of_a_later_release_are_tolerated() -> None:
    params = KNOWN[0] | {"modelCatalog": {"sessionKey": "main"}, "future": [1]}
    params["client"] = params["client"] | {"mood": "fine"}
    assert decode_connect(params).client.id == params["client"]["id"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client": {"id": "foo", "version": "1", "platform": "x", "mode": "cli"}}, "$.client.id"),
        ({"client": {"id": "cli", "version": "1", "platform": "x", "mode": "fly"}}, "$.client.mode"),
        ({"client": {"id": "cli", "platform": "x", "mode": "cli"}}, "version"),
        ({"client": None}, "$.client"),
        ({"minProtocol": "3"}, "$.minProtocol"),
        ({"minProtocol": 0}, "$.minProtocol"),
        ({"maxProtocol": 3.5}, "$.maxProtocol"),
        ({"scopes": "operator.read"}, "$.scopes"),
        ({"scopes": [1]}, "$.scopes[0]"),
        ({"scopes": ["s"] * 300}, "$.scopes"),
        ({"caps": [""]}, "$.caps[0]"),
        ({"commands": {}}, "$.commands"),
        ({"role": 1}, "$.role"),
        ({"auth": {"token": 1}}, "$.auth.token"),
        ({"auth": {"token": "t" * 10_000}}, "$.auth.token"),
        ({"device": {}}, "$.device"),
        ({"device": {"id": "x", "publicKey": "x", "signature": "x", "signedAt": "now"}}, "$.device.signedAt"),
        ({"permissions": {"a": "yes"}}, "$.permissions"),
    ],
)
def test_wrong_fields_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParamsError, match=r"^invalid connect params: ") as raised:
        decode_connect(KNOWN[0] | change)
    assert words in str(raised.value)


def test_roles_are_two() -> None:
    assert get_role(decode_connect(KNOWN[0] | {"role": "node"})) is Role.NODE
    without = {k: v for k, v in KNOWN[0].items() if k != "role"}
    assert get_role(decode_connect(without)) is Role.OPERATOR
    with pytest.raises(InvalidRoleError, match=r"^invalid role$"):
        get_role(decode_connect(KNOWN[0] | {"role": "root"}))


# ── Device proof ──────────────────────────────────────────────────────────────────────────────────────────


def with_device(name: str, versions: set[str]) -> list[dict[str, Any]]:
    """Recorded proofs of the releases; those of the recording script were wrong on purpose now and then."""
    return [
        p for p in recorded(name) if "nonce" in p.get("device", {}) and p["client"]["version"] in versions
    ]


REAL = [*with_device(OLD, {"dev", "2026.2.3-1"}), *with_device(NEW, {"2026.9.6"})]


@pytest.mark.parametrize("params", REAL, ids=lambda p: p["client"]["version"])
def test_signatures_of_real_clients_hold(params: dict[str, Any]) -> None:
    connect = decode_connect(params)
    assert connect.device is not None
    assert connect.device.nonce is not None
    nonce, now = connect.device.nonce, connect.device.signed_at
    check_device_proof(connect, nonce=nonce, now_ms=now)
    check_device_proof(connect, nonce=nonce, now_ms=now + CLOCK_SKEW_MS)


NOW = 1_795_194_746_000
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()


def signed(*, version: int = 3, **changes: Any) -> ConnectParams:
    connect = decode_connect(
        {
            "minProtocol": 3,
            "maxProtocol": 4,
            "client": {
                "id": "node-host",
                "version": "1",
                "platform": " Linux ",
                "mode": "node",
                "deviceFamily": "LiNUX",
            },
            "role": "node",
            "auth": {"token": "t"},
        }
    )
    fields: dict[str, Any] = {
        "id": node_id_of(PUBLIC),
        "public_key": encode_base64url(PUBLIC),
        "signed_at": NOW,
        "nonce": "n",
    }
    fields |= {k: v for k, v in changes.items() if k != "signature"}
    device = DeviceIdentity(signature="", **fields)
    claims = claims_of(connect, device, nonce=device.nonce or "")
    text = connect_text_v3(claims) if version == 3 else connect_text_v2(claims)
    signature = changes.get("signature", encode_base64url(KEY.sign(text.encode())))
    connect.device = msgspec.structs.replace(device, signature=signature)
    return connect


@pytest.mark.parametrize("version", [2, 3])
def test_both_signature_versions_are_accepted(version: int) -> None:
    check_device_proof(signed(version=version), nonce="n", now_ms=NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"public_key": "AAAA"}, "device public key invalid"),
        ({"public_key": "*" * 43}, "device public key invalid"),
        ({"id": "0" * 64}, "device identity mismatch"),
        ({"signed_at": NOW - CLOCK_SKEW_MS - 1}, "device signature expired"),
        ({"signed_at": NOW + CLOCK_SKEW_MS + 1}, "device signature expired"),
        ({"nonce": None}, "device nonce required"),
        ({"nonce": ""}, "device nonce required"),
        ({"nonce": "other"}, "device nonce mismatch"),
        ({"nonce": "nönce"}, "device nonce mismatch"),
        ({"signature": encode_base64url(KEY.sign(b"something else"))}, "device signature invalid"),
        ({"signature": "not base64!"}, "device signature invalid"),
        ({"signature": "AAAA"}, "device signature invalid"),
    ],
)
def test_each_failure_of_the_proof_has_its_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(DeviceProofError, match=f"^{reason}$") as raised:
        check_device_proof(signed(**changes), nonce="n", now_ms=NOW)
    details = error_shape(raised.value).details
    assert details is not None
    assert details["code"] == DEVICE_PROOF_NAMES[reason]


@pytest.mark.parametrize("field", ["role", "scopes", "auth"])
def test_what_was_signed_cannot_be_changed(field: str) -> None:
    connect = signed()
    match field:
        case "role":
            connect.role = "operator"
        case "scopes":
            connect.scopes = ["operator.admin"]
        case _:
            assert connect.auth is not None
            connect.auth.token = "another"
    with pytest.raises(DeviceProofError, match="device signature invalid"):
        check_device_proof(connect, nonce="n", now_ms=NOW)


def test_without_a_device_there_is_nothing_to_prove() -> None:
    check_device_proof(decode_connect(KNOWN[0] | {"device": None}), nonce="n", now_ms=NOW)


# ── hello-ok ──────────────────────────────────────────────────────────────────────────────────────────────


def greeting() -> Greeting:
    return Greeting(
        version="1.0",
        boot_id="boot",
        connection_id="conn",
        methods=["health"],
        events=["tick"],
        capabilities=["published-model-catalog"],
        role=Role.OPERATOR,
        scopes=("operator.read",),
        presence=[PresenceEntry(mode="ui", reason="connect", text="x", ts=1)],
        health={"ok": True},
        state_version=StateVersion(presence=1, health=0),
        uptime_ms=5,
        max_payload=8,
        max_buffered_bytes=4,
        tick_interval_ms=30_000,
    )


def test_hello_for_release_3_has_just_its_fields() -> None:
    hello = json.loads(msgspec.json.encode(hello_ok(greeting(), 3)))
    assert set(hello) == {"type", "protocol", "server", "features", "snapshot", "policy"}
    assert (hello["type"], hello["protocol"]) == ("hello-ok", 3)
    assert hello["server"] == {"version": "1.0", "connId": "conn"}
    assert hello["features"] == {"methods": ["health"], "events": ["tick"]}
    assert set(hello["snapshot"]) == {"presence", "health", "stateVersion", "uptimeMs", "sessionDefaults"}
    assert set(hello["snapshot"]["sessionDefaults"]) == {
        "defaultAgentId",
        "mainKey",
        "mainSessionKey",
        "scope",
    }
    assert hello["policy"] == {"maxPayload": 8, "maxBufferedBytes": 4, "tickIntervalMs": 30_000}


def test_hello_for_release_4_tells_what_was_granted() -> None:
    hello = json.loads(msgspec.json.encode(hello_ok(greeting(), 4)))
    assert hello["protocol"] == 4
    assert hello["auth"] == {"role": "operator", "scopes": ["operator.read"]}
    assert hello["server"]["bootId"] == "boot"
    assert hello["features"]["capabilities"] == ["published-model-catalog"]
    assert hello["snapshot"]["presence"] == [{"mode": "ui", "reason": "connect", "text": "x", "ts": 1}]
