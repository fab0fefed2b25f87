"""What is different under a kernel of its own; the attacks on it are those on every tier."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from openclaw.sandbox.calls import Call, Grants, Limits, NetworkGrant, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.egress.fetch import HttpCall
from openclaw.sandbox.errors import SandboxLostError, SandboxUnavailableError
from openclaw.sandbox.frames import Settings
from tests.sandbox.conftest import HOSTILE, MISSING, Cell, value

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outer() -> AsyncIterator[Sandbox]:
    """A sandbox without a tier of its own: the hardened one stands beside it, for calls that demand it."""
    async with Sandbox(Settings(slots=1)) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cell(outer: Sandbox) -> Cell:
    """The one beside it."""
    try:
        call = Call(code=(), entry="openclaw.sandbox.guest.probe:run")
        await outer.run(call, at_least=Tier.HARDENED)
    except SandboxUnavailableError as error:
        pytest.skip(f"{MISSING} ({error})")
    assert outer._hardened is not None
    return Cell(outer._hardened, Tier.HARDENED, (await outer._hardened.start()).findings)


def _processes(sandbox: Sandbox) -> list[str]:
    """Command lines of all below the supervisor."""
    process = sandbox._process
    assert process is not None
    rest, found = [process.pid], list[str]()
    while rest:
        one = rest.pop()
        with contextlib.suppress(OSError):
            found.append(Path(f"/proc/{one}/cmdline").read_bytes().decode())
            for children in Path(f"/proc/{one}/task").glob("*/children"):
                rest += map(int, children.read_text().split())
    return found


async def test_a_call_can_demand_it_beside_others(outer: Sandbox, cell: Cell) -> None:
    before = outer.counts["calls"]
    call = Call(code=(HOSTILE,), entry="hostile:system")
    outcome = await outer.run(call, at_least=Tier.HARDENED)
    assert outcome.tier is Tier.HARDENED
    assert value(outcome) != os.uname().release  # another kernel answers
    other = await outer.run(call)
    assert other.tier is not Tier.HARDENED
    assert value(other) == os.uname().release
    assert outer.counts["calls"] == before + 2


async def test_the_network_is_the_hosts_call_and_nothing_else(cell: Cell) -> None:
    with pytest.raises(SandboxUnavailableError, match="`http`"):
        await cell.run("sanity", grants=Grants(network=NetworkGrant(hosts=("example.com",))))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = HttpCall(NetworkGrant(hosts=(f"localhost:{port}",)), internal=("localhost",))
    outcome = await cell.run(
        "network:by_host",
        {"urls": [f"http://localhost:{port}/", "http://other.test/"], "headers": {}, "body": ""},
        grants=Grants(host_calls=frozenset({"http"})),
        host={"http": http},
    )
    server.close()
    assert value(outcome) == [[200, "hello"], "host_not_granted"]


async def test_host_calls_are_counted(cell: Cell) -> None:
    async def tick(parameters: Any) -> int:
        return 1

    outcome = await cell.run(
        "raises:flood",
        9,
        grants=Grants(host_calls=frozenset({"tick"})),
        host={"tick": tick},
        limits=Limits(host_calls=8),
    )
    assert outcome.stopped_by == "host calls"


async def test_a_call_that_was_given_up_leaves_nothing(cell: Cell) -> None:
    asked = asyncio.Event()

    async def much(parameters: Any) -> str:
        asked.set()
        return "x" * 100

    grants = Grants(host_calls=frozenset({"much"}))
    waiting = asyncio.ensure_future(cell.run("asking:ignore_host", "x", grants=grants, host={"much": much}))
    await asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert value(await cell.run("sanity", 2))["inputs"] == 2


async def test_the_sandboxes_end_with_their_supervisor(cell: Cell) -> None:
    async with Sandbox(Settings(slots=1, only=Tier.HARDENED)) as sandbox:
        other = Cell(sandbox, Tier.HARDENED, cell.findings)
        await other.run("sanity", 1)
        asked = asyncio.Event()

        async def much(parameters: Any) -> str:
            asked.set()
            return ""

        grants = Grants(host_calls=frozenset({"much"}))
        waiting = asyncio.ensure_future(
            other.run("asking:ignore_host", "x", grants=grants, host={"much": much})
        )
        await asked.wait()
        assert any("runsc-sandbox" in command for command in _processes(sandbox))
        names = {word for command in _processes(sandbox) for word in command.split("\0")}
        mine = {name for name in names if name.startswith("openclaw-")}
        assert mine
        assert sandbox._process is not None
        sandbox._process.kill()
        with pytest.raises(SandboxLostError):
            await waiting
        forever = asyncio.get_running_loop().create_future()
        while any(mine & set(command.split("\0")) for command in _all_commands()):
            await asyncio.wait([forever], timeout=0.01)


def _all_commands() -> list[str]:
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode(errors="replace"))
    return found


async def test_a_report_that_lies_is_read_with_care() -> None:
    """The guest's report, as code that got hold of the trusted process there might write it."""
    from openclaw.sandbox.supervisor.gvisor import Report

    def told(head: bytes, rest: bytes = b"") -> Report:
        report = Report()
        body = len(head).to_bytes(4, "little") + head + rest
        for end in range(len(body)):
            assert not report.is_whole(bytearray(body[:end])) or report.head is None
        assert report.is_whole(bytearray(body))
        return report

    good = b'{"exit_code":0,"stopped_by":null,"answer_bytes":2,"files":[["a",3]],"refused":{}}'
    report = told(good, b"{}abc")
    assert report.head is not None
    assert report.parts(bytearray(len(good).to_bytes(4, "little") + good + b"{}abc")) == (b"{}", b"abc")
    lies = [
        b"{}",
        b"[" * 5000,
        good.replace(b"2", b"-2"),
        good.replace(b"3]", b"-3]"),
        good.replace(b'"a"', b"7"),
    ]
    for lie in lies:
        assert told(lie).head is None
    assert Report().is_whole(bytearray(b"\xff\xff\xff\xff"))
