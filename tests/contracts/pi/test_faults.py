"""Faults that only the stand-in can be brought to: silence, half lines, deafness, noise, starts that fail."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openclaw.apps.bridge.pi.errors import PiNoAnswerError, PiNotFoundError, PiStartError, PiUnavailableError
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.restarts import COOL_DOWN, LIMIT, STABLE, Restarts
from openclaw.kit.clock import ManualClock
from tests.support.pi_runtimes import Heard, Runtime, runtime


class PatientClock(ManualClock):
    """Waits of a back-off pass at once; longer ones (``asleep``) wait until the test moves the time."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.asleep = asyncio.Event()

    async def sleep(self, duration: timedelta) -> None:
        if duration >= COOL_DOWN:
            self.asleep.set()
            await super().sleep(duration)


async def test_a_runtime_killed_in_the_middle_of_a_line(played: Runtime) -> None:
    driver, heard = await played.started(played.launch(faults={"cut": ["get_available_models"]}))
    with pytest.raises(PiUnavailableError):
        await driver.models()
    await heard.phase("waiting")
    driver.try_again()
    await heard.phase("ready")
    assert (await driver.state()).data["messageCount"] == 0


async def test_no_answer_in_time_is_the_last_one_or_an_error(played: Runtime) -> None:
    driver, _ = await played.started(played.launch(faults={"never": ["get_available_models", "set_model"]}))
    async with asyncio.timeout(60):
        with pytest.raises(PiNoAnswerError):
            await driver.models()
    assert not (await driver.state()).is_stale  # a late or missing answer disturbs nobody else


async def test_one_that_never_answers_does_not_start(played: Runtime) -> None:
    driver = played.driver(played.launch(faults={"never": ["get_state"]}, ready_seconds=0.5))
    with pytest.raises(PiStartError, match="no answer in time"):
        await driver.start()
    assert played.processes() == []


async def test_one_that_stops_reading_is_ended_all_the_same(played: Runtime) -> None:
    driver, heard = await played.started(played.launch(faults={"deaf": ["prompt"]}))
    await driver.prompt("words:1")
    await heard.run_ended()
    async with asyncio.timeout(60):
        await driver.close()
    assert played.processes() == []


async def test_noise_before_the_start_and_a_late_start(played: Runtime) -> None:
    gate = played.folder / "start"
    os.mkfifo(gate)
    descriptor = os.open(gate, os.O_RDWR)
    driver = played.driver(played.launch(faults={"start_gate": str(gate), "stderr": 3_000_000}))
    starting = asyncio.ensure_future(driver.start())
    os.write(descriptor, b"\n")
    await starting
    running = driver._supervisor.running
    assert running is not None
    assert len(running.process.last_words) <= 16_384
    os.close(descriptor)


async def test_no_model_is_ready_but_cannot_be_prompted(played: Runtime) -> None:
    driver, _ = await played.started(played.launch(faults={"no_model": True}))
    assert driver.status.can_prompt is False
    assert (await driver.state()).data["model"] is None
    with pytest.raises(Exception, match=r"No API key found") as refused:
        await driver.prompt("words:1")
    assert "/opt/pi" not in str(refused.value)


async def test_a_start_that_fails_is_tried_again_and_in_the_end_is_not(played: Runtime) -> None:
    crashes = played.folder / "crashes"
    crashes.write_text("3")
    clock = PatientClock(datetime.now(UTC))
    driver, heard = played.driver(played.launch(faults={"crashes": str(crashes)}), clock=clock), Heard()
    driver.listen(heard)
    with pytest.raises(PiStartError, match="exit code 1"):
        await driver.start()
    await heard.phase("ready")  # the fourth
    assert driver.status.restarts == 3

    crashes.write_text("100")
    running = driver._supervisor.running
    assert running is not None
    running.process.kill()
    await heard.phase("broken")  # two more
    assert crashes.read_text() == "99"
    assert driver.status.failure == "pi.start_failed"
    assert (await driver.state()).is_stale
    with pytest.raises(PiStartError):
        await driver.prompt("words:1")

    await clock.asleep.wait()
    clock.advance(COOL_DOWN)
    await heard.phase("broken")  # one try, and no more
    assert crashes.read_text() == "98"
    crashes.write_text("0")
    driver.try_again()
    await heard.phase("ready")
    assert driver.status.failure is None


def test_the_circuit() -> None:
    restarts, now = Restarts(), datetime.now(UTC)
    waits = [restarts.ended(started_at=now, now=now) for _ in range(LIMIT - 1)]
    assert all(timedelta(seconds=1) <= wait <= timedelta(seconds=30) for wait in waits)
    assert not restarts.is_open
    assert restarts.ended(started_at=now, now=now) == COOL_DOWN
    later = now + timedelta(hours=1)
    assert restarts.ended(started_at=later, now=later) == COOL_DOWN  # still
    assert restarts.ended(started_at=later - STABLE, now=later) < COOL_DOWN  # it had run
    assert not restarts.is_open
    spread = [later + timedelta(minutes=n) for n in range(1, 20)]
    assert all(restarts.ended(started_at=at, now=at) < COOL_DOWN for at in spread[::2])


async def test_a_folder_that_is_gone_is_said_so(played: Runtime) -> None:
    driver = played.driver(PiLaunch(folder=played.folder / "gone", command=played.launch().command))
    with pytest.raises(PiStartError, match="No such file"):
        await driver.start()


async def test_who_waits_for_a_start_is_told_of_the_end(played: Runtime) -> None:
    driver = played.driver(played.launch(faults={"never": ["get_state"]}))
    heard = Heard()
    driver.listen(heard)
    starting = asyncio.ensure_future(driver.start())
    await heard.phase("starting")
    await driver.close()
    with pytest.raises(PiUnavailableError):
        await starting
    assert played.processes() == []


async def test_what_is_not_installed_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with runtime("npm-0.73", tmp_path, monkeypatch) as made:
        driver = made.driver(PiLaunch(folder=tmp_path, command=("no-such-runtime", "x")))
        with pytest.raises(PiNotFoundError, match="no-such-runtime"):
            await driver.start()
        status = driver.status
        assert (status.phase, status.failure, status.can_prompt) == ("broken", "pi.not_found", None)
