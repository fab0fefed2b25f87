"""Addresses, queries, headers and codes that are none, on every route: a clear refusal, and nothing changes."""

import httpx2
import pytest

from tests.malformed.cases import Cases, Target, all_operations, broken_ids
from tests.support.accounts import refused
from tests.support.routes import Operation
from tests.support.server import ORIGIN
from tests.tenancy.estate import PREFIX_OF

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_ids_that_are_none(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    for operation in all_operations(target):
        for parameter in operation.params:
            for broken in broken_ids(PREFIX_OF[parameter]):
                await cases.send(operation, f"{parameter}={broken[:60]}", values={parameter: broken})
    cases.settle(at_least=500)


async def test_queries_that_are_none(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    broken = {
        "limit": ("0", "-1", "201", "x", "1.5", "1e3", "9" * 400, "", "%00", "true", "%EF%BC%91%EF%BC%91x"),
        "cursor": (
            "x",
            "%00",
            "!!!!",
            "w6k",
            "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
            "a" * 1000,
            "%ff",
            "MQ==MQ",
            "LQ",
            "8J-YgA",
        ),
        "archived": ("x", "2", "%00", "null", ""),
        "enabled": ("x", "2", "%00", "null", ""),
        "unread": ("x", "2", "%00", "null", ""),
        "state": ("x", "", "%00", "PENDING"),
        "format": ("x", "", "%00", "pdf", "../json"),
        "q": ("a" * 201, "%00", "a%00b"),
        "status": ("x", "", "%00", "DRAFT"),
        "madeBy": ("x", "", "%00", "ME"),
        "workflow": ("x", "", "%00", f"wrun_{'0' * 32}"),
        "task": ("x", "", "%00", f"trun_{'0' * 32}"),
        "automation": ("x", "", "%00", f"arun_{'0' * 32}"),
        "open": ("x", "2", "%00", "null", ""),
        "name": ("", "-b", "%00", "a" * 65, "1a"),
        "plugin": ("", "A", "%00", "a" * 51, "a--b"),
        "category": ("", "A", "%00", "a" * 51, "a b"),
        "source": ("x", "", "%00", "PUBLIC"),
        "visibility": ("x", "", "%00", "builtin"),
        "title": ("", "%00", "a" * 201),
        "filename": ("", "%00", "a" * 401),
        "note": ("%00", "a" * 501),
        "path": ("%00", "a" * 401),
        "tag": ("", "%00", "a" * 51),
        "call": ("x", "", "%00"),
        "timeZone": ("x", "", "%00", "../etc/passwd", "a" * 65),
    }
    times = ("x", "", "%00", "2026-11-21", "2026-11-21T05:00:00", "2026-13-01T00:00:00Z", "9" * 400)
    broken |= dict.fromkeys(("since", "until"), times)
    broken |= dict.fromkeys(("kind", "can", "sort"), ("x", "", "%00", "SITE"))
    broken |= dict.fromkeys(
        ("finished", "live", "thumbnail", "includeRevoked"), ("x", "2", "%00", "null", "")
    )
    origins = ("systemId", "branch", "snapshot", "taskRunId", "run", "workflowRun", "device")
    broken |= dict.fromkeys(origins, ("", "%00", "a b", "a" * 101))
    broken["offers"] = ("%00",)
    broken["count"] = ("0", "-1", "x", "1.5", "9" * 400, "", "%00", "true")
    numbers = ("rating", "version", "before", "after", "wait", "steps")
    broken |= dict.fromkeys(numbers, ("-1", "x", "1.5", "9" * 400, "", "%00", "true"))
    for operation in all_operations(target):
        assert set(operation.query) <= set(broken), (
            f"{operation}: say which values are wrong for {operation.query}"
        )
        for name in operation.query:
            for value in broken[name]:
                await cases.send(operation, f"{name}={value[:60]}", query=f"?{name}={value}")
    cases.settle(at_least=60)


async def test_headers_that_are_none(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    digits = "0" * 32
    for operation in all_operations(target):
        if "workspace_id" in operation.params or not _needs_account(operation):
            continue
        for value in (
            "x",
            "ws_",
            f"ws_{digits}",
            f"conv_{digits}",
            "ws_" + "0" * 9_000,
            "é".encode("latin-1"),
            b"\xff",
            "..",
        ):
            await cases.send(operation, f"workspace {value[:40]!r}", headers={"X-Workspace-Id": value})
        for value in ("Bearer", "Bearer x y", "bearer \xff", "Bearer " + "x" * 9_000, "Digest a=b", "x"):
            await cases.send(
                operation, f"authorization {value[:40]!r}", headers={"Authorization": value.encode("latin-1")}
            )
    cases.settle(at_least=300)


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999", "0x10", "", " ", "１"])
async def test_lengths_that_are_none(target: Target, unchanged: None, length: str) -> None:
    operation = next(o for o in all_operations(target) if str(o) == "POST /api/v2/conversations")
    headers = {"Content-Length": length.encode()}
    assert refused(await target.send(operation, headers=headers)) == (413, "request.too_large")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v2/nothing", (404, "request.no_such_route")),
        ("GET", "/api/v2/", (404, "request.no_such_route")),
        ("GET", "/api", (404, "request.no_such_route")),
        ("GET", "/api/v2//devices", (404, "request.no_such_route")),
        ("GET", "/api/v2/devices/", (404, "request.no_such_route")),
        ("GET", "/api/v3/devices", (406, "request.unsupported_version")),
        ("GET", "/api/v0/devices", (406, "request.unsupported_version")),
        ("GET", "/api/v2/..%2f..%2fetc%2fpasswd", (404, "request.no_such_route")),
        ("GET", "/assets/..%2f..%2f..%2fapp.py", (404, "request.no_such_route")),
        ("GET", "/..%2fapp.py", (404, "request.no_such_route")),
        ("GET", "/%2e%2e/app.py", (404, "request.no_such_route")),
        ("GET", "/assets/%00.js", (404, "request.no_such_route")),
        ("GET", "/" + "a" * 5000 + ".js", (404, "request.no_such_route")),
        ("PUT", "/api/v2/devices", (404, "request.no_such_route")),
        ("TRACE", "/api/v2/devices", (404, "request.no_such_route")),
        ("OPTIONS", "/api/v2/devices", (404, "request.no_such_route")),
        ("FOO", "/api/v2/users/me", (404, "request.no_such_route")),
        ("POST", "/", (405, "request.method_not_allowed")),
        ("DELETE", "/index.html", (405, "request.method_not_allowed")),
    ],
)
async def test_paths_and_methods_that_are_none(
    target: Target, unchanged: None, method: str, path: str, expected: tuple[int, str]
) -> None:
    request = target.person.api.build_request(method, f"{ORIGIN}/")
    request.url = httpx2.URL(ORIGIN).copy_with(raw_path=path.encode())
    assert refused(await target.person.api.send(request)) == expected


@pytest.mark.parametrize(
    "code",
    [
        "",
        "12345",
        "1234567",
        "12345a",
        "１２３４５６",
        "123 456",
        " 123456 7",
        "-12345",
        "+12345",
        "1e5000",
        "٣٤٥٦٧٨",
        "12345\n",
        "000000\0",
    ],
)
async def test_challenge_codes_that_are_none(target: Target, unchanged: None, code: str) -> None:
    for challenge_id in (target.values["challenge_id"], None):
        body = target.machine.redeem_body(code, challenge_id)
        response = await target.machine.api.post("/bridge/redeem", json=body)
        assert refused(response) == (422, "request.invalid")


@pytest.mark.parametrize(
    "challenge_id", ["", "x", "chal_", "chal_" + "z" * 32, "../" * 20, "a" * 64, "\u202e", "chal_%00"]
)
async def test_challenges_that_are_none(target: Target, unchanged: None, challenge_id: str) -> None:
    response = await target.machine.redeem("123456", challenge_id)
    assert refused(response) in {(404, "devices.challenge_ended"), (401, "devices.bad_proof")}


def _needs_account(operation: Operation) -> bool:
    return not operation.path.startswith(
        (
            "/api/v2/auth/",
            "/api/v2/bridge/",
            "/api/v2/openapi",
            "/api/v2/health",
            "/api/v2/approvals/answer",
            "/api/v2/shared-system",
        )
    ) or (operation.path in ("/api/v2/auth/sessions", "/api/v2/auth/password", "/api/v2/bridge/public-link"))
