"""Registration: the first account, what is taken, what is weak, and who may."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.accounts import PASSWORD, refused, register, succeeded
from tests.support.server import Server, running_server


def body(name: str, **changes: Any) -> dict[str, Any]:
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | changes


async def test_the_first_account_owns_the_instance(server: Server) -> None:
    api = server.client()
    assert (await api.get("/auth/config")).json()["hasUsers"] is False
    first = succeeded(await api.post("/auth/register", json=body("ann", displayName="Ann Lee")))
    assert first["user"]["role"] == "owner"
    assert first["user"]["displayName"] == "Ann Lee"
    assert first["workspace"] == first["workspace"] | {"kind": "personal", "role": "owner", "name": "Ann Lee"}
    chinese = {"Accept-Language": "zh-CN"}
    second = succeeded(await api.post("/auth/register", json=body("bob"), headers=chinese))
    assert (second["user"]["role"], second["user"]["displayName"]) == ("member", "bob")
    # What is said to them where no browser asks: notifications, titles of runs, mail.
    assert (first["user"]["language"], second["user"]["language"]) == ("en", "zh")
    config = (await api.get("/auth/config")).json()
    assert (config["hasUsers"], config["registration"]) == (True, "open")


async def test_two_who_come_first_at_once_make_one_owner(server: Server) -> None:
    api = server.client()
    sessions = await asyncio.gather(
        *(api.post("/auth/register", json=body(name)) for name in ("ann", "bob", "carl"))
    )
    assert sorted(s.json()["user"]["role"] for s in sessions) == ["member", "member", "owner"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "other@example.com"}, "username"),
        ({"username": "ANN", "email": "other@example.com"}, "username"),
        ({"username": "other"}, "email"),
        ({"username": "other", "email": "ANN@Example.com"}, "email"),
        ({"username": "my.email", "email": "new@example.com"}, "username"),
    ],
)
async def test_names_and_addresses_are_taken_once(
    server: Server, changes: dict[str, str], field: str
) -> None:
    await register(server, "ann")
    await register(server, "my.email", email="second@example.com")
    response = await server.client().post("/auth/register", json=body("ann") | changes)
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
    assert (await server.client().get("/auth/config")).json()["hasUsers"] is False


async def test_errors_are_in_the_language_of_the_browser(server: Server) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    response = await server.client().post(
        "/auth/register", json=body("ann", password="short"), headers=headers
    )
    assert response.json()["title"] == "请使用至少 8 个字符且不易被猜到的密码。"


async def test_passwords_are_kept_as_argon2id_only(server: Server) -> None:
    succeeded(await server.client().post("/auth/register", json=body("ann")))
    async with server.owner() as owner:
        row = await owner.fetchrow("SELECT * FROM users")
        assert row is not None
        everything = str(await owner.fetch("SELECT * FROM outbox")) + str(tuple(row))
    assert row["password_hash"].startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert PASSWORD not in everything


async def test_of_those_who_come_first_at_once_a_closed_instance_lets_one_in(
    database_url: str, tmp_path: Path
) -> None:
    async with running_server(database_url, tmp_path, registration="closed") as server:
        api = server.client()
        answers = await asyncio.gather(
            *(api.post("/auth/register", json=body(name)) for name in ("ann", "bob", "carl"))
        )
        assert sorted(a.status_code for a in answers) == [201, 403, 403]


@pytest.mark.parametrize(
    ("mode", "code"), [("closed", "identity.registration_closed"), ("invite", "identity.invitation_needed")]
)
async def test_later_accounts_need_what_the_mode_asks_for(
    database_url: str, tmp_path: Path, mode: str, code: str
) -> None:
    async with running_server(database_url, tmp_path, registration=mode) as server:
        owner = await (await register(server, "ann")).create_workspace()  # the first may always
        api = server.client()
        assert (await api.get("/auth/config")).json()["registration"] == mode
        assert refused(await api.post("/auth/register", json=body("bob"))) == (403, code)
        wrong = body("bob", inviteToken="ocin_nobody-has-this")
        assert refused(await api.post("/auth/register", json=wrong)) == (403, code)
        path = f"/workspaces/{owner.workspace['id']}/invitations"
        token = (await owner.post(path, {"role": "member"}))["token"]
        invited = await api.post("/auth/register", json=body("bob", inviteToken=token))
        if mode == "closed":
            assert refused(invited) == (403, code)
            return
        assert succeeded(invited)["user"]["role"] == "member"
        members = (await owner.get(f"/workspaces/{owner.workspace['id']}/members"))["items"]
        assert [(m["user"]["username"], m["role"]) for m in members] == [("ann", "owner"), ("bob", "member")]
        again = body("carl", inviteToken=token)
        assert refused(await api.post("/auth/register", json=again)) == (403, code), (
            "an invitation is used once"
        )


async def test_an_invitation_for_an_address_is_for_that_address(database_url: str, tmp_path: Path) -> None:
    async with running_server(database_url, tmp_path, registration="invite") as server:
        owner = await (await register(server, "ann")).create_workspace()
        path = f"/workspaces/{owner.workspace['id']}/invitations"
        token = (await owner.post(path, {"email": "Bob@Example.com"}))["token"]
        other = await server.client().post("/auth/register", json=body("carl", inviteToken=token))
        assert refused(other) == (403, "identity.invitation_needed")
        bob = await register(server, "bob", inviteToken=token)
        assert len((await bob.get("/workspaces"))["items"]) == 2


async def test_a_name_in_any_script_signs_in_in_any_case(server: Server) -> None:
    await register(server, "ÄRGER", email="aerger@example.com")
    for identifier in ("ÄRGER", "ärger", "Ärger", "AERGER@example.com"):
        login = {"identifier": identifier, "password": PASSWORD}
        assert (await server.client().post("/auth/login", json=login)).status_code == 200, identifier


async def test_every_kind_of_account_change_is_in_the_audit_log(server: Server) -> None:
    ann = await register(server, "ann")
    await server.client().post("/auth/login", json={"identifier": "ann", "password": "wrong password"})
    await server.settle()
    actions = [(e["action"], e["actor"]["name"]) for e in (await ann.get("/audit"))["items"]]
    assert actions == [("identity.sign_in_failed", "ann"), ("identity.signed_up", "ann")]
