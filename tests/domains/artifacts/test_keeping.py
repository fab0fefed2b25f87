"""How results come to be: saved by runs, handed over by machines, kept from workflows; drawn small, shown elsewhere."""

import hashlib
import io
import struct
import zlib
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update

from openclaw.domains.artifacts.jobs.drawing import draw
from openclaw.domains.conversations.models import ConversationRow
from openclaw.domains.workflows.service import files
from openclaw.kit import ids
from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import chatting, tools, use_model
from tests.domains.artifacts.saving import PAGE, PNG, content, processed, save, upload, visit
from tests.support.accounts import Person, refused, register
from tests.support.devices import Call as DeviceCall
from tests.support.devices import Machine, link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLLECT = Call("fs_collect", {"path": "~/site", "title": "Bakery", "kind": "site", "mode": "full"})


async def hand_over(machine: Machine, call: DeviceCall | str, body: bytes, **headers: str) -> httpx2.Response:
    """The answer to a machine that hands a file over."""
    token = machine.session["accessToken"]
    call_id = call if isinstance(call, str) else call.id
    return await machine.api.post(
        f"/bridge/result-files?call={call_id}",
        content=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"} | headers,
    )


def told(*files: tuple[str, bytes]) -> dict[str, Any]:
    """What a machine says that it has handed over."""
    return {
        "mode": "full",
        "files": [
            {"path": path, "bytes": len(body), "digest": hashlib.sha256(body).hexdigest()}
            for path, body in files
        ],
    }


async def saved(person: Person) -> list[dict[str, Any]]:
    return (await person.get("/artifacts"))["items"]


async def test_the_model_saves_a_text_and_a_new_version_of_it(server: Server) -> None:
    ann = await register(server)
    report = {"title": "Weekly report", "kind": "markdown", "content": "# Week 1", "tags": ["weekly"]}
    wrong = {"title": "Weekly report", "kind": "image", "content": "no picture"}
    script = [Say(calls=[Call("save_result", wrong), Call("save_result", {"title": "x"})])]
    async with ScriptedOpenAI([*script, Say(calls=[Call("save_result", report)]), Say("Saved.")]) as model:
        await use_model(ann, model)
        async with chatting(ann) as chat:
            run_id = await chat.say("write the report")
            reply = await chat.reply()
    [refused_one, mistaken, step] = tools(reply)
    assert (refused_one["state"], refused_one["error"]["code"]) == ("error", "NOT_SAVED")
    assert (mistaken["state"], mistaken["error"]["code"]) == ("error", "INVALID_ARGUMENTS")
    [artifact] = await saved(ann)
    assert step["result"] == {"resultId": artifact["id"], "version": 1, "title": "Weekly report"}
    assert artifact["provenance"] == {
        "origin": "run",
        "runId": run_id,
        "stepId": step["stepId"],
        "conversationId": chat.id,
    }
    assert "continue" in artifact["actions"]
    assert await content(ann, artifact["id"]) == b"# Week 1"
    assert [item["id"] for item in (await ann.get(f"/artifacts?run={run_id}"))["items"]] == [artifact["id"]]
    bob = await register(server)
    more = report | {"content": "# Week 2", "result_id": artifact["id"]}
    for person, state in ((bob, "error"), (ann, "ok")):
        async with ScriptedOpenAI([Say(calls=[Call("save_result", more)]), Say("Saved.")]) as model:
            await use_model(person, model, name="again")
            async with chatting(person) as chat:
                await chat.say("again")
                assert tools(await chat.reply())[0]["state"] == state
    assert (await saved(ann))[0]["version"] == 2
    assert await content(ann, artifact["id"]) == b"# Week 2"


