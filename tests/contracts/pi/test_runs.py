"""Runs: prompt, steer, follow up, abort, dialogs; what is heard of them and what can be read meanwhile."""

import asyncio
import json
from typing import Any

import pytest

from openclaw.apps.bridge.pi.errors import PiBusyError
from openclaw.protocol.pi.errors import PiDialogError, PiRefusedError
from openclaw.protocol.pi.records import Event
from tests.support.pi_runtimes import Heard, Runtime


def _texts(messages: list[dict[str, Any]], role: str) -> list[str]:
    said = [message["content"] for message in messages if message["role"] == role]
    return [text if isinstance(text, str) else "".join(b.get("text", "") for b in text) for text in said]


def _types(heard: Heard) -> list[str]:
    return [event.type for event in heard.events]


async def test_ready_and_a_run_of_words(pi: Runtime) -> None:
    driver, heard = await pi.started()
    status = driver.status
    assert (status.phase, status.is_busy, status.can_prompt) == ("ready", False, True)
    assert status.profile.family == ("rust" if pi.is_rust else "npm")
    state = (await driver.state()).data
    assert (state["model"]["id"], state["isStreaming"], state["messageCount"]) == ("scripted-1", False, 0)

    await driver.prompt("words:3")
    assert await heard.run_ended() == {"outcome": "completed"}
    assert not driver.status.is_busy
    order = [
        kind for kind in _types(heard) if kind in {"agent_start", "message_end", "turn_end", "run_ended"}
    ]
    assert order == ["agent_start", "message_end", "message_end", "turn_end", "run_ended"]
    deltas = [
        event.members["assistantMessageEvent"] for event in heard.events if event.type == "message_update"
    ]
    assert "".join(d["delta"] for d in deltas if d["type"] == "text_delta") == "word0 word1 word2 "
    assert all(not {"partial", "message"} & set(delta) for delta in deltas)

    messages = (await driver.messages()).data["messages"]
    assert [message["role"] for message in messages if message["role"] != "system"][:2] == [
        "user",
        "assistant",
    ]
    assert _texts(messages, "assistant") == ["word0 word1 word2 "]
    stats = (await driver.stats()).data
    assert (stats["userMessages"], stats["assistantMessages"]) == (1, 1)
    assert stats["tokens"]["total"] == 18


