"""PostgreSQL is killed under running work; and the embedded one lives exactly as long as somebody uses it."""

import asyncio
import os
import signal

from tests.chaos.chat import Chat, Script, link, open_chat, tool_parts
from tests.chaos.remote import RemoteServer, page
from tests.support import processes
from tests.support.pids import wait_until_gone
from tests.support.processes import BridgeProcess, Installation
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI


async def test_killed_under_a_run_and_an_open_approval(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    """No role dies with it: they start it again, the stream's turn completes, the question can still be answered."""
    file = bridge.home / "runs.txt"
    chat.script.put(Say("", [Call("exec", {"command": f"echo ran >> {file}"})]), Say("Done."))
    speaking = Script()
    async with ScriptedOpenAI(speaking) as model:
        other = await open_chat(chat.remote, model, speaking)
        speaking.put(Say("Half", gate="half", gate_after=0), Say("Half, and half again."))
        async with page(chat.person, installation.gateway_url()) as mine:
            await link(chat, bridge, mine)
            run = await chat.send(mine, "Run it")
            approval = await chat.asked(mine)
            async with page(other.person, installation.gateway_url()) as theirs:
                other_run = await other.send(theirs, "Speak")
                await model.waiting("half")
                postmaster = installation.postmaster()
                os.kill(postmaster, signal.SIGKILL)
                model.open("half")
                # What was said meanwhile may be missing here: the gateway tells its clients to come back.
                assert (await mine.ended())[0] == 1012
                await theirs.ended()
        assert installation.postmaster() != postmaster
        assert all(role.is_running for role in installation.roles.values())

        async with page(other.person, installation.gateway_url()) as theirs:
            reply = await other.ended(theirs, other_run)
        assert reply["state"] == "complete"
        await other.check_whole(other_run, said=["Speak", text_said(model)], steps=["model"])

    async with page(chat.person, installation.gateway_url()) as mine:
        assert [question["id"] for question in await chat.pending()] == [approval["id"]]
        await chat.allow(approval)
        reply = await chat.ended(mine, run)
    assert tool_parts(reply)[0]["state"] == "ok"
    assert file.read_text() == "ran\n"
    await chat.check_whole(run, said=["Run it", "Done."], steps=["model", "exec", "model"])


def text_said(model: ScriptedOpenAI) -> str:
    """What the turn ended with: the reply that was on its way if it could be kept, else what was asked for again."""
    return "Half" if len(model.requests) == 1 else "Half, and half again."


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