async def test_a_machine_hands_files_over_for_the_call_that_asks(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    theirs = await link(bob)
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("Kept.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            await chat.say("keep the site")
            call = await there.next_call()
            assert call.params["mode"] == "full", "as the server says, whatever the model does"
            for machine, name in ((theirs, call.id), (there.machine, "0" * 32), (there.machine, "x")):
                assert refused(await hand_over(machine, name, b"x")) == (404, "devices.call_not_found")
            unknown = await hand_over(there.machine, call, b"x", Authorization="Bearer no")
            assert refused(unknown) == (401, "devices.session_revoked")
            for body in (PAGE.encode(), PNG):
                assert (await hand_over(there.machine, call, body)).status_code == 204
            await call.answer(told(("index.html", PAGE.encode()), ("img/bread.png", PNG)))
            step = tools(await chat.reply())[0]
            late = await hand_over(there.machine, call, b"late")
    assert refused(late) == (404, "devices.call_not_found")
    assert (step["name"], step["state"]) == ("fs.collect", "ok")
    [artifact] = await saved(ann)
    assert (artifact["kind"], artifact["fileCount"], step["result"]["resultId"]) == (
        "site",
        2,
        artifact["id"],
    )
    assert artifact["provenance"]["deviceId"] == there.machine.session["deviceId"]
    assert await content(ann, artifact["id"], path="img/bread.png") == PNG
    folder = server.platform.config.home / "blobs"
    assert not [p for p in folder.rglob("*") if p.is_file() and "handed-over" in str(p)]


@pytest.mark.parametrize("mode", ["local_only", "metadata"])
async def test_a_mode_holds_against_a_machine_that_sends_all_the_same(server: Server, mode: str) -> None:
    ann = await register(server)
    planted = b"PLANTED-77aa"
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("Kept.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            async with ann.scope() as scope:  # as the work of a system with that mode is begun
                await scope.session.execute(update(ConversationRow).values(sync_mode=mode))
            await chat.say("keep the site")
            call = await there.next_call()
            assert call.params["mode"] == mode
            assert refused(await hand_over(there.machine, call, planted)) == (409, "artifacts.body_withheld")
            await call.answer(told(("PLANTED-77aa.html", planted)))
            await chat.reply()
    [artifact] = await saved(ann)
    shown = await ann.get(f"/artifacts/{artifact['id']}")
    assert (shown["syncMode"], "PLANTED" in str(shown)) == (mode, mode == "metadata")
    folder = server.platform.config.home / "blobs"
    assert not [p for p in folder.rglob("*") if p.is_file() and planted in p.read_bytes()]


async def test_files_that_never_came_are_no_result(server: Server) -> None:
    ann = await register(server)
    async with ScriptedOpenAI([Say(calls=[COLLECT]), Say("No.")]) as model:
        await use_model(ann, model)
        async with online(await link(ann), commands=list(ARGUMENTS)) as there, chatting(ann) as chat:
            await chat.say("keep the site")
            call = await there.next_call()
            await call.answer(told(("index.html", b"never sent")))
            step = tools(await chat.reply())[0]
    assert (step["state"], step["error"]["code"]) == ("error", "NOT_SAVED")
    assert await saved(ann) == []


def picture(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(drawn, "PNG")
    return drawn.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


async def test_an_image_gets_a_small_picture_and_a_hostile_one_none(server: Server) -> None:
    ann = await register(server)
    made = (await upload(ann, picture(800, 400), title="Red", kind="image", filename="red.png")).json()
    hostile = (
        await upload(ann, claiming(60_000, 60_000), title="Bomb", kind="image", filename="b.png")
    ).json()
    for artifact in (made, hostile):
        await processed(ann, artifact["id"])
    assert (await ann.get(f"/artifacts/{made['id']}"))["hasThumbnail"]
    with Image.open(io.BytesIO(await content(ann, made["id"], thumbnail=True))) as shown:
        assert (shown.format, shown.size) == ("WEBP", (320, 160))
    assert not (await ann.get(f"/artifacts/{hostile['id']}"))["hasThumbnail"]
    assert await draw(b"no image") is None


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
