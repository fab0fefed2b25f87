"""A turn with a machine's own Pi is a run like any other: the same events, questions, steps, usage and ends."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from openclaw.kit import ids
from tests.chaos.chat import PATIENCE, Chat, link, text_of, tool_parts
from tests.chaos.remote import page
from tests.support.gateway_client import GatewayClient
from tests.support.pi_chat import doing, gate, pi_environment, runtime_pids, told
from tests.support.pids import wait_until_gone
from tests.support.processes import BridgeProcess, Installation, RealProcess
from tests.support.scripted_openai import Call, Say

SECRET = "the-word-that-stays"


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    folder = tmp_path / "gates"
    folder.mkdir()
    return folder


@pytest.fixture
async def linked(
    installation: Installation, chat: Chat, tmp_path: Path, gates: Path
) -> AsyncIterator[tuple[Chat, BridgeProcess, GatewayClient, str]]:
    """A person with a machine that has Pi, and a page."""
    process = BridgeProcess(tmp_path, installation.url)
    process.start(**pi_environment(gates=str(gates)))
    try:
        async with page(chat.person, installation.gateway_url()) as here:
            yield chat, process, here, await link(chat, process, here)
    finally:
        process.kill()


Linked = tuple[Chat, BridgeProcess, GatewayClient, str]


async def with_pi(chat: Chat, device: str, **about: Any) -> Chat:
    """A conversation of the same person with Pi on ``device``."""
    body = {"title": "With Pi", "deviceId": device, "runtime": "pi", **about}
    return replace(chat, id=(await chat.person.post("/conversations", body))["id"])


async def test_the_same_turn_on_the_server_and_on_pi(linked: Linked) -> None:
    """Asked, allowed, run, answered: a page cannot tell the two apart, and the rows are alike."""
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    command = f"echo made > {bridge.home}/made.txt"
    chat.script.put(Say("", [Call("exec", {"command": command})]), Say("Done."))
    replies: list[dict[str, Any]] = []
    for each, text in ((chat, "Make it"), (pi, doing(command))):
        run = await each.send(here, text)
        approval = await each.asked(here)
        assert approval["arguments"]["command"] == command
        assert (approval["grade"], approval["coverage"]["program"]) == ("modify", "echo")
        await each.allow(approval)
        await each.told_end(here, run)
        replies.append(await each.ended(here, run))
    for reply in replies:
        assert (reply["state"], reply["error"], reply["demo"]) == ("complete", None, False)
        assert text_of(reply).strip() == "Done."
        assert [part["state"] for part in tool_parts(reply)] == ["ok"]
        assert reply["usage"]["inputTokens"] > 0
        assert reply["usage"]["outputTokens"] > 0
    kinds = [told(here, each.id) for each in (chat, pi)]
    assert ("chat", "delta") in kinds[0]
    assert kinds[0] == kinds[1]


async def test_only_reading_is_not_asked_and_a_no_goes_back(linked: Linked) -> None:
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    run = await pi.send(here, doing("cat no-such-file"))
    reply = await pi.ended(here, run)
    assert [(part["name"], part["state"]) for part in tool_parts(reply)] == [("exec", "error")]
    file = bridge.home / "never.txt"
    run = await pi.send(here, doing(f"touch {file}"))
    approval = await pi.asked(here)
    body = {"decision": "deny", "reason": "not today"}
    await pi.person.post(f"/approvals/{approval['id']}/decision", body)
    reply = await pi.ended(here, run)
    assert [part["state"] for part in tool_parts(reply)] == ["denied"]
    assert "not today" in text_of(reply)
    assert not file.exists()


async def test_what_the_machine_refuses_nobody_is_asked(linked: Linked) -> None:
    """Dangerous, or against the owner's own policy: the answer comes from the machine, at once."""
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    for command in ("rm -rf /", f"cat {bridge.state}/session.json"):
        reply = await pi.ended(here, await pi.send(here, doing(command)))
        assert [part["state"] for part in tool_parts(reply)] == ["denied"]
    assert await pi.pending() == []


@pytest.mark.parametrize("mode", ["local_only", "metadata"])
async def test_bodies_stay_on_the_machine(linked: Linked, mode: str) -> None:
    """Not in the database, and not in an event: what was said, what was run, what came of it."""
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device, syncMode=mode)
    run = await pi.send(here, doing(f"echo {SECRET} > {bridge.home}/x; echo {SECRET}-out"))
    approval = await pi.asked(here)
    assert (SECRET in str(approval)) == (mode == "metadata")  # there somebody has to know what to say yes to
    assert approval["tool"] == ("exec" if mode == "metadata" else "tool")
    await pi.allow(approval)
    reply = await pi.ended(here, run)
    assert (reply["state"], text_of(reply)) == ("complete", "")
    assert [part["state"] for part in tool_parts(reply)] == ["ok"]
    assert reply["usage"]["outputTokens"] > 0
    assert (bridge.home / "x").read_text() == f"{SECRET}\n"
    told_of = [e for e in here.events if not e["event"].startswith("exec.approval.") and SECRET in str(e)]
    assert told_of == []
    for table in (
        "messages",
        "runs",
        "run_steps",
        "run_events",
        "approvals",
        "device_calls",
        "conversations",
        "user_events",
    ):
        rows = await chat.remote.rows(f"SELECT t::text AS row FROM {table} t")
        assert not [row["row"] for row in rows if SECRET in row["row"]], table


