"""What may be asked: rows 6 to 14 of the localhost security list, against the real server on a real socket.

Rows 7, 10, 11 and 12 for reads of the runtime are in test_localhost_rpc.py.
"""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from openclaw.apps.bridge.localhost.server import LocalServer
from openclaw.apps.bridge.state import StateFolder
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.localhost_application import OkApplication
from tests.apps.bridge.raw_http import exchange, post, request, request_bytes

APP = "https://app.example"


# ── 6: JSON, and nothing else ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "text/json",
        None,
    ],
)
async def test_row_6_a_post_is_declared_as_json(bridge: RunningBridge, content_type: str | None) -> None:
    headers = {"Origin": APP} | ({"Content-Type": content_type} if content_type else {})
    answer = await request(bridge.port, "POST", "/link/redeem", headers, b"{}")
    assert (answer.status, answer.code) == (415, "bridge.not_json")


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"1","code":"2"}',
        b'{"a":{"b":1,"b":2}}',
        b"[]",
        b'"text"',
        b"null",
        b"",
        b"{",
        b'{"code": NaN}',
        b'{"code": "\xff"}',
        b'{"code": 123456}',
        b'{"code":"123456","challengeId":"c","appUrl":"u","extra":1}',
        b'{"a":' * 100_000,
        b"9" * 5000,
    ],
)
async def test_row_6_only_one_plain_object_is_read(bridge: RunningBridge, body: bytes) -> None:
    headers = {"Origin": APP, "Content-Type": "application/json; charset=utf-8"}
    answer = await request(bridge.port, "POST", "/link/redeem", headers, body)
    assert (answer.status, answer.code) == (400, "bridge.bad_request")


async def test_row_6_a_large_body_is_refused_declared_or_not(bridge: RunningBridge) -> None:
    headers = {"Origin": APP, "Content-Type": "application/json"}
    big = b" " * (1_048_576 + 1)
    answer = await request(bridge.port, "POST", "/link/redeem", headers, big)
    assert (answer.status, answer.code) == (413, "bridge.body_too_large")
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(big), big)
    answer = await request(
        bridge.port, "POST", "/link/redeem", {**headers, "Transfer-Encoding": "chunked"}, chunked
    )
    assert (answer.status, answer.code) == (413, "bridge.body_too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "2", "Transfer-Encoding": "chunked"},
        {"Content-Length": "2", "Transfer-Encoding": "identity"},
        {"Content-Length": "+2"},
        {"Content-Length": "2, 3"},
    ],
)
async def test_row_6_ambiguous_lengths_are_refused(bridge: RunningBridge, headers: dict[str, str]) -> None:
    sent = {"Origin": APP, "Content-Type": "application/json", **headers}
    answer = await request(bridge.port, "POST", "/link/redeem", sent, b"{}")
    assert answer.status in {400, 501}
    assert answer.code == "bridge.bad_request"


