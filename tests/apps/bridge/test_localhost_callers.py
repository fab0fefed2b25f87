"""Who may call: rows 1 to 5 of the localhost security list, against the real server on a real socket."""

import asyncio
import socket

import pytest

from openclaw.apps.bridge.errors import PortTakenError
from openclaw.apps.bridge.localhost.server import LocalServer
from openclaw.protocol.device import decode_public_key, health_proof_text, node_id_of, verify_signature
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.localhost_application import OkApplication
from tests.apps.bridge.raw_http import exchange, post, request

APP = "https://app.example"
HEALTH = ["/healthz", "/v1/healthz", "/bridge/health"]
PATHS = [*HEALTH, "/link/redeem", "/v1/link/redeem", "/local/status", "/rpc"]


# ── 1: loopback only, the port is not shared ────────────────────────────────────────────────────────────────────────


async def test_row_1_listens_on_127_0_0_1_only(bridge: RunningBridge) -> None:
    for address in ("127.0.0.2", "::1"):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address, bridge.port)


async def test_row_1_a_taken_port_is_refused(bridge: RunningBridge) -> None:
    with pytest.raises(PortTakenError):
        await LocalServer(OkApplication()).start(bridge.port)


async def test_row_1_nobody_can_join_the_port(bridge: RunningBridge) -> None:
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            thief.bind(("127.0.0.1", bridge.port))


async def test_row_1_the_page_can_tell_its_machine_from_another_program(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    challenge = "c" * 32
    answer = await request(bridge.port, "GET", f"/healthz?challenge={challenge}", {"Origin": APP})
    public_key = decode_public_key(answer.body["publicKey"])
    assert node_id_of(public_key) == answer.body["nodeId"]
    text = health_proof_text(origin=APP, challenge=challenge)
    assert verify_signature(public_key=public_key, signature=answer.body["proof"], text=text)
    elsewhere = health_proof_text(origin=control_plane.url, challenge=challenge)
    assert not verify_signature(public_key=public_key, signature=answer.body["proof"], text=elsewhere)


# ── 2: the Host header ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
async def test_row_2_a_rebound_name_is_refused_everywhere(
    bridge: RunningBridge, method: str, path: str
) -> None:
    host = f"evil.example:{bridge.port}"
    answer = await request(bridge.port, method, path, {"Origin": f"http://{host}"}, host=host)
    assert (answer.status, answer.code) == (421, "bridge.wrong_host")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "[::1]:{port}",
        "127.0.0.1:{port}.evil.example",
        "0.0.0.0:{port}",
        "",
    ],
)
async def test_row_2_only_its_own_address_counts(bridge: RunningBridge, host: str) -> None:
    data = f"GET /healthz HTTP/1.1\r\nHost: {host.format(port=bridge.port)}\r\n\r\n".encode()
    assert (await exchange(bridge.port, data)).status == 421


