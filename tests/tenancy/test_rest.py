"""Every route as the wrong tenant: the answer is that of an id that nobody has, and nothing changes.

The routes come from the application. One that names something new fails here until `estate.TABLES` knows it.
"""

import itertools
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.accounts import Person, refused, sign_in
from tests.support.routes import Operation, operations
from tests.support.server import Server
from tests.tenancy.estate import PREFIXES, TABLES, Estate, World, is_personal, rows_of, unknown

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What somebody without an account may ask, and why.
OPEN = {
    "POST /api/v2/approvals/answer": "the token of a push is the credential",
    "GET /api/v2/auth/config": "what the sign-in page must know",
    "POST /api/v2/auth/register": "makes the account",
    "POST /api/v2/auth/login": "makes the session",
    "POST /api/v2/auth/refresh": "the refresh token is the credential",
    "POST /api/v2/bridge/redeem": "the code and the device key are the credential",
    "POST /api/v2/bridge/host/enroll": "the enrolment token and the machine's key are the credential",
    "POST /api/v2/bridge/session/refresh": "the device's refresh token and key are the credential",
    "POST /api/v2/shared-system": "the secret of the link is the credential",
    "GET /api/v2/openapi.json": "the description of the API",
    "HEAD /api/v2/openapi.json": "the description of the API",
    "GET /api/v2/health": "a probe",
    "POST /hooks/{automation_id}": "the delivery's signature is the credential",
    "POST /hooks/channels/{channel_id}": "the provider's signature is the credential",
    "GET /healthz": "a probe",
    "GET /readyz": "a probe",
    "GET /metrics": "a probe; counts only",
}
# Its credential is the device's own token, so it has no workspace header.
OF_MACHINES = {"POST /api/v2/bridge/session/unlink", "POST /api/v2/bridge/result-files"}
# The audit log is the workspace's: its admins see who did what, with ids.
SHARED_BY_DESIGN = {"GET /api/v2/audit"}


def request_of(
    person: Person, operation: Operation, values: dict[str, str], **headers: str
) -> httpx2.Request:
    body = operation.sample(lambda prefix: values[PREFIXES[prefix]])
    url = operation.url(values)
    return person.api.build_request(
        operation.method, f"http://127.0.0.1:3000{url}", json=body, headers=headers
    )


def named(operation: Operation) -> tuple[str, ...]:
    """What the operation names, in path and body, as path parameters."""
    return tuple(dict.fromkeys([*operation.params, *(PREFIXES[p] for p in operation.body_prefixes())]))


def all_operations(world: World) -> list[Operation]:
    return [o for o in operations(world.server.app) if o.method != "HEAD"]


