"""A turn with each runtime as the bridge leads it: no tool call runs that was not judged, and asked for if need be."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.bridge.pi.errors import PiUngatedError
from openclaw.apps.bridge.pi.launch import words_of
from openclaw.apps.bridge.pi.sessions import GATE, PiSession
from openclaw.apps.bridge.pi.turns import Turn
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.state import StateFolder
from openclaw.protocol.runs import Answer, Asked, Began, KeptEvent, LiveEvent, Said, ToolEnded, ToolStarted
from tests.contracts.pi.conftest import MISSING
from tests.support.pi_runtimes import REAL, SECONDS, Runtime, has_real_runtime, runtime


class Led:
    """A session with ``pi``, and all that its turns tell."""

    def __init__(self, pi: Runtime, session: PiSession, policies: PolicyStore) -> None:
        self.pi = pi
        self.session = session
        self.kept: list[KeptEvent] = []
        self.live: list[LiveEvent] = []
        self._policies = policies
        self._changed = asyncio.Event()

    def turn(self) -> Turn:
        def keep(event: KeptEvent) -> None:
            self.kept.append(event)
            self._changed.set()

        return Turn(
            self.session,
            folder=self.pi.folder / "project",
            home=str(self.pi.folder),
            policy=self._policies.current,
            keep=keep,
            show=self.live.append,
        )

    async def asked(self) -> Any:
        """The first question; waits for it."""
        async with asyncio.timeout(SECONDS):
            while True:
                for event in self.kept:
                    if isinstance(event, ToolStarted | Asked) and event.question is not None:
                        return event.question
                self._changed.clear()
                await self._changed.wait()


def _led(pi: Runtime, **faults: Any) -> Led:
    launch = pi.launch(faults=faults)
    gated = type(launch)(**{**vars(launch), "arguments": (*launch.arguments, "--extension", str(GATE))})
    policies = PolicyStore(StateFolder(pi.folder / "state"), home=pi.folder)
    policies.ensure_file()
    return Led(pi, PiSession(pi.driver(gated), pi.folder), policies)


_real = pytest.param(REAL, marks=pytest.mark.skipif(not has_real_runtime(), reason=MISSING))


@pytest.fixture(params=["npm-0.73", "rust", _real])  # in what this is about the others are as npm-0.73
async def led(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Led]:
    async with runtime(request.param, tmp_path, monkeypatch) as made:
        yield _led(made)


def doing(command: str) -> str:
    return f"tool:bash {json.dumps({'command': command})}"


async def test_asked_and_allowed_or_not(led: Led) -> None:
    for is_allowed in (True, False):
        led.kept.clear()
        file = led.pi.folder / "project" / f"made-{is_allowed}.txt"
        turn = led.turn()
        running = asyncio.create_task(turn.run(doing(f"touch {file.name}")))
        question = await led.asked()
        assert (question.method, question.grade, question.tool) == ("gate", "modify", "exec")
        assert question.arguments["command"] == f"touch {file.name}"
        await turn.answer(Answer("0" * 32, question.id, is_allowed, None if is_allowed else "not now"))
        async with asyncio.timeout(SECONDS):
            end = await running
        assert end["outcome"] == "completed"
        assert file.exists() == is_allowed
        (ended,) = [event for event in led.kept if isinstance(event, ToolEnded)]
        assert (ended.is_error, ended.is_denied) == (not is_allowed, not is_allowed)
        replies = [event for event in led.kept if isinstance(event, Said)]
        assert [reply.stop for reply in replies] == ["tools", "stop"]
        assert isinstance(led.kept[0], Began)
        assert sum(reply.input_tokens for reply in replies) > 0


async def test_reading_runs_and_what_is_denied_does_not(led: Led) -> None:
    (led.pi.folder / "project" / "words.txt").write_text("words of a file")
    end = await led.turn().run(doing("cat words.txt"))
    assert end["outcome"] == "completed"
    (ended,) = [event for event in led.kept if isinstance(event, ToolEnded)]
    assert not ended.is_error
    assert ended.result == {"stdout": "words of a file"}
    led.kept.clear()
    await led.turn().run(doing(f"cat {led.pi.folder}/state/policy.toml"))
    (ended,) = [event for event in led.kept if isinstance(event, ToolEnded)]
    assert ended.is_denied
    assert not any(isinstance(event, ToolStarted) and event.question for event in led.kept)


async def test_stopped_while_it_asks(led: Led) -> None:
    turn = led.turn()
    running = asyncio.create_task(turn.run(doing("touch never.txt")))
    await led.asked()
    running.cancel()
    async with asyncio.timeout(SECONDS):
        with pytest.raises(asyncio.CancelledError):
            await running
    assert not (led.pi.folder / "project" / "never.txt").exists()
    assert (await led.turn().run("words"))["outcome"] == "completed"


async def test_without_the_gate_nothing_is_prompted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with runtime("npm-0.73", tmp_path, monkeypatch) as played:
        await _refused(_led(played, ungated=True))


async def _refused(led: Led) -> None:
    with pytest.raises(PiUngatedError):
        await led.turn().run("words")
    assert led.kept == []


def test_words_of_a_command() -> None:
    assert words_of("node '/opt/my pi/cli.js' -e x.js") == ("node", "/opt/my pi/cli.js", "-e", "x.js")
    assert words_of("") == ()
    assert Path(GATE).exists()
