"""Runs that are paused, stopped, tried again and gone on with; and what ends them by itself."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.domains.agents.chatting import CREATE, WRITTEN, use_model
from tests.domains.tasks.launching import Launched, check_log, kinds, launch, new_task, told
from tests.support.accounts import Person, refused
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = Say(calls=[Call("system_info", {})])


async def test_a_paused_run_begins_nothing_until_it_is_resumed(bea: Person) -> None:
    async with (
        ScriptedOpenAI([Say("first", [Call("exec", {"command": "ls"})], gate="one"), Say("done")]) as model,
        online(await link(bea), WRITTEN) as machine,
    ):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "look around")
            await model.waiting("one")
            paused = await run.do("pause")
            assert (paused["state"], paused["isPaused"]) == ("running", True)
            assert (await run.do("pause"))["eventSeq"] == paused["eventSeq"]  # nothing new
            model.open("one")
            await run.event("model_replied")
            found = await bea.get(f"/jobs/{run.id.replace('trun_', 'job_')}")
            assert found["state"] == "waiting"
            assert machine.seen == []
            await run.do("resume")
            assert (await run.ended())["state"] == "succeeded"
    assert [call.command for call in machine.seen] == ["exec"]
    log = await run.log()
    check_log(log)
    assert kinds(log).index("paused") < kinds(log).index("resumed") < kinds(log).index("tool_ended")


async def test_a_cancelled_run_ends_wherever_it_is_and_nothing_follows(bea: Person) -> None:
    async with online(await link(bea), WRITTEN) as machine:
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, CREATE)
            await run.until("waiting_approval")
            assert (await run.do("cancel"))["isCancelling"] is True
            assert (await run.ended())["state"] == "cancelled"
            again = await run.do("cancel")
    assert (again["state"], again["isCancelling"]) == ("cancelled", False)
    assert machine.seen == []
    assert (await bea.get("/approvals?state=pending"))["items"] == []
    assert [kind for kind, *_ in await told(bea)] == ["approval.asked"], "whoever stops it knows"
    assert check_log(await run.log())[-1] == "cancelled"
    for what in ("pause", "resume"):
        assert refused(await bea.api.post(f"/task-runs/{run.id}/{what}")) == (409, "tasks.wrong_state")
    body = {"target": {"kind": "server"}}
    wrong = await bea.api.post(f"/task-runs/{run.id}/hand-over", json=body)
    assert refused(wrong) == (409, "tasks.wrong_state")


async def test_a_run_is_tried_again_and_gone_on_with_on_the_same_budget(bea: Person) -> None:
    async with ScriptedOpenAI([Say("one"), Say("two"), Say("three")]) as model:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "count", budget={"calls": 3})
            first = await run.ended()
            again = Launched(bea, (await run.do("retry"))["id"], watch)
            second = await again.ended()
            later = Launched(bea, (await again.do("follow-up", {"text": "and on"}))["id"], watch)
            third = await later.ended()
            spent = Launched(bea, (await later.do("retry"))["id"], watch)
            fourth = await spent.ended()
    assert [r["reason"] for r in (first, second, third, fourth)] == ["launch", "retry", "follow_up", "retry"]
    assert [r["attempt"] for r in (first, second, third, fourth)] == [1, 2, 1, 2]
    assert second["originRunId"] == first["id"]
    assert second["conversationId"] != first["conversationId"]
    assert third["conversationId"] == second["conversationId"]
    said = model.requests[2]["messages"]
    assert [m["content"] for m in said if m["role"] in ("user", "assistant")] == ["count", "two", "and on"]
    assert (fourth["state"], fourth["error"]["code"]) == ("failed", "agents.budget_spent")
    assert fourth["budget"]["calls"] == {"limit": 3, "used": 3, "held": 0}
    why = fourth["error"]["title"]
    # Of the four the one that failed, as a task and not as a conversation besides.
    assert await told(bea) == [("task.failed", "Task failed: count", why, f"/task-runs/{fourth['id']}")]
    page = await bea.get(f"/task-runs?task={first['taskId']}&limit=3")
    assert [r["id"] for r in page["items"]] == [fourth["id"], third["id"], second["id"]]
    rest = await bea.get(f"/task-runs?task={first['taskId']}&cursor={page['nextCursor']}")
    assert [r["id"] for r in rest["items"]] == [first["id"]]
    assert (await bea.get("/task-runs?open=true"))["items"] == []
    assert [t["lastRun"]["id"] for t in (await bea.get("/tasks"))["items"]] == [fourth["id"]]


async def test_one_conversation_is_gone_on_with_by_one_run_at_a_time(bea: Person) -> None:
    """The other one is refused before it is accepted, so that nobody has to hear of a task that failed."""
    async with ScriptedOpenAI(
        [Say("one"), Say("two", gate="held"), Say("three"), Say("four", gate="besides")]
    ) as model:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "count")
            await run.ended()
            both = await asyncio.gather(
                *(bea.api.post(f"/task-runs/{run.id}/follow-up", json={"text": "on"}) for _ in range(2))
            )
            taken, other = sorted(both, key=lambda answer: answer.status_code)
            assert (taken.status_code, refused(other)) == (202, (409, "tasks.wrong_state"))
            await model.waiting("held")
            late = await bea.api.post(f"/task-runs/{run.id}/follow-up", json={"text": "on"})
            assert refused(late) == (409, "tasks.wrong_state")
            model.open("held")
            assert (await Launched(bea, taken.json()["id"], watch).ended())["state"] == "succeeded"
            later = Launched(bea, (await run.do("follow-up", {"text": "and on"}))["id"], watch)
            ended = await later.ended()
            assert ended["state"] == "succeeded"
            # What somebody says there besides counts as well.
            said = {"text": "and this"}
            await bea.post(f"/conversations/{ended['conversationId']}/messages", said)
            await model.waiting("besides")
            busy = await bea.api.post(f"/task-runs/{later.id}/follow-up", json=said)
            assert refused(busy) == (409, "agents.run_busy")
            model.open("besides")
    assert await told(bea) == []


async def test_where_nobody_is_asked_what_needs_an_answer_is_refused(bea: Person) -> None:
    async with online(await link(bea), WRITTEN) as machine:
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, CREATE, approvalMode="deny")
            ended = await run.ended()
    assert ended["state"] == "succeeded"
    assert machine.seen == []
    assert watch.events("exec.approval.requested") == []
    entry = next(entry for entry in await run.log() if entry["kind"] == "tool_ended")
    assert (entry["data"]["state"], entry["data"]["code"]) == ("denied", "REFUSED")


async def test_a_run_none_of_whose_calls_worked_says_so_and_its_owner_is_told(bea: Person) -> None:
    wrong = Say(calls=[Call("fs_write", {"path": "~/x", "content": "x"}), Call("exec", {"command": "rm x"})])
    replies = [wrong, Say("All done!"), wrong, LOOK, Say("done"), Say("nothing to do")]
    async with ScriptedOpenAI(replies) as model, online(await link(bea), WRITTEN):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            vain = await launch(bea, watch, "look", approvalMode="deny")
            ended = await vain.ended()
            partly = await launch(bea, watch, "look again", approvalMode="deny")
            well = await partly.ended()
            idle = await launch(bea, watch, "say it", approvalMode="deny")
            quiet = await idle.ended()
    assert (ended["state"], ended["outcome"], ended["totals"]["toolCalls"]) == (
        "succeeded",
        "nothing_worked",
        2,
    )
    assert (well["state"], well["outcome"], quiet["outcome"]) == ("succeeded", None, None)
    check_log(await vain.log())
    ((kind, title, body, link_), *others) = await told(bea)
    assert (kind, title, others) == ("task.nothing_worked", "Nothing worked in: look", [])
    assert "every call of a tool failed or was refused (2)" in body
    assert link_ == f"/task-runs/{vain.id}"


async def test_a_run_ends_when_its_time_is_over(bea: Person) -> None:
    async with online(await link(bea)) as machine:
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "system info", timeLimitSeconds=60)
            await machine.next_call()
            bea.server.manual.advance(timedelta(seconds=61))
            ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("timed_out", "tasks.timed_out")
    assert check_log(await run.log())[-1] == "timed_out"
    why = "The task took longer than its limit of 60 s."
    assert await told(bea) == [("task.failed", "Task failed: system info", why, f"/task-runs/{run.id}")]
    headers = {"Accept-Language": "zh"}
    (item,) = (await bea.api.get("/notifications", headers=headers)).json()["items"]
    said = ("任务失败：system info", "任务超过了 60 秒的时间上限。")
    assert (item["title"], item["body"]) == said


async def test_the_same_key_is_the_same_task_and_the_same_run(bea: Person) -> None:
    headers = {"Idempotency-Key": "k1"}
    async with ScriptedOpenAI([Say("done"), Say("done")]) as model:
        await use_model(bea, model)
        made = [
            (await bea.api.post("/tasks", json={"text": "x"}, headers=headers)).json()["id"] for _ in "ab"
        ]
        assert made[0] == made[1]
        with bea.server.watching(bea.topic) as watch:
            path = f"/tasks/{made[0]}/runs"
            runs = [(await bea.api.post(path, headers=headers)).json()["id"] for _ in "ab"]
            assert runs[0] == runs[1]
            await Launched(bea, runs[0], watch).ended()
        other = await new_task(bea, "y")
        wrong = await bea.api.post(f"/tasks/{other}/runs", headers=headers)
        assert refused(wrong) == (404, "tasks.not_found")
    assert len(model.requests) == 1


async def test_a_task_is_changed_by_who_has_seen_it_and_put_away(bea: Person) -> None:
    task = await new_task(bea, "  write the report\nnow ", timeLimitSeconds=5)
    found = await bea.api.get(f"/tasks/{task}")
    assert (found.headers["etag"], found.json()["title"]) == ('"1"', "write the report now")
    put = {"text": "other", "title": "T", "approvalMode": "deny"}
    saved = await bea.api.put(f"/tasks/{task}", json=put, headers={"If-Match": '"1"'})
    assert (saved.headers["etag"], saved.json()["approvalMode"]) == ('"2"', "deny")
    late = await bea.api.put(f"/tasks/{task}", json=put, headers={"If-Match": '"1"'})
    assert refused(late) == (409, "tasks.changed")
    odd = await bea.api.put(f"/tasks/{task}", json=put, headers={"If-Match": "x"})
    assert refused(odd)[0] == 422
    await bea.delete(f"/tasks/{task}")
    assert (await bea.get("/tasks"))["items"] == []
    assert [t["id"] for t in (await bea.get("/tasks?archived=true"))["items"]] == [task]


async def test_what_makes_no_sense_is_refused_with_words(bea: Person) -> None:
    machine = (await link(bea)).session["deviceId"]
    for body in (
        {"text": "   "},
        {"text": "x" * 100_001},
        {"text": "x", "target": {"kind": "device"}},
        {"text": "x", "target": {"kind": "server", "deviceId": machine}},
        {"text": "x", "target": {"kind": "server", "runtime": "pi"}},
        {"text": "x", "target": {"kind": "device", "deviceId": machine, "syncMode": "local_only"}},
        {"text": "x", "target": {"kind": "device", "deviceId": machine, "labels": ["gpu"]}},
        {"text": "x", "target": {"kind": "host", "labels": ["'; DROP TABLE tasks"]}},
        {"text": "x", "budget": {"moneyMicros": -1}},
        {"text": "x", "budget": {"tokens": 1}, "budgetId": "bud_" + "0" * 32},
        {"text": "x", "approvalMode": "allow"},
        {"text": "x\0"},
        {"text": "x", "more": 1},
    ):
        status, code = refused(await bea.api.post("/tasks", json=body))
        assert (status, code.partition(".")[0]) in {(422, "request"), (404, "agents")}, body
    pi = {"text": "x", "target": {"kind": "device", "deviceId": machine, "runtime": "pi"}}
    assert refused(await bea.api.post("/tasks", json=pi))[1] == "agents.runtime_not_offered"
    assert (await bea.get("/tasks"))["items"] == []


async def test_what_is_sent_twice_at_once_is_one(bea: Person) -> None:
    """A client that has lost its patience sends again while the first one is still being kept."""

    async def four(path: str, body: Any, key: str) -> set[str]:
        headers = {"Idempotency-Key": key}
        answers = await asyncio.gather(*(bea.api.post(path, json=body, headers=headers) for _ in range(4)))
        assert [answer.status_code for answer in answers if not answer.is_success] == []
        return {answer.json()["id"] for answer in answers}

    [task] = await four("/tasks", {"text": "work"}, "a")
    with bea.server.watching(bea.topic) as watch:
        [run] = await four(f"/tasks/{task}/runs", {}, "b")
        await Launched(bea, run, watch).ended()
        [again] = await four(f"/task-runs/{run}/retry", {}, "c")
        [more] = await four(f"/task-runs/{run}/follow-up", {"text": "and more"}, "d")
        assert len({run, again, more}) == 3
    await four("/channels", {"kind": "telegram", "name": "x"}, "e")
    rule = {
        "name": "x",
        "trigger": {"kind": "manual"},
        "action": {"kind": "notify", "config": {"title": "x"}},
    }
    await four("/automations", rule, "f")
