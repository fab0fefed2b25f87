"""(f) The gateway against bare echoes: of its own WebSocket library, and of Node's `ws`; all by turns in one run.

A busy machine's times say little: the processor time per operation, of the server and its PostgreSQL together, is
what is held against the better of the two released gateways, which were measured on two cores like these.
"""

import asyncio
import contextlib
import itertools
import shutil
import sys
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Iterator, Sequence
from pathlib import Path

from benchmarks.crowd import Client, Machine, Member, enter, request, settle, write_conversations
from benchmarks.measuring import Cost, Subject, drive, echo, gateway_of, middle
from benchmarks.product import ROOT, product
from benchmarks.report import Row, percentile
from benchmarks.wire import RawSocket

ROUNDS = 5
MEMBERS, MACHINES_EACH = 200, 4
ALONE, MEMBERS_ALONE, TOGETHER, CONNECTIONS = 250, 4, 5000, 50
HANDSHAKES, IDLE, INVOKES, WARM_UP = 30, 400, 150, 5
CHEAPEST = "agent.identity.get"
# Processor milliseconds for each on two cores, alone and together: 2026.2.3's, the better of the released gateways.
PEERS = {"health": (1.0, 1.0), "node.list": (0.2, 0.14), "status": (0.37, 0.2), CHEAPEST: (0.06, 0.05)}
PEER_HANDSHAKE, PEER_INVOKE = 13.0, 0.36
LISTED = 10_000


async def measure() -> list[Row]:
    """All parts on one installation."""
    async with product() as subject, echo("-m", "benchmarks.echo") as own_echo, _node_echo() as node_echo:
        crowd = await settle(subject.home, MEMBERS, MACHINES_EACH)
        gateway = await gateway_of(subject)
        return [
            *await _handshakes(gateway, own_echo, crowd),
            *await _calls(gateway, own_echo, node_echo, crowd),
            *await _invokes(gateway, own_echo, crowd),
            *await _listing(gateway, subject.home, crowd),
            *await _idle(gateway, own_echo, crowd),
        ]


@contextlib.asynccontextmanager
async def _node_echo() -> AsyncGenerator[Subject | None]:
    folder = ROOT / "web"
    node = shutil.which("node")
    if node is None or not (folder / "node_modules" / "ws").exists():
        sys.stderr.write("\n  !! No Node.js with `ws`: the gateway is NOT compared with it.\n\n")
        yield None
        return
    async with echo(str(ROOT / "benchmarks" / "echo.mjs"), str(folder), program=node) as subject:
        yield subject


async def _handshakes(gateway: Subject, floor: Subject, crowd: list[Member]) -> list[Row]:
    machines = itertools.cycle(machine for member in crowd for machine in member.machines)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(ROUNDS):
        async with floor.counting(theirs, HANDSHAKES):
            for _ in range(HANDSHAKES):
                socket = await RawSocket.open("127.0.0.1", floor.port)
                await drive([socket], b"hello", 1)
                socket.close()
        async with gateway.counting(ours, HANDSHAKES):
            for machine in itertools.islice(machines, HANDSHAKES):
                (await enter(gateway.port, machine)).socket.close()
    return [_against_peer("handshake with device proof", middle(ours), middle(theirs), PEER_HANDSHAKE)]


async def _calls(
    gateway: Subject, own_echo: Subject, node_echo: Subject | None, crowd: list[Member]
) -> list[Row]:
    async with contextlib.AsyncExitStack() as stack:
        ours = await _sockets(stack, gateway, crowd)
        floors = {"echo": own_echo} | ({"ws": node_echo} if node_echo else {})
        sockets = {name: await _sockets(stack, floor) for name, floor in floors.items()}
        next_ones = itertools.cycle(ours)  # each member's rate is limited: one after the other has a burst
        found: dict[tuple[str, int], list[Cost]] = {}
        for _ in range(ROUNDS):
            for connections in (1, CONNECTIONS):
                for method in PEERS:
                    costs = found.setdefault((method, connections), [])
                    await _burst(gateway, costs, method, connections, next_ones)
                for name, floor in floors.items():
                    costs = found.setdefault((name, connections), [])
                    await _burst(floor, costs, CHEAPEST, connections, itertools.cycle(sockets[name]))
    costs = {key: middle(each) for key, each in found.items()}
    rows: list[Row] = []
    for at, connections in enumerate((1, CONNECTIONS)):
        cheapest = costs[CHEAPEST, connections]
        rows += [_against_echo(connections, name, cheapest, costs[name, connections]) for name in floors]
        for method, peer in PEERS.items():
            name = f"{method}, {connections} connection{'s' * (connections > 1)}"
            rows.append(_against_peer(name, costs[method, connections], costs["echo", connections], peer[at]))
    return rows


async def _burst(
    subject: Subject, costs: list[Cost], method: str, connections: int, sockets: Iterator[RawSocket]
) -> None:
    message = request(1, method, {})
    if connections == 1:
        async with subject.counting(costs, ALONE * MEMBERS_ALONE):
            for socket in itertools.islice(sockets, MEMBERS_ALONE):
                await drive([socket], message, ALONE)
    else:
        async with subject.counting(costs, TOGETHER):
            await drive(list(itertools.islice(sockets, connections)), message, TOGETHER)


async def _sockets(
    stack: contextlib.AsyncExitStack, subject: Subject, crowd: Sequence[Member] | None = None
) -> list[RawSocket]:
    if crowd is None:
        sockets = [await RawSocket.open("127.0.0.1", subject.port) for _ in range(CONNECTIONS)]
    else:
        sockets = [(await enter(subject.port, member)).socket for member in crowd]
    for socket in sockets:
        stack.callback(socket.close)
    return sockets


