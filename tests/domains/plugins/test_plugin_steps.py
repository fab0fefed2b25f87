"""Workflows that run plugins, for real: sandbox, files, what is noted down, and what is wrong said beforehand."""

from typing import Any

import pytest

from openclaw.infra.metrics import exposition
from tests.domains.plugins.making import ACTION, archive, install, work
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, ended, expr, run, save, start, steps_of
from tests.support.accounts import Person, refused, register
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOOLS = {"device": {"tools": ["fs.read", "fs.write"]}}
OPEN = {**ACTION, "input": {"type": "object"}}


async def step_of(person: Person, run_id: str, path: str = "work") -> dict[str, Any]:
    """A step with all that is known of it."""
    found = (await steps_of(person, run_id))[path]
    return await person.get(f"/workflow-runs/{run_id}/steps/{found['id']}")


async def test_a_step_runs_a_plugin(server: Server) -> None:
    ann = await register(server)
    await install(ann, settings={"greeting": "hello"})
    done = await run(ann, definition(work(do="echo", text=expr("input.word"))), {"word": "moon"})
    assert done["state"] == "completed", done
    key = done["id"].removeprefix("wrun_") + ":work"
    assert done["output"] == {"text": "moon", "greeting": "hello", "key": key}
    told = await step_of(ann, done["id"])
    call = told["call"]
    assert [line["text"] for line in told["logs"]] == [
        f"worker 1.0.0 execute: completed, {call['tier']}",
        "said moon",
    ]
    assert (call["state"], call["version"], call["logs"]) == ("completed", "1.0.0", "said moon\n")
    assert call["tier"] in ("namespaces", "landlock")
    assert call["usage"]["wallSeconds"] > 0
    assert [each["path"] for each in (await ann.get("/plugin-calls?plugin=worker"))["items"]] == ["work"]
    assert b'openclaw_plugin_usage_total{plugin="private",state="completed"}' in exposition()
    assert b'openclaw_sandbox_events_total{event="calls"}' in exposition()


