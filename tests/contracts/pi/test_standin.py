"""The stand-in against what was recorded of real runtimes: orders, shapes, answers to bad lines, exits."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.pi_wire import Record, Wire, standin
from tests.support.pids import is_running, wait_until_gone

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
PROFILE = {"0.73.1": "npm-0.73", "0.87.1": "npm-0.87"}
ALL = ("npm-0.58", "npm-0.73", "npm-0.87", "rust")


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Path]:
    """A folder with a gate ``one`` that the test may open."""
    os.mkfifo(tmp_path / "one")
    descriptor = os.open(tmp_path / "one", os.O_RDWR)
    yield tmp_path
    os.close(descriptor)


def _label(record: Record) -> str:
    kind = record["type"]
    if kind == "response":
        return f"{kind} {record.get('command')} {'ok' if record['success'] else 'refused'}"
    return f"{kind} {record['message']['role']}" if kind in {"message_start", "message_end"} else kind


def _order(records: list[Record]) -> list[str]:
    order: list[str] = []
    for record in records:
        label = _label(record)
        if label not in order[-1:] or label not in {"message_update", "tool_execution_update"}:
            order.append(label)
    return order


def _last(runtime: str) -> str:
    return "agent_settled" if runtime == "0.87.1" else "agent_end"


async def _play(wire: Wire, scenario: str, runtime: str) -> None:
    """Do to the stand-in what was done to the real one."""
    if scenario == "tool":  # not the first run of its session
        wire.send({"id": "0", "type": "prompt", "message": "hello"})
        await wire.event(_last(runtime))
        wire.seen.clear()
    words = {"text": "hello", "tool": 'tool:bash {"command": "echo ran"}', "retry": "once:500"}
    wire.send({"id": "1", "type": "prompt", "message": words.get(scenario, "gate:one")})
    if scenario in words:
        await wire.event(_last(runtime))
        return
    await wire.event("message_update")
    for _ in range(3):
        await wire.event("message_update")  # now it waits at the gate
    if scenario == "abort with a queue":
        wire.send({"id": "2", "type": "follow_up", "message": "queued"})
        await wire.answer("2")
    wire.send({"id": "3", "type": "abort" if scenario == "abort with a queue" else "new_session"})
    await wire.answer("3")


@pytest.mark.parametrize(
    ("scenario", "runtime"), [(s, r) for s, orders in RECORDED["orders"].items() for r in orders]
)
async def test_the_order_of_events_is_the_recorded_one(scenario: str, runtime: str, gates: Path) -> None:
    recorded = RECORDED["orders"][scenario][runtime].split(", ")
    async with Wire(standin(PROFILE[runtime], {"gates": str(gates)})) as wire:
        await _play(wire, scenario, runtime)
        order = _order(wire.seen)
        if scenario in {"abort with a queue", "new session in a run"}:  # these were not the first run
            order = [label for label in order if not label.endswith("system")]
        assert order == recorded
        shapes = RECORDED["shapes"][runtime]
        for record in wire.seen:
            if (shape := shapes.get(_label(record))) is not None:
                assert set(record) - {"id"} == set(shape.split()), _label(record)


@pytest.mark.parametrize(
    "case", RECORDED["lines"], ids=lambda case: f"{case['runtime']} {case['line'][:24]}".strip()
)
async def test_bad_lines_are_answered_as_recorded(case: dict[str, Any]) -> None:
    async with Wire(standin(PROFILE[case["runtime"]])) as wire:
        wire.send(case["line"])
        answer, recorded = await wire.next(), case["answer"]
        if recorded.get("command") == "parse":  # every JSON reader has its own words
            answer["error"] = recorded["error"]
        assert answer == recorded
        wire.send({"id": "after", "type": "get_state"})
        assert (await wire.answer("after"))["success"]


@pytest.mark.parametrize("runtime", PROFILE)
async def test_the_reads_have_the_recorded_members(runtime: str, tmp_path: Path) -> None:
    async with Wire([*standin(PROFILE[runtime]), "--session-dir", str(tmp_path)]) as wire:
        for command, recorded in RECORDED["reads"][runtime].items():
            wire.send({"id": command, "type": command})
            data = (await wire.answer(command))["data"]
            assert set(data) == set(recorded["members"].split())
            if "model" in recorded:
                assert set(data["model"]) == set(recorded["model"].split())


@pytest.mark.parametrize("profile", ALL)
async def test_lines_end_at_lf_only(profile: str) -> None:
    async with Wire(standin(profile, {"big": 100_000})) as wire:
        wire.send(
            '{"id":"a\u2028b","type":"get_session_stats"}', '{"id":"c","type":"get_state"}', end=b"\r\n"
        )
        assert (await wire.next())["id"] == "a\u2028b"
        assert (await wire.next())["id"] == "c"
        wire.send({"id": "big", "type": "get_messages"})
        assert "\u2028" in json.dumps(await wire.answer("big"), ensure_ascii=False)


@pytest.mark.parametrize("profile", ALL)
async def test_a_later_read_overtakes_a_prompt_on_npm(profile: str) -> None:
    async with Wire(standin(profile)) as wire:
        wire.send({"id": "p", "type": "prompt", "message": "x"}, {"id": "s", "type": "get_state"})
        first = await wire.until(lambda record: record["type"] == "response")
        assert first["id"] == ("p" if profile == "rust" else "s")


@pytest.mark.parametrize("profile", ALL)
async def test_null_kills_the_newer_npm(profile: str) -> None:
    async with Wire(standin(profile)) as wire:
        wire.send("null")
        if profile in {"npm-0.73", "npm-0.87"}:
            assert await wire.end() == 1
        else:
            assert (await wire.next())["success"] is False


@pytest.mark.parametrize(
    ("profile", "number", "code"),
    [("npm-0.58", 15, -15), ("npm-0.73", 15, 143), ("npm-0.87", 1, 129), ("rust", 15, -15), ("npm-0.73", 2, -2)],
)  # fmt: skip
async def test_signals_end_it_as_recorded(profile: str, number: int, code: int) -> None:
    async with Wire(standin(profile)) as wire:
        wire.send({"id": "s", "type": "get_state"})
        await wire.answer("s")
        wire.signal(signal.Signals(number))
        assert (await wire.end()) in {code, 130 if number == 2 else code}


@pytest.mark.parametrize("profile", ALL)
async def test_end_of_input_leaves_an_orphan_up_to_0_73(profile: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "one")
    descriptor = os.open(tmp_path / "one", os.O_RDWR)
    command = f"echo $$ > {tmp_path}/pid; echo up; read _ < {tmp_path}/one"
    async with Wire(standin(profile)) as wire:
        wire.send({"id": "p", "type": "prompt", "message": f'tool:bash {{"command": "{command}"}}'})
        await wire.until(lambda record: "up" in json.dumps(record.get("partialResult", "")))
        pid = int((tmp_path / "pid").read_text())
        wire.close_input()
        if profile == "rust":
            os.write(descriptor, b"\n")  # it waits for the run
        assert await wire.end() == 0
        if profile in {"npm-0.58", "npm-0.73"}:
            assert is_running(pid)
            os.write(descriptor, b"\n")
        await wait_until_gone(pid)
    os.close(descriptor)


@pytest.mark.parametrize("profile", ALL)
def test_its_version_is_where_the_real_one_puts_it(profile: str) -> None:
    done = subprocess.run([*standin(profile), "--version"], capture_output=True, text=True, check=True)
    assert bool(done.stdout) != (profile == "npm-0.73")
    assert (done.stdout + done.stderr).removeprefix("pi ").startswith("0.")


async def test_a_read_in_a_run_stops_the_rust_loop(gates: Path) -> None:
    descriptor = os.open(gates / "one", os.O_RDWR)
    async with Wire(standin("rust", {"gates": str(gates)})) as wire:
        wire.send({"id": "p", "type": "prompt", "message": "gate:one"})
        await wire.event("message_update")
        wire.send({"id": "s", "type": "get_session_stats"}, {"id": "a", "type": "abort"})
        os.write(descriptor, b"\n")
        await wire.answer("a")
        order = _order(wire.seen)
        assert order.index("agent_end") < order.index("response get_session_stats ok") < len(order) - 1
    os.close(descriptor)


async def test_the_session_file_begins_with_the_first_answer(gates: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    descriptor = os.open(gates / "one", os.O_RDWR)
    async with Wire([*standin("npm-0.73", {"gates": str(gates)}), "--session", str(file)]) as wire:
        wire.send({"id": "p", "type": "prompt", "message": "gate:one"})
        await wire.event("message_update")
        assert not file.exists()
        os.write(descriptor, b"\n")
        await wire.event("agent_end")
    os.close(descriptor)
    header, *entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert (header["type"], header["version"]) == ("session", 3)
    assert [entry["message"]["role"] for entry in entries] == ["user", "assistant"]
    async with Wire([*standin("npm-0.73"), "--session", str(file)]) as wire:
        wire.send({"id": "m", "type": "get_messages"})
        assert len((await wire.answer("m"))["data"]["messages"]) == 2
