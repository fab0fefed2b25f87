"""Signing in: equal answers, lock-out, and what a wrong password leaves behind."""

import textwrap
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from openclaw.domains.identity.errors import AccountLockedError
from openclaw.domains.identity.service import accounts
from tests.support.accounts import PASSWORD, Person, refused, register, sign_in, succeeded
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


def address_of(person: Person) -> str:
    """Where nobody else signs in from: failures are counted by address, too."""
    words = textwrap.wrap(person.user_id.hex[-14:], 4)
    return f"fd{words[3]}:{words[0]}:{words[1]}:{words[2]}::1"


async def log_in(
    person: Person, password: str = "wrong password", *, name: str | None = None, address: str | None = None
) -> httpx2.Response:
    """Try to sign in as the person, or under another name, from the person's address."""
    client = person.server.client(address=address or address_of(person))
    body = {"identifier": name or person.username, "password": password}
    return await client.post("/auth/login", json=body)


def told(response: httpx2.Response) -> dict[str, Any]:
    """All that somebody outside can see, but for the number of the request."""
    headers = {k: v for k, v in response.headers.items() if k != "x-request-id"}
    return {"status": response.status_code, **headers, **response.json(), "requestId": ""}


async def test_by_name_or_address(server: Server) -> None:
    ann = await register(server)
    upper = ann.email.upper().replace("EXAMPLE", "Example")
    for identifier in (ann.username, ann.username.upper(), ann.email, upper):
        session = succeeded(await log_in(ann, PASSWORD, name=identifier))
        assert session["user"]["id"] == ann.id
        assert session["workspace"]["id"] == ann.workspace["id"]
        assert session["accessToken"]
        assert session["refreshToken"].startswith("ocrt_")


async def test_unknown_accounts_and_wrong_passwords_get_the_same_answer(server: Server) -> None:
    ann = await register(server)
    known, unknown = await log_in(ann), await log_in(ann, name="nobody")
    assert refused(known) == (401, "identity.invalid_credentials")
    assert told(known) == told(unknown)


async def test_a_failure_is_as_much_work_for_nobody_as_for_somebody(server: Server) -> None:
    ann = await register(server)
    await server.settle()
    client = accounts.Client(address=address_of(ann), user_agent="")
    recorded: list[int] = []
    for name in (ann.username, "nobody"):
        async with server.platform.database.system() as scope:
            user, subject = await accounts.check_not_locked(scope, identifier=name, client=client)
            await accounts.note_failure(scope, user=user, subject=subject, client=client)
            recorded.append(await scope.session.scalar(text("SELECT count(*) FROM outbox")) or 0)
        await server.settle()
    assert recorded == [1, 1]
    async with server.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM outbox") == 0, "each was carried without a failure"


async def test_five_failures_lock_the_account_at_the_address_for_fifteen_minutes(server: Server) -> None:
    ann = await register(server)
    for _ in range(5):
        assert refused(await log_in(ann))[1] == "identity.invalid_credentials"
    locked = await log_in(ann, PASSWORD)
    assert refused(locked) == (429, "identity.locked")
    assert locked.headers["retry-after"] == "901"
    assert locked.json()["data"] == {"retryAfterSeconds": 901}
    assert (await log_in(ann, PASSWORD, address="192.0.2.2")).status_code == 200, "others are not kept out"
    server.manual.advance(timedelta(minutes=14, seconds=59))
    assert refused(await log_in(ann, PASSWORD))[1] == "identity.locked"
    server.manual.advance(timedelta(seconds=2))
    assert (await log_in(ann, PASSWORD)).status_code == 200


async def test_unknown_accounts_lock_alike(server: Server) -> None:
    ann = await register(server)
    for name in (ann.username, "nobody"):
        for _ in range(5):
            await log_in(ann, name=name)
    assert told(await log_in(ann)) == told(await log_in(ann, name="nobody"))
    assert refused(await log_in(ann, name="NOBODY"))[1] == "identity.locked"