def attempts(
    operation: Operation, own: Estate, others: Estate, *, personal: bool
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Values with something of ``others`` in them, each with the same where that is something unknown."""
    parameters = named(operation)
    foreign = [p for p in parameters if not personal or is_personal(p)]
    for size in range(1, len(foreign) + 1):
        for chosen in itertools.combinations(foreign, size):
            mine = {p: own.ids[p][0] for p in parameters if p not in chosen}
            for values in itertools.product(*(others.ids[p] for p in chosen)):
                stolen = dict(zip(chosen, values, strict=True))
                yield mine | stolen, mine | {p: unknown(p) for p in chosen}


async def test_every_parameter_is_something_that_the_world_has(world: World) -> None:
    parameters = {p for o in operations(world.server.app) for p in named(o)}
    assert parameters == set(TABLES)
    for estate in (world.ann, world.carl, world.bob):
        assert set(estate.ids) == set(TABLES)


async def test_the_world_is_there_for_its_owner(world: World) -> None:
    """Otherwise "not found" would prove nothing."""
    ann = world.ann
    for operation in all_operations(world):
        if operation.method == "GET" and operation.params:
            values = {p: ann.ids[p][0] for p in operation.params}
            response = await ann.person.api.send(request_of(ann.person, operation, values))
            # It is found, but the server's own agent has no models to choose from.
            of_pi = (
                operation.path.endswith("/runtime/models")
                and refused(response)[1] == "conversations.no_runtime"
            )
            assert response.status_code == 200 or of_pi, f"{operation}: {response.text}"


@pytest.mark.parametrize("who", ["bob", "carl"])
async def test_what_belongs_to_others_is_not_found(world: World, who: str) -> None:
    """``bob`` works in another workspace; ``carl`` owns the same one, so only personal things are not his."""
    own: Estate = getattr(world, who)
    before = await rows_of(world.server, world.ann.person)
    wrong: list[str] = []
    tried = 0
    for operation in all_operations(world):
        for stolen, invented in attempts(operation, own, world.ann, personal=who == "carl"):
            answers = [
                await own.person.api.send(request_of(own.person, operation, values))
                for values in (stolen, invented)
            ]
            tried += 1
            if [a.status_code for a in answers] != [404, 404] or refused(answers[0]) != refused(answers[1]):
                wrong.append(f"{operation} {stolen}: {[(a.status_code, a.text[:200]) for a in answers]}")
            elif any(name in answers[0].text for name in world.ann.names(personal=who == "carl")):
                wrong.append(f"{operation}: the answer names what was asked for: {answers[0].text}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 60
    assert await rows_of(world.server, world.ann.person) == before


async def test_no_route_works_in_a_workspace_of_others(world: World) -> None:
    before = await rows_of(world.server, world.ann.person)
    bob = world.bob
    for operation in all_operations(world):
        if str(operation) in {*OPEN, *OF_MACHINES} or "workspace_id" in operation.params:
            continue
        codes = set()
        for workspace in (world.ann.ids["workspace_id"][0], unknown("workspace_id")):
            values = {p: world.ann.ids[p][0] for p in named(operation)}
            request = request_of(bob.person, operation, values, **{"X-Workspace-Id": workspace})
            codes.add(refused(await bob.person.api.send(request)))
        assert codes == {(404, "workspaces.not_found")}, f"{operation}: {codes}"
    assert await rows_of(world.server, world.ann.person) == before


@pytest.mark.parametrize("who", ["bob", "carl"])
async def test_no_answer_about_ones_own_holds_anything_of_others(world: World, who: str) -> None:
    own: Estate = getattr(world, who)
    secrets = world.ann.names(personal=who == "carl")
    before = await rows_of(world.server, world.ann.person) if who == "bob" else None
    for operation in all_operations(world):
        if named(operation) or (who == "carl" and str(operation) in SHARED_BY_DESIGN):
            continue
        person = await _again(world.server, own.person)  # some of these end the session
        for query in ("", *_searches(operation, world.ann)):
            request = request_of(person, operation, {})
            request.url = httpx2.URL(f"{request.url}{query}")
            response = await person.api.send(request)
            seen = [name for name in secrets if name in response.text]
            assert not seen, f"{operation}{query} shows {seen}: {response.text[:500]}"
    if before is not None:
        assert await rows_of(world.server, world.ann.person) == before


async def test_without_a_credential_there_is_nothing(world: World) -> None:
    before = await rows_of(world.server, world.ann.person)
    stranger = Person(world.server, world.server.client(), {}, {})
    refusals = set()
    for operation in all_operations(world):
        if str(operation) in OPEN:
            continue
        values = {p: world.ann.ids[p][0] for p in named(operation)}
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}):
            response = await stranger.api.send(request_of(stranger, operation, values, **headers))
            assert refused(response)[0] == 401, f"{operation}: {response.status_code} {response.text}"
            refusals.add(str(operation))
    assert len(refusals) > 40
    assert set(OPEN) <= {str(o) for o in operations(world.server.app)}, (
        "an exception for a route that is gone"
    )
    assert await rows_of(world.server, world.ann.person) == before


async def _again(server: Server, person: Person) -> Person:
    return (await sign_in(server, person)).within(person.workspace)


def _searches(operation: Operation, estate: Estate) -> list[str]:
    """Queries that look for what others have."""
    return [f"?q={estate.secret}", f"?q={estate.secret}&archived=true"] if "q" in operation.query else []
