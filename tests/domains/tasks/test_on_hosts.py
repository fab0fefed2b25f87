"""Runs on hosts: sent to one that fits and has room, and gone on with elsewhere when it is lost."""

from datetime import timedelta

from openclaw.protocol.runs import RUN_ARGUMENTS
from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import use_model
from tests.domains.tasks.launching import check_log, kinds, launch, told
from tests.support.accounts import Person, refused, register
from tests.support.devices import enrol, heartbeat, link, online_host
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

LOOK = Say(calls=[Call("system_info", {})])
INFO = {"os": "linux"}


async def test_a_members_run_uses_the_hosts_tools_and_gives_its_slot_back(ann: Person) -> None:
    team = await ann.create_workspace()
    carl = await team.invite(await register(ann.server, "carl"))
    host = await enrol(team, "box", labels=["gpu"])
    async with ScriptedOpenAI([LOOK, Say("done")]) as model, online_host(host) as there:
        await use_model(team, model)
        with ann.server.watching(carl.topic) as watch:
            run = await launch(carl, watch, "look", target={"kind": "host", "labels": ["gpu"]})
            await (await there.next_call()).answer(INFO)
            ended = await run.ended()
    assert (ended["state"], ended["target"]["kind"]) == ("succeeded", "host")
    assert ended["device"]["name"] == "box"
    assert check_log(await run.log())[:3] == ["queued", "dispatched", "running"]
    assert "box" in str(model.requests[0]["messages"][0]), "the model is told where it works"
    assert [h["busySlots"] for h in (await team.get("/hosts"))["items"]] == [0]


async def test_a_members_run_on_the_hosts_own_pi_is_told_to_the_member(ann: Person) -> None:
    team = await ann.create_workspace()
    carl = await team.invite(await register(ann.server, "carl"))
    host = await enrol(team)
    async with online_host(host, commands=[*ARGUMENTS, *RUN_ARGUMENTS]) as there:
        with ann.server.watching(carl.topic) as watch:
            run = await launch(carl, watch, "look", target={"kind": "host", "runtime": "pi"})
            call = await there.next_call()
            event = {"kind": "said", "stop": "stop", "text": "It is Linux."}
            told = {"id": call.id, "nodeId": there.node_id, "seq": 1, "event": event}
            assert await there.client.call("node.run.event", told) == {"ok": True}
            await call.answer({"outcome": "completed", "events": 1})
            ended = await run.ended()
    assert (call.command, ended["state"]) == ("pi.run", "succeeded")
    messages = (await carl.get(f"/conversations/{ended['conversationId']}/messages"))["items"]
    assert "It is Linux." in str(messages[-1])
    assert (await team.api.get(f"/conversations/{ended['conversationId']}")).status_code == 404


async def test_without_a_host_that_fits_a_run_waits_for_one(ann: Person) -> None:
    async with ScriptedOpenAI([LOOK, Say("done")]) as model:
        await use_model(ann, model)
        laptop = await link(ann)
        body = {"text": "look", "target": {"kind": "host", "deviceId": laptop.session["deviceId"]}}
        assert refused(await ann.api.post("/tasks", json=body)) == (404, "devices.not_found")
        stranger = await enrol(await register(ann.server, "eve"))
        body["target"] = {"kind": "host", "deviceId": stranger.session["deviceId"]}
        assert refused(await ann.api.post("/tasks", json=body)) == (404, "devices.not_found")
        with ann.server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "look", target={"kind": "host"})
            assert (await run.get())["state"] == "queued"
            host = await enrol(ann)
            async with online_host(host, answers={"system.info": lambda _: INFO}):
                ann.server.manual.advance(timedelta(seconds=6))
                assert (await run.ended())["state"] == "succeeded"


async def test_a_run_whose_host_is_lost_goes_on_at_another(ann: Person) -> None:
    """Never at both: the lost one is told to stop, and what it says then counts for nothing."""
    server, first, second = ann.server, await enrol(ann, "first"), await enrol(ann, "second")
    async with ScriptedOpenAI([LOOK, LOOK, Say("done")]) as model, online_host(first) as one:
        await use_model(ann, model)
        with server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "look", target={"kind": "host"})
            stuck = await one.next_call()
            async with online_host(second) as two:
                server.manual.advance(timedelta(seconds=40))
                await two.client.call("node.host.heartbeat", heartbeat(second))
                server.manual.advance(timedelta(seconds=6))
                assert await one.cancelled.get() == stuck.id
                call = await two.next_call()
                assert (await stuck.answer(INFO))["ignored"]
                await call.answer(INFO)
                assert (await run.ended())["state"] == "succeeded"
    assert len(one.seen) == len(two.seen) == 1
    log = await run.log()
    check_log(log)
    assert [kinds(log).count(kind) for kind in ("host_lost", "moved")] == [1, 1]


async def test_a_run_whose_host_is_revoked_ends_lost_where_that_is_wanted(ann: Person) -> None:
    host = await enrol(ann)
    async with ScriptedOpenAI([LOOK, Say("done")]) as model, online_host(host) as there:
        await use_model(ann, model)
        with ann.server.watching(ann.topic) as watch:
            run = await launch(ann, watch, "look", target={"kind": "host"}, whenLost="end")
            await there.next_call()
            await ann.delete(f"/hosts/{host.session['deviceId'].replace('dev_', 'host_')}")
            ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("lost", "tasks.host_lost")
    assert ("task.failed", "Task failed: look") in [each[:2] for each in await told(ann)]
    log = await run.log()
    check_log(log)
    assert "host_lost" in kinds(log)
