"""A run whose process is gone: entered again from its rows, by whoever is there, and done once."""

from datetime import timedelta

import pytest

from openclaw.domains.agents.jobs.run import MAX_ENTRIES, RunJob
from openclaw.domains.agents.service.runs import MAX_OPEN_RUNS
from openclaw.domains.conversations.service import messages
from openclaw.domains.conversations.service.transcript import ConversationTranscript
from openclaw.kit import ids
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, text, tools, use_model
from tests.support.accounts import Person, refused, register
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


def second_entry(server: Server) -> RunJob:
    """The job as another process holds it."""
    platform = server.platform
    return RunJob(
        database=platform.database,
        bus=platform.bus,
        blobs=platform.blobs,
        keys=platform.keys,
        clock=platform.clock,
        config=platform.config,
        transcript=ConversationTranscript(),
        plugins=platform.plugins,
        queue=platform.queue,
    )


async def test_a_run_that_is_entered_twice_is_done_once(server: Server, ann: Person) -> None:
    """As after a crash whose process was only thought dead: the earlier entry writes no more."""
    async with online(await link(ann), WRITTEN) as machine, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        names = {"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex}
        job = second_entry(server)
        task = spawn(job(names), name="second entry")
        await chat.watch.until(
            lambda b: len([p for p in chat.watch.events("agent") if p["stream"] == "lifecycle"]) == 2
        )
        await chat.decide(approval, "allow_once")
        reply = await chat.reply()
        await task
        await job(names)  # and once more, when it has ended
        await job.close()
    assert [call.command for call in machine.seen] == ["fs.write"]
    assert [part["type"] for part in reply["parts"]] == ["text", "tool", "text"]
    assert len(await chat.messages()) == 2
    assert len([p for p in chat.watch.events("chat") if p["state"] == "final"]) == 1
    assert [p["data"]["phase"] for p in chat.watch.events("agent") if p["data"].get("phase") == "result"] == [
        "result"
    ]
    run_id = ids.from_wire("run", chat.run_id)
    async with server.owner() as owner:
        assert await owner.fetchval("SELECT epoch FROM runs WHERE id = $1", run_id) == 2
        assert await owner.fetchval("SELECT count(*) FROM run_steps WHERE run_id = $1", run_id) == 3


async def test_an_entry_that_is_cut_off_goes_on_from_its_rows(server: Server, ann: Person) -> None:
    """The process is gone after the machine has been asked: the call is not sent again, its answer is taken."""
    async with online(await link(ann)) as machine, chatting(ann) as chat:
        async with server.owner() as owner:  # nobody starts it but us
            await chat.say("run touch once")
            approval = await chat.asked()
            job = second_entry(server)
            names = {"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex}
            first = spawn(job(names), name="first")
            await chat.decide(approval, "allow_once")
            call = await machine.next_call()
            await cancel_and_wait(first)
            third = spawn(job(names), name="third")
            await chat.watch.until(
                lambda b: len([p for p in chat.watch.events("agent") if p["stream"] == "lifecycle"]) >= 3
            )
            await call.answer({"exitCode": 0, "stdout": "once"})
            reply = await chat.reply()
            await third
            await job.close()
            calls = "SELECT count(*) FROM device_calls WHERE user_id = $1"
            assert await owner.fetchval(calls, ann.user_id) == 1
    assert len(machine.seen) == 1
    assert tools(reply)[0]["result"]["stdout"] == "once"


async def test_an_entry_waits_no_longer_than_the_one_before_it_would_have(
    server: Server, ann: Person
) -> None:
    async with online(await link(ann)) as machine, chatting(ann) as chat, server.owner() as owner:
        await chat.say("system info")
        call = await machine.next_call()
        soon = server.clock.now() + timedelta(milliseconds=100)
        await owner.execute("UPDATE device_calls SET expires_at = $1 WHERE user_id = $2", soon, ann.user_id)
        job = second_entry(server)
        names = {"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex}
        await job(names)
        await job.close()
        assert tools(await chat.reply())[0]["error"]["code"] == "DEVICE_OFFLINE"
        assert await machine.cancelled.get() == call.id


async def test_a_run_that_nobody_started_is_started_by_its_recorded_fact(server: Server, ann: Person) -> None:
    """The process died between the commit and the start."""
    async with chatting(ann) as chat:
        async with ann.scope() as scope:
            accepted = await messages.send_message(
                scope, ids.from_wire("conv", chat.id), text="hello", key=None
            )
        chat.run_id = ids.to_wire("run", accepted.run_id)
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.reply())["state"] == "complete"


async def test_a_recorded_fact_is_kept_until_the_run_is_started(server: Server, ann: Person) -> None:
    """Nothing starts when the process dies before it, and the engine does not work when the fact is carried."""
    async with chatting(ann) as chat, server.owner() as owner:
        await owner.execute("REVOKE INSERT ON dbos.workflow_status FROM openclaw_app")
        try:
            async with ann.scope() as scope:
                accepted = await messages.send_message(
                    scope, ids.from_wire("conv", chat.id), text="hello", key=None
                )
            chat.run_id = ids.to_wire("run", accepted.run_id)
            server.manual.advance(timedelta(seconds=3))
            server.platform.bus.publish_live("outbox", {})
            attempts = (
                "SELECT attempts FROM outbox WHERE event = 'agents.run_requested' AND body->>'runId' = $1"
            )
            while (tried := await owner.fetchval(attempts, accepted.run_id.hex)) == 0:
                pass
            assert tried == 1
        finally:
            await owner.execute("GRANT INSERT ON dbos.workflow_status TO openclaw_app")
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.reply())["state"] == "complete"


async def test_a_run_that_cannot_even_be_entered_ends_with_words(server: Server, ann: Person) -> None:
    await link(ann)
    async with chatting(ann) as chat, server.owner() as owner:
        await owner.execute("UPDATE devices SET commands = '5' WHERE user_id = $1", ann.user_id)
        await chat.say("hello")
        assert (await chat.ended())["errorCode"] == "internal"
        assert (await chat.messages())[-1]["state"] == "failed"
        await owner.execute("UPDATE devices SET commands = '[]' WHERE user_id = $1", ann.user_id)
        await chat.say("hello")
        assert (await chat.reply())["state"] == "complete"


async def test_a_key_that_cannot_be_read_is_asked_for_again(server: Server, ann: Person) -> None:
    """As after the installation's secret key was lost."""
    async with ScriptedOpenAI([Say("fine")]) as model, chatting(ann) as chat, server.owner() as owner:
        provider = await use_model(ann, model)
        await owner.execute(
            "UPDATE model_providers SET sealed_key = set_byte(sealed_key, 20, 0) WHERE workspace_id = $1",
            ann.workspace_id,
        )
        await chat.say("hello")
        assert (await chat.ended())["errorCode"] == "agents.provider_key_unreadable"
        path = f"/model-providers/{provider['id']}"
        test = await ann.post(f"{path}/test")
        assert (test["ok"], test["error"]["code"]) == (False, "agents.provider_key_unreadable")
        await ann.patch(path, {"apiKey": "sk-another"})
        await chat.say("hello")
        assert text(await chat.reply()) == "fine"


async def test_a_run_whose_process_always_dies_is_given_up(server: Server, ann: Person) -> None:
    async with online(await link(ann)), chatting(ann) as chat, server.owner() as owner:
        await chat.say(CREATE)
        await chat.asked()
        await owner.execute("UPDATE runs SET epoch = $1 WHERE user_id = $2", MAX_ENTRIES, ann.user_id)
        job = second_entry(server)
        await job({"runId": chat.run_id[4:], "userId": ann.user_id.hex, "workspaceId": ann.workspace_id.hex})
        await job.close()
        assert (await chat.ended())["errorCode"] == "agents.run_interrupted"
        reply = (await chat.messages())[-1]
        assert (reply["state"], tools(reply)[0]["approval"]["state"]) == ("failed", "cancelled")


async def test_a_person_has_so_many_runs_at_a_time(ann: Person) -> None:
    await link(ann)
    run_id = ""
    for _ in range(MAX_OPEN_RUNS):
        async with chatting(ann) as chat:
            run_id = await chat.say("system info")
    async with chatting(ann) as last:
        path = f"/conversations/{last.id}/messages"
        assert refused(await ann.api.post(path, json={"text": "hello"})) == (429, "agents.too_many_runs")
        assert await last.messages() == []
        await ann.api.post(f"/runs/{run_id}/abort")
        await last.watch.until(lambda b: b.get("payload", {}).get("state") == "aborted")
        await last.say("hello")
        assert (await last.reply())["state"] == "complete"


async def test_who_is_a_viewer_by_now_gets_no_more_of_the_answer(server: Server, ann: Person) -> None:
    team = await ann.create_workspace()
    bob = await team.invite(await register(server))
    async with ScriptedOpenAI([Say("one two", gate="middle", gate_after=1)]) as model, chatting(bob) as chat:
        await use_model(team, model)
        await chat.say("count")
        await model.waiting("middle")
        await team.patch(f"/workspaces/{team.workspace['id']}/members/{bob.id}", {"role": "viewer"})
        model.open("middle")
        assert (await chat.ended())["errorCode"] == "workspaces.not_allowed"


async def test_who_is_a_viewer_by_now_has_no_more_calls_sent(server: Server, ann: Person) -> None:
    team = await ann.create_workspace()
    bob = await team.invite(await register(server))
    machine = await link(bob)
    calls = [Call("system_info", {}), Call("system_info", {})]
    async with ScriptedOpenAI([Say(calls=calls)]) as model, chatting(bob) as chat:
        await use_model(team, model)
        await chat.say("look twice")
        await chat.tool("waiting_for_device")
        await team.patch(f"/workspaces/{team.workspace['id']}/members/{bob.id}", {"role": "viewer"})
        async with online(machine, WRITTEN) as peer:
            assert (await chat.ended())["errorCode"] == "workspaces.not_allowed"
            assert len(peer.seen) == 1
        assert [tool["state"] for tool in tools((await chat.messages())[-1])] == ["ok", "aborted"]


async def test_somebody_who_left_the_workspace_has_no_runs_in_it(server: Server, ann: Person) -> None:
    team = await ann.create_workspace()
    bob = await team.invite(await register(server))
    async with chatting(bob) as chat:
        async with bob.scope() as scope:
            accepted = await messages.send_message(
                scope, ids.from_wire("conv", chat.id), text="hello", key=None
            )
        await team.delete(f"/workspaces/{team.workspace['id']}/members/{bob.id}")
        chat.run_id = ids.to_wire("run", accepted.run_id)
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.ended())["state"] == "error"
