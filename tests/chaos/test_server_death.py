"""A server process is killed, or asked to stop, at the worst moment: another one goes on with what it did."""

import asyncio
import signal
from pathlib import Path

from openclaw.kit import ids
from tests.chaos.chat import Chat, link, text_of, tool_parts
from tests.chaos.remote import page
from tests.support.processes import BridgeProcess, Gate, Installation
from tests.support.scripted_openai import Call, Say


def appending(file: Path, after: str = "") -> Call:
    """A command that leaves one line each time it runs."""
    return Call("exec", {"command": f"echo ran >> {file}; echo begun; {after}", "timeout_seconds": 600})


async def test_killed_in_mid_stream(installation: Installation, chat: Chat) -> None:
    """The process that runs the turn dies while the model speaks, and so does the one that took over.

    Another asks again, and nothing is there twice. The client, which cannot know whether its message arrived, sends
    it once more with the same key.
    """
    chat.script.put(
        Say("Half of a sentence that", gate="first", gate_after=3),
        Say("Three quarters", gate="second", gate_after=1),
        Say("The whole sentence."),
    )
    async with page(chat.person, installation.gateway_url()) as first:
        run = await chat.send(first, "Speak", key="the-same")
        await chat.streamed(first, "Half of a")
        await chat.model.waiting("first")
        assert await chat.executor(run) == "gateway"
        installation.roles["gateway"].kill()
        await first.ended()
    await chat.model.waiting("second")
    successor = await chat.executor(run)
    assert successor != "gateway"
    installation.roles[successor].kill()
    installation.start_all("gateway", successor)

    async with page(chat.person, installation.gateway_url()) as again:
        assert await chat.send(again, "Speak", key="the-same") == run
        reply = await chat.ended(again, run)
    assert reply["state"] == "complete"
    await chat.check_whole(run, said=["Speak", "The whole sentence."], steps=["model"])
    assert len(chat.model.requests) == 3


async def test_presumed_dead(installation: Installation, chat: Chat) -> None:
    """The process that runs the turn hangs and is taken for dead: when it comes back it may write nothing more."""
    chat.script.put(Say("Too late", gate="hung", gate_after=1), Say("In time."))
    gateway = installation.roles["gateway"]
    async with (
        page(chat.person, installation.gateway_url("gateway-2")) as second,
        page(chat.person, installation.gateway_url()) as first,
    ):
        run = await chat.send(first, "Speak")
        await chat.model.waiting("hung")
        gateway.signal(signal.SIGSTOP)
        await chat.ended(second, run)
        chat.model.open("hung")
        gateway.signal(signal.SIGCONT)
        await asyncio.to_thread(gateway.said, "another process goes on with the run")
    await chat.check_whole(run, said=["Speak", "In time."], steps=["model"])


async def test_killed_after_a_command(installation: Installation, chat: Chat, bridge: BridgeProcess) -> None:
    """A finished step is not repeated: the command has run, and whoever takes over knows its result.

    The process had just been taken for dead and forgotten when it dies: its work is found all the same.
    """
    file = bridge.home / "runs.txt"
    chat.script.put(
        Say("I run it. ", [appending(file)]), Say("It has", gate="half", gate_after=1), Say("It has run.")
    )
    async with page(chat.person, installation.gateway_url("gateway-2")) as second:
        await link(chat, bridge, second)
        async with page(chat.person, installation.gateway_url()) as first:
            run = await chat.send(first, "Run it")
            await chat.allow(await chat.asked(first))
            await chat.model.waiting("half")
            installation.roles["gateway"].signal(signal.SIGSTOP)  # no heartbeat between the two
            await chat.remote.rows("DELETE FROM durable_executors WHERE id LIKE 'gateway.%'")
            installation.roles["gateway"].kill()
        reply = await chat.ended(second, run)
    assert tool_parts(reply)[0]["state"] == "ok"
    assert file.read_text() == "ran\n"
    await chat.check_whole(
        run, said=["Run it", "I run it. \n\nIt has run."], steps=["model", "exec", "model"]
    )