async def test_row_6_options_and_get_do_nothing(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    query = f"/link/redeem?challengeId={control_plane.challenge_id}&code=123456"
    assert (await request(bridge.port, "OPTIONS", query, {"Origin": control_plane.url})).status == 204
    got = await request(bridge.port, "GET", query, {"Origin": control_plane.url})
    assert (got.status, got.code) == (405, "bridge.method_not_allowed")
    overriding = {"Origin": control_plane.url, "X-HTTP-Method-Override": "POST"}
    assert (await request(bridge.port, "GET", query, overriding)).status == 405
    assert control_plane.paths == []


async def test_row_6_half_characters_are_refused(bridge: RunningBridge) -> None:
    token = {"Authorization": f"Bearer {bridge.token}"}
    for field in ("server", "name", "code"):
        answer = await post(bridge.port, "/local/link", {"code": "123456", field: "\ud800"}, **token)
        assert (answer.status, answer.code) == (400, "bridge.bad_request")


async def test_row_6_a_query_of_many_fields_is_refused(bridge: RunningBridge) -> None:
    for query, status in (("a=1" + "&a=1" * 7, 200), ("a=1" + "&a=1" * 8, 400)):
        answer = await request(bridge.port, "GET", f"/healthz?{query}", {"Origin": APP})
        assert answer.status == status
    assert answer.code == "bridge.bad_request"


# ── 7: no cookies, no credentials ───────────────────────────────────────────────────────────────────────────────────


async def test_row_7_cookies_are_neither_set_nor_read(bridge: RunningBridge) -> None:
    answer = await request(bridge.port, "GET", "/healthz", {"Origin": APP})
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers
    cookie = {"Cookie": f"token={bridge.token}; authorization=Bearer {bridge.token}"}
    assert (await request(bridge.port, "GET", "/local/status", cookie)).status == 401


async def test_row_7_the_token_has_256_bits(bridge: RunningBridge) -> None:
    assert len(bridge.token) >= 43


# ── 8: CORS and standing headers ────────────────────────────────────────────────────────────────────────────────────


async def test_row_8_cors_echoes_the_one_origin_on_errors_too(bridge: RunningBridge) -> None:
    for path in ("/healthz", "/nowhere"):
        answer = await request(bridge.port, "GET", path, {"Origin": APP})
        assert answer.headers["access-control-allow-origin"] == APP
        assert answer.headers["vary"] == "Origin"


async def test_row_8_every_answer_has_the_standing_headers(bridge: RunningBridge) -> None:
    for data in (
        request_bytes(bridge.port, "GET", "/healthz"),
        request_bytes(bridge.port, "GET", "/nowhere", {"Origin": APP}),
        b"nonsense\r\n\r\n",
    ):
        headers = (await exchange(bridge.port, data)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers


async def test_row_8_a_preflight_is_answered_for_an_allowed_page(bridge: RunningBridge) -> None:
    asked = {
        "Origin": APP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = await request(bridge.port, "OPTIONS", "/link/redeem", asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-methods"] == "GET, POST"
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
    assert int(answer.headers["access-control-max-age"]) <= 600
    assert answer.headers["access-control-allow-private-network"] == "true"
    foreign = await request(
        bridge.port, "OPTIONS", "/link/redeem", asked | {"Origin": "https://evil.example"}
    )
    assert foreign.status == 403
    assert not [name for name in foreign.headers if name.startswith("access-control")]


# ── 9 (redeem) is in test_link.py; 11 (commands) in test_localhost_rpc.py ─────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/rpc/", "/v2/rpc", "/", "/healthz/", "/healthz%00", "//healthz"])
async def test_row_11_other_paths_are_not_there(bridge: RunningBridge, path: str) -> None:
    answer = await request(bridge.port, "GET", path, {"Origin": APP})
    assert (answer.status, answer.code) == (404, "bridge.no_such_path")
    posted = await post(bridge.port, path, {"id": "1", "type": "get_state"}, origin=APP)
    assert posted.status == 404


# ── 13: robustness ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_row_13_a_large_head_is_refused(bridge: RunningBridge) -> None:
    answer = await request(bridge.port, "GET", "/healthz", {"X-Padding": "a" * 20_000})
    assert (answer.status, answer.code) == (431, "bridge.headers_too_large")


async def test_row_13_a_slow_head_and_a_slow_body_end() -> None:
    server = LocalServer(OkApplication(), read_seconds=0.05)
    port = await server.start(0)
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    for data in (b"GET / HT", head.encode(), f"{head}Content-Length: 9\r\n\r\nab".encode()):
        answer = await exchange(port, data)
        assert (answer.status, answer.code) == (408, "bridge.request_timeout")
    await server.close()


async def test_row_13_the_thirty_third_connection_is_turned_away(bridge: RunningBridge) -> None:
    held = [await asyncio.open_connection("127.0.0.1", bridge.port) for _ in range(32)]
    answer = await request(bridge.port, "GET", "/healthz")
    assert (answer.status, answer.code) == (503, "bridge.busy")
    for _, writer in held:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_row_13_nonsense_gets_a_problem_and_the_bridge_lives(
    bridge: RunningBridge, data: bytes
) -> None:
    answer = await exchange(bridge.port, data)
    assert answer.status in {400, 421}
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await request(bridge.port, "GET", "/healthz")).status == 200


async def test_row_13_one_request_per_connection(bridge: RunningBridge) -> None:
    one = request_bytes(bridge.port, "GET", "/healthz")
    answer = await exchange(bridge.port, one + one)
    assert json.loads(answer.content)["ok"] is True  # a single JSON value: the second was not answered


# ── 14: files and logs ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_row_14_the_folder_and_its_files_are_the_owners_alone(bridge: RunningBridge) -> None:
    assert stat.S_IMODE(bridge.folder.path.stat().st_mode) == 0o700
    for path in bridge.folder.path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_row_14_an_open_folder_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.mkdir(mode=0o777)
    path.chmod(0o777)
    StateFolder(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


async def test_row_14_logs_hold_no_codes_and_no_tokens(
    bridge: RunningBridge, control_plane: ControlPlanePeer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    assert (await post(bridge.port, "/link/redeem", body, origin=control_plane.url)).status == 200
    written = caplog.text
    assert "123456" not in written
    assert "access-1" not in written
    assert bridge.token not in written


async def test_answers_speak_the_readers_language(bridge: RunningBridge) -> None:
    answer = await request(
        bridge.port, "GET", "/nowhere", {"Origin": APP, "Accept-Language": "zh-CN,zh;q=0.9"}
    )
    assert answer.body["detail"] == "bridge 没有此路径。"
