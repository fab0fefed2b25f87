"""Attacks on the host, as root and as an ordinary user, in each tier; judged by what happened to the host."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from openclaw.sandbox.calls import Grants, Limits, Tier
from openclaw.sandbox.errors import SecurityViolation
from tests.conftest import ROOT
from tests.sandbox.conftest import MIB, SMALL, Cell, Target, named_processes, value

pytestmark = pytest.mark.asyncio(loop_scope="module")
TIERS = [Tier.NAMESPACES, Tier.LANDLOCK, Tier.HARDENED]


async def test_harmless_code_does_its_work(cell: Cell) -> None:
    """Else everything below would hold because nothing ran."""
    outcome = await cell.run("sanity", {"some": ["input"]})
    assert value(outcome) == {"inputs": {"some": ["input"]}, "sum": 499500, "child": "a child"}
    assert outcome.files == {"report.txt": b"written"}
    assert outcome.logs == "a line\n"
    assert outcome.refused == ()
    assert outcome.tier is cell.tier


@pytest.mark.parametrize("attack", ["read_files", "read_environment", "open_files", "become_root"])
async def test_nothing_of_the_host_is_read(cell: Cell, target: Target, attack: str) -> None:
    outcome = await cell.run(attack, target.inputs, limits=Limits(wall_seconds=10))
    assert outcome.error is None, outcome.message
    told = str(value(outcome)) + outcome.logs
    for secret in (target.secret, "root:$", "root:*:", "root:!", "uid=0", "egid=0"):
        assert secret not in told
    if attack == "open_files":  # standard input, pipes and sockets: no folder, no file
        assert {mode[:4] for mode in list(value(outcome).values())[1:]} <= {"0o10", "0o14"}


async def test_nothing_is_written_outside_or_left_for_the_next(cell: Cell, target: Target) -> None:
    await cell.run("write_outside", target.inputs)
    assert target.is_untouched()
    assert value(await cell.run("read_back", target.inputs)) == []


@pytest.mark.parametrize("attack", ["connect", "signal_others"])
async def test_nobody_outside_is_reached(cell: Cell, target: Target, attack: str) -> None:
    with contextlib_suppress_violation():
        await cell.run(attack, target.inputs)
    assert target.is_untouched()
    assert os.sched_getaffinity(target.process.pid) == os.sched_getaffinity(0)
    assert os.getpriority(os.PRIO_PROCESS, target.process.pid) == 0


async def test_nobody_stays_behind(cell: Cell, target: Target) -> None:
    await cell.run("leave_children", target.inputs)
    assert list(named_processes(target.name)) == []


async def test_processes_are_limited(cell: Cell) -> None:
    outcome = await cell.run("fork_bomb")
    assert outcome.stopped_by in {"processes", "memory", None}
    if outcome.stopped_by is None:
        assert value(outcome) <= SMALL.processes
    assert cell.tier is Tier.LANDLOCK or not cell.has_group or outcome.usage.wall_seconds < SMALL.wall_seconds


@pytest.mark.parametrize(
    "attack", ["memory_bomb", "memory_bomb_of_many", "hidden_memory_bomb", "shared_memory_bomb"]
)
async def test_memory_is_limited(cell: Cell, attack: str) -> None:
    outcome = await cell.run(attack)
    assert outcome.stopped_by in {"memory", "processes"} or outcome.error in {"MemoryError", "OSError"}, (
        outcome
    )
    if cell.has_group:  # elsewhere it is sampled: a burst is seen when it has happened
        assert outcome.usage.memory_bytes <= SMALL.memory_bytes + 65 * MIB


async def test_sockets_hide_no_memory(cell: Cell) -> None:
    """Where nothing charges for what they keep, they keep no more than they begin with."""
    kept = value(await cell.run("network:hold"))
    assert cell.has_group or kept <= 512 << 10


async def test_disk_is_limited(cell: Cell) -> None:
    outcome = await cell.run("disk_bomb")
    assert outcome.stopped_by == "disk" or value(outcome) <= SMALL.scratch_bytes


async def test_what_is_given_back_is_limited_before_it_is_read(cell: Cell) -> None:
    outcome = await cell.run("output_bomb", limits=Limits(files_bytes=2 * MIB, scratch_bytes=4 * MIB))
    assert outcome.stopped_by == "disk" or value(outcome) <= 4 * MIB
    assert sum(map(len, outcome.files.values())) <= 2 * MIB
    assert len(outcome.files) <= 100


async def test_time_is_limited_of_processors_and_of_the_wall(cell: Cell) -> None:
    """Whatever signals it ignores, and by however many children it works."""
    attacks = ("cpu_loop", "cpu_by_children", "cpu_by_threads_children", "cpu_in_silence")
    deaf, *busy = await asyncio.gather(
        cell.run("stay", limits=Limits(wall_seconds=0.5)), *(cell.run(attack) for attack in attacks)
    )
    assert deaf.stopped_by == "wall"
    assert [outcome.stopped_by for outcome in busy] == ["cpu"] * 4
    assert max(outcome.usage.cpu_seconds for outcome in busy) < 3


@pytest.mark.parametrize(("attack", "limit"), [("log_flood", "logs"), ("large_output", "output")])
async def test_what_it_says_is_limited(cell: Cell, attack: str, limit: str) -> None:
    assert (await cell.run(attack)).stopped_by == limit


@pytest.mark.parametrize(
    "answer",
    ["[" * 200_000, "[]", '{"output": NaN}', "\0\xff", '{"error": {}}', '{"error": 1, "message": [2]}', ""],
)
async def test_a_forged_answer_is_no_more_than_a_wrong_one(cell: Cell, answer: str) -> None:
    outcome = await cell.run("forged_answer", {"answer": answer})
    assert outcome.error is not None
    assert outcome.error.isalnum() or outcome.error == "{}"


async def test_violations_are_told_by_the_kernel(cell: Cell, target: Target) -> None:
    if cell.tier is Tier.HARDENED:  # its kernel tells no names
        for attack in ("trace", "make_device", "make_namespaces", "kernel_surface"):
            assert await cell.refused(attack, target.inputs) == {"a system call that is forbidden"}
        assert {answer[:3] for answer in value(await cell.run("odd_sockets"))} <= {"OSE", "Per"}
        assert (await cell.run("refusal_flood")).error is None
        assert target.is_untouched()
        return
    assert await cell.refused("odd_sockets") == {"socket(AF_VSOCK)", "socket(AF_ALG)", "socket(AF_PACKET)"}
    assert await cell.refused("trace", target.inputs) == {"ptrace"}
    assert await cell.refused("make_device") == {"mknodat"}
    assert await cell.refused("make_namespaces") == {"unshare", "clone", "setns", "mount"}
    surface = (
        "bpf keyctl add_key perf_event_open userfaultfd open_by_handle_at pivot_root chroot process_vm_readv"
    )
    assert await cell.refused("kernel_surface") == {*surface.split(), "init_module", "kexec_load"}
    assert await cell.refused("refusal_flood") == {"socket(AF_INET)"}
    assert target.is_untouched()


async def test_numbers_of_other_machines_are_not_known(cell: Cell) -> None:
    assert value(await cell.run("another_machine")) == ["ENOSYS", "ENOSYS"]


async def test_the_next_call_is_served_by_whom_it_trusts(cell: Cell, target: Target) -> None:
    with contextlib_suppress_violation():
        await cell.run("poison", target.inputs, limits=Limits(wall_seconds=2))
    assert value(await cell.run("sanity", 1))["inputs"] == 1
    assert target.is_untouched()


async def test_only_files_of_its_own_come_back(cell: Cell, target: Target) -> None:
    outcome = await cell.run("leave_files", target.inputs)
    assert outcome.files == {"good.txt": b"good", "sub/also.txt": b"also", "sparse": b""}
    assert target.secret not in str(outcome)
    refused = outcome.refused_files
    assert (
        refused["link.txt"]
        == refused["relative.txt"]
        == refused["folder"]
        == refused["environment.txt"]
        == "ELOOP"
    )
    assert refused["twice.txt"] == refused["again.txt"] == "has other names"
    assert refused["a?b"] == refused[".hidden"] == "name"


async def test_questions_of_any_form_are_answered(cell: Cell) -> None:
    async def double(parameters: Any) -> int:
        return int(parameters["number"]) * 2

    grants = Grants(host_calls=frozenset({"double"}))
    outcome = await cell.run("asking:deep_question", grants=grants, host={"double": double})
    assert value(outcome) == [*["failed"] * 6, 42]


async def test_a_host_that_is_lied_to_hangs_up(cell: Cell) -> None:
    outcome = await cell.run("asking:abuse_host")
    assert outcome.stopped_by == "host call"


class contextlib_suppress_violation:  # noqa: N801
    """Where a violation may be told or not: what counts is what happened to the host."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        return isinstance(error, SecurityViolation)


@pytest.mark.skipif(os.getuid() != 0, reason="it is one that runs the tests")
async def test_all_of_this_holds_for_an_ordinary_user() -> None:
    wrapper = Path(__file__).with_name("as_ordinary_user.py")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--tb=short",
        *("-k", "not hardened or harmless or bomb_of_many"),  # root tries the others there
        __file__,
    ]
    with tempfile.TemporaryDirectory(prefix="ordinary-") as home:
        done = subprocess.run(
            [sys.executable, str(wrapper), json.dumps(command), home],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