async def test_row_2_missing_and_double_hosts_are_refused(bridge: RunningBridge) -> None:
    own = f"Host: 127.0.0.1:{bridge.port}\r\n"
    for head in ("", own + own, own + "Host: evil.example\r\n"):
        answer = await exchange(bridge.port, f"GET /healthz HTTP/1.1\r\n{head}\r\n".encode())
        assert (answer.status, answer.code) == (421, "bridge.wrong_host")
    answer = await exchange(bridge.port, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert answer.status == 421


async def test_row_2_letter_case_does_not_count(bridge: RunningBridge) -> None:
    answer = await request(bridge.port, "GET", "/healthz", host=f"LOCALHOST:{bridge.port}")
    assert answer.status == 200


# ── 3: the Origin ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://app.example.evil.example",
        "https://app.example:8443",
        "http://app.example",
        "https://app.example/",
        "https://APP.example",
        "https://evil.example,https://app.example",
        "",
    ],
)
async def test_row_3_a_foreign_origin_is_refused_by_the_server(
    bridge: RunningBridge, path: str, origin: str
) -> None:
    answer = await request(bridge.port, "GET", path, {"Origin": origin})
    assert (answer.status, answer.code) == (403, "bridge.origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert "nodeId" not in answer.body


async def test_row_3_two_origins_are_refused(bridge: RunningBridge) -> None:
    head = f"Host: 127.0.0.1:{bridge.port}\r\nOrigin: {APP}\r\nOrigin: {APP}\r\n"
    answer = await exchange(bridge.port, f"GET /healthz HTTP/1.1\r\n{head}\r\n".encode())
    assert answer.status == 403


async def test_row_3_even_the_owners_token_does_not_help_a_foreign_page(bridge: RunningBridge) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": f"Bearer {bridge.token}"}
    assert (await request(bridge.port, "GET", "/local/status", headers)).status == 403


async def test_row_3_the_servers_origin_and_its_loopback_twin_are_allowed(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    for origin in (control_plane.url, f"http://localhost:{control_plane.port}", APP):
        answer = await request(bridge.port, "GET", "/healthz", {"Origin": origin})
        assert answer.status == 200
        assert answer.body["runtimeReady"] is False  # nothing has been started
        assert answer.body["linked"] is False
        assert answer.body["connected"] is False


# ── 4: no Origin ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", HEALTH)
async def test_row_4_a_program_without_the_token_sees_that_it_runs_and_no_more(
    bridge: RunningBridge, path: str
) -> None:
    answer = await request(bridge.port, "GET", path)
    assert answer.status == 200
    assert set(answer.body) == {"ok", "version"}


async def test_row_4_a_program_with_the_token_sees_all(bridge: RunningBridge) -> None:
    headers = {"Authorization": f"Bearer {bridge.token}"}
    assert (await request(bridge.port, "GET", "/healthz", headers)).body["linked"] is False
    status = await request(bridge.port, "GET", "/local/status", headers)
    assert status.body["policy"]["ok"] is True


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer ", "Basic {token}", "{token}"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/local/status"), ("POST", "/local/link"), ("POST", "/link/redeem")]
)
async def test_row_4_without_the_token_a_program_gets_nothing(
    bridge: RunningBridge, authorization: str | None, method: str, path: str
) -> None:
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization.format(token=bridge.token)
    answer = await request(bridge.port, method, path, headers, b"{}" if method == "POST" else b"")
    assert (answer.status, answer.code) == (401, "bridge.token_needed")


async def test_row_4_local_control_is_closed_to_pages(bridge: RunningBridge) -> None:
    headers = {"Origin": APP, "Authorization": f"Bearer {bridge.token}"}
    answer = await request(bridge.port, "GET", "/local/status", headers)
    assert (answer.status, answer.code) == (403, "bridge.owner_only")


async def test_row_4_the_token_does_not_replace_the_page_in_a_redeem(bridge: RunningBridge) -> None:
    body = {"challengeId": "chal_1", "code": "123456", "appUrl": APP}
    answer = await post(bridge.port, "/link/redeem", body, Authorization=f"Bearer {bridge.token}")
    assert answer.status == 403


# ── 5: fetch metadata ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "metadata",
    [
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "websocket", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
        {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": "AAAA",
            "Sec-WebSocket-Version": "13",
        },
    ],
)
async def test_row_5_navigations_and_no_cors_requests_are_refused(
    bridge: RunningBridge, metadata: dict[str, str]
) -> None:
    for headers in (metadata, {"Origin": APP, **metadata}):
        answer = await request(bridge.port, "GET", "/healthz", headers)
        assert (answer.status, answer.code) == (403, "bridge.not_a_cors_request")


async def test_row_5_a_scripts_request_is_let_in(bridge: RunningBridge) -> None:
    headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "cross-site"}
    assert (await request(bridge.port, "GET", "/healthz", {"Origin": APP, **headers})).status == 200


async def test_row_5_the_form_attack_of_an_allowed_page_changes_nothing(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    headers = {
        "Origin": control_plane.url,
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Content-Type": "text/plain",
    }
    body = b'{"challengeId":"x","code":"123456","z":"="}\r\n'
    assert (await request(bridge.port, "POST", "/link/redeem", headers, body)).status == 403
    assert control_plane.paths == []


# ── 7 after 5 and 6: a token's value is looked at last ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "bridge.not_json"),
        ({"Content-Type": "text/plain", "Sec-Fetch-Mode": "no-cors"}, 403, "bridge.not_a_cors_request"),
        ({"Content-Type": "application/json"}, 401, None),
    ],
)
async def test_row_7_a_wrong_token_is_told_last(
    bridge: RunningBridge, more: dict[str, str], status: int, code: str | None
) -> None:
    for origin, whose in (({"Origin": APP}, "bridge.page_token_needed"), ({}, "bridge.token_needed")):
        headers = {**origin, "Authorization": "Bearer wrong", **more}
        answer = await request(bridge.port, "POST", "/link/redeem", headers, b"{}")
        assert (answer.status, answer.code) == (status, code or whose)
