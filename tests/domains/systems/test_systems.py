"""Systems over REST: who sees which, who may change what, links and public ones."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from openclaw.infra.scope import Scope
from openclaw.kit import ids
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def team(server: Server) -> tuple[Person, Person, Person, Person]:
    """An owner, a member and a viewer of one workspace, and somebody from elsewhere."""
    owner = await (await register(server)).create_workspace()
    member = await owner.invite(await register(server))
    viewer = await owner.invite(await register(server), "viewer")
    return owner, member, viewer, await register(server)


async def make(person: Person, **more: Any) -> dict[str, Any]:
    return await person.post("/systems", {"name": "Site", "template": "website_development"} | more)


async def rows_seen(scope: Scope, system_id: str) -> tuple[int, int]:
    """How many rows a query without any filter finds of the system and of its vault."""
    named = {"id": ids.from_wire("sys", system_id)}
    counts = [
        await scope.session.scalar(text(query), named)
        for query in (
            "SELECT count(*) FROM systems WHERE id = :id",
            "SELECT count(*) FROM system_snapshots WHERE system_id = :id",
        )
    ]
    return counts[0] or 0, counts[1] or 0


async def test_who_sees_a_system_by_its_visibility(server: Server) -> None:
    """For each visibility: the route, the list, and rows without any filter (row-level security alone)."""
    owner, member, viewer, stranger = await team(server)
    people = {"maker": member, "owner": owner, "viewer": viewer, "stranger": stranger}
    matrix = {
        "private": {"maker": (200, 1, 1)},
        "workspace": dict.fromkeys(("maker", "owner", "viewer"), (200, 1, 1)),
        "link": dict.fromkeys(("maker", "owner", "viewer"), (200, 1, 1)),
        "public": dict.fromkeys(("maker", "owner", "viewer"), (200, 1, 1)) | {"stranger": (404, 1, 0)},
    }
    for visibility, seen in matrix.items():
        system = await make(member, visibility="private" if visibility == "private" else "workspace")
        path = f"/systems/{system['id']}"
        if visibility == "link":
            await member.post(f"{path}/share")
        if visibility == "public":
            await member.patch(path, {"visibility": "public"})
        for name, person in people.items():
            wanted = seen.get(name, (404, 0, 0))
            answer = await person.api.get(path)
            listed = [each["id"] for each in (await person.get("/systems"))["items"]]
            async with person.scope() as scope:
                found = await rows_seen(scope, system["id"])
            assert (answer.status_code, *found) == wanted, (visibility, name)
            assert (system["id"] in listed) == (wanted[0] == 200), (visibility, name)
            vault = await person.api.get(f"{path}/snapshots")
            assert vault.status_code == wanted[0], (visibility, name)


async def test_a_list_is_narrowed_to_what_one_has_made_or_others_have(server: Server) -> None:
    owner, member, _, _ = await team(server)
    mine = (await make(member, visibility="workspace"))["id"]
    theirs = (await make(owner, visibility="workspace"))["id"]
    hidden = (await make(owner))["id"]
    for made_by, wanted in (("me", {mine}), ("others", {theirs})):
        listed = {each["id"] for each in (await member.get(f"/systems?madeBy={made_by}"))["items"]}
        assert listed == wanted
        assert hidden not in listed


async def test_who_may_change_a_system_and_decide_over_it(server: Server) -> None:
    owner, member, viewer, _ = await team(server)
    other = await owner.invite(await register(server))
    path = f"/systems/{(await make(member, visibility='workspace'))['id']}"
    with server.watching(member.topic) as makers, server.watching(viewer.topic) as viewers:
        assert (await other.patch(path, {"description": "by another"}))["lastUpdatedBy"] == other.id
        await makers.event("system.changed", reason="changed")
        assert viewers.events("system.changed") == []
    for decision in ({"visibility": "public"}, {"allowsRemoteLaunch": True}, {"status": "archived"}):
        assert refused(await other.api.patch(path, json=decision)) == (403, "systems.not_yours")
        assert refused(await viewer.api.patch(path, json=decision)) == (403, "workspaces.not_allowed")
    assert refused(await other.api.post(f"{path}/share")) == (403, "systems.not_yours")
    assert refused(await owner.api.patch(path, json={"visibility": "private"})) == (403, "systems.not_yours")
    assert (await owner.patch(path, {"allowsRemoteLaunch": True}))["allowsRemoteLaunch"] is True
    assert refused(await viewer.api.post("/systems", json={})) == (403, "workspaces.not_allowed")
    assert refused(await owner.api.delete(path)) == (409, "systems.not_archived")
    await owner.patch(path, {"status": "archived"})
    assert refused(await member.api.patch(path, json={"name": "x"})) == (409, "systems.archived")
    assert refused(await member.api.post(f"{path}/snapshots", json={})) == (409, "systems.archived")
    await member.delete(path)
    assert refused(await owner.api.get(path)) == (404, "systems.not_found")


async def test_a_change_names_what_it_was_made_from(server: Server) -> None:
    ann = await register(server)
    made, *again = await asyncio.gather(
        *(ann.api.post("/systems", json={"idempotencyKey": "k"}) for _ in range(3))
    )
    assert [each.json() for each in again] == [made.json()] * 2
    path, tag = f"/systems/{made.json()['id']}", made.headers["ETag"]
    first = await ann.api.patch(path, json={"name": "One"}, headers={"If-Match": tag})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = await ann.api.patch(path, json={"name": "Two"}, headers={"If-Match": tag})
    assert refused(second) == (409, "systems.changed_meanwhile")
    assert refused(await ann.api.patch(path, json={}, headers={"If-Match": "x"})) == (422, "request.invalid")
    assert (await ann.get(path))["name"] == "One"


async def test_a_refused_profile_changes_nothing(server: Server) -> None:
    ann = await register(server)
    system = await make(ann)
    path = f"/systems/{system['id']}"
    bad = system["profile"] | {"prompts": [{"id": "p", "title": "P", "text": "{{ ''.__class__() }}"}]}
    for answer in (
        await ann.api.patch(path, json={"name": "Other", "profile": bad}),
        await ann.api.post("/systems", json={"profile": bad}),
    ):
        assert refused(answer) == (422, "systems.invalid_profile")
        assert answer.json()["data"]["problems"][0]["path"] == "$.prompts.p.text"
    assert await ann.get(path) == system
    checked = await ann.post("/system-profile-schema/check", {"profile": bad})
    assert checked["problems"]
    assert (await ann.post("/system-profile-schema/check", {"profile": system["profile"]}))["problems"] == []


async def test_a_link_shows_a_system_until_it_ends(server: Server) -> None:
    ann = await register(server)
    system = await make(ann, description="token: abcdefgh12345678")
    path = f"/systems/{system['id']}"
    stranger = server.client()
    first = (await ann.post(f"{path}/share"))["token"]
    seen = (await stranger.post("/shared-system", json={"token": first})).json()
    assert seen["name"] == "Site"
    assert "abcdefgh12345678" not in seen["description"]
    assert not {"id", "createdBy", "workspaceId"} & set(seen)
    second = (await ann.post(f"{path}/share"))["token"]
    for token, status in ((first, 404), (second, 200), (second[:-1] + "!", 422), ("a" * 50, 404)):
        assert (await stranger.post("/shared-system", json={"token": token})).status_code == status
    async with server.owner() as owner:
        rows = str(await owner.fetch("SELECT to_jsonb(s) FROM systems s"))
    assert second not in rows, "only its hash is kept"
    await ann.delete(f"{path}/share")
    assert (await stranger.post("/shared-system", json={"token": second})).status_code == 404
    assert (await ann.get(path))["visibility"] == "workspace"


async def test_public_systems_are_listed_and_copied(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    system = await make(ann, name="A public thing")
    path = f"/systems/{system['id']}"
    assert refused(await bob.api.post("/public-systems/copy", json={"systemId": system["id"]}))[0] == 404
    await ann.patch(path, {"visibility": "public"})
    (listed,) = (await bob.get("/public-systems?q=public thing"))["items"]
    assert (listed["id"], listed["name"]) == (system["id"], "A public thing")
    assert (len(listed["roles"]), "profile" in listed) == (5, False)
    opened = await bob.post("/public-systems/open", {"systemId": system["id"]})
    assert opened["profile"]["prompts"] == system["profile"]["prompts"]
    assert "id" not in opened
    copied = await bob.post("/public-systems/copy", {"systemId": system["id"], "name": "Mine"})
    assert copied["id"] != system["id"]
    assert (copied["name"], copied["visibility"], copied["createdBy"]) == ("Mine", "private", bob.id)
    assert copied["profile"]["prompts"] == system["profile"]["prompts"]
    for body in ({"name": "x"}, {"visibility": "private"}):
        assert refused(await bob.api.patch(path, json=body)) == (404, "systems.not_found")
    await ann.patch(path, {"status": "archived"})
    assert (await bob.get("/public-systems?q=public thing"))["items"] == []


async def test_a_launch_is_planned_in_the_readers_language(server: Server) -> None:
    ann = await register(server)
    system = await make(ann)
    body = {"intake": {"siteName": "Tea", "purpose": "Sell tea."}}
    planned = await ann.post(f"/systems/{system['id']}/launch-plan", body)
    assert planned["title"] == "Website: Tea"
    chinese = await ann.post(f"/systems/{system['id']}/launch-plan", body, headers={"Accept-Language": "zh"})
    assert chinese["title"] == "网站：Tea"
    templates = await ann.get("/system-templates", headers={"Accept-Language": "zh"})
    assert templates["items"][0]["name"] == "网站开发"
    refusal = await ann.api.post(f"/systems/{system['id']}/launch-plan", json={"intake": {}})
    assert refused(refusal) == (422, "systems.invalid_intake")
