"""Requests that are wrong in every way, on every route: a clear refusal with a stable code, and nothing changes.

Routes come from the application, the wrong values from what each route declares.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from openclaw.infra.web.limits import MAX_BODY
from openclaw.kit import ids
from tests.support.accounts import Person, refused, register
from tests.support.database import Cluster
from tests.support.devices import Machine, link
from tests.support.routes import Operation, operations
from tests.support.server import ORIGIN, running_server
from tests.tenancy.estate import PREFIX_OF, PREFIXES

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Answers that a wrong request may get. A new code is a new promise to clients, so it is entered here by hand.
CODES = {
    400: {"request.malformed"},
    401: {
        "devices.bad_proof",
        "devices.session_revoked",
        "identity.invalid_credentials",
        "identity.not_signed_in",
        "identity.session_revoked",
    },
    404: {"devices.challenge_ended", "request.no_such_route", "workspaces.not_found"},
    405: {"request.method_not_allowed"},
    406: {"request.unsupported_version"},
    413: {"request.too_large"},
    422: {"request.invalid"},
}
SURROGATE = "\ud800"
DEEP = 100_000


@dataclass
class Target:
    """A signed-in person with one of everything that a route can name."""

    person: Person
    machine: Machine
    values: dict[str, str]

    async def send(self, operation: Operation, **parts: Any) -> httpx2.Response:
        """The operation as it should be, but for ``parts``."""
        return await self.person.api.send(self.request(operation, **parts))

    def request(
        self,
        operation: Operation,
        *,
        content: bytes | None = None,
        values: dict[str, str] | None = None,
        query: str = "",
        headers: dict[str, Any] | None = None,
    ) -> httpx2.Request:
        url = operation.url(self.values | (values or {}))
        sample = json.dumps(self.sample(operation)).encode() if operation.body else None
        body = sample if content is None else content
        common = {"Content-Type": "application/json"} if body is not None else {}
        request = self.person.api.build_request(
            operation.method, f"{ORIGIN}/", content=body, headers={**common, **(headers or {})}
        )
        # As raw bytes, so that the client does not mend what is meant to be broken.
        request.url = httpx2.URL(ORIGIN).copy_with(raw_path=f"{url}{query}".encode("latin-1"))
        return request

    def sample(self, operation: Operation) -> Any:
        return operation.sample(lambda prefix: self.values[PREFIXES[prefix]])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            person = await (await register(server)).create_workspace()
            machine = await link(person)
            values = {name: ids.to_wire(prefix, ids.new_id()) for prefix, name in PREFIXES.items()}
            values |= {
                "conversation_id": (await person.post("/conversations", {}))["id"],
                "device_id": machine.session["deviceId"],
                "user_id": person.id,
                "workspace_id": person.workspace["id"],
            }
            await server.settle()
            yield Target(person, machine, values)


def all_operations(target: Target) -> list[Operation]:
    return [
        o for o in operations(target.person.server.app) if o.path.startswith("/api/") and o.method != "HEAD"
    ]


async def everything(target: Target) -> dict[str, list[str]]:
    """Every row of the database, but for counted failures and other bookkeeping of refused requests."""
    async with target.person.server.owner() as owner:
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return {
            table: [row[0] for row in await owner.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")]
            for (table,) in tables
            if table != "login_failures"
        }


@pytest_asyncio.fixture(loop_scope="module")
async def unchanged(target: Target) -> AsyncIterator[None]:
    """Nothing of what a test asked for was done, and the server answers as before."""
    before = await everything(target)
    yield
    assert await everything(target) == before
    assert (await target.person.api.get("/users/me")).status_code == 200


def check(response: httpx2.Response, case: str) -> str | None:
    """What is wrong with the answer, if anything."""
    try:
        status, code = refused(response)
    except (AssertionError, ValueError) as error:
        return f"{case}: {response.status_code} {error}"
    if code not in CODES.get(status, set()):
        return f"{case}: {status} {code} {response.text[:200]}"
    return None


class Cases:
    """Sends one case after the other and keeps what was wrong."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.wrong: list[str] = []
        self.count = 0

    async def send(self, operation: Operation, case: str, **parts: Any) -> None:
        try:
            response = await self._target.send(operation, **parts)
        except Exception as error:  # noqa: BLE001  (a defect in the route: one among others to report)
            self.wrong.append(f"{operation} with {case}: {type(error).__name__}: {str(error)[:300]}")
        else:
            if (found := check(response, f"{operation} with {case}")) is not None:
                self.wrong.append(found)
        self.count += 1

    def settle(self, *, at_least: int) -> None:
        assert not self.wrong, f"{len(self.wrong)} of {self.count}:\n" + "\n".join(self.wrong)
        assert self.count >= at_least


