"""A run that is on its way to another machine when a host is lost, or when it may not go there any more."""

from typing import Any

import pytest

from tests.domains.agents.chatting import use_model
from tests.domains.tasks.launching import Launched, check_log, kinds, launch, told
from tests.domains.tasks.test_handing_over import WRITE, Disk
from tests.domains.tasks.test_of_systems import FORM, new_system
from tests.support.accounts import Person
from tests.support.devices import HOME, Machine, enrol, link, online, online_host
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = Say(calls=[Call("system_info", {})])
INFO = {"os": "linux"}


def at(machine: Machine) -> dict[str, Any]:
    return {"kind": "device", "deviceId": machine.session["deviceId"]}


async def revoke(person: Person, host: Machine) -> None:
    await person.delete(f"/hosts/{host.session['deviceId'].replace('dev_', 'host_')}")


@pytest.mark.parametrize("when_lost", ["redispatch", "end"])
async def test_a_run_whose_host_is_lost_while_it_is_to_leave_goes_where_it_was_sent(
    bea: Person, when_lost: str
) -> None:
    """Also where a lost host would be the end: somebody has said where to go on."""
    host, laptop = await enrol(bea, "cloud"), await link(bea, "laptop")
    async with ScriptedOpenAI([LOOK, Say("done")]) as model, online_host(host) as there, online(laptop):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "look", target={"kind": "host"}, whenLost=when_lost)
            await there.next_call()
            await run.do("pause")  # so that both have happened before it goes anywhere
            await run.do("hand-over", {"target": at(laptop)})
            await revoke(bea, host)
            await run.do("resume")
            ended = await run.ended()
    assert (ended["state"], ended["device"]["name"]) == ("succeeded", "laptop")
    log = await run.log()
    check_log(log)
    assert kinds(log).count("moved") == 1


async def test_what_was_read_of_a_host_before_it_was_lost_is_brought_and_the_rest_is_named(
    bea: Person,
) -> None:
    disk, host, laptop = Disk(), await enrol(bea, "cloud"), await link(bea, "laptop")
    script = [
        Say("one", [WRITE]),
        Say("two", [Call("fs_write", {"path": "~/second.md", "content": "two\n"})]),
        Say("still at it", gate="away", gate_after=1),
        Say("finished"),
    ]
    async with ScriptedOpenAI(script) as model, online_host(host) as there, online(laptop, disk.answers):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write", target={"kind": "host"})
            for name in ("plan.md", "second.md"):
                asked = await watch.until(
                    lambda b, name=name: b.get("event") == "exec.approval.requested" and name in str(b)
                )
                approval = asked["payload"]["approval"]["id"]
                await bea.post(f"/approvals/{approval}/decision", {"decision": "allow_once"})
                call = await there.next_call()
                await call.answer({"path": call.params["path"], "bytes": 4, "created": True, "diff": ""})
            await model.waiting("away")
            await run.do("hand-over", {"target": at(laptop)})
            call = await there.next_call()
            assert call.params["path"] == "~/plan.md"
            whole = {"content": "one\n", "lines": 1, "totalLines": 1, "truncated": False, "binary": False}
            await call.answer(whole)
            assert (await there.next_call()).params["path"] == "~/second.md"
            await revoke(bea, host)
            ended = await run.ended()
    assert (ended["state"], ended["device"]["name"]) == ("succeeded", "laptop")
    assert disk.files == {f"{HOME}/plan.md": "one\n"}
    said = str(model.requests[-1]["messages"][-1]["content"])
    assert said.endswith("brought here:\n- ~/plan.md\n\nThese files stayed behind:\n- ~/second.md")
    log = await run.log()
    check_log(log)
    (moved,) = [entry["data"] for entry in log if entry["kind"] == "moved"]
    assert (moved["files"], moved["left"]) == (1, 1)


async def test_a_run_whose_host_is_lost_is_told_which_of_its_files_stayed_there(bea: Person) -> None:
    host, next_disk = await enrol(bea, "cloud"), Disk()
    script = [Say("one", [WRITE]), LOOK, Say("finished")]
    async with ScriptedOpenAI(script) as model, online_host(host) as there:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write", target={"kind": "host"})
            await run.answer()
            await (await there.next_call()).answer(
                {"path": "~/plan.md", "bytes": 4, "created": True, "diff": ""}
            )
            await there.next_call()
            async with online_host(await enrol(bea, "second"), next_disk.answers):
                await revoke(bea, host)
                assert (await run.ended())["device"]["name"] == "second"
    assert "stayed behind:\n- ~/plan.md" in str(model.requests[-1]["messages"][-1]["content"])
    (moved,) = [entry["data"] for entry in await run.log() if entry["kind"] == "moved"]
    assert (moved["files"], moved["left"]) == (0, 1)


