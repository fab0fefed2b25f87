"""Where results have an origin of their own, and what a workflow's file becomes."""

from urllib.parse import urlsplit

import pytest

from openclaw.domains.workflows.service import files
from openclaw.kit import ids
from tests.domains.artifacts.saving import PAGE, content, save, visit
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_each_origin_answers_its_own_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cookie is sent to every port of a host: what is shown at the one must not be a way to the other."""
    for field, value in (("content_port", 3001), ("content_url", None)):
        monkeypatch.setitem(server.platform.config.__dict__, field, value)
    ann = await register(server)
    made = await save(ann)
    url = (await ann.get(f"/artifacts/{made['id']}/view"))["url"]
    assert url.startswith("http://127.0.0.1:3001/a/")
    path = urlsplit(url).path
    there = {"Host": "127.0.0.1:3001"}
    page = await visit(server, path, headers=there)
    assert page.text == PAGE
    assert f"script-src http://127.0.0.1:3001{path}" in page.headers["content-security-policy"]
    assert (await visit(server, path, headers={"Host": "localhost:3001"})).text == PAGE
    token = {"Authorization": f"Bearer {ann.token}", "X-Workspace-Id": ann.workspace["id"]}
    for asked in ("/api/v2/users/me", "/", "/healthz", "/api/v2/artifacts"):
        assert refused(await visit(server, asked, headers=there | token)) == (421, "request.foreign_host")
    assert refused(await visit(server, path)) == (421, "request.foreign_host")
    console = await visit(server, "/api/v2/health")
    assert "frame-src http://127.0.0.1:3001;" in console.headers["content-security-policy"]


async def test_a_file_of_a_workflow_run_is_kept_as_a_result(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    step = {"id": "a", "type": "transform", "config": {"set": {"x": 1}}}
    raw = {"openclaw": "openclaw.workflow/1", "name": "Makes a table", "steps": [step]}
    workflow = (await ann.post("/workflows", {"definition": raw}))["id"]
    await ann.post(f"/workflows/{workflow}/activate")
    run = (await ann.post(f"/workflows/{workflow}/runs", {}))["id"]
    file_id = await _given(ann, server, run)
    path = f"/workflow-runs/{run}/files/{file_id}/keep"
    made = await ann.post(path)
    assert (made["title"], made["kind"]) == ("week.csv", "table")
    assert made["provenance"] == {"origin": "workflow", "workflowRunId": run, "stepPath": "a"}
    assert await content(ann, made["id"]) == b"a,b\n1,2\n"
    assert (await ann.post(path, {"title": "Another"}))["id"] == made["id"]
    assert refused(await bob.api.post(path)) == (404, "workflows.not_found")


async def _given(person: Person, server: Server, run: str) -> str:
    """The id of a file that a step of the run gave back."""
    async with person.scope() as scope:
        [given] = await files.put_files(
            scope,
            server.platform.blobs,
            run_id=ids.from_wire("wrun", run),
            path="a",
            attempt_id=ids.new_id(),
            files=[("week.csv", "text/csv", b"a,b\n1,2\n")],
        )
    return given["$file"]["id"]