def broken_bodies(body: Any) -> Iterator[tuple[str, bytes]]:
    """Bodies that are wrong whatever the route takes."""
    whole = json.dumps(body)
    for case, text in (
        ("nothing but space", " "),
        ("no JSON", "not json"),
        ("half of it", whole[: len(whole) // 2] or "{"),
        ("something after it", whole + "x"),
        ("a list", f"[{whole}]"),
        ("a text", '"text"'),
        ("a number", "1"),
        ("true", "true"),
        ("an infinite number", "Infinity"),
        ("not a number", '{"a": NaN}'),
        ("a number without end", '{"a": ' + "9" * 5_000 + "}"),
        ("lists 100,000 deep", "[" * DEEP + "]" * DEEP),
        ("objects 100,000 deep", '{"a":' * DEEP + "1" + "}" * DEEP),
        ("an unknown field", json.dumps({**body, "surprise": 1} if body else {"surprise": 1})),
        ("an unknown field named NUL", json.dumps({**body, "\0": 1})),
        ("an unknown field that is a lone surrogate", json.dumps({**body, SURROGATE: 1})),
        ("an unknown field with a long name", json.dumps({**body, "x" * 100_000: 1})),
        ("an unknown field with a prototype's name", json.dumps({**body, "__proto__": {"a": 1}})),
    ):
        yield case, text.encode()
    yield "invalid UTF-8", b'{"a": "\xff\xfe"}'
    yield "UTF-16", whole.encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + whole.encode()
    yield "only NUL", b"\0" * 100
    yield "10 MB", b'{"a": "' + b"x" * 10_000_000 + b'"}'
    yield "one byte over the limit", b" " * (MAX_BODY + 1 - len(whole)) + whole.encode()


def broken_values(value: Any) -> Iterator[tuple[str, Any]]:
    """Values that are wrong in place of ``value``."""
    yield from (("a list", []), ("an object", {}), ("a list of lists", [[1]]))
    if not isinstance(value, bool):
        yield "true", True
    if isinstance(value, str):
        yield from (
            ("a number", 1),
            ("a huge number", 10**400),
            ("NUL", f"{value}\0"),
            ("a lone surrogate", f"{value}{SURROGATE}"),
            ("300,000 letters", "x" * 300_000),
            ("300,000 wide letters", "字" * 300_000),
        )
    else:
        yield from (("a text", "1"), ("a fraction", 1.5), ("a huge number", 10**400), ("null", None))


async def test_bodies_that_are_none(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    for operation in all_operations(target):
        if operation.body is None:
            continue
        for case, content in broken_bodies(target.sample(operation)):
            if case == "nothing but space" and not operation.needs_body:
                continue
            await cases.send(operation, case, content=content)
    cases.settle(at_least=400)


async def test_fields_of_the_wrong_form(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    for operation in all_operations(target):
        body = target.sample(operation)
        if not body:
            continue
        for path, value in _leaves(body):
            for case, broken in broken_values(value):
                content = json.dumps(_with(body, path, broken)).encode()
                await cases.send(operation, f"{case} as {'.'.join(path)}", content=content)
        for name in operation.body.get("required", ()) if operation.body else ():
            content = json.dumps({k: v for k, v in body.items() if k != name}).encode()
            await cases.send(operation, f"no {name}", content=content)
    cases.settle(at_least=200)


async def test_a_field_given_twice_is_refused(target: Target, unchanged: None) -> None:
    """Two readers of such a body may see two different requests."""
    cases = Cases(target)
    for operation in all_operations(target):
        body = target.sample(operation)
        if body:
            name, value = next(iter(body.items()))
            twice = json.dumps(body)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"
            await cases.send(operation, f"{name} twice", content=twice.encode())
    cases.settle(at_least=10)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "x",
        "",
    ],
)
async def test_bodies_of_another_type(target: Target, unchanged: None, content_type: str) -> None:
    """A page of another site can send these without asking; JSON it cannot."""
    cases = Cases(target)
    for operation in all_operations(target):
        if operation.needs_body:
            await cases.send(operation, content_type, headers={"Content-Type": content_type})
    cases.settle(at_least=15)


BROKEN_IDS = (
    "x",
    "null",
    "undefined",
    "{prefix}",
    "{prefix}_",
    "{prefix}_{short}",
    "{prefix}_{long}",
    "{prefix}_{upper}",
    "{prefix}_+{rest}",
    "{prefix}_0_{rest2}",
    "{prefix}_{dashed}",
    "{digits}",
    "other_{digits}",
    "{prefix}_{digits}%00",
    "%00",
    "..",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f",
    "{prefix}_{digits}%2f..",
    "{prefix}_{digits};a=b",
    "%ff%fe",
    "%ed%a0%80",
    "%F0%9F%98%80",
    "{prefix}_%EF%BC%91{rest}",
    "'%20OR%201=1--",
    "{huge}",
)


def broken_ids(prefix: str) -> Iterator[str]:
    digits = "0190" + "a" * 28
    for form in BROKEN_IDS:
        yield form.format(
            prefix=prefix,
            digits=digits,
            short=digits[1:],
            long=digits + "0",
            upper=digits.upper(),
            rest=digits[1:],
            rest2=digits[2:],
            dashed=f"{digits[:8]}-{digits[9:]}",
            huge=f"{prefix}_" + "a" * 20_000,
        )


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
        "state": ("x", "", "%00", "PENDING"),
        "format": ("x", "", "%00", "pdf", "../json"),
        "q": ("a" * 201, "%00", "a%00b"),
    }
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


async def test_what_was_sent_is_not_repeated(target: Target, unchanged: None) -> None:
    """A problem names the field and the reason, never the value: it may be a password in the wrong place."""
    body = {
        "username": "ann lee",
        "email": "secret-word",
        "password": "secret-word" * 100,
        "displayName": ["secret-word"],
    }
    response = await target.person.api.post("/auth/register", json=body)
    assert refused(response) == (422, "request.invalid")
    assert "secret-word" not in response.text


def _needs_account(operation: Operation) -> bool:
    return not operation.path.startswith(
        ("/api/v2/auth/", "/api/v2/bridge/", "/api/v2/openapi", "/api/v2/health")
    ) or (operation.path in ("/api/v2/auth/sessions", "/api/v2/auth/password", "/api/v2/bridge/public-link"))


def _leaves(body: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _with(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**body, name: _with(body[name], tuple(rest), value) if rest else value}