async def test_said_into_a_run(linked: Linked, gates: Path) -> None:
    """What is said while Pi works reaches that run; what comes too late for it is a turn of its own."""
    chat, _, here, device = linked
    pi = await with_pi(chat, device)
    with gate(gates, "half") as half:
        run = await pi.send(here, "Wait at gate:half please")
        await pi.streamed(here, "Before the gate.")
        sent = await pi.person.post(
            f"/conversations/{pi.id}/messages", {"text": "And this", "delivery": "follow_up"}
        )
        assert sent["runId"] == run
        rows = f"SELECT state FROM device_calls WHERE id = '{ids.from_wire('msg', sent['message']['id'])}'"
        async with asyncio.timeout(PATIENCE):
            while (await chat.remote.rows(rows))[0]["state"] != "done":
                await here.call("health")
        half.open()
        await here.event("chat", lambda p: p["run"] == run and p["state"] == "final")
    messages = await pi.messages()
    assert [m["role"] for m in messages] == ["user", "assistant", "user"]
    assert text_of(messages[1]).split("\n\n") == ["Before the gate. After the gate.", "You said: And this"]


async def test_stopped_in_mid_reply(linked: Linked, gates: Path) -> None:
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    with gate(gates, "stop"):
        run = await pi.send(here, "Wait at gate:stop please")
        await pi.streamed(here, "Before the gate.")
        await here.call("chat.abort", {"sessionKey": pi.id})
        reply = await pi.ended(here, run)
        assert (reply["state"], text_of(reply)) == ("aborted", "Before the gate. ")
        assert len(runtime_pids(bridge)) == 1  # it lives on, and takes the next turn
        reply = await pi.ended(here, await pi.send(here, "Again"))
    assert text_of(reply) == "You said: Again"


async def test_runtime_killed_and_bridge_restarted_in_mid_turn(linked: Linked, gates: Path) -> None:
    """Both end the run as interrupted, in words, with what was kept so far; the next turn just works."""
    chat, bridge, here, device = linked
    for victim in ("runtime", "bridge"):
        pi = await with_pi(chat, device)
        with gate(gates, victim):
            run = await pi.send(here, f"Wait at gate:{victim} please")
            await pi.streamed(here, "Before the gate.")
            if victim == "runtime":
                for pid in runtime_pids(bridge):
                    os.kill(pid, signal.SIGKILL)
            else:
                bridge.kill()
                await asyncio.to_thread(bridge.start, **pi_environment(gates=str(gates)))
            reply = await pi.ended(here, run)
            assert (reply["state"], reply["error"]["code"]) == ("failed", "agents.runtime_interrupted")
            assert "Interrupted" in reply["error"]["title"]
        if victim == "bridge":
            reply = await pi.ended(here, await pi.send(here, "Still there?"))
            assert text_of(reply) == "You said: Still there?"


async def test_who_leads_a_turn_is_killed_and_killed_again(
    linked: Linked, installation: Installation, gates: Path
) -> None:
    """The gateway that leads the turn, then the worker that took over: Pi knows nothing of it, and nothing doubles."""
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    file, roles = bridge.home / "runs.txt", installation.roles
    command = f"echo ran >> {file}; echo gate:dead and then"
    with gate(gates, "dead") as dead:
        run = await pi.send(here, doing(command))
        await pi.allow(await pi.asked(here))
        await pi.streamed(here, "Done. gate:dead and")
        assert await pi.executor(run) == "gateway"
        for name in ("server", "gateway-2"):
            roles[name].signal(signal.SIGSTOP)  # so that it is the worker
        try:
            await killed(chat, roles["gateway"])
            await led(pi, run, "worker")
        finally:
            for name in ("server", "gateway-2"):
                roles[name].signal(signal.SIGCONT)
        installation.start("gateway")
        async with page(chat.person, installation.gateway_url("gateway-2")) as again:
            await killed(chat, roles["worker"])
            await again.event("agent", lambda p: p["run"] == run and p["data"].get("phase") == "start")
            dead.open()
            await pi.told_end(again, run)
            reply = await pi.ended(again, run)
            ends = [e for e in again.events if e["event"] == "chat" and e["payload"]["state"] == "final"]
    assert (reply["state"], len(ends), file.read_text()) == ("complete", 1, "ran\n")
    said = [doing(command), "Done. gate:dead and then\n"]
    await pi.check_whole(run, said=said, steps=["model", "exec", "model"])
    with pytest.raises(AssertionError):
        bridge.said(r"run pi\.run", count=2, seconds=0)