async def test_a_run_with_a_tool(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.prompt('tool:bash {"command": "echo from-the-tool"}')
    start = await heard.event("tool_execution_start")
    assert (start.members["toolName"], start.members["args"]) == ("bash", {"command": "echo from-the-tool"})
    end = await heard.event("tool_execution_end")
    assert end.members["isError"] is False
    assert "from-the-tool" in json.dumps(end.members["result"])
    assert (await heard.run_ended())["outcome"] == "completed"
    stats = (await driver.stats()).data
    assert (stats["toolCalls"], stats["toolResults"]) == (1, 1)


async def test_reads_and_a_prompt_at_once_find_their_answers(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await asyncio.gather(driver.stats(), driver.messages())
    _, state, messages, stats = await asyncio.gather(
        driver.prompt("words:2"), driver.state(), driver.messages(), driver.stats()
    )
    assert "model" in state.data
    assert "messages" in messages.data
    assert "tokens" in stats.data
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_in_a_run_reads_answer_and_a_prompt_is_refused(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await asyncio.gather(driver.stats(), driver.messages())
    pi.make_gate("one")
    await driver.prompt("gate:one")
    await heard.words("Before the gate.")
    state, stats, messages = await driver.state(), await driver.stats(), await driver.messages()
    assert state.data["isStreaming"] is True
    assert {state.is_stale, stats.is_stale, messages.is_stale} == {pi.is_rust}
    with pytest.raises(PiBusyError):
        await driver.prompt("words:1")
    pi.open_gate("one")
    assert (await heard.run_ended())["outcome"] == "completed"
    assert (await driver.state()).data["isStreaming"] is False
    assert not (await driver.stats()).is_stale


async def test_abort_ends_the_run_and_the_next_one_works(pi: Runtime) -> None:
    driver, heard = await pi.started()
    pi.make_gate("one")
    await driver.prompt("gate:one")
    await heard.words("Before the gate.")
    await driver.abort()
    assert not driver.status.is_busy
    assert (await heard.run_ended())["outcome"] == "aborted"
    await driver.abort()  # idle: nothing to do, and no error
    await driver.prompt("words:1")
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_steering_while_idle_is_a_prompt(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.steer("words:1")
    assert (await heard.run_ended())["outcome"] == "completed"
    await driver.follow_up("words:2")
    assert (await heard.run_ended())["outcome"] == "completed"
    messages = (await driver.messages()).data["messages"]
    assert _texts(messages, "user")[:2] == ["words:1", "words:2"]
    assert (await driver.state()).data["pendingMessageCount"] == 0


async def test_steering_in_a_run_is_said_into_it(pi: Runtime) -> None:
    driver, heard = await pi.started()
    pi.make_gate("one")
    await driver.prompt("gate:one")
    await heard.words("Before the gate.")
    await driver.follow_up("words:2")
    await driver.steer("words:1")
    pi.open_gate("one")
    assert (await heard.run_ended())["outcome"] == "completed"
    assert _types(heard).count("run_ended") == 1  # all of it was one run
    messages = (await driver.messages()).data["messages"]
    assert _texts(messages, "user")[:3] == ["gate:one", "words:1", "words:2"]


async def test_a_failure_is_the_runs_outcome(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.prompt("error:400")
    ended = await heard.run_ended()
    assert ended["outcome"] == "failed"
    assert "asked to fail" in ended["error"]


async def test_retries_are_one_run(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.prompt("error:500")
    assert (await heard.run_ended())["outcome"] == "failed"
    kinds = _types(heard)
    assert kinds.count("auto_retry_start") == 2
    assert kinds.count("agent_start") == 3
    assert kinds.count("run_ended") == 1


async def test_a_new_session_ends_the_run_and_is_empty(pi: Runtime) -> None:
    driver, heard = await pi.started()
    before = (await driver.state()).data["sessionId"]
    pi.make_gate("one")
    await driver.prompt("gate:one")
    await heard.words("Before the gate.")
    state = (await driver.new_session()).data
    assert state["sessionId"] != before
    assert state["messageCount"] == 0
    assert not driver.status.is_busy
    assert (await heard.run_ended())["outcome"] == "aborted"
    await driver.prompt("words:1")
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_models(pi: Runtime) -> None:
    driver, _ = await pi.started()
    assert [(model["provider"], model["id"]) for model in await driver.models()] == [
        ("scripted", "scripted-1")
    ]
    model = await driver.set_model(provider="scripted", model="scripted-1")
    assert model is not None
    assert model["id"] == "scripted-1"
    with pytest.raises(PiRefusedError, match="nothing"):
        await driver.set_model(provider="scripted", model="nothing")


@pytest.mark.parametrize(
    ("kind", "reply", "got"),
    [("confirm", True, "true"), ("confirm", None, "false"), ("select", "b", '"b"'), ("input", "typed", '"typed"')],
)  # fmt: skip
async def test_dialogs_are_answered(pi: Runtime, kind: str, reply: Any, got: str) -> None:
    driver, heard = await pi.started(answers_dialogs=True)
    asking = asyncio.ensure_future(driver.prompt(f"/ask {kind}"))
    if pi.is_rust:  # the stand-in plays its extensions for npm only
        await asking
        return
    await heard.until(lambda event: event.members.get("method") == kind)
    (dialog,) = driver.dialogs()
    assert (dialog.method, dialog.title) == (kind, "Sure?")
    assert not asking.done()
    with pytest.raises(PiDialogError):
        driver.answer_dialog(dialog.id, 7)  # type: ignore[arg-type]
    with pytest.raises(PiDialogError):
        driver.answer_dialog("stranger", None)
    driver.answer_dialog(dialog.id, reply)
    await heard.until(lambda event: event.members.get("message") == f"got {got}")
    await asking
    assert driver.dialogs() == []


async def test_nobody_to_answer_means_no(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.prompt('tool:bash {"command": "echo guarded-ran"}')
    end = await heard.event("tool_execution_end")
    assert end.members["isError"] is True
    assert "Blocked by the person" in json.dumps(end.members)
    assert (await heard.run_ended())["outcome"] == "completed"
    assert Event("tool_execution_start") not in heard.events


async def test_a_tool_runs_once_the_person_allows_it(pi: Runtime) -> None:
    driver, heard = await pi.started(answers_dialogs=True)
    await driver.prompt('tool:bash {"command": "echo guarded-ran"}')
    await heard.until(lambda event: event.members.get("method") == "confirm")
    (dialog,) = driver.dialogs()
    assert "echo guarded-ran" in dialog.message
    driver.answer_dialog(dialog.id, reply=True)
    assert "guarded-ran" in json.dumps((await heard.event("tool_execution_end")).members["result"])
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_abort_with_an_open_dialog_does_not_hang(pi: Runtime) -> None:
    driver, heard = await pi.started(answers_dialogs=True)
    await driver.prompt('tool:bash {"command": "echo guarded-ran"}')
    await heard.until(lambda event: event.members.get("method") == "confirm")
    async with asyncio.timeout(60):
        await driver.abort()
    assert driver.dialogs() == []
    assert not driver.status.is_busy
    assert driver.has_settled
    assert "guarded-ran\\n" not in json.dumps([event.members for event in heard.events])


async def test_a_dialog_that_times_out_is_a_no(pi: Runtime) -> None:
    if pi.is_rust:
        return
    driver, heard = await pi.started(answers_dialogs=True)
    await driver.prompt("/ask confirm 50")  # answered when the command has ended
    assert [e.members["message"] for e in heard.events if e.members.get("method") == "notify"][
        -1
    ] == "got false"
    assert {dialog.timeout_seconds for dialog in driver.dialogs()} <= {0.05}
