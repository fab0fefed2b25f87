"""Shared workspaces: who may do what, invitations, the last owner, and what ends with a membership."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.domains.agents.chatting import chatting
from tests.support.accounts import Person, refused, register
from tests.support.devices import link, online
from tests.support.gateway_client import operator
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORBIDDEN = (403, "workspaces.not_allowed")


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """The owner of a shared workspace."""
    return await (await register(server)).create_workspace("Team")


@pytest_asyncio.fixture(loop_scope="module")
async def bob(ann: Person) -> Person:
    """A member of it."""
    return await ann.invite(await register(ann.server))


def at(person: Person, path: str = "") -> str:
    return f"/workspaces/{person.workspace['id']}{path}"


async def roles(person: Person) -> dict[str, str]:
    return {m["user"]["username"]: m["role"] for m in (await person.get(at(person, "/members")))["items"]}


async def set_role(person: Person, other: Person, role: str) -> Any:
    return await person.api.patch(at(person, f"/members/{other.id}"), json={"role": role})


async def test_a_shared_workspace_is_its_members(ann: Person, bob: Person) -> None:
    assert await roles(bob) == {ann.username: "owner", bob.username: "member"}
    mine = (await bob.get("/workspaces"))["items"]
    assert [(w["name"], w["kind"], w["role"]) for w in mine] == [
        (bob.username, "personal", "owner"),
        ("Team", "shared", "member"),
    ]
    assert (await bob.get("/users/me"))["workspace"]["name"] == "Team"
    assert (await ann.patch(at(ann), {"name": "New name"}))["name"] == "New name"
    assert refused(await bob.api.patch(at(bob), json={"name": "x"})) == FORBIDDEN


async def test_members_see_names_and_no_addresses(ann: Person, bob: Person) -> None:
    members = (await bob.get(at(bob, "/members")))["items"]
    assert set(members[0]["user"]) == {"id", "username", "displayName"}
    assert ann.email not in str(members)


@pytest.mark.parametrize(
    ("actor", "target", "role", "is_allowed"),
    [
        ("owner", "owner", "member", True),
        ("owner", "member", "owner", True),
        ("admin", "member", "admin", True),
        ("admin", "viewer", "member", True),
        ("admin", "admin", "viewer", True),
        ("admin", "member", "owner", False),
        ("admin", "owner", "member", False),
        ("member", "viewer", "member", False),
        ("member", "member", "viewer", False),
        ("viewer", "viewer", "admin", False),
    ],
)
async def test_roles_are_set_by_the_stronger(
    ann: Person, actor: str, target: str, role: str, is_allowed: bool
) -> None:
    doer = await ann.invite(await register(ann.server), actor)
    other = await ann.invite(await register(ann.server), target)
    response = await set_role(doer, other, role)
    if is_allowed:
        assert response.status_code == 204
        assert (await roles(ann))[other.username] == role
    else:
        assert refused(response) == FORBIDDEN
        assert (await roles(ann))[other.username] == target


@pytest.mark.parametrize(
    ("actor", "target", "is_allowed"),
    [
        ("owner", "owner", True),
        ("admin", "admin", True),
        ("admin", "owner", False),
        ("member", "viewer", False),
        ("viewer", "viewer", False),
    ],
)
async def test_members_are_removed_by_the_stronger(
    ann: Person, actor: str, target: str, is_allowed: bool
) -> None:
    doer = await ann.invite(await register(ann.server), actor)
    other = await ann.invite(await register(ann.server), target)
    response = await doer.api.delete(at(doer, f"/members/{other.id}"))
    assert response.status_code == (204 if is_allowed else 403)
    assert (other.username in await roles(ann)) is not is_allowed
    assert (await doer.api.delete(at(doer, f"/members/{doer.id}"))).status_code == 204, "anybody may leave"


async def test_nobody_raises_themselves(ann: Person) -> None:
    for role in ("admin", "member", "viewer"):
        person = await ann.invite(await register(ann.server), role)
        assert refused(await set_role(person, person, "owner")) == FORBIDDEN


async def test_the_last_owner_stays(ann: Person, bob: Person) -> None:
    assert refused(await set_role(ann, ann, "member")) == (409, "workspaces.last_owner")
    assert refused(await ann.api.delete(at(ann, f"/members/{ann.id}"))) == (409, "workspaces.last_owner")
    await set_role(ann, bob, "owner")
    assert (await set_role(ann, ann, "viewer")).status_code == 204
    assert await roles(bob) == {ann.username: "viewer", bob.username: "owner"}


async def test_two_owners_who_leave_at_once_leave_one(ann: Person, bob: Person) -> None:
    await set_role(ann, bob, "owner")
    answers = await asyncio.gather(*(p.api.delete(at(p, f"/members/{p.id}")) for p in (ann, bob)))
    assert sorted(a.status_code for a in answers) == [204, 409]
    stays = ann if answers[0].status_code == 409 else bob
    assert list((await roles(stays)).values()) == ["owner"]


async def test_a_personal_workspace_is_not_shared(server: Server) -> None:
    ann = await register(server)
    invitation = await ann.api.post(at(ann, "/invitations"), json={"role": "member"})
    assert refused(invitation) == (409, "workspaces.personal")
    assert refused(await ann.api.delete(at(ann, f"/members/{ann.id}"))) == (409, "workspaces.last_owner")


async def test_an_invitation_is_used_once(ann: Person, server: Server) -> None:
    invitation = await ann.post(at(ann, "/invitations"), {"role": "viewer"})
    assert invitation["token"].startswith("ocin_")
    assert datetime.fromisoformat(invitation["expiresAt"]) == server.clock.now() + timedelta(days=7)
    listed = (await ann.get(at(ann, "/invitations")))["items"]
    assert [(i["id"], i["token"]) for i in listed] == [(invitation["id"], None)], "the secret is shown once"
    people = [await register(server) for _ in range(3)]
    accept = {"token": invitation["token"]}
    answers = await asyncio.gather(*(p.api.post("/invitations/accept", json=accept) for p in people))
    assert sorted(a.status_code for a in answers) == [200, 404, 404]
    joined = next(a.json() for a in answers if a.status_code == 200)
    assert (joined["name"], joined["role"]) == ("Team", "viewer")
    assert (await ann.get(at(ann, "/invitations")))["items"] == []
    async with server.owner() as owner:
        assert invitation["token"] not in str(await owner.fetch("SELECT * FROM invitations"))


async def test_invitations_end(ann: Person, server: Server) -> None:
    bob, path = await register(server), at(ann, "/invitations")
    gone = (404, "workspaces.invitation_not_found")

    async def accept(token: str) -> tuple[int, str]:
        return refused(await bob.api.post("/invitations/accept", json={"token": token}))

    revoked = await ann.post(path, {"role": "member"})
    await ann.delete(f"{path}/{revoked['id']}")
    assert await accept(revoked["token"]) == gone
    assert refused(await ann.api.delete(f"{path}/{revoked['id']}")) == gone
    for_another = await ann.post(path, {"email": "carl@example.com"})
    assert await accept(for_another["token"]) == gone
    assert await accept("ocin_nobody") == gone
    late = await ann.post(path, {"role": "member"})
    server.manual.advance(timedelta(days=7))
    fresh = await bob.post("/auth/refresh", {"refreshToken": bob.session["refreshToken"]})
    bob.api.headers["Authorization"] = f"Bearer {fresh['accessToken']}"
    assert await accept(late["token"]) == gone


async def test_joining_again_changes_no_role(ann: Person, bob: Person) -> None:
    token = (await ann.post(at(ann, "/invitations"), {"role": "admin"}))["token"]
    assert (await bob.post("/invitations/accept", {"token": token}))["role"] == "member"


@pytest.mark.parametrize(("role", "most"), [("admin", "admin"), ("member", None), ("viewer", None)])
async def test_nobody_invites_above_themselves(ann: Person, role: str, most: str | None) -> None:
    doer = await ann.invite(await register(ann.server), role)
    path = at(doer, "/invitations")
    assert refused(await doer.api.post(path, json={"role": "owner"})) == FORBIDDEN
    response = await doer.api.post(path, json={"role": "admin"})
    if most is None:
        assert refused(response) == FORBIDDEN
        assert refused(await doer.api.get(path)) == FORBIDDEN
        mine = await ann.post(at(ann, "/invitations"), {})
        assert refused(await doer.api.delete(f"{path}/{mine['id']}")) == FORBIDDEN
    else:
        assert response.status_code == 201


async def test_who_lost_power_has_lent_none(ann: Person, server: Server) -> None:
    """The invitations of an admin who is none any more are void."""
    admin = await ann.invite(await register(server), "admin")
    token = (await admin.post(at(admin, "/invitations"), {"role": "admin"}))["token"]
    await set_role(ann, admin, "member")
    bob = await register(server)
    assert refused(await bob.api.post("/invitations/accept", json={"token": token}))[0] == 404


async def test_leaving_closes_everything_that_was_open_there(ann: Person, bob: Person) -> None:
    """And nothing elsewhere."""
    at_home = await register(ann.server)
    machine, far_machine = await link(bob), await link(at_home)
    async with (
        operator(bob) as page,
        operator(ann) as anns_page,
        online(machine) as peer,
        online(far_machine) as far_peer,
    ):
        await ann.delete(at(ann, f"/members/{bob.id}"))
        assert await page.ended() == (1008, "membership ended")
        assert (await peer.client.ended())[0] == 1008
        assert (await anns_page.call("health"))["ok"]
        await far_peer.client.call("skills.bins")
    await ann.server.settle()
    for response in (await bob.api.get("/conversations"), await bob.api.get(at(bob, "/members"))):
        assert refused(response) == (404, "workspaces.not_found")
    assert refused(await machine.refresh()) == (401, "devices.session_revoked")
    assert [
        w["kind"] for w in (await bob.api.get("/workspaces", headers={"X-Workspace-Id": ""})).json()["items"]
    ] == ["personal"]


async def test_viewers_only_look(ann: Person) -> None:
    viewer = await ann.invite(await register(ann.server), "viewer")
    attempts = [
        await viewer.api.post("/conversations", json={}),
        await viewer.api.post("/bridge/public-link", json={}),
        await viewer.api.post("/model-providers", json={"kind": "openai", "name": "x", "model": "m"}),
        await viewer.api.get("/audit"),
        await viewer.api.get("/audit/verify"),
    ]
    assert {refused(a) for a in attempts} == {FORBIDDEN}
    async with operator(viewer) as page:
        assert page.hello["auth"]["scopes"] == ["operator.read"]


async def test_who_became_a_viewer_changes_nothing_more(ann: Person, bob: Person) -> None:
    async with chatting(bob) as chat:
        await chat.say("hello")
        await chat.ended()
        await set_role(ann, bob, "viewer")
        path = f"/conversations/{chat.id}"
        message = (await chat.messages())[0]["id"]
        attempts = [
            await bob.api.post(f"{path}/messages", json={"text": "more"}),
            await bob.api.post(f"{path}/messages/{message}/resend"),
            await bob.api.post(f"{path}/branch", json={"messageId": message}),
        ]
        assert {refused(a) for a in attempts} == {FORBIDDEN}
        assert len(await chat.messages()) == 2


async def test_membership_is_in_the_audit_log(ann: Person, bob: Person) -> None:
    await set_role(ann, bob, "admin")
    await ann.delete(at(ann, f"/members/{bob.id}"))
    await ann.server.settle()
    entries = {(e["action"], e["actor"]["id"]) for e in (await ann.get("/audit"))["items"]}
    assert entries == {
        ("workspaces.member_invited", ann.id),
        ("workspaces.member_joined", bob.id),
        ("workspaces.member_changed", ann.id),
        ("workspaces.member_removed", ann.id),
    }