async def test_killed_with_an_open_approval(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    """Everything that could wait for the answer dies; after the restart the question still stands."""
    file = bridge.home / "runs.txt"
    chat.script.put(Say("", [appending(file)]), Say("Done."))
    async with page(chat.person, installation.gateway_url()) as first:
        await link(chat, bridge, first)
        run = await chat.send(first, "Run it")
        approval = await chat.asked(first)
        for role in installation.roles.values():
            role.kill()
    installation.start_all(*installation.roles)

    async with page(chat.person, installation.gateway_url()) as again:
        assert await chat.state() == "awaiting_approval"
        assert [question["id"] for question in await chat.pending()] == [approval["id"]]
        assert not file.exists()
        await chat.allow(approval)
        reply = await chat.ended(again, run)
    assert reply["state"] == "complete"
    assert file.read_text() == "ran\n"
    await chat.check_whole(run, said=["Run it", "Done."], steps=["model", "exec", "model"])


async def test_killed_in_mid_command(installation: Installation, chat: Chat, bridge: BridgeProcess) -> None:
    """The gateway that holds the machine's socket dies: the machine goes on, comes back, and hands in its result."""
    file = bridge.home / "runs.txt"
    with Gate(bridge.home) as gate:
        chat.script.put(Say("", [appending(file, f"read _ < {gate.path}; echo finished")]), Say("Done."))
        async with page(chat.person, installation.gateway_url()) as first:
            await link(chat, bridge, first)
            run = await chat.send(first, "Run it")
            await chat.allow(await chat.asked(first))
            await chat.printed(first, "begun")
            installation.roles["gateway"].kill()
        gate.let_through()
        installation.start("gateway")
        async with page(chat.person, installation.gateway_url()) as again:
            reply = await chat.ended(again, run)
    result = tool_parts(reply)[0]["result"]
    assert result["stdout"] == "begun\nfinished\n"
    assert file.read_text() == "ran\n"
    await chat.check_whole(run, said=["Run it", "Done."], steps=["model", "exec", "model"])


async def test_killed_between_accepting_and_starting(installation: Installation, chat: Chat) -> None:
    """A turn that was accepted and never begun is begun by somebody else."""
    chat.script.put(Say("Here I am."))
    async with page(chat.person, installation.gateway_url("gateway-2")) as second:
        async with (
            page(chat.person, installation.gateway_url()) as first,
            chat.remote.database() as database,
            database.transaction(),
        ):
            # The turn cannot be entered until this lock is gone; the message is committed before.
            await database.execute("LOCK TABLE model_providers IN ACCESS EXCLUSIVE MODE")
            sending = asyncio.create_task(chat.send(first, "Are you there?"))
            await second.event("sessions.changed", lambda p: p["sessionKey"] == chat.id)
            installation.roles["gateway"].kill()
            await asyncio.gather(sending, return_exceptions=True)  # told of the acceptance, or not
            query = "SELECT id, state, epoch FROM runs WHERE conversation_id = $1"
            runs = await chat.remote.rows(query, ids.from_wire("conv", chat.id))
            assert [(row["state"], row["epoch"]) for row in runs] == [("queued", 0)]
        run = ids.to_wire("run", runs[0]["id"])
        await chat.ended(second, run)
    await chat.check_whole(run, said=["Are you there?", "Here I am."], steps=["model"])
    assert len(chat.model.requests) == 1


async def test_page_and_machine_at_different_gateways(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    """The bridge is held by one gateway and the page by another: questions, output and ends cross over."""
    file = bridge.home / "runs.txt"
    with Gate(bridge.home) as gate:
        chat.script.put(Say("Soon. ", [appending(file, f"read _ < {gate.path}")]), Say("Done."))
        async with page(chat.person, installation.gateway_url("gateway-2")) as second:
            await link(chat, bridge, second)
            run = await chat.send(second, "Run it")
            approval = await chat.asked(second)
            answered = {"id": approval["id"], "decision": "allow-once", "confirm": True}
            async with page(chat.person, installation.gateway_url()) as first:
                await first.call("exec.approval.resolve", answered)
            await chat.printed(second, "begun")
            gate.let_through()
            reply = await chat.ended(second, run)
    assert text_of(reply) == "Soon. \n\nDone."
    assert file.read_text() == "ran\n"


async def test_rolling_restart(installation: Installation, chat: Chat, bridge: BridgeProcess) -> None:
    """SIGTERM to one process after the other, with a stream and a command under way: told, not failed, not lost."""
    file = bridge.home / "runs.txt"
    with Gate(bridge.home) as gate:
        chat.script.put(
            Say("Half", gate="half", gate_after=0),
            Say("", [appending(file, f"read _ < {gate.path}")]),
            Say("Done."),
        )
        async with page(chat.person, installation.gateway_url()) as first:
            await link(chat, bridge, first)
            run = await chat.send(first, "Run it")
            await chat.model.waiting("half")
            gateway = installation.roles["gateway"]
            assert await asyncio.to_thread(gateway.stop) == 0
            assert (await first.event("shutdown"))["reason"] == "service restart"
            assert (await first.ended())[0] == 1012
        installation.start("gateway")
        async with page(chat.person, installation.gateway_url()) as again:
            pending = await chat.pending()
            await chat.allow(pending[0] if pending else await chat.asked(again))
            await chat.printed(again, "begun")
            for name in ("worker", "server", "gateway-2"):
                assert await asyncio.to_thread(installation.roles[name].stop) == 0
                await asyncio.to_thread(installation.start, name)
            gate.let_through()
            reply = await chat.ended(again, run)
    assert reply["state"] == "complete"
    assert file.read_text() == "ran\n"
    await chat.check_whole(run, said=["Run it", "Done."], steps=["model", "exec", "model"])
