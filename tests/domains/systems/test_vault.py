"""The vault that the server keeps: what is kept when, what differs in words, restores and that they can be undone."""

import asyncio
from typing import Any

import pytest

from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def make(person: Person, **more: Any) -> tuple[str, dict[str, Any]]:
    system = await person.post("/systems", {"name": "Site", "template": "website_development"} | more)
    return f"/systems/{system['id']}", system


async def kinds(person: Person, path: str) -> list[str]:
    """What the vault has, the oldest first."""
    return [each["kind"] for each in reversed((await person.get(f"{path}/snapshots"))["items"])]


async def restore(person: Person, path: str, **target: Any) -> dict[str, Any]:
    plan = await person.post(f"{path}/restore-plan", target)
    return await person.post(f"{path}/restore", {"token": plan["token"]})


async def test_a_baseline_once_and_a_checkpoint_before_each_change(server: Server) -> None:
    ann = await register(server)
    path, system = await make(ann)
    profile = system["profile"] | {"model": "m-1"}
    await ann.patch(path, {"profile": profile})
    await ann.patch(path, {"profile": profile})  # no change, so nothing to keep
    await ann.patch(path, {"status": "draft"})
    await ann.post(f"{path}/snapshots", {"kind": "milestone", "label": "first", "preset": "config_only"})
    assert await kinds(ann, path) == ["baseline", "auto_checkpoint", "milestone"]
    milestone, checkpoint, baseline = (await ann.get(f"{path}/snapshots"))["items"]
    assert baseline["id"] == system["baselineSnapshotId"]
    assert (checkpoint["automatic"], milestone["automatic"]) == (True, False)
    assert milestone["scopes"] == ["system_config", "team_blueprint", "prompt_assignments", "permissions"]
    held = (await ann.get(f"{path}/snapshots/{milestone['id']}"))["content"]
    assert held["model"] == "m-1"
    assert "memory" not in held
    assert refused(await ann.api.post(f"{path}/snapshots", json={"kind": "baseline"}))[0] == 422


async def test_what_differs_is_told_in_words(server: Server) -> None:
    ann = await register(server)
    path, system = await make(ann)
    profile = system["profile"]
    roles = [r for r in profile["roles"] if r["id"] != "writer"] + [{"id": "critic", "name": "Critic"}]
    prompts = [{**profile["prompts"][0], "text": "Bake."}, *profile["prompts"][1:]]
    changed = profile | {"roles": roles, "model": "m-2", "permissions": {"allowBash": False}}
    changed["prompts"] = prompts
    await ann.patch(path, {"name": "Shop", "profile": changed})
    body = {"before": system["baselineSnapshotId"]}
    compared = await ann.post(f"{path}/snapshots/compare", body)
    words = [change["words"] for change in compared["changes"]]
    for expected in (
        "The name was changed: Site → Shop",
        "The model was changed: – → m-2",
        "Role “Writer” was removed",
        "Role “Critic” was added",
        "Prompt “Brief”: the text was changed",
        "The permission “allowBash” was changed: – → False",
    ):
        assert expected in words, words
    counts = {each["field"]: each for each in compared["counts"]}
    assert (counts["roles"]["added"], counts["roles"]["removed"]) == (1, 1)
    chinese = await ann.post(f"{path}/snapshots/compare", body, headers={"Accept-Language": "zh"})
    said = [change["words"] for change in chinese["changes"]]
    assert {"角色“Writer”已移除", "提示词“Brief”的文字已更改"} <= set(said), said


async def test_a_restore_is_planned_confirmed_audited_and_can_be_undone(server: Server) -> None:
    ann = await register(server)
    path, system = await make(ann)
    await ann.patch(path, {"name": "Shop", "profile": system["profile"] | {"model": "m-3"}})
    changed = await ann.get(path)
    plan = await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]})
    assert {change["path"] for change in plan["changes"]} == {"$.name", "$.model"}
    assert (await ann.get(path))["name"] == "Shop", "a plan changes nothing"
    with server.watching(ann.topic) as watch:
        done = await ann.post(f"{path}/restore", {"token": plan["token"]})
        told = await watch.event("system.changed", reason="restored")
    assert told == {"id": system["id"], "version": done["system"]["version"], "reason": "restored"}
    assert (done["system"]["name"], done["system"]["profile"]["model"]) == ("Site", None)
    assert done["system"]["activeSnapshotId"] == system["baselineSnapshotId"]
    undone = await restore(ann, path, snapshotId=done["checkpoint"]["id"])
    assert undone["system"]["profile"] == changed["profile"]
    assert undone["system"]["digest"] == changed["digest"]
    log = [entry for entry in (await ann.get("/audit"))["items"] if entry["action"] == "systems.restored"]
    assert len(log) == 2
    assert log[1]["detail"]["snapshot"] == system["baselineSnapshotId"]


