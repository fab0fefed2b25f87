"""Turns of a runtime as the server asks for them, on a stand-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.bridge.journal import Journal
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.sessions import PiSessions
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.run_commands import RunCommands
from openclaw.apps.bridge.state import StateFolder
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.kit.clock import SystemClock
from openclaw.protocol.runs import Answer, Run, RunLimits, Say, SetModel, SyncMode
from tests.support.pi_chat import FAMILY, doing, gate
from tests.support.pi_wire import standin

CONVERSATION = "c" * 32
SECONDS = 60


class Machine:
    """What runs tell, and the commands."""

    def __init__(self, folder: Path, *, family: str = FAMILY, **faults: Any) -> None:
        self.told: list[dict[str, Any]] = []
        self.project = folder / "project"
        self.project.mkdir()
        state = StateFolder(folder / "state")
        policies = PolicyStore(state, home=folder)
        policies.ensure_file()
        clock = SystemClock()
        if "start_gate" in faults:
            faults["start_gate"] = str(folder / faults["start_gate"])
        command = tuple(standin(family, {"gates": str(folder), **faults}))
        launch = PiLaunch(folder=self.project, command=command)
        self.sessions = PiSessions(launch, folder / "pi", clock=clock, node_id="n")
        self.journal = Journal(folder / "journal.sqlite3", clock=clock)
        self.vault = VaultStore(folder / "vault", clock=clock)
        self.commands = RunCommands(
            sessions=self.sessions, policies=policies, journal=self.journal, outlet=self, vault=self.vault
        )
        self._changed = asyncio.Event()

    def send_run_event(self, call_id: str, seq: int | None, event: bytes) -> None:
        del seq
        self.told.append({"call": call_id, **json.loads(event)})
        self._changed.set()

    def start(self, call_id: str, text: str, **limits: Any) -> "asyncio.Task[dict[str, Any]]":
        run = Run(CONVERSATION, "full", text, RunLimits(**limits))
        return asyncio.create_task(self.commands.perform(call_id, run, device_id="dev"))

    def say(self, text: str, into: str = "a" * 32) -> "asyncio.Task[dict[str, Any]]":
        return asyncio.create_task(self.commands.perform("e" * 32, Say(into, text), device_id="dev"))

    async def heard(self, kind: str) -> dict[str, Any]:
        """The first event of that kind; waits for it."""
        async with asyncio.timeout(SECONDS):
            while True:
                for event in self.told:
                    if event["kind"] == kind:
                        return event
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def machine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path, **getattr(request, "param", {}))
    yield made
    await made.sessions.close()
    made.journal.close()


async def test_what_follows_a_stopped_turn_at_once_waits_for_its_end(
    machine: Machine, tmp_path: Path
) -> None:
    with gate(tmp_path, "stop"):
        first = machine.start("a" * 32, "Wait at gate:stop please")
        await machine.heard("delta")
        first.cancel()
        second = machine.start("b" * 32, "Again")
        async with asyncio.timeout(SECONDS):
            assert (await second)["outcome"] == "completed"
    assert first.cancelled()
    said = [event["text"] for event in machine.told if event["kind"] == "said" and event["call"] == "b" * 32]
    assert said == ["You said: Again"]


@pytest.mark.parametrize("machine", [{"family": "npm-0.87", "slow": True}], indirect=True)
async def test_what_the_runtime_takes_as_the_turn_ends_is_part_of_it(
    machine: Machine, tmp_path: Path
) -> None:
    """It begins the runtime anew, so the turn is not over; that it was heard is told before the end."""
    with gate(tmp_path, "half") as half:
        running = machine.start("a" * 32, "Wait at gate:half please")
        await machine.heard("delta")
        said = machine.say("And this")
        half.open()
        async with asyncio.timeout(SECONDS):
            assert await said == {}
            end = await running
    kept = [event for event in machine.told if event["kind"] != "delta"]
    assert end == {"outcome": "completed", "events": len(kept)}
    texts = [event["text"] for event in kept if event["kind"] == "said"]
    assert texts == ["Before the gate. After the gate.", "You said: And this"]
    assert [event["say"] for event in kept if event["kind"] == "heard"] == ["e" * 32]
    async with asyncio.timeout(SECONDS):
        assert (await machine.start("b" * 32, "Again"))["outcome"] == "completed"


@pytest.mark.parametrize("machine", [{"start_gate": "start"}], indirect=True)
async def test_what_is_said_before_the_turn_has_begun_waits_for_it(machine: Machine, tmp_path: Path) -> None:
    with gate(tmp_path, "start") as start, gate(tmp_path, "half") as half:
        running = machine.start("a" * 32, "Wait at gate:half please")
        said = machine.say("And this")
        start.open()
        async with asyncio.timeout(SECONDS):
            assert await said == {}
            half.open()
            assert (await running)["outcome"] == "completed"
    texts = [event["text"] for event in machine.told if event["kind"] == "said"]
    assert texts == ["Before the gate. After the gate.", "You said: And this"]


@pytest.mark.parametrize(
    ("command", "limits", "words"),
    [
        ("cat x", {"denied_tools": ["exec"]}, "exec is switched off"),
        ("touch x", {"max_grade": "read"}, "graded modify"),
    ],
)
async def test_nobody_is_asked_about_what_the_servers_limits_exclude(
    machine: Machine, command: str, limits: dict[str, Any], words: str
) -> None:
    async with asyncio.timeout(SECONDS):
        await machine.start("a" * 32, doing(command), **limits)
    ended = await machine.heard("tool_ended")
    assert (ended["isDenied"], words in str(ended["result"])) == (True, True)
    assert "question" not in {key for event in machine.told for key, value in event.items() if value}


@pytest.mark.parametrize("is_changed", [False, True])
async def test_a_yes_is_for_what_was_shown(machine: Machine, is_changed: bool) -> None:
    """A script that became another one while its owner was asked does not run."""
    script = machine.project / "build.sh"
    script.write_text("touch built")
    running = machine.start("a" * 32, doing("sh build.sh"))
    question = (await machine.heard("tool_started"))["question"]
    if is_changed:
        script.write_text("touch stolen")
    yes = Answer("a" * 32, question["id"], is_allowed=True)
    await machine.commands.perform("d" * 32, yes, device_id="dev")
    async with asyncio.timeout(SECONDS):
        await running
    ended = await machine.heard("tool_ended")
    assert ended["isDenied"] == is_changed
    assert ("Changed since the approval" in str(ended["result"])) == is_changed
    assert (machine.project / "built").exists() != is_changed
    assert not (machine.project / "stolen").exists()


async def test_a_local_only_system_is_told_to_the_runtime_and_to_nobody_else(
    machine: Machine, tmp_path: Path
) -> None:
    planted, system = "PLANTED-9Z", "c" * 32
    document = {"name": "Own", "roles": [{"id": "planner", "name": planted}]}
    machine.vault.create("dev", system, document, baseline="b" * 32)
    run = Run(CONVERSATION, "local_only", "Hello", system=system)
    async with asyncio.timeout(SECONDS):
        end = await machine.commands.perform("a" * 32, run, device_id="dev")
        assert end["outcome"] == "completed"
        kept = "".join(path.read_text() for path in (tmp_path / "pi").rglob("*.jsonl"))
        assert planted in kept, "the runtime was told"
        assert machine.told
        assert planted not in json.dumps(machine.told)
        wrong: tuple[tuple[str, SyncMode], ...] = (("dev", "full"), ("dev", "metadata"), ("x", "local_only"))
        for device_id, mode in wrong:
            refused = Run(CONVERSATION, mode, "Hello", system=system)
            with pytest.raises(ToolFailedError) as failed:
                await machine.commands.perform("d" * 32, refused, device_id=device_id)
            assert planted not in str(failed.value)


async def test_a_conversation_never_lets_more_leave_than_it_did(machine: Machine) -> None:
    """What was said in it is in the runtime's session: a server that asks for it in another mode gets nothing."""

    async def turn(call_id: str, mode: SyncMode) -> None:
        run = Run(CONVERSATION, mode, "What did I say before?")
        await machine.commands.perform(call_id * 32, run, device_id="dev")

    async with asyncio.timeout(SECONDS):
        await turn("1", "metadata")
        await turn("2", "local_only")
        await machine.sessions.close()  # as after a restart
        heard = len(machine.told)
        modes: tuple[SyncMode, ...] = ("full", "metadata")
        for mode in modes:
            with pytest.raises(ToolFailedError):
                await turn("3", mode)
        assert len(machine.told) == heard
        await turn("4", "local_only")


