"""What every route has: versions, headers, health, metrics, and errors that are declared."""

import re
from pathlib import Path
from typing import Any

import pytest

from openclaw.infra.blobs import open_blobs
from openclaw.infra.health import check_health
from openclaw.infra.web.errors import _HTTP_CODES
from openclaw.kit.errors import UnavailableError, registered_errors
from tests.support.accounts import refused, register
from tests.support.routes import operations
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSIONS = (
    ("/api/v2", "*/*", False),
    ("/api", "*/*", False),
    ("/api/v1", "*/*", True),
    ("/api", "application/vnd.openclaw.v1+json", True),
    ("/api", "application/vnd.openclaw.v2+json", False),
    ("/api", "application/json; version=1", True),
    ("/api", "application/json;version=v2", False),
    ("/api/v2", "application/vnd.openclaw.v1+json", False),
    ("/api", "text/html, application/json;q=0.9", False),
)
NO_VERSIONS = (
    ("/api/v3", "*/*"),
    ("/api/v99", "*/*"),
    ("/api", "application/vnd.openclaw.v3+json"),
    ("/api", "application/json; version=7"),
)


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


async def test_every_version_is_the_same_api(server: Server) -> None:
    ann = await register(server)
    for base, accept, is_deprecated in VERSIONS:
        client = server.client(base=base, headers={"Authorization": f"Bearer {ann.token}", "Accept": accept})
        response = await client.get("/users/me")
        assert response.json()["user"]["id"] == ann.id
        assert (response.headers.get("x-api-deprecated") == "true") is is_deprecated, (base, accept)
        assert ("sunset" in response.headers) is is_deprecated
        assert response.headers.get("sunset") == response.headers.get("x-api-sunset")
        assert (await client.post("/conversations", json={})).status_code == 201


async def test_a_version_that_never_was_is_not_acceptable(server: Server) -> None:
    for base, accept in NO_VERSIONS:
        response = await server.client(base=base).get("/users/me", headers={"Accept": accept})
        assert refused(response) == (406, "request.unsupported_version")
        assert response.json()["data"] == {"supported": ["v1", "v2"]}


async def test_every_answer_is_guarded(server: Server) -> None:
    ann = await register(server)
    page = await server.client(base="").get("/")
    answer = await ann.api.get("/users/me")
    problem = await server.client().get("/users/me")
    too_large = await ann.api.post("/conversations", content=b" " * 3_000_000)
    for response in (page, answer, problem, too_large, await server.client(base="/api/v9").get("/x")):
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "loopback-network=(self)" in headers["permissions-policy"]
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert len(headers["x-request-id"]) == 32
    assert {r.headers["cache-control"] for r in (answer, problem, too_large)} == {"no-store"}
    assert problem.headers["www-authenticate"] == "Bearer"
    assert problem.json()["requestId"] == problem.headers["x-request-id"]


async def test_health_says_which_part_is_ill(server: Server) -> None:
    client = server.client(base="")
    assert (await client.get("/healthz")).json()["ok"] is True
    for path in ("/readyz", "/api/v2/health", "/api/health"):
        response = await client.get(path)
        assert response.status_code == 200
        body = response.json()
        assert body["status"] == "healthy"
        assert {name: check["status"] for name, check in body["checks"].items()} == {
            "database": "healthy",
            "bus": "healthy",
            "storage": "healthy",
        }


async def test_what_is_optional_only_degrades(server: Server, tmp_path: Path) -> None:
    async def well() -> None:
        return None

    async def ill() -> None:
        raise UnavailableError(part="it")

    clock = server.clock
    for required, optional, expected in (
        ({"a": well}, {"b": well}, "healthy"),
        ({"a": well}, {"b": ill}, "degraded"),
        ({"a": ill}, {"b": well}, "unhealthy"),
        ({"a": ill}, {"b": ill}, "unhealthy"),
    ):
        health = await check_health(clock, required=required, optional=optional)
        assert health.status == expected
    assert health.checks["b"]["error"] == "it is not available right now. Try again in a moment."
    broken = open_blobs(None, tmp_path / "home")
    (tmp_path / "home" / "blobs" / "health").write_text("in the way")
    health = await check_health(clock, required={}, optional={"storage": broken.ping})
    assert health.status == "degraded"


async def test_metrics_count_by_route_and_not_by_id(server: Server) -> None:
    ann = await register(server)
    created = await ann.post("/conversations", {})
    await ann.get(f"/conversations/{created['id']}")
    response = await server.client(base="").get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "openclaw_http_requests_total{" in response.text
    assert "/conversations/{conversation_id}" in response.text
    assert created["id"] not in response.text
    for name in (
        "openclaw_http_request_seconds_bucket",
        "openclaw_gateway_connections",
        "openclaw_runs_total",
    ):
        assert name in response.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"title": "a", "title": "b"}', "a field is given twice"),
        (b'{"title": NaN}', "NaN is not JSON"),
        (b'{"title": "\xff"}', "can't decode byte 0xff"),
        (b'{"title": ', "line 1 column"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
async def test_a_malformed_body_is_told_what_is_wrong(server: Server, content: bytes, reason: str) -> None:
    ann = await register(server)
    headers = {"Content-Type": "application/json"}
    response = await ann.api.post("/conversations", content=content, headers=headers)
    assert refused(response) == (400, "request.malformed")
    assert reason in response.json()["data"]["reason"]
    assert response.json()["title"].startswith("The body is not JSON")
    response = await ann.api.post(
        "/conversations", content=content, headers=headers | {"Accept-Language": "zh"}
    )
    assert response.json()["title"].startswith("请求体不是含义唯一的 JSON：")


def document(server: Server) -> dict[str, Any]:
    return server.app.openapi()


async def test_the_description_declares_every_error_as_a_problem(server: Server) -> None:
    codes = {*registered_errors(), *_HTTP_CODES.values(), "request.foreign_host"}
    for path, methods in document(server)["paths"].items():
        for method, operation in methods.items():
            assert operation.get("operationId"), f"{method} {path}"
            refusals = {s: r for s, r in operation["responses"].items() if int(s) >= 400}
            assert {"422", "429", "503"} <= set(refusals), f"{method} {path}"
            assert ("400" in refusals) is ("requestBody" in operation), f"{method} {path}"
            for status, response in refusals.items():
                assert "application/problem+json" in response["content"], f"{method} {path} {status}"
                named = re.findall(r"\b[a-z]+\.[a-z_]+\b", response["description"])
                assert set(named) <= codes, f"{method} {path} {status}"
                assert named or status == "500", f"{method} {path} {status}"
    names = [o["operationId"] for methods in document(server)["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))


async def test_what_needs_an_account_declares_it(server: Server) -> None:
    described = document(server)["paths"]
    for operation in operations(server.app):
        declared = described.get(operation.path, {}).get(operation.method.lower())
        if declared is None or "401" in declared["responses"]:
            continue
        response = await server.client(base="").request(
            operation.method, operation.path.replace("{", "").replace("}", "")
        )
        assert response.status_code != 401, f"{operation} answers 401 and does not say so"
