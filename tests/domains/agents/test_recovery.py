"""A run whose process is gone: entered again from its rows, by whoever is there, and done once."""

from datetime import timedelta
from pathlib import Path

from openclaw.domains.agents.jobs.run import RunJob
from openclaw.domains.conversations.service import messages
from openclaw.domains.conversations.service.transcript import ConversationTranscript
from openclaw.kit import ids
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, tools
from tests.support.accounts import Person, register, signed_in
from tests.support.devices import link, online
from tests.support.server import Server, running_server


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
    async with server.owner() as owner:
        assert await owner.fetchval("SELECT epoch FROM runs") == 2
        assert await owner.fetchval("SELECT count(*) FROM run_steps") == 3


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
            assert await owner.fetchval("SELECT count(*) FROM device_calls") == 1
    assert len(machine.seen) == 1
    assert tools(reply)[0]["result"]["stdout"] == "once"


async def test_a_parked_question_survives_a_restart(database_url: str, tmp_path: Path) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server, "ann")
        machine = await link(ann)
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            approval = await chat.asked()
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        again = signed_in(server, ann.session)
        machine.server = server
        async with online(machine, WRITTEN) as peer, chatting(again, chat.id) as later:
            later.run_id = chat.run_id
            assert (await again.get("/approvals?state=pending"))["items"] == [approval]
            assert (await later.decide(approval, "allow_once")).status_code == 200
            reply = await later.reply()
            assert (reply["state"], tools(reply)[0]["state"]) == ("complete", "ok")
            assert len(peer.seen) == 1
            assert len(await later.messages()) == 2


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
        await chat.say("hello")
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        attempts = "SELECT attempts FROM outbox WHERE event = 'agents.run_requested'"
        while (tried := await owner.fetchval(attempts)) == 0:
            pass
        assert tried == 1
        await owner.execute("GRANT INSERT ON dbos.workflow_status TO openclaw_app")
        server.manual.advance(timedelta(seconds=3))
        server.platform.bus.publish_live("outbox", {})
        assert (await chat.reply())["state"] == "complete"


async def test_somebody_who_left_the_workspace_has_no_runs_in_it(server: Server, ann: Person) -> None:
    team = await ann.create_workspace()
    bob = await team.invite(await register(server, "bob"))
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
