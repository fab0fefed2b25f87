"""PostgreSQL is killed under running work; and the embedded one lives exactly as long as somebody uses it."""

import asyncio
import os
import signal
from pathlib import Path

from tests.chaos.chat import Chat, Script, link, open_chat, tool_parts
from tests.chaos.remote import RemoteServer, page
from tests.support import processes
from tests.support.pids import wait_until_gone
from tests.support.processes import BridgeProcess, Gate, Installation
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI


async def test_killed_under_everything_at_once(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    """No role dies with it; they start it again. A stream, a command and an open question: each comes to its end."""
    asked_file, running_file = bridge.home / "asked.txt", bridge.home / "running.txt"
    running, speaking = await chat.beside(), Script()
    async with ScriptedOpenAI(speaking) as model:
        other = await open_chat(chat.remote, model, speaking)
        speaking.put(Say("Half", gate="half", gate_after=0), Say("Half, and half again."))
        with Gate(bridge.home) as gate:
            chat.script.put(
                Say("", [_appending(running_file, f"echo begun; read _ < {gate.path}")]),
                Say("", [_appending(asked_file)]),
                Say("It ran on."),
                Say("It ran then."),
            )
            async with page(chat.person, installation.gateway_url()) as mine:
                await link(chat, bridge, mine)
                running_run = await running.send(mine, "Run it")
                await running.allow(await running.asked(mine))
                await running.printed(mine, "begun")
                asked_run = await chat.send(mine, "Run this too")
                approval = await chat.asked(mine)
                async with page(other.person, installation.gateway_url()) as theirs:
                    other_run = await other.send(theirs, "Speak")
                    await model.waiting("half")
                    postmaster = installation.postmaster()
                    os.kill(postmaster, signal.SIGKILL)
                    model.open("half")
                    gate.let_through()
                    # What was said meanwhile may be missing here: the gateway tells its clients to come back.
                    assert (await mine.ended())[0] == 1012
                    await theirs.ended()
        assert installation.postmaster() != postmaster
        assert all(role.is_running for role in installation.roles.values())

        async with page(other.person, installation.gateway_url()) as theirs:
            reply = await other.ended(theirs, other_run)
        assert reply["state"] == "complete"
        # The reply that was on its way, if it could be kept; else what the model said when it was asked again.
        said = "Half" if len(model.requests) == 1 else "Half, and half again."
        await other.check_whole(other_run, said=["Speak", said], steps=["model"])

    async with page(chat.person, installation.gateway_url()) as mine:
        reply = await running.ended(mine, running_run)
        assert tool_parts(reply)[0]["state"] == "ok"
        assert [question["id"] for question in await chat.pending()] == [approval["id"]]
        await chat.allow(approval)
        reply = await chat.ended(mine, asked_run)
        assert tool_parts(reply)[0]["state"] == "ok"
    assert running_file.read_text() == asked_file.read_text() == "ran\n"
    steps = ["model", "exec", "model"]
    await running.check_whole(running_run, said=["Run it", "It ran on."], steps=steps)
    await chat.check_whole(asked_run, said=["Run this too", "It ran then."], steps=steps)


def _appending(file: Path, after: str = "true") -> Call:
    return Call("exec", {"command": f"echo ran >> {file}; {after}", "timeout_seconds": 600})


async def test_the_embedded_server_lives_as_long_as_its_users() -> None:
    """Who started it is killed, it is killed itself, and the last to leave in good order stops it."""
    with processes.installation() as small:
        small.start("worker")
        small.start("worker-2")
        postmaster = small.postmaster()
        small.roles["worker"].kill()
        remote = RemoteServer(small)
        assert (await remote.rows("SELECT 1 AS one"))[0]["one"] == 1

        os.kill(postmaster, signal.SIGKILL)
        await asyncio.to_thread(small.roles["worker-2"].said, "the embedded database runs again")
        assert (await remote.rows("SELECT 1 AS one"))[0]["one"] == 1

        postmaster = small.postmaster()
        assert small.roles["worker-2"].stop() == 0
        await wait_until_gone(postmaster)
        assert not (small.home / "postgres" / "postmaster.pid").exists()
