"""The first account of an instance, and who may have a later one: each on a server of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.domains.identity.test_sign_up import body
from tests.support.accounts import refused, register, succeeded
from tests.support.server import Server, running_server


@pytest.fixture
async def alone(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A server on which nobody has been yet."""
    async with running_server(database_url, tmp_path) as server:
        yield server


async def test_the_first_account_owns_the_instance(alone: Server) -> None:
    api = alone.client()
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


async def test_two_who_come_first_at_once_make_one_owner(alone: Server) -> None:
    api = alone.client()
    sessions = await asyncio.gather(
        *(api.post("/auth/register", json=body(name)) for name in ("ann", "bob", "carl"))
    )
    assert sorted(s.json()["user"]["role"] for s in sessions) == ["member", "member", "owner"]


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
