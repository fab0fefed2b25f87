"""(i) Five thousand idle machines on one gateway process: their memory, and whether their ticks are on time."""

import asyncio
import json
import time
from collections.abc import Callable

from benchmarks.crowd import Client, Machine, enter, settle
from benchmarks.measuring import Cost, Subject, gateway_of
from benchmarks.product import product
from benchmarks.report import Row, percentile

MEMBERS, MACHINES_EACH = 100, 50
MACHINES = MEMBERS * MACHINES_EACH
TICK_MS = 30_000
_AT_ONCE = 24  # an address may have 32 sockets that have not said who they are


class Ticks:
    """The ticks of many sockets: when each was due, and when it came."""

    def __init__(self, sockets: int) -> None:
        self.late_ms: dict[int, list[float]] = {}
        self._sockets = sockets
        self.whole: asyncio.Queue[int] = asyncio.Queue()  # those that every socket has heard

    def listener(self) -> Callable[[bytes], None]:
        """For one socket."""

        def on_text(text: bytes) -> None:
            if text.startswith(b'{"type":"event","event":"tick"'):
                due = int(json.loads(text)["payload"]["ts"])
                late = self.late_ms.setdefault(due, [])
                late.append(time.time() * 1000 - due)
                if len(late) == self._sockets:
                    self.whole.put_nowait(due)

        return on_text


async def measure() -> list[Row]:
    """All connect; then two ticks in a row are waited for that all must hear."""
    async with product() as subject:
        crowd = await settle(subject.home, MEMBERS, MACHINES_EACH)
        gateway = await gateway_of(subject)
        before = gateway.memory
        ticks = Ticks(MACHINES)
        started = time.perf_counter()
        clients = await _enter_all(gateway, [m for member in crowd for m in member.machines], ticks)
        seconds = time.perf_counter() - started
        per_machine = (gateway.memory - before) / 1024 / MACHINES
        async with asyncio.timeout(3 * TICK_MS / 1000):
            before_last = await ticks.whole.get()
            idle: list[Cost] = []
            async with gateway.counting(idle, 1):
                tick = await ticks.whole.get()
        alive = sum(not client.socket.closed for client in clients)
        last = percentile(ticks.late_ms[tick], 0.99)
        drift = tick - before_last - TICK_MS
        share = idle[0].cpu_ms / TICK_MS * 100
        for client in clients:
            client.socket.close()
    return [
        Row(
            f"{MACHINES} idle machines: tick is late by, p99",
            f"{last:.0f} ms",
            f"drift {drift} ms",
            f"{alive} alive",
            "≤ 1000 ms, all",
            last + abs(drift) <= 1000 and alive == MACHINES,
        ),
        Row(
            f"{MACHINES} idle machines: share of one processor",
            f"{share:.1f} %",
            f"for {TICK_MS // 1000} s",
            "",
            "≤ 10 %",
            share <= 10,
        ),
        Row(
            f"{MACHINES} idle machines: memory for each",
            f"{per_machine:.1f} KiB",
            "–",
            f"{MACHINES / seconds:.0f} greeted/s",
            "≤ 40 KiB",
            per_machine <= 40,
        ),
    ]


async def _enter_all(gateway: Subject, machines: list[Machine], ticks: Ticks) -> list[Client]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(machine: Machine) -> Client:
        async with room:
            client = await enter(gateway.port, machine)
            client.socket.on_text = ticks.listener()
            return client

    return list(await asyncio.gather(*(one(machine) for machine in machines)))
