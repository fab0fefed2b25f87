"""Groups, the primary machine, and which machines a call goes to."""

from datetime import timedelta

import pytest

from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.service import groups
from openclaw.protocol.tools import ARGUMENTS
from tests.support.accounts import Person, refused, register
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def chosen(person: Person, named: str | None = None, *, tool: str = "exec") -> list[str]:
    async with person.scope() as scope:
        _, rows = await groups.choose_devices(scope, tool=tool, named=named, preferred_id=None)
    return [row.name for row in rows]


async def test_the_primary_machine_is_asked_when_it_is_there_and_can(server: Server) -> None:
    ann = await register(server)
    desk, laptop = await link(ann, "desk"), await link(ann, "laptop")
    starred = f"/devices/{desk.session['deviceId']}"
    async with online(laptop), online(desk, commands=["fs.read"]):
        assert (await ann.patch(starred, {"primary": True}))["primary"]
        assert await chosen(ann, tool="fs.read") == ["desk"]
        assert await chosen(ann, tool="exec") == ["laptop"], "the primary one cannot do it"
    async with online(laptop):
        assert await chosen(ann, tool="fs.read") == ["laptop"], "the primary one is away"
    other = f"/devices/{laptop.session['deviceId']}"
    await ann.patch(other, {"primary": True})
    stars = {device["name"]: device["primary"] for device in (await ann.get("/devices"))["items"]}
    assert stars == {"desk": False, "laptop": True}, "there is one at most"
    assert (await ann.patch(other, {"primary": False, "name": "lap"}))["primary"] is False


async def test_of_those_that_can_the_one_seen_last_is_asked(server: Server) -> None:
    ann = await register(server)
    for name, commands in (("old", [*ARGUMENTS]), ("recent", [*ARGUMENTS]), ("reader", ["fs.read"])):
        async with online(await link(ann, name), commands=commands):
            server.manual.advance(timedelta(seconds=1))
    assert await chosen(ann, tool="exec") == ["recent"]
    assert await chosen(ann, tool="fs.read") == ["reader"]


async def test_names_groups_and_lists_of_both(server: Server) -> None:
    ann = await register(server)
    a, b, c = [await link(ann, name) for name in ("a", "b", "c, with comma")]
    ids = [machine.session["deviceId"] for machine in (a, b, c)]
    group = await ann.post("/device-groups", {"name": "Web", "deviceIds": ids[:2]})
    assert (await ann.get("/device-groups"))["items"] == [group]
    assert await chosen(ann, "web") == ["a", "b"]  # in the group's order
    assert await chosen(ann, "a, web ,b") == ["a", "b"]
    assert await chosen(ann, "c, with comma") == ["c, with comma"]
    for nothing in ("nobody", "a, nobody", ","):
        with pytest.raises(DeviceNotFoundError):
            await chosen(ann, nothing)
    path = f"/device-groups/{group['id']}"
    changed = await ann.put(path, {"name": "Servers", "deviceIds": [ids[2], ids[0], ids[0]]})
    assert changed == {"id": group["id"], "name": "Servers", "deviceIds": [ids[2], ids[0]]}
    await ann.delete(f"/devices/{ids[0]}")
    assert (await ann.get("/device-groups"))["items"][0]["deviceIds"] == [ids[2]]
    await ann.delete(path)
    assert (await ann.get("/device-groups"))["items"] == []


async def test_what_no_group_can_be(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    mine, theirs = await link(ann, "laptop"), await link(bob, "other")
    await ann.post("/device-groups", {"name": "web", "deviceIds": []})
    for name, members, status, code in (
        ("Web", [], 409, "devices.group_name_taken"),
        ("LAPTOP", [], 409, "devices.group_name_taken"),
        ("a,b", [], 422, "request.invalid"),
        (mine.node_id, [], 422, "request.invalid"),
        ("x", [theirs.session["deviceId"]], 404, "devices.not_found"),
    ):
        answer = await ann.api.post("/device-groups", json={"name": name, "deviceIds": members})
        assert refused(answer) == (status, code), name
    viewer = await ann.create_workspace("team")
    guest = await viewer.invite(bob, "viewer")
    answer = await guest.api.post("/device-groups", json={"name": "x", "deviceIds": []})
    assert refused(answer) == (403, "workspaces.not_allowed")


async def test_the_stricter_policy_of_workspace_and_machine_counts(server: Server) -> None:
    ann = await (await register(server)).create_workspace("team")
    bob = await ann.invite(await register(server), "member")
    await server.settle()  # it is in the log before what follows
    assert await ann.get("/tool-policy") == {"maxGrade": "high", "standingRules": True, "deniedTools": []}
    strict = {"maxGrade": "modify", "standingRules": False, "deniedTools": ["fs.delete"]}
    assert refused(await bob.api.put("/tool-policy", json=strict)) == (403, "workspaces.not_allowed")
    assert await ann.put("/tool-policy", strict) == strict
    assert await bob.get("/tool-policy") == strict, "whom it binds may read it"
    device = (await link(bob, "laptop")).session["deviceId"]
    own = {"maxGrade": "read", "standingRules": True, "deniedTools": ["exec"]}
    assert (await bob.put(f"/devices/{device}/policy", own))["policy"] == own
    assert refused(await ann.api.put(f"/devices/{device}/policy", json=own)) == (404, "devices.not_found")
    actions = [entry["action"] for entry in (await ann.get("/audit"))["items"]]
    assert actions[:3:2] == ["devices.policy_changed", "devices.workspace_policy_changed"]
