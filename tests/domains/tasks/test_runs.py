"""Runs of tasks, from the outside: launched, watched, steered, read again."""

from tests.domains.agents.chatting import CREATE, WRITTEN
from tests.domains.tasks.launching import check_log, kinds, launch
from tests.support.accounts import Person
from tests.support.devices import link, online


async def test_a_task_runs_on_a_machine_asks_and_ends(ann: Person) -> None:
    machine = await link(ann)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    async with online(machine, WRITTEN) as there:
        with ann.server.watching(ann.topic) as watch:
            run = await launch(ann, watch, CREATE, target=target, budget={"calls": 20, "tokens": 500_000})
            waiting = await run.until("waiting_approval")
            assert waiting["totals"]["toolCalls"] == 1
            asked = (await watch.event("exec.approval.requested"))["approval"]
            (pending,) = (await ann.get("/approvals?state=pending"))["items"]
            found = await ann.get(f"/approvals/{pending['id']}")
            assert {each["taskRunId"] for each in (asked, pending, found)} == {run.id}
            await run.answer()
            ended = await run.ended()
    assert (ended["state"], ended["error"], ended["device"]["name"]) == ("succeeded", None, "laptop")
    assert [call.command for call in there.seen] == ["fs.write"]
    log = await run.log()
    assert check_log(log) == [
        "queued",
        "dispatched",
        "running",
        "waiting_approval",
        "running",
        "succeeded",
    ]
    assert kinds(log) == [
        "created",
        "dispatched",
        "model_replied",
        "tool_started",
        "approval_asked",
        "approval_answered",
        "tool_ended",
        "model_replied",
    ]
    assert (log[-1]["hash"], log[-1]["seq"]) == (ended["eventHash"], ended["eventSeq"])
    assert ended["budget"]["calls"] == {"limit": 20, "used": 2, "held": 0}
    assert 0 < ended["budget"]["tokens"]["used"] < 50_000
    # What was said is in the conversation, which is not among the chats.
    said = (await ann.get(f"/conversations/{ended['conversationId']}/messages"))["items"]
    assert [message["role"] for message in said] == ["user", "assistant"]
    assert (await ann.get("/conversations"))["items"] == []
    job = await ann.get(f"/jobs/{run.id.replace('trun_', 'job_')}")
    assert (job["state"], job["kind"]) == ("completed", "tasks.run")
