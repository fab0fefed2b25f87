"""A run that goes on at another machine and comes back: with its transcript, its files, and the log as it was."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.tasks.jobs.moving import may_bring
from tests.domains.agents.chatting import use_model
from tests.domains.tasks.launching import check_log, kinds, launch, taken_over
from tests.support.accounts import Person, refused
from tests.support.devices import HOME, Answer, enrol, link, online, online_host
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRITE = Call("fs_write", {"path": "~/plan.md", "content": "one\n"})
EDIT = Call("fs_write", {"path": "~/plan.md", "content": "one\ntwo\n"})


@dataclass
class Disk:
    """A machine's files, as its tools see them."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    was_read: asyncio.Event = field(default_factory=asyncio.Event)

    def path(self, given: str) -> str:
        return given.replace("~", HOME, 1) if given.startswith("~") else given

    def read(self, params: dict[str, Any]) -> Any:
        self.was_read.set()
        text = self.files.get(self.path(params["path"]))
        if text is None:
            return None
        lines = text.count("\n")
        return {"content": text, "lines": lines, "totalLines": lines, "truncated": False, "binary": False}

    def write(self, params: dict[str, Any]) -> Any:
        self.files[self.path(params["path"])] = params["content"]
        return {"path": params["path"], "bytes": len(params["content"]), "created": True, "diff": ""}

    @property
    def answers(self) -> dict[str, Answer]:
        return {"fs.read": self.read, "fs.write": self.write, "fs.delete": lambda _: {}}


async def test_a_run_goes_to_another_machine_and_back(bea: Person) -> None:
    here, there = Disk({f"{HOME}/other.txt": "mine\n"}), Disk({f"{HOME}/left.md": "theirs\n"})
    first = [WRITE, Call("fs_write", {"path": "~/left.md", "content": "ours\n"})]
    script = [
        Say("begun", first),
        Say("still at it", gate="away", gate_after=1),
        Say("there", [EDIT]),
        Say("back again", gate="back", gate_after=1),
        Say("finished"),
    ]
    one, two = await link(bea, "laptop"), await link(bea, "desktop")
    laptop, desktop = ({"kind": "device", "deviceId": m.session["deviceId"]} for m in (one, two))
    async with (
        ScriptedOpenAI(script) as model,
        online(one, here.answers),
        online(two, there.answers),
    ):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write the plan", target=laptop)
            await run.answer()
            second = await watch.until(
                lambda b: (
                    b.get("event") == "exec.approval.requested"
                    and b["payload"]["approval"]["arguments"]["path"].endswith("left.md")
                )
            )
            await bea.post(
                f"/approvals/{second['payload']['approval']['id']}/decision", {"decision": "allow_once"}
            )
            await model.waiting("away")
            before = await run.log()
            await run.do("hand-over", {"target": desktop})
            await watch.until(lambda b: "plan.md" in str(b) and "approval" in str(b) and "desktop" in str(b))
            moved = await run.get()
            assert (moved["device"]["name"], moved["isMoving"]) == ("desktop", False)
            assert there.files == {f"{HOME}/left.md": "theirs\n", f"{HOME}/plan.md": "one\n"}
            asked = (await bea.get("/approvals?state=pending"))["items"][0]
            assert asked["device"]["name"] == "desktop"
            await bea.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            await model.waiting("back")
            middle = await run.log()
            await run.do("hand-over", {"target": laptop})
            ended = await run.ended()
            last = await run.log()
    # It came home with what was changed there; what was in the way there was left alone, and here too.
    assert here.files[f"{HOME}/plan.md"] == "one\ntwo\n"
    assert here.files[f"{HOME}/other.txt"] == "mine\n"
    assert (ended["state"], ended["device"]["name"]) == ("succeeded", "laptop")
    check_log(last)
    assert kinds(last).count("moved") == 2
    # What was before is as it was: the same entries, so the same hash.
    assert last[: len(before)] == before
    assert last[: len(middle)] == middle
    over = [entry for entry in last if entry["kind"] == "hand_over"]
    for entry in over:
        at = last[entry["data"]["logSeq"] - 1]
        assert at["hash"] == entry["data"]["logHash"] == entry["previousHash"]
    first_move = next(entry for entry in last if entry["kind"] == "moved")
    assert (first_move["data"]["files"], first_move["data"]["left"]) == (1, 1)
    # The model there was told all that was said before.
    told = str(model.requests[2]["messages"])
    assert "write the plan" in told
    assert "begun" in told
    assert "~/left.md" in told


async def test_files_are_brought_also_when_a_process_dies_while_there_is_no_room(bea: Person) -> None:
    """The next one reads them from where the run was, and not from where it wants to go."""
    here, there = Disk(), Disk()
    script = [Say("begun", [WRITE]), Say("still at it", gate="away", gate_after=1), Say("finished")]
    laptop = await link(bea, "laptop")
    target = {"kind": "device", "deviceId": laptop.session["deviceId"]}
    async with ScriptedOpenAI(script) as model, online(laptop, here.answers):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write the plan", target=target)
            await run.answer()
            await model.waiting("away")
            await run.do("hand-over", {"target": {"kind": "host"}})
            await run.until("waiting_device")
            await here.was_read.wait()
            bea.server.manual.advance(timedelta(seconds=6))
            moving = await run.get()
            assert (moving["device"]["name"], moving["isMoving"]) == ("laptop", True)
            async with taken_over(bea), online_host(await enrol(bea, "cloud"), there.answers):
                bea.server.manual.advance(timedelta(seconds=6))
                assert (await run.ended())["state"] == "succeeded"
    assert there.files == {f"{HOME}/plan.md": "one\n"}


async def test_only_what_is_plain_is_brought_without_asking() -> None:
    device = DeviceRow(home=HOME)
    assert may_bring(device, "~/docs/plan.md")
    for path in (
        "~/.ssh/authorized_keys",
        "~/.bashrc",
        "/etc/hosts",
        "~/../eve/x",
        "~/a/..\\..\\x",
        "x",
        "~",
    ):
        assert not may_bring(device, path), path


async def test_what_was_said_on_a_machine_stays_there(bea: Person) -> None:
    machine = await link(bea)
    pi = {"kind": "device", "deviceId": machine.session["deviceId"], "runtime": "pi"}
    async with online(machine, commands=["fs.read", "pi.run", "pi.run.say", "pi.run.answer"]) as there:
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "secret", target=pi | {"syncMode": "local_only"})
            await there.next_call()
            await run.until("running", "dispatched")
            away = await bea.api.post(f"/task-runs/{run.id}/hand-over", json={"target": {"kind": "server"}})
            assert refused(away) == (409, "tasks.transcript_not_here")
            assert refused(await bea.api.post(f"/task-runs/{run.id}/pause"))[1] == "tasks.pause_not_offered"
            wrong = {"text": "x", "target": pi, "budget": {"tokens": 5}}
            assert refused(await bea.api.post("/tasks", json=wrong))[1] == "tasks.budget_not_kept"
            await run.do("cancel")
            ended = await run.ended()
            assert (ended["state"], ended["title"]) == ("cancelled", "Task")
    async with bea.server.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM task_run_events WHERE event LIKE '%secret%'") == 0