@pytest.mark.parametrize("mode", ["full", "metadata", "local_only"])
async def test_the_runtimes_own_sentences_leave_only_where_all_does(machine: Machine, mode: SyncMode) -> None:
    """They may quote what was said, also where they are about something else than a turn."""
    run = Run(CONVERSATION, mode, "Hello")
    async with asyncio.timeout(SECONDS):
        await machine.commands.perform("a" * 32, run, device_id="dev")
        with pytest.raises(ToolFailedError) as failed:
            wish = SetModel(CONVERSATION, "nobody", "planted")
            await machine.commands.perform("b" * 32, wish, device_id="dev")
    message = failed.value.failure.message
    assert (message == "pi.refused", "planted" in message) == (mode != "full", mode == "full")


async def test_what_a_local_only_system_forbids_is_not_done(machine: Machine) -> None:
    document = {"name": "Own", "roles": [{"id": "a", "name": "A"}], "permissions": {"allowBash": False}}
    machine.vault.create("dev", "c" * 32, document, baseline="b" * 32)
    run = Run(CONVERSATION, "local_only", doing("echo made"), system="c" * 32)
    async with asyncio.timeout(SECONDS):
        await machine.commands.perform("a" * 32, run, device_id="dev")
        assert (await machine.heard("tool_ended"))["isDenied"]
