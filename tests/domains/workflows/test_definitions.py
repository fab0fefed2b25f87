"""Workflows by the API: versions, states, text form, differences, secrets, roles."""

import pytest

from tests.domains.workflows.running import definition, save, start, transform
from tests.support.accounts import refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_draft_active_archived(server: Server) -> None:
    ann = await register(server)
    made = await ann.post("/workflows", {"definition": definition(transform("a", 1))})
    path = f"/workflows/{made['id']}"
    assert (made["status"], made["latestVersion"], made["activeVersion"]) == ("draft", 1, None)
    assert refused(await ann.api.post(f"{path}/runs", json={})) == (409, "workflows.wrong_state")
    assert (await ann.post(f"{path}/activate"))["status"] == "active"
    saved = await ann.put(path, {"definition": definition(transform("a", 2)), "baseVersion": 1})
    assert (saved["latestVersion"], saved["activeVersion"]) == (2, 1), "saved is not active yet"
    late = await ann.api.put(path, json={"definition": definition(transform("a", 3)), "baseVersion": 1})
    assert refused(late) == (409, "workflows.version_conflict")
    run = await ann.get(f"/workflow-runs/{await start(ann, made['id'])}")
    assert run["version"] == 1
    assert [v["version"] for v in (await ann.get(f"{path}/versions"))["items"]] == [2, 1]
    changes = (await ann.get(f"{path}/diff?before=1&after=2"))["items"]
    assert changes == [{"kind": "changed", "path": "$.steps.a.config.set", "before": 1, "after": 2}]
    assert (await ann.post(f"{path}/archive"))["status"] == "archived"
    assert refused(await ann.api.post(f"{path}/runs", json={})) == (409, "workflows.wrong_state")
    assert (await ann.get("/workflows"))["items"] == []
    assert len((await ann.get("/workflows?status=archived"))["items"]) == 1


async def test_yaml_in_and_out(server: Server) -> None:
    ann = await register(server)
    raw = definition(transform("a", {"text": "yes", "n": 1.0}, next_steps=["b"]), transform("b"))
    made = await ann.post("/workflows", {"definition": raw})
    text = (await ann.get(f"/workflows/{made['id']}/yaml"))["yaml"]
    assert text.startswith(
        "openclaw: openclaw.workflow/1\nname: A workflow\nsteps:\n- id: a\n  type: transform\n"
    )
    again = await ann.post("/workflows", {"yaml": text})
    assert again["definition"] == raw
    wrong = await ann.api.post("/workflows", json={"yaml": "a: [\n"})
    assert refused(wrong) == (422, "workflows.invalid_definition")
    assert refused(await ann.api.post("/workflows", json={})) == (422, "request.invalid")


async def test_every_problem_is_in_the_answer(server: Server) -> None:
    ann = await register(server)
    raw = definition(transform("a", {"$expr": "1 +"}, next_steps=["x"]), {"id": "b"})
    answer = await ann.api.post("/workflows", json={"definition": raw})
    assert refused(answer) == (422, "workflows.invalid_definition")
    paths = {problem["path"] for problem in answer.json()["data"]["problems"]}
    assert paths == {"$.steps[0].config.set.$expr", "$.steps[0].next_steps[0]", "$.steps[1]"}
    checked = await ann.post("/workflow-language/check", {"definition": raw})
    assert {problem["path"] for problem in checked["problems"]} == paths
    assert (await ann.get("/workflows"))["items"] == []


async def test_the_schema_is_served(server: Server) -> None:
    ann = await register(server)
    assert (await ann.get("/workflow-language"))["title"] == "OpenClaw workflow"


async def test_who_may_what(server: Server) -> None:
    """Workflows are the workspace's, runs are their starter's, secrets are kept by admins, viewers only look."""
    ann = await (await register(server)).create_workspace()
    bo = await ann.invite(await register(server), "member")
    eve = await ann.invite(await register(server), "viewer")
    workflow = await save(ann, definition(transform("a")))
    run = await start(ann, workflow)
    assert refused(await bo.api.get(f"/workflow-runs/{run}")) == (404, "workflows.not_found")
    assert (await bo.get("/workflow-runs"))["items"] == []
    await start(bo, workflow)
    for person, status in ((bo, 403), (eve, 403)):
        answer = await person.api.put("/workflow-secrets", json={"name": "KEY", "value": "x"})
        assert answer.status_code == status
    assert (await eve.get(f"/workflows/{workflow}"))["name"] == "A workflow"
    for path in ("/workflows", f"/workflows/{workflow}/runs", f"/workflows/{workflow}/archive"):
        body = {"definition": definition(transform("a"))} if path == "/workflows" else None
        assert (await eve.api.post(path, json=body)).status_code == 403, path
    await ann.put("/workflow-secrets", {"name": "KEY", "value": "x"})
    assert [s["name"] for s in (await bo.get("/workflow-secrets"))["items"]] == ["KEY"]
    await ann.delete("/workflow-secrets?name=KEY")
    assert refused(await ann.api.delete("/workflow-secrets?name=KEY")) == (404, "workflows.not_found")