async def killed(chat: Chat, role: RealProcess) -> None:
    """SIGKILL it; the others hear at once that it has not been heard of."""
    role.kill()
    await chat.remote.rows(
        "UPDATE durable_executors SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE id LIKE $1",
        f"{role.name}.%",
    )


async def led(pi: Chat, run: str, by: str) -> None:
    """Wait until that process has entered the run."""
    async with asyncio.timeout(PATIENCE):
        while not await pi.remote.rows(
            "SELECT 1 FROM runs JOIN dbos.workflow_status ON workflow_uuid = replace(id::text, '-', '')"
            " WHERE id = $1 AND epoch = 2 AND executor_id LIKE $2",
            ids.from_wire("run", run),
            f"{by}.%",
        ):
            pass


async def test_waits_for_its_machine_and_says_so(linked: Linked, gates: Path) -> None:
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    bridge.kill()
    await here.event("device.changed", lambda p: p["deviceId"] == device and not p["online"])
    run = await pi.send(here, "Are you there?")
    await here.event("sessions.changed", lambda p: p["sessionKey"] == pi.id and p["reason"] == "run")
    assert await pi.state() == "waiting_for_device"
    await asyncio.to_thread(bridge.start, **pi_environment(gates=str(gates)))
    assert text_of(await pi.ended(here, run)) == "You said: Are you there?"


async def test_revoked_in_mid_turn(linked: Linked, gates: Path) -> None:
    """The run ends with words, and the machine ends its Pi."""
    chat, bridge, here, device = linked
    pi = await with_pi(chat, device)
    with gate(gates, "revoked"):
        run = await pi.send(here, "Wait at gate:revoked please")
        await pi.streamed(here, "Before the gate.")
        (pid,) = runtime_pids(bridge)
        await chat.person.delete(f"/devices/{device}")
        reply = await pi.ended(here, run)
        assert (reply["state"], reply["error"]["code"]) == ("failed", "agents.machine_unlinked")
        await wait_until_gone(pid)


async def test_commands_between_turns(linked: Linked, gates: Path) -> None:
    chat, _, here, device = linked
    pi = await with_pi(chat, device)
    base = f"/conversations/{pi.id}/runtime"
    await pi.ended(here, await pi.send(here, "One"))
    before = (await pi.person.get(f"/conversations/{pi.id}"))["runtimeSession"]
    models = await pi.person.get(f"{base}/models")
    assert models["current"] in models["items"]
    body = {"provider": models["current"]["provider"], "model": models["current"]["id"]}
    assert (await pi.person.api.post(f"{base}/model", json=body)).status_code == 204
    refused = await pi.person.api.post(f"{base}/model", json=body | {"model": "no-such"})
    assert refused.json()["code"] == "conversations.runtime_command"
    await pi.person.post(f"{base}/compact")
    await pi.person.post(f"{base}/new-session")
    assert (await pi.person.get(f"/conversations/{pi.id}"))["runtimeSession"] not in {before, None}
    with gate(gates, "busy") as busy:
        run = await pi.send(here, "Wait at gate:busy please")
        await pi.streamed(here, "Before the gate.")
        refused: httpx2.Response = await pi.person.api.post(f"{base}/compact")
        assert refused.json()["code"] == "agents.run_busy"
        busy.open()
        await pi.ended(here, run)


async def test_a_question_of_the_persons_own_extension(linked: Linked) -> None:
    """A dialog is a question to the person; it wants one of its choices."""
    chat, _, here, device = linked
    pi = await with_pi(chat, device)
    run = await pi.send(here, "/ask select")
    approval = await pi.asked(here)
    question = approval["question"]
    assert (question["method"], question["title"], question["options"]) == ("select", "Sure?", ["a", "b"])
    path = f"/approvals/{approval['id']}/decision"
    for lacking in (None, "c"):
        answer = await pi.person.api.post(path, json={"decision": "allow_once", "answer": lacking})
        assert answer.json()["code"] == "agents.answer_needed"
    await pi.person.post(path, {"decision": "allow_once", "answer": "b"})
    await here.event("agent", lambda p: p["run"] == run and p["data"].get("phase") == "result")
    await here.call("chat.abort", {"sessionKey": pi.id})  # an extension's command alone ends seconds later
    reply = await pi.ended(here, run)
    assert [(part["state"], part["result"]) for part in tool_parts(reply)] == [("ok", {"answer": "b"})]
