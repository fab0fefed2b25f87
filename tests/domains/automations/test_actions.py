"""Actions of other slices: a task launched, a result published, the user told; and what these set off."""

import pytest
import pytest_asyncio

from tests.domains.automations.setting_off import MANUAL, automation, fire, history, told, until
from tests.domains.workflows.running import expr
from tests.support.accounts import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def test_a_task_is_launched_and_its_end_sets_off_what_tells(ann: Person) -> None:
    task = await ann.post("/tasks", {"text": "Say hello."})
    event = {"kind": "event", "event": "task.completed"}
    words = {"title": {"$text": "{{ input.title }} ended: {{ input.state }}"}}
    telling = await automation(ann, event, {"kind": "notify", "config": words})
    made = await automation(ann, MANUAL, {"kind": "run_task", "config": {"taskId": task["id"]}})
    run = await until(ann, await fire(ann, made))
    assert (run["state"], run["target"]["kind"]) == ("succeeded", "run_task"), run
    assert run["result"]["taskRunId"] == run["target"]["id"]
    with ann.server.watching(ann.topic) as watch:
        while not (found := await history(ann, telling)) or not found[0]["finishedAt"]:
            await watch.event("automation.changed")
            watch.messages.clear()
    assert found[0]["result"]["title"].endswith("ended: succeeded")
    assert await told(ann) == [("automation.notice", False)]


async def test_a_result_that_is_saved_sets_off_and_one_that_was_approved_is_published(ann: Person) -> None:
    event = {"kind": "event", "event": "artifact.saved"}
    telling = await automation(ann, event, {"kind": "notify", "config": {"title": expr("input.title")}})
    config = {"artifactId": expr("input.id"), "slug": "morning-news"}
    made = await automation(ann, MANUAL, {"kind": "publish", "config": config})
    body = {"kind": "markdown", "title": "News", "content": "# News"}
    artifact = (await ann.post("/artifacts", body))["id"]
    with ann.server.watching(ann.topic) as watch:
        while not (found := await history(ann, telling)) or not found[0]["finishedAt"]:
            await watch.event("automation.changed")
            watch.messages.clear()
    assert (found[0]["input"]["artifactId"], found[0]["result"]) == (artifact, {"title": "News"})
    early = await until(ann, await fire(ann, made, {"id": artifact}))
    assert early["error"]["code"] == "artifacts.wrong_status"
    for status in ("ready_for_review", "approved", "ready_to_publish"):
        await ann.post(f"/artifacts/{artifact}/status", {"status": status})
    run = await until(ann, await fire(ann, made, {"id": artifact}))
    assert (run["state"], run["result"]) == ("succeeded", {"artifactId": artifact, "slug": "morning-news"})


async def test_tasks_and_results_of_others_are_not_there(ann: Person, shared: Server) -> None:
    bob = await register(shared)
    task = await ann.post("/tasks", {"text": "Mine."})
    body = {"name": "A", "trigger": MANUAL, "action": {"kind": "run_task", "config": {"taskId": task["id"]}}}
    assert (await bob.api.post("/automations", json=body)).status_code == 404
    late = {"kind": "publish", "config": {"artifactId": expr("input.id")}}
    made = await automation(bob, MANUAL, late)
    artifact = await ann.post("/artifacts", {"kind": "markdown", "title": "Mine", "content": "x"})
    run = await until(bob, await fire(bob, made, {"id": artifact["id"]}))
    assert (run["state"], run["error"]["code"]) == ("failed", "artifacts.not_found")