async def test_a_restore_of_some_scopes_leaves_the_others(server: Server) -> None:
    ann = await register(server)
    path, system = await make(ann)
    prompts = [{"id": "mine", "title": "Mine", "text": "Do {{ intake.siteName }}."}]
    await ann.patch(path, {"profile": system["profile"] | {"model": "m-4", "prompts": prompts}})
    done = await restore(ann, path, snapshotId=system["baselineSnapshotId"], scopes=["prompt_assignments"])
    assert done["system"]["profile"]["model"] == "m-4"
    assert done["system"]["profile"]["prompts"] == system["profile"]["prompts"]
    visibility = await restore(ann, path, snapshotId=system["baselineSnapshotId"])
    assert visibility["system"]["visibility"] == "private", "who sees it is no part of a snapshot"


async def test_parts_that_fit_no_more_are_not_put_together(server: Server) -> None:
    """Prompts for a role that the team has lost: refused at the plan, and nothing changes."""
    ann = await register(server)
    role = {"id": "planner", "name": "P"}
    path, system = await make(ann)
    of_writer = [{"id": "w", "title": "W", "role": "writer", "text": "x"}]
    await ann.patch(path, {"profile": system["profile"] | {"prompts": of_writer}})
    kept = await ann.post(f"{path}/snapshots", {"scopes": ["prompt_assignments"]})
    lonely = {"roles": [role], "prompts": [], "stages": [], "routing": {"defaultRole": "planner"}}
    await ann.patch(path, {"profile": system["profile"] | lonely})
    before = await ann.get(path)
    plan = await ann.api.post(f"{path}/restore-plan", json={"snapshotId": kept["id"]})
    assert refused(plan) == (422, "systems.invalid_profile")
    assert await ann.get(path) == before


async def test_of_restores_at_once_one_is_done(server: Server) -> None:
    """One plan confirmed by many at once, beside other changes: each takes effect wholly, once, or not at all."""
    ann = await register(server)
    path, system = await make(ann)
    await ann.patch(path, {"name": "Shop"})
    plans = [
        await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]}) for _ in range(2)
    ]
    tokens = [plan["token"] for plan in plans for _ in range(4)]
    answers = await asyncio.gather(
        *(ann.api.post(f"{path}/restore", json={"token": token}) for token in tokens)
    )
    done = [answer for answer in answers if answer.is_success]
    assert len(done) == 1
    assert {refused(a) for a in answers if a not in done} == {(409, "systems.changed_meanwhile")}
    assert (await kinds(ann, path)).count("auto_checkpoint") == 2
    assert (await ann.get(path))["version"] == 3


async def test_a_token_is_of_one_person_one_system_and_ten_minutes(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bob = await ann.invite(await register(server))
    path, system = await make(ann, visibility="workspace")
    other, _ = await make(ann)
    token = (await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]}))["token"]
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for person, where, said in (
        (bob, path, token),
        (ann, other, token),
        (ann, path, forged),
        (ann, path, "x" * 50),
    ):
        answer = await person.api.post(f"{where}/restore", json={"token": said})
        assert refused(answer) == (409, "systems.plan_expired")
    await ann.post(f"{path}/restore", {"token": token})


async def test_branches_are_lines_that_one_comes_back_to(server: Server) -> None:
    ann = await register(server)
    path, system = await make(ann)
    branch = await ann.post(f"{path}/branches", {"name": "bold"})
    assert refused(await ann.api.post(f"{path}/branches", json={"name": "bold"})) == (
        409,
        "systems.branch_exists",
    )
    assert (await kinds(ann, path)).count("milestone") == 1, "a refused branch keeps nothing"
    there = await restore(ann, path, branchId=branch["id"])
    assert there["system"]["currentBranchId"] == branch["id"]
    await ann.patch(path, {"profile": system["profile"] | {"model": "bold-1"}})
    await ann.post(f"{path}/snapshots", {"label": "on the branch"})
    back = await restore(ann, path, snapshotId=system["baselineSnapshotId"])
    assert (back["system"]["currentBranchId"], back["system"]["profile"]["model"]) == (None, None)
    again = await restore(ann, path, branchId=branch["id"])
    assert again["system"]["profile"]["model"] == "bold-1"
    (listed,) = (await ann.get(f"{path}/branches"))["items"]
    assert listed["active"] is True


async def test_a_clone_begins_anew(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bob = await ann.invite(await register(server))
    path, system = await make(ann, visibility="workspace")
    await ann.patch(path, {"profile": system["profile"] | {"model": "m-5"}})
    now = await bob.post(f"{path}/clone", {"name": "Now"})
    then = await bob.post(f"{path}/clone", {"name": "Then", "snapshotId": system["baselineSnapshotId"]})
    assert (now["profile"]["model"], then["profile"]["model"]) == ("m-5", None)
    for clone in (now, then):
        assert (clone["visibility"], clone["createdBy"], clone["version"]) == ("private", bob.id, 1)
        assert await kinds(bob, f"/systems/{clone['id']}") == ["baseline"]
    assert refused(await ann.api.get(f"/systems/{now['id']}")) == (404, "systems.not_found")
    others = await ann.post("/systems", {"name": "Other"})
    stolen = {"name": "x", "snapshotId": others["baselineSnapshotId"]}
    assert refused(await ann.api.post(f"{path}/clone", json=stolen)) == (404, "systems.snapshot_not_found")
