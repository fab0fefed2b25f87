"""What a call gives, in each tier, and what it costs nobody."""

import asyncio
import base64
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from openclaw.kit.errors import TooLargeError
from openclaw.sandbox.calls import Call, Grants, Limits, NetworkGrant, Outcome, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.egress.fetch import HttpCall
from openclaw.sandbox.errors import (
    CodeFailedError,
    LimitExceededError,
    SandboxBusyError,
    SandboxLostError,
    SandboxUnavailableError,
)
from openclaw.sandbox.frames import Settings
from tests.sandbox.conftest import HOSTILE, SMALL, Cell, let_run, named_processes, value

NAME = f"claw{os.getpid()}"

pytestmark = pytest.mark.asyncio(loop_scope="module")
TIERS = [Tier.NAMESPACES, Tier.LANDLOCK]


async def test_coroutines_are_entry_points(cell: Cell) -> None:
    assert value(await cell.run("raises:later", "input")) == ["input"]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("raises:wrong", "LookupError"),
        ("raises:not_json", "NotJson"),
        ("raises:not_a_number", "NotJson"),
        ("raises:ends", "SystemExit"),
        ("raises:absent", "AttributeError"),
        ("absent:run", "ModuleNotFoundError"),
        ("hostile", "AttributeError"),
    ],
)
async def test_code_that_fails_says_how(cell: Cell, entry: str, error: str) -> None:
    outcome = await cell.run(entry if ":" in entry else f"{entry}:")
    assert outcome.error == error
    with pytest.raises(CodeFailedError, match=error):
        outcome.check()


async def test_inputs_are_limited_before_anybody_has_to_carry_them(cell: Cell) -> None:
    with pytest.raises(TooLargeError):
        await cell.run("sanity", "x" * (17 << 20))
    large = "x" * (4 << 20)
    assert (await cell.run("raises:large_input", large, limits=Limits())).output == len(large)


async def test_limits_are_errors_to_who_asks(cell: Cell) -> None:
    outcome = await cell.run("stay", limits=Limits(wall_seconds=0.2))
    with pytest.raises(LimitExceededError, match="wall"):
        outcome.check()


async def test_host_calls_are_those_that_were_granted(cell: Cell) -> None:
    async def double(parameters: Any) -> int:
        return int(parameters["number"]) * 2

    async def tell(parameters: Any) -> str:
        return "the secret"

    grants = Grants(host_calls=frozenset({"double"}))
    outcome = await cell.run("asking:ask_host", grants=grants, host={"double": double, "secrets": tell})
    assert value(outcome) == [42, "secrets was not granted", "__class__ was not granted"]


async def test_an_answer_that_is_not_read_holds_up_nobody(cell: Cell) -> None:
    asked = asyncio.Event()

    async def much(parameters: Any) -> str:
        asked.set()
        return "x" * (8 << 20)

    grants = Grants(host_calls=frozenset({"much"}))
    waiting = asyncio.ensure_future(cell.run("asking:ignore_host", NAME, grants=grants, host={"much": much}))
    await asked.wait()
    assert value(await cell.run("sanity", 1))["inputs"] == 1
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_host_call_always_has_an_answer(cell: Cell) -> None:
    async def wrong(parameters: Any) -> Any:
        raise LookupError("a secret of the host's")

    async def busy(parameters: Any) -> Any:
        raise SandboxBusyError(limit=3)

    async def no_json(parameters: Any) -> Any:
        return object()

    hosts = {"wrong": wrong, "busy": busy, "no_json": no_json}
    grants = Grants(host_calls=frozenset(hosts))
    outcome = await cell.run("raises:ask_each", list(hosts), grants=grants, host=hosts)
    failed, busy_answer, unsaid = value(outcome)
    assert failed == ["failed", "the host could not do it"]
    assert busy_answer[0] == "sandbox.busy"
    assert unsaid[0] == "failed"