async def test_files_are_kept_with_the_run_and_never_shown_in_place(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    await install(ann)
    done = await run(ann, definition(work(do="draw")))
    file = done["output"]["files"][0]["$file"]
    assert (file["name"], file["type"], file["bytes"]) == ("chart (1).svg", "image/svg+xml", 6)
    path = f"/workflow-runs/{done['id']}/files/{file['id']}"
    answer = await ann.api.get(path)
    assert (answer.content, answer.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''chart%20%281%29.svg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert refused(await bob.api.get(path))[0] == 404
    other = await run(ann, definition(work(do="draw"), name="Another"))
    assert refused(await ann.api.get(path.replace(done["id"], other["id"])))[0] == 404
    again = await ann.post(f"/workflow-runs/{done['id']}/repeat", {"fromPath": "work"})
    assert (await ann.api.get(path.replace(done["id"], again["id"]))).content == b"<svg/>", "taken over"
    inside = {"id": "sub", "type": "subworkflow", "config": {"workflow": "Another"}}
    outer = await run(ann, definition(inside, name="Outer"))
    (step,) = (await ann.get(f"/workflow-runs/{outer['id']}/steps"))["items"]
    inner = step["output"]["files"][0]["$file"]["id"]
    assert (await ann.api.get(f"/workflow-runs/{outer['id']}/files/{inner}")).content == b"<svg/>", (
        "of a run inside"
    )
    assert refused(await ann.api.get(f"/workflow-runs/{other['id']}/files/{inner}"))[0] == 404


async def test_how_a_plugin_fails_is_told_and_noted(server: Server) -> None:
    ann = await register(server)
    await install(ann)
    for do, code, words in (
        ("fail", "plugins.failed", "worker failed: It did not work."),
        ("lie", "plugins.failed", "worker failed: output: /text must be string"),
        ("attack", "sandbox.violation", "socket(AF_PACKET)"),
    ):
        done = await run(ann, definition(work(do=do), name=do))
        step = await step_of(ann, done["id"])
        assert (done["state"], step["error"]["code"]) == ("failed", code)
        assert words in step["error"]["message"]
        assert step["call"]["state"] == ("violation" if do == "attack" else "failed")
    entries = (await ann.get("/audit"))["items"]
    found = next(each for each in entries if each["action"] == "plugins.security_violation")
    assert (found["subject"], found["detail"]["path"]) == ("worker", "work")
    assert b'openclaw_sandbox_events_total{event="violations"}' in exposition()


async def test_secrets_are_in_no_log(server: Server) -> None:
    ann = await register(server)
    asked = {"secrets": {"names": ["token"]}}
    await install(ann, archive(permissions=asked), secrets={"token": "s3cret-thing"})
    await ann.put("/workflow-secrets", {"name": "KEY", "value": "other-secret"})
    done = await run(ann, definition(work(do="secret"), secrets=["KEY"]))
    assert (await step_of(ann, done["id"]))["call"]["logs"] == "it is [token]\n"
    said = await run(ann, definition(work(do="echo", text={"$secret": "KEY"}), secrets=["KEY"], name="Said"))
    assert said["output"]["text"] == "[KEY]"
    assert (await step_of(ann, said["id"]))["call"]["logs"] == "said [KEY]\n"
    async with server.owner() as owner:
        rows = await owner.fetch("SELECT t::text FROM plugin_calls t UNION ALL SELECT t::text FROM plugins t")
    assert "s3cret-thing" not in str(rows)
    assert "other-secret" not in str(rows)


async def test_only_granted_hosts_are_reached_and_others_are_audited(server: Server) -> None:
    ann = await register(server)
    async with running_peer() as peer:
        await install(ann, archive(permissions={"network": {"hosts": ["*"]}}))
        done = await run(ann, definition(work(do="fetch", url=peer.url)))
        assert done["state"] == "failed"
        assert peer.asked == []
    detail = next(
        each["detail"]
        for each in (await ann.get("/audit"))["items"]
        if each["action"] == "plugins.connection_refused"
    )
    assert detail["connections"][0]["host"] == "127.0.0.1"
    assert (await step_of(ann, done["id"]))["call"]["refused"] == detail["connections"]
    installed = (await ann.get("/plugins"))["items"][0]
    await ann.patch(f"/plugins/{installed['id']}", {"permissions": {}})
    done = await run(ann, definition(work(do="fetch", url="https://example.com/"), name="No network"))
    assert "http was not granted" in done["error"]["title"]


async def test_values_are_kept_between_calls_and_bounded(server: Server) -> None:
    ann = await register(server)
    installed = await install(ann)
    for number in (1, 2):
        assert (await run(ann, definition(work(do="count"))))["output"] == {"n": number}
    await ann.patch(f"/plugins/{installed['id']}", {"permissions": {}})
    done = await run(ann, definition(work(do="count")))
    assert "kv.get was not granted" in done["error"]["title"]


async def test_a_tier_can_be_asked_for(server: Server) -> None:
    ann = await register(server)
    await install(ann)
    await ann.put("/plugin-settings", {"leastTier": "hardened"})
    done = await run(ann, definition(work(do="echo")))
    if done["state"] == "completed":  # where a kernel of its own can be had
        assert (await step_of(ann, done["id"]))["call"]["tier"] == "hardened"
    else:
        assert "hardened" in done["error"]["title"]
    assert (await ann.get("/plugin-settings")) == {"leastTier": "hardened"}


async def test_what_does_not_fit_is_said_with_its_place(server: Server) -> None:
    ann = await register(server)
    strict = {**ACTION, "input": {**ACTION["input"], "additionalProperties": False}}
    await install(ann, archive(actions={"execute": strict}))
    inner = definition(
        work("a", plugin="nobody", do="x"),
        work("b", text=expr("input.x")),
        work("c", do=7, size=3),
        {"id": "l", "type": "loop", "config": {"items": [1], "steps": [work("d", do="echo")]}},
    )
    inner["steps"][3]["config"]["steps"][0]["config"]["action"] = "dance"
    checked = await ann.post("/workflow-language/check", {"definition": inner})
    assert {(each["path"], each["code"]) for each in checked["problems"]} == {
        ("$.steps[0].config.plugin", "unknown_plugin"),
        ("$.steps[1].config.inputs.do", "missing_input"),
        ("$.steps[2].config.inputs.do", "wrong_input"),
        ("$.steps[2].config.inputs.size", "unknown_input"),
        ("$.steps[3].config.steps[0].config.action", "unknown_action"),
    }
    answer = await ann.api.post("/workflows", json={"definition": inner})
    assert refused(answer) == (422, "workflows.invalid_definition")


async def allowed(person: Person, permissions: dict[str, Any]) -> None:
    await install(person, archive(permissions=permissions, actions={"execute": OPEN}))


def machine(tool: str, **arguments: Any) -> dict[str, Any]:
    return definition(work(do="machine", tool=tool, arguments=arguments))


async def test_machines_are_asked_under_their_policy(server: Server) -> None:
    ann = await register(server)
    laptop = await link(ann, "laptop")
    await allowed(ann, TOOLS)
    written: list[Any] = []
    answers = {
        "fs.read": lambda _: {"content": "hello"},
        "fs.write": lambda p: (
            written.append(p) or {"path": p["path"], "bytes": 1, "created": True, "diff": ""}
        ),
    }
    async with online(laptop, answers):
        done = await run(ann, machine("fs.read", path="/home/ann/a"))
        assert done["output"]["result"]["content"] == "hello", done
        for decision in ("deny", "allow_once"):
            workflow = await save(ann, machine("fs.write", path="/home/ann/b", content="x"))
            with server.watching(ann.topic) as watch:
                run_id = await start(ann, workflow)
                asked = (await watch.event("exec.approval.requested"))["approval"]
                assert asked["askedBy"] == "plugin worker"
                assert written == []
                await ann.post(f"/approvals/{asked['id']}/decision", {"decision": decision})
                await ended(watch, run_id)
        assert len(written) == 1
        done = await run(ann, machine("exec", command="ls"))
        assert "the tool exec was not granted" in done["error"]["title"]


async def test_a_question_does_not_outlive_the_plugin(server: Server) -> None:
    ann = await register(server)
    laptop = await link(ann, "laptop")
    await allowed(ann, TOOLS)
    async with online(laptop, {}):
        workflow = await save(ann, machine("fs.write", path="/home/ann/b", content="x"))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            asked = (await watch.event("exec.approval.requested"))["approval"]
            await ann.post("/plugin-blocks", {"name": "worker", "reason": "Enough."})
            await ended(watch, run_id)
        assert (await ann.get(f"/approvals/{asked['id']}"))["state"] == "expired"


async def test_models_are_asked_for_those_who_may(server: Server) -> None:
    ann = await register(server)
    await allowed(ann, {"llm": {}})
    done = await run(ann, definition(work(do="ask", text="Say hello.")))
    assert done["state"] == "completed", done
    assert done["output"]["text"]
    plugin = (await ann.get("/plugins"))["items"][0]
    await ann.patch(f"/plugins/{plugin['id']}", {"permissions": {}})
    done = await run(ann, definition(work(do="ask", text="Say hello."), name="Not granted"))
    assert "llm was not granted" in done["error"]["title"]


async def test_what_the_server_does_not_have_is_said(server: Server) -> None:
    ann = await register(server)
    await ann.post("/workflow-language/check", {"definition": definition(work(plugin="nobody", do="x"))})
    step = {
        "id": "tell",
        "type": "plugin",
        "config": {"plugin": "notify", "inputs": {"title": "Hello"}},
    }
    package = (await ann.get("/plugin-packages?name=notify"))["items"][0]
    assert package["source"] == "builtin"
    assert "notify was not granted" in (await run(ann, definition(step)))["error"]["title"]
    await ann.post("/plugins", {"packageId": package["id"], "permissions": {"notify": {}}})
    done = await run(ann, definition(step, name="Granted"))
    assert done["output"] == {"told": True}
    mail = {"plugin": "email", "inputs": {"to": ["a@example.com"], "subject": "Hello", "text": ""}}
    package = (await ann.get("/plugin-packages?name=email"))["items"][0]
    await ann.post("/plugins", {"packageId": package["id"], "permissions": {"email": {}}})
    done = await run(ann, definition({**step, "config": mail}, name="Mail"))
    assert "This server has no mail account." in done["error"]["title"], done
    assert (await ann.get("/notifications/settings"))["mailState"] == "not_configured"
    await ann.post("/notifications/test")
    await server.settle()
    (delivery,) = (await ann.get("/notifications/deliveries?state=skipped"))["items"]
    assert delivery["error"]["code"] == "mail.not_configured"