async def test_the_name_and_the_address_of_an_account_count_together(server: Server) -> None:
    ann = await register(server)
    for name in (ann.username, ann.username.upper(), ann.email, ann.email.capitalize(), ann.username):
        await log_in(ann, name=name)
    assert refused(await log_in(ann, name=ann.email))[1] == "identity.locked"


async def test_a_success_forgets_the_failures(server: Server) -> None:
    ann = await register(server)
    for _ in range(3):
        for _ in range(4):
            await log_in(ann)
        assert (await log_in(ann, PASSWORD)).status_code == 200


async def test_old_failures_count_no_more(server: Server) -> None:
    ann = await register(server)
    for _ in range(4):
        await log_in(ann)
    server.manual.advance(timedelta(minutes=15, seconds=1))
    for _ in range(4):
        await log_in(ann)
    assert (await log_in(ann, PASSWORD)).status_code == 200


async def test_failures_all_over_lock_the_address(server: Server) -> None:
    ann = await register(server)
    client = accounts.Client(address=address_of(ann), user_agent="")
    async with server.platform.database.system() as scope:
        for number in range(49):
            await accounts.note_failure(scope, user=None, subject=f"nobody{number}", client=client)
    assert refused(await log_in(ann, name="nobody50"))[1] == "identity.invalid_credentials"
    assert refused(await log_in(ann, PASSWORD))[1] == "identity.locked"
    assert (await log_in(ann, PASSWORD, address="192.0.2.9")).status_code == 200


async def test_guesses_at_the_same_moment_are_not_free(server: Server) -> None:
    """Many that begin before any has failed: the right one is too late when five wrong ones were counted by then."""
    ann = await register(server)
    client, database = accounts.Client(address=address_of(ann), user_agent=""), server.platform.database
    async with database.system() as scope:
        user, subject = await accounts.check_not_locked(scope, identifier=ann.username, client=client)
    assert user is not None
    await accounts.verify_password(user, ann.password)
    for _ in range(5):
        async with database.system() as scope:
            await accounts.note_failure(scope, user=user, subject=subject, client=client)
    with pytest.raises(AccountLockedError):
        async with database.system() as scope:
            await accounts.note_success(scope, user=user, subject=subject, client=client)
    assert refused(await log_in(ann, PASSWORD))[1] == "identity.locked"


async def test_a_deactivated_account_cannot_sign_in_nor_go_on(server: Server) -> None:
    ann = await register(server)
    async with server.owner() as owner:
        await owner.execute("UPDATE users SET is_active = false WHERE id = $1", ann.user_id)
    assert refused(await log_in(ann, PASSWORD)) == (401, "identity.invalid_credentials")
    assert refused(await ann.api.get("/users/me")) == (401, "identity.not_signed_in")
    refresh = {"refreshToken": ann.session["refreshToken"]}
    assert refused(await server.client().post("/auth/refresh", json=refresh))[0] == 401


@pytest.mark.parametrize("field", ["identifier", "password"])
async def test_secrets_are_not_repeated_in_answers(server: Server, field: str) -> None:
    body = {"identifier": "ann", "password": "secret-word-1"} | {field: "secret-word-1" * 40}
    response = await server.client().post("/auth/login", json=body)
    assert refused(response) == (422, "request.invalid")
    assert "secret-word-1" not in response.text


async def test_a_second_session_is_another_session(server: Server) -> None:
    ann = await register(server)
    other = await sign_in(server, ann, address="192.0.2.1")
    sessions = (await ann.get("/auth/sessions"))["items"]
    assert [(s["address"], s["current"]) for s in sessions].count(("127.0.0.1", True)) == 1
    assert len(sessions) == 2
    assert ("192.0.2.1", True) in [
        (s["address"], s["current"]) for s in (await other.get("/auth/sessions"))["items"]
    ]