async def test_host_calls_are_counted(cell: Cell) -> None:
    count = 0

    async def tick(parameters: Any) -> int:
        nonlocal count
        count += 1
        return count

    grants = Grants(host_calls=frozenset({"tick"}))
    limits = Limits(host_calls=20, wall_seconds=20)
    outcome = await cell.run("raises:flood", 21, grants=grants, host={"tick": tick}, limits=limits)
    assert outcome.stopped_by == "host calls"
    assert count == 20
    assert value(await cell.run("raises:flood", 20, grants=grants, host={"tick": tick}, limits=limits)) == 40


async def test_a_call_given_up_in_the_middle_of_a_frame_spoils_no_other(cell: Cell) -> None:
    """Its inputs and a host call's answer are large: they are on the way when it ends."""
    asked = asyncio.Event()

    async def much(parameters: Any) -> str:
        asked.set()
        return "x" * (8 << 20)

    for _ in range(3):
        given_up = asyncio.ensure_future(cell.run("sanity", "x" * (8 << 20)))
        await let_run(20)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
    grants = Grants(host_calls=frozenset({"much"}))
    asking = asyncio.ensure_future(cell.run("asking:ignore_host", NAME, grants=grants, host={"much": much}))
    await asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert value(await cell.run("sanity", 4))["inputs"] == 4


