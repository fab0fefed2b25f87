"""Long answers, killed runtimes, orphans, two writers: nothing hangs, nothing is left behind."""

import asyncio
import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from openclaw.apps.bridge.pi.driver import PiDriver
from openclaw.apps.bridge.pi.errors import PiSessionInUseError, PiUnavailableError
from openclaw.protocol.pi.errors import PiCommandTooLargeError
from openclaw.protocol.pi.redaction import messages_of
from tests.support.pi_runtimes import SECRET, Heard, Runtime
from tests.support.pids import is_running, wait_until_gone

# In a session of its own; without our mark in its environment; both; and neither.
_ORPHANS = (
    "setsid sleep 600 & echo $! >> pids; env -i {env} sleep 600 & echo $! >> pids; "
    "env -i {env} setsid {sh} -c 'echo $$ >> pids; exec sleep 600' & "
    "sleep 600 & echo $! $$ >> pids; echo up; wait"
)


def _pids(pi: Runtime) -> list[int]:
    return [int(word) for word in (pi.folder / "project" / "pids").read_text().split()]


def _pi_pid(driver: PiDriver) -> int:
    running = driver._supervisor.running
    assert running is not None
    return running.process.pid


async def _with_orphans(pi: Runtime) -> tuple[PiDriver, Heard, list[int]]:
    """A runtime whose tool has started what it can to outlive it."""
    driver, heard = await pi.started()
    command = _ORPHANS.format(env=f"PATH={os.environ['PATH']}", sh="/bin/sh")
    await driver.prompt(f"tool:bash {json.dumps({'command': command})}")
    await heard.output("up")
    pids = _pids(pi)
    assert len(pids) >= 4
    return driver, heard, [*pids, _pi_pid(driver)]


def _leftovers(pi: Runtime) -> list[str]:
    return [" ".join(process.cmdline()) for process in pi.processes()]


async def test_an_answer_of_nine_megabytes_with_every_separator(pi: Runtime) -> None:
    words = "line\u2028paragraph\u2029next\u0085 é 😀 " * 1100
    count = 9_500_000 // len(words.encode())
    driver, _ = await pi.started(pi.launch(session=pi.write_session(count, words)))
    messages = (await driver.messages()).data["messages"]
    assert len(messages) == count
    assert {messages_of({"messages": [m]})["messages"][0]["content"][0]["text"] for m in messages} == {words}
    assert len(json.dumps(messages, ensure_ascii=False).encode()) > 9_000_000
    assert len((await driver.messages(last=3)).data["messages"]) == 3
    assert (await driver.state()).data["messageCount"] >= count


async def test_the_line_null(pi: Runtime) -> None:
    """Nothing of ours writes it; should it come about, the runtime is started again on its session."""
    driver, heard = await pi.started()
    await driver.prompt("words:1")
    await heard.run_ended()
    running = driver._supervisor.running
    assert running is not None
    session = (await driver.state()).data["sessionId"]
    running.process.write(b"null\n")
    if pi.name in {"npm-0.58", "rust"}:
        assert (await driver.state()).data["sessionId"] == session
        assert driver.status.restarts == 0
        return
    await heard.phase("waiting")
    kept = await driver.state()
    assert kept.is_stale
    with pytest.raises(PiUnavailableError):
        await driver.prompt("words:1")
    driver.try_again()
    await heard.phase("ready")
    assert (await driver.state()).data["sessionId"] == session
    assert driver.status.restarts == 1


async def test_a_killed_runtime_leaves_nothing_and_comes_back(pi: Runtime) -> None:
    driver, heard, pids = await _with_orphans(pi)
    running = driver._supervisor.running
    assert running is not None
    running.process.look()  # as it does by itself half a second after a tool has said something
    os.kill(_pi_pid(driver), signal.SIGKILL)
    assert (await heard.run_ended())["outcome"] == "interrupted"
    assert not driver.status.is_busy
    await wait_until_gone(*pids)
    await heard.phase("waiting")
    driver.try_again()
    await heard.phase("ready")
    await driver.prompt("words:1")
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_an_orphan_making_shutdown_leaves_nothing(pi: Runtime) -> None:
    driver, _, pids = await _with_orphans(pi)
    async with asyncio.timeout(60):
        await driver.close()
    await wait_until_gone(*pids)
    assert _leftovers(pi) == []
    assert driver.status.phase == "stopped"


async def test_a_shutdown_that_is_itself_cut_off_leaves_nothing(pi: Runtime) -> None:
    driver, _, pids = await _with_orphans(pi)
    closing = asyncio.ensure_future(driver.close())
    os.kill(_pi_pid(driver), signal.SIGSTOP)  # it will not answer
    done, _ = await asyncio.wait([closing], timeout=0.2)
    assert not done
    closing.cancel()
    await asyncio.wait([closing])
    await driver.close()
    await wait_until_gone(*pids)
    assert _leftovers(pi) == []


async def test_two_runtimes_on_one_session(pi: Runtime) -> None:
    session = pi.write_session(2, "hello")
    first, _ = await pi.started(pi.launch(session=session))
    link = pi.folder / "sessions" / "link.jsonl"
    os.link(session, link)
    second, third = pi.driver(pi.launch(session=session)), pi.driver(pi.launch(session=session))
    with pytest.raises(PiSessionInUseError):
        await second.start()
    assert second.status.phase == "broken"
    assert second.status.failure == "pi.session_in_use"
    assert len(pi.processes()) == 1
    await first.close()
    await third.start()
    assert (await third.state()).data["messageCount"] >= 2


async def test_two_writers_at_once_do_not_mix_their_lines(pi: Runtime) -> None:
    driver, heard = await pi.started()
    long = "x" * 500_000
    answers = await asyncio.gather(
        *(driver.state() for _ in range(5)),
        *(driver.set_model(provider=f"p{n}", model=long) for n in range(3)),
        *(driver.stats() for _ in range(5)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(refused) == 3
    assert all("p" in str(error) for error in refused)
    with pytest.raises(PiCommandTooLargeError):
        await driver.prompt("é" * 200_000)
    await driver.prompt("words:1")
    assert (await heard.run_ended())["outcome"] == "completed"


async def test_starting_and_ending_leaks_nothing(pi: Runtime) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    counts: list[tuple[int, int]] = []
    for _ in range(3):
        driver, heard = await pi.started()
        await driver.prompt("words:1")
        await heard.run_ended()
        await driver.close()
        counts.append((opened(), len(asyncio.all_tasks())))
        assert _leftovers(pi) == []
    assert counts[1] == counts[2]


async def test_nothing_that_was_planted_comes_out(pi: Runtime) -> None:
    driver, heard = await pi.started()
    await driver.prompt('tool:bash {"command": "echo key sk-ant-abcdefghijklmnop0123"}')
    await heard.run_ended()
    reads = [(await read()).data for read in (driver.state, driver.messages, driver.stats)]
    shown = json.dumps([*reads, await driver.models(), [event.members for event in heard.events]])
    assert "[redacted]" in shown
    for secret in (SECRET, "sk-ant-abc", str(pi.folder), "baseUrl", "sessionFile", '"system"', "headers"):
        assert secret not in shown, secret
    environment = psutil.Process(_pi_pid(driver)).environ()
    assert environment["PI_OFFLINE"] == "1"
    assert environment["OPENCLAW_CALL"].startswith("0123456789abcdef/pi-")
    assert not {name for name in environment if name.startswith("OPENCLAW_")} - {"OPENCLAW_CALL"}
    assert is_running(_pi_pid(driver))
