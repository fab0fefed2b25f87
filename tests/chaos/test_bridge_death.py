"""The bridge is killed while a command runs: the run learns of it, and the command is never run a second time."""

import asyncio

from tests.chaos.chat import Chat, link, tool_parts
from tests.chaos.remote import page
from tests.support.pids import wait_until_gone
from tests.support.processes import BridgeProcess, Installation
from tests.support.scripted_openai import Call, Say


async def test_killed_in_mid_command(installation: Installation, chat: Chat, bridge: BridgeProcess) -> None:
    """Nobody can know how far the command got: it counts as interrupted, and what it left behind is ended."""
    file, pids = bridge.home / "runs.txt", bridge.home / "pids.txt"
    command = f"echo ran >> {file}; setsid sleep 600 & echo $! > {pids}; echo begun; wait"
    chat.script.put(
        Say("", [Call("exec", {"command": command, "timeout_seconds": 600})]), Say("It was cut off.")
    )
    async with page(chat.person, installation.gateway_url()) as here:
        await link(chat, bridge, here)
        run = await chat.send(here, "Run it")
        await chat.allow(await chat.asked(here))
        await chat.printed(here, "begun")
        left_behind = int(pids.read_text())
        bridge.kill()
        await asyncio.to_thread(bridge.start)
        reply = await chat.ended(here, run)
    step = tool_parts(reply)[0]
    assert (step["state"], step["error"]["code"]) == ("error", "INTERRUPTED")
    assert "may have taken effect in part" in step["error"]["message"]
    assert file.read_text() == "ran\n"
    await wait_until_gone(left_behind)
    await chat.check_whole(run, said=["Run it", "It was cut off."], steps=["model", "exec", "model"])


async def test_killed_while_the_call_waits_for_an_answer(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    """An approval is given while the machine is away: the run says that it waits, and goes on once it is back."""
    file = bridge.home / "runs.txt"
    chat.script.put(Say("", [Call("exec", {"command": f"echo ran >> {file}"})]), Say("Done."))
    async with page(chat.person, installation.gateway_url()) as here:
        device = await link(chat, bridge, here)
        run = await chat.send(here, "Run it")
        approval = await chat.asked(here)
        bridge.kill()
        await here.event("device.changed", lambda p: p["deviceId"] == device and not p["online"])
        await chat.allow(approval)
        await here.event("agent", lambda p: p["data"].get("state") == "waiting_for_device")
        assert await chat.state() == "waiting_for_device"
        await asyncio.to_thread(bridge.start)
        reply = await chat.ended(here, run)
    assert tool_parts(reply)[0]["state"] == "ok"
    assert file.read_text() == "ran\n"
    await chat.check_whole(run, said=["Run it", "Done."], steps=["model", "exec", "model"])
