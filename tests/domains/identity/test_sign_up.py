"""Registration: what is taken, what is weak, and what is kept."""

from typing import Any

import pytest

from tests.support.accounts import PASSWORD, refused, register, succeeded
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


def body(name: str, **changes: Any) -> dict[str, Any]:
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "other.{me}@example.com"}, "username"),
        ({"username": "{ME}", "email": "other.{me}@example.com"}, "username"),
        ({"username": "other.{me}"}, "email"),
        ({"username": "other.{me}", "email": "{ME}@Example.com"}, "email"),
        ({"username": "my.{me}", "email": "new.{me}@example.com"}, "username"),
    ],
)
async def test_names_and_addresses_are_taken_once(
    server: Server, changes: dict[str, str], field: str
) -> None:
    me = (await register(server)).username
    await register(server, f"my.{me}", email=f"second.{me}@example.com")
    wanted = body(me) | {name: text.format(me=me, ME=me.upper()) for name, text in changes.items()}
    response = await server.client().post("/auth/register", json=wanted)
    assert refused(response) == (409, "identity.taken")
    assert response.json()["data"] == {"field": field}


@pytest.mark.parametrize(
    "password", ["short", "password1", "12345678", "ann@example.com", "annabelle", "aaaaaaaaaaa", "ANNABELLE"]
)
async def test_weak_passwords_are_refused(server: Server, password: str) -> None:
    wanted = body("annabelle", email="ann@example.com", password=password)
    response = await server.client().post("/auth/register", json=wanted)
    assert refused(response) == (422, "identity.weak_password")
    assert response.json()["data"] == {"minimum": 8}
    assert password not in response.text
    async with server.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM users WHERE email = 'ann@example.com'") == 0


async def test_errors_are_in_the_language_of_the_browser(server: Server) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    response = await server.client().post(
        "/auth/register", json=body("ann", password="short"), headers=headers
    )
    assert response.json()["title"] == "请使用至少 8 个字符且不易被猜到的密码。"


async def test_passwords_are_kept_as_argon2id_only(server: Server) -> None:
    succeeded(await server.client().post("/auth/register", json=body("hashed")))
    async with server.owner() as owner:
        row = await owner.fetchrow("SELECT * FROM users WHERE username = 'hashed'")
        assert row is not None
        everything = str(await owner.fetch("SELECT * FROM outbox")) + str(tuple(row))
    assert row["password_hash"].startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert PASSWORD not in everything


async def test_a_name_in_any_script_signs_in_in_any_case(server: Server) -> None:
    await register(server, "ÄRGER", email="aerger@example.com")
    for identifier in ("ÄRGER", "ärger", "Ärger", "AERGER@example.com"):
        login = {"identifier": identifier, "password": PASSWORD}
        assert (await server.client().post("/auth/login", json=login)).status_code == 200, identifier


async def test_every_kind_of_account_change_is_in_the_audit_log(server: Server) -> None:
    ann = await register(server)
    wrong = {"identifier": ann.username, "password": "wrong password"}
    await server.client().post("/auth/login", json=wrong)
    await server.settle()
    actions = [(e["action"], e["actor"]["name"]) for e in (await ann.get("/audit"))["items"]]
    assert actions == [("identity.sign_in_failed", ann.username), ("identity.signed_up", ann.username)]