async def test_a_host_that_is_lost_before_a_run_gets_there_is_followed_by_the_next(bea: Person) -> None:
    """With the files, which are written at the one and then at the other."""
    here, there = Disk(), Disk()
    script = [Say("begun", [WRITE]), Say("still at it", gate="away", gate_after=1), Say("finished")]
    laptop, first = await link(bea, "laptop"), await enrol(bea, "first")
    async with ScriptedOpenAI(script) as model, online(laptop, here.answers), online_host(first) as one:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write the plan", target=at(laptop))
            await run.answer()
            await model.waiting("away")
            await run.do("hand-over", {"target": {"kind": "host"}})
            await one.next_call()  # its file is to be written there
            second = await enrol(bea, "second")
            async with online_host(second, there.answers):
                await revoke(bea, first)
                ended = await run.ended()
    assert (ended["state"], ended["device"]["name"], ended["target"]["kind"]) == (
        "succeeded",
        "second",
        "host",
    )
    assert there.files == {f"{HOME}/plan.md": "one\n"}
    log = await run.log()
    check_log(log)
    assert [kinds(log).count(kind) for kind in ("host_lost", "moved")] == [1, 1]
    (moved,) = [entry["data"] for entry in log if entry["kind"] == "moved"]
    assert (moved["files"], moved["left"]) == (1, 0)


async def test_a_run_that_cannot_go_there_any_more_stays_and_its_owner_is_told(bea: Person) -> None:
    laptop, desktop = await link(bea, "laptop"), await link(bea, "desktop")
    script = [Say("begun", gate="away", gate_after=1), Say("finished")]
    async with ScriptedOpenAI(script) as model, online(laptop):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "look", target=at(laptop))
            await model.waiting("away")
            await run.do("pause")
            await run.do("hand-over", {"target": at(desktop)})
            await bea.delete(f"/devices/{desktop.session['deviceId']}")
            await run.do("resume")
            ended = await run.ended()
    assert (ended["state"], ended["device"]["name"], ended["isMoving"]) == ("succeeded", "laptop", False)
    assert "which was not possible" in str(model.requests[-1]["messages"][-1])
    log = await run.log()
    check_log(log)
    (given_up,) = [entry["data"] for entry in log if entry["kind"] == "not_moved"]
    assert given_up == {"code": "devices.not_found"}
    (notice,) = await told(bea)
    assert notice[:2] == ("task.not_moved", "Task not handed over: look")
    assert notice[2].endswith("The hand-over was given up.")


async def test_a_run_that_is_sent_elsewhere_on_its_way_goes_there_with_its_files(bea: Person) -> None:
    """What was written at the first place is left there; the files are still those of where the run was."""
    here, there = Disk(), Disk()
    script = [Say("begun", [WRITE]), Say("still at it", gate="away", gate_after=1), Say("finished")]
    laptop, desktop, server = [await link(bea, name) for name in ("laptop", "desktop", "server")]
    async with (
        ScriptedOpenAI(script) as model,
        online(laptop, here.answers),
        online(desktop) as silent,
        online(server, there.answers),
    ):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write the plan", target=at(laptop))
            await run.answer()
            await model.waiting("away")
            await run.do("hand-over", {"target": at(desktop)})
            await silent.next_call()  # its file is to be written there
            await run.do("hand-over", {"target": at(server)})
            ended = await run.ended()
    assert (ended["state"], ended["device"]["name"], ended["isMoving"]) == ("succeeded", "server", False)
    assert there.files == {f"{HOME}/plan.md": "one\n"}
    log = await run.log()
    check_log(log)
    assert [kinds(log).count(kind) for kind in ("hand_over", "moved", "dispatched")] == [2, 1, 2]


async def test_a_run_that_is_sent_on_to_where_it_cannot_go_is_back_where_it_was(bea: Person) -> None:
    """And not where it had been on its way to, which nobody wants any more."""
    laptop, desktop, gone = [await link(bea, name) for name in ("laptop", "desktop", "gone")]
    script = [Say("begun", [WRITE]), Say("still at it", gate="away", gate_after=1), Say("finished")]
    async with (
        ScriptedOpenAI(script) as model,
        online(laptop, Disk().answers),
        online(desktop) as silent,
    ):
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "write the plan", target=at(laptop))
            await run.answer()
            await model.waiting("away")
            await run.do("hand-over", {"target": at(desktop)})
            await silent.next_call()
            await run.do("pause")
            await run.do("hand-over", {"target": at(gone)})
            await bea.delete(f"/devices/{gone.session['deviceId']}")
            await run.do("resume")
            ended = await run.ended()
    assert (ended["state"], ended["device"]["name"]) == ("succeeded", "laptop")
    assert ended["target"]["deviceId"] == laptop.session["deviceId"]
    log = await run.log()
    check_log(log)
    assert [kinds(log).count(kind) for kind in ("hand_over", "not_moved", "moved")] == [2, 1, 0]


async def test_a_run_of_a_lost_host_that_may_go_nowhere_ends_with_the_reason(bea: Person) -> None:
    host = await enrol(bea, "cloud")
    async with ScriptedOpenAI([LOOK]) as model, online_host(host) as there:
        await use_model(bea, model)
        system = await new_system(bea, allowsRemoteLaunch=True)
        body = {"systemId": system["id"], "intake": FORM, "target": {"kind": "host"}}
        with bea.server.watching(bea.topic) as watch:
            task = await bea.post("/tasks", body)
            run = Launched(bea, (await bea.post(f"/tasks/{task['id']}/runs"))["id"], watch)
            await there.next_call()
            await bea.patch(f"/systems/{system['id']}", {"allowsRemoteLaunch": False})
            await revoke(bea, host)
            ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("failed", "systems.remote_launch_not_allowed")
