"""A person with one of everything, wrong values for whatever a route declares, and what an answer to them must be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from openclaw.infra.web.limits import MAX_BODY
from tests.support.accounts import Person, refused
from tests.support.devices import Machine
from tests.support.routes import Operation, operations
from tests.support.server import ORIGIN
from tests.tenancy.estate import PREFIXES

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
    # A step named `..` is the run that it would be of, a snapshot the system.
    404: {
        "devices.challenge_ended",
        "request.no_such_route",
        "systems.not_found",
        "workflows.not_found",
        "workspaces.not_found",
    },
    405: {"request.method_not_allowed"},
    406: {"request.unsupported_version"},
    413: {"request.too_large"},
    422: {"request.invalid"},
}
SURROGATE = "\ud800"
DEEP = 100_000
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
    yield from (("an object", {}), ("a list of lists", [[1]]))
    if not isinstance(value, list):
        yield "a list", []
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