async def test_requests_by_the_host_for_code_without_network(cell: Cell, tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(4))
        writer.write(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = HttpCall(NetworkGrant(hosts=(f"localhost:{port}", "169.254.169.254:80")), internal=("localhost",))
    urls = [
        f"http://localhost:{port}/a?b",
        "http://169.254.169.254/",
        "http://other.test/",
        "file:///etc/passwd",
    ]
    outcome = await cell.run(
        "network:by_host",
        {"urls": urls, "headers": {"Host": "other.test", "X-Own": "1"}, "body": "body"},
        grants=Grants(host_calls=frozenset({"http"})),
        host={"http": http},
    )
    server.close()
    denied = [
        "address_instead_of_name",
        "host_not_granted",
        "only http and https, and only methods of theirs",
    ]
    assert value(outcome) == [[201, "hello"], *denied]
    assert asked[0].startswith(b"POST /a?b HTTP/1.1\r\n")
    assert asked[0].endswith(b"body")
    assert b"other.test" not in asked[0]
    assert [connection.decision for connection in http.connections] == ["allow", *denied[:2]]


@pytest_asyncio.fixture(loop_scope="module")
async def site_port() -> AsyncIterator[int]:
    """A server that answers with the four bytes it is sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + await reader.readexactly(4))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_requests_carry_bytes(site_port: int) -> None:
    http = HttpCall(NetworkGrant(hosts=(f"localhost:{site_port}",)), internal=("localhost",))
    url = f"http://localhost:{site_port}/"
    answer = await http(
        {"url": url, "method": "POST", "body_base64": base64.b64encode(b"\xff\0\xfe!").decode()}
    )
    assert base64.b64decode(answer["body"]) == b"\xff\0\xfe!"
    with pytest.raises(ValueError, match=r"padding|base64"):
        await http({"url": url, "method": "POST", "body_base64": "?"})


async def test_a_call_that_nobody_waits_for_is_stopped(cell: Cell) -> None:
    waiting = asyncio.ensure_future(cell.run("stay", NAME))
    while not list(named_processes(NAME)):
        await asyncio.wait([waiting], timeout=0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert value(await cell.run("sanity", 2))["inputs"] == 2


async def test_more_calls_than_slots_wait_for_their_turn(cell: Cell) -> None:
    outcomes = await asyncio.gather(*(cell.run("sanity", number) for number in range(4)))
    assert [value(outcome)["inputs"] for outcome in outcomes] == [0, 1, 2, 3]


async def test_a_tenants_sleeping_calls_hold_up_its_own(cell: Cell) -> None:
    def call(entry: str, lane: str) -> asyncio.Task[Outcome]:
        wanted = Call(code=(HOSTILE,), entry=f"hostile:{entry}", inputs=NAME, limits=SMALL)
        return asyncio.ensure_future(cell.sandbox.run(wanted, lane=lane))

    asleep = [call("stay", "a") for _ in range(3)]
    answered = await asyncio.gather(*(call("sanity", lane) for lane in ("b", "c", "b")))
    assert [value(outcome)["inputs"] for outcome in answered] == [NAME] * 3
    assert not any(task.done() for task in asleep)
    for task in asleep:
        task.cancel()
    await asyncio.gather(*asleep, return_exceptions=True)
    assert value(await call("sanity", "a"))["inputs"] == NAME


async def test_jails_that_ended_leave_no_process(cell: Cell) -> None:
    """However they ended: neither running nor as a zombie."""
    assert cell.sandbox._process is not None
    supervisor = cell.sandbox._process.pid
    short = Limits(wall_seconds=0.1)
    await asyncio.gather(
        *(cell.run("stay", "x", limits=short) for _ in range(2)),
        *(cell.run("raises:ends") for _ in range(2)),
        cell.refused("make_device"),
    )
    forever = asyncio.get_running_loop().create_future()
    warm = range(1) if cell.tier is Tier.LANDLOCK else range(2, 4)  # two slots, and one to spare
    while len(states := _states_below(supervisor)) not in warm or set(states) - {"S"}:
        await asyncio.wait([forever], timeout=0.02)


def _states_below(process: int) -> list[str]:
    found: list[str] = []
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        with contextlib.suppress(OSError):
            found.append(Path(f"/proc/{child}/stat").read_text().rsplit(") ", 1)[1][0])
    return found


async def test_a_tier_can_be_demanded(cell: Cell) -> None:
    call = Call(code=(), entry="openclaw.sandbox.guest.probe:run")
    with pytest.raises(SandboxUnavailableError, match="hardened is required"):
        await cell.sandbox.run(call, at_least=Tier.HARDENED)
    if cell.tier is Tier.LANDLOCK:
        with pytest.raises(SandboxUnavailableError, match="`http`"):
            await cell.run("sanity", grants=Grants(network=NetworkGrant(hosts=("example.com",))))


async def test_the_supervisor_has_no_secrets_and_takes_the_jails_with_it(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCLAW_TEST_SECRET", "very secret")
    async with Sandbox(Settings(slots=1, only=cell.tier)) as sandbox:
        other = Cell(sandbox, cell.tier, cell.findings)
        await other.run("sanity")
        process = sandbox._process
        assert process is not None
        if os.getuid() == 0:  # it hides its memory from others
            assert b"very secret" not in Path(f"/proc/{process.pid}/environ").read_bytes()
        waiting = asyncio.ensure_future(other.run("stay", NAME))
        while not list(named_processes(NAME)):
            await asyncio.wait([waiting], timeout=0.01)
        process_end = asyncio.ensure_future(asyncio.Event().wait())
        process.kill()
        with pytest.raises(SandboxLostError):
            await waiting
        while list(named_processes(NAME)):
            await asyncio.wait([process_end], timeout=0.01)
        process_end.cancel()
        assert value(await other.run("sanity", 3))["inputs"] == 3  # another one was started


async def test_where_nothing_holds_nothing_runs() -> None:
    async with Sandbox(Settings(only=Tier.NONE)) as sandbox:
        with pytest.raises(SandboxUnavailableError, match="bubblewrap"):
            await Cell(sandbox, Tier.NONE, {}).run("sanity", limits=SMALL)


async def test_code_that_only_its_owner_may_read_runs(cell: Cell, tmp_path: Path) -> None:
    """An installation is a folder of the server's own, and a call's user is another."""
    tmp_path.chmod(0o700)
    for name, answer in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(f"def f(inputs, host):\n    return {answer}\n")
        for _ in range(2):
            assert value(await cell.run(f"{name}:f", code=(str(tmp_path / name),))) == answer