async def _invokes(gateway: Subject, floor: Subject, crowd: list[Member]) -> list[Row]:
    costs: list[Cost] = []
    invoked: list[float] = []
    echoed: list[float] = []
    bare = await RawSocket.open("127.0.0.1", floor.port)
    for member in crowd[: ROUNDS + 1]:
        machine, client = await enter(gateway.port, member.machines[0]), await enter(gateway.port, member)
        await machine.call("skills.bins", {})  # answered once it is noted as online
        _answer_calls(machine, member.machines[0])
        for _ in range(WARM_UP):
            await client.call("node.invoke", _invocation(member.machines[0]))
        echoed += [
            await _seconds(drive([bare], b"hello", 2)) for _ in range(INVOKES)
        ]  # there and back, twice
        async with gateway.counting(costs, INVOKES):
            for _ in range(INVOKES):
                call = client.call("node.invoke", _invocation(member.machines[0]))
                invoked.append(await _seconds(call))
        machine.socket.close()
        client.socket.close()
    bare.close()
    rows: list[Row] = []
    for share, target in ((0.5, 0.6), (0.99, 3.0)):
        there, here = percentile(invoked, share) * 1000, percentile(echoed, share) * 1000
        name, figures = f"node.invoke, p{share * 100:.0f}", (f"{there:.2f} ms", f"{here:.2f} ms")
        rows.append(Row(name, *figures, f"+{there - here:.2f} ms", f"≤ {target} ms", there <= target))
    return [*rows, _against_peer("node.invoke", middle(costs), None, PEER_INVOKE)]


def _invocation(machine: Machine) -> dict[str, object]:
    key = str(uuid.uuid4())
    return {"nodeId": machine.node_id, "command": "fs.list", "params": {"path": "~"}, "idempotencyKey": key}


async def _seconds(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


def _answer_calls(client: Client, machine: Machine) -> None:
    """A machine that answers at once."""
    head = b'{"type":"event","event":"node.invoke.request"'

    def on_text(text: bytes) -> None:
        if text.startswith(head):
            call_id = text.partition(b'"id":"')[2].partition(b'"')[0].decode()
            outcome = {"id": call_id, "nodeId": machine.node_id, "ok": True, "payloadJSON": '{"entries":[]}'}
            client.send("node.invoke.result", outcome)

    client.socket.on_text = on_text


async def _listing(gateway: Subject, home: Path, crowd: list[Member]) -> list[Row]:
    """Another tenant's calls while somebody goes through 10,000 conversations, page by page."""
    await write_conversations(home, crowd[0], LISTED)
    lister = await enter(gateway.port, crowd[0])
    quiet: list[float] = []
    busy: list[float] = []
    for member in crowd[1:7]:
        other = await enter(gateway.port, member)
        quiet += await _timed(other, 100)
        listing = asyncio.create_task(_list_all(lister))
        while not listing.done():
            busy += await _timed(other, 1)
            await asyncio.sleep(0.01)
        await listing
        other.socket.close()
    lister.socket.close()
    calm, delayed = percentile(quiet, 0.99) * 1000, percentile(busy, 0.99) * 1000
    added = delayed - calm
    return [
        Row(
            f"another tenant while {LISTED:,} sessions are listed, p99",
            f"{delayed:.1f} ms",
            f"{calm:.1f} ms",
            f"+{added:.1f} ms",
            "≤ +20 ms",
            added <= 20,
        )
    ]


async def _timed(client: Client, count: int) -> list[float]:
    return [await _seconds(client.call(CHEAPEST, {})) for _ in range(count)]


async def _list_all(client: Client) -> None:
    for offset in range(0, LISTED, 200):
        await client.call("sessions.list", {"limit": 200, "offset": offset})


async def _idle(gateway: Subject, floor: Subject, crowd: list[Member]) -> list[Row]:
    machines: Iterator[Machine] = (machine for member in crowd for machine in member.machines[1:])
    before = gateway.memory
    ours = [await enter(gateway.port, machine) for machine in itertools.islice(machines, IDLE)]
    per_connection = (gateway.memory - before) / 1024 / IDLE
    before = floor.memory
    theirs = [await RawSocket.open("127.0.0.1", floor.port) for _ in range(IDLE)]
    bare = (floor.memory - before) / 1024 / IDLE
    for client in ours:
        client.socket.close()
    for socket in theirs:
        socket.close()
    return [
        Row(
            "memory of an idle machine's connection",
            f"{per_connection:.1f} KiB",
            f"{bare:.1f} KiB",
            f"{per_connection / bare:.2f}×",
            "≤ 40 KiB",
            per_connection <= 40,
        )
    ]


def _against_echo(connections: int, name: str, ours: Cost, bare: Cost) -> Row:
    ratio = ours.per_second / bare.per_second
    is_own = name == "echo"
    return Row(
        f"cheapest call, {connections} × against {'its library' if is_own else 'Node ws'}",
        f"{ours.per_second:.0f}/s",
        f"{bare.per_second:.0f}/s",
        f"{ratio:.2f}×",
        "≥ 0.5×" if is_own else "told only",
        ratio >= 0.5 or not is_own,
    )


def _against_peer(name: str, ours: Cost, floor: Cost | None, peer_ms: float) -> Row:
    return Row(
        f"{name}: processor",
        f"{ours.cpu_ms:.3f} ms",
        f"{floor.cpu_ms:.3f} ms" if floor else f"db {ours.database_ms:.3f} ms",
        f"{ours.per_second:.0f}/s",
        f"≤ {peer_ms} ms",
        ours.cpu_ms <= peer_ms,
    )
