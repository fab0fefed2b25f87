"""What an operation costs: how many a second, and the processor time of the server and of its database."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks.product import Product, running
from benchmarks.wire import RawSocket


@dataclass(frozen=True)
class Cost:
    """Operations a second, and processor milliseconds for each."""

    per_second: float
    own_ms: float
    database_ms: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """Of both."""
        return self.own_ms + self.database_ms


class Subject:
    """A server process that is measured."""

    def __init__(self, port: int, pid: int, database: int | None = None) -> None:
        self.port = port
        self._own = psutil.Process(pid)
        self._database = psutil.Process(database) if database else None

    @property
    def memory(self) -> int:
        """Resident bytes of the process itself."""
        return int(self._own.memory_info().rss)

    async def settled(self) -> None:
        """Return when twice half a second has passed with less than a tenth of it spent computing."""
        quiet = 0
        while quiet < 2:
            before = _seconds_of(self._own)
            await asyncio.sleep(0.5)
            quiet = quiet + 1 if _seconds_of(self._own) - before < 0.05 else 0

    @contextlib.asynccontextmanager
    async def counting(self, costs: list[Cost], count: int) -> AsyncGenerator[None]:
        """Adds what the block has cost, which does ``count`` operations."""
        before, started = self.processor_seconds(), time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        own, database = (now - then for now, then in zip(self.processor_seconds(), before, strict=True))
        costs.append(Cost(count / seconds, own / count * 1000, database / count * 1000))

    def processor_seconds(self) -> tuple[float, float]:
        """Seconds so far, of the process and of its database with all its backends."""
        database = 0.0
        if self._database is not None:
            database = sum(_seconds_of(process) for process in (self._database, *self._database.children()))
        return _seconds_of(self._own), database


def _seconds_of(process: psutil.Process) -> float:
    """Seconds of the processor that the threads of ``process`` have had: to the nanosecond where the system tells."""
    seconds = 0.0
    with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        if not Path(f"/proc/{process.pid}/schedstat").exists():
            return sum(process.cpu_times()[:2])
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            seconds += int((thread / "schedstat").read_text().split()[0]) / 1e9
    return seconds


@contextlib.asynccontextmanager
async def echo(*arguments: str, program: str = sys.executable) -> AsyncGenerator[Subject]:
    """A server that says ``listening on <port>`` when it does."""
    async with running(*arguments, expects="listening on", program=program) as (process, line):
        yield Subject(int(line.split()[-1]), process.pid)


async def gateway_of(product: Product) -> Subject:
    """The gateway of a running product, once all of it is loaded."""
    subject = subject_at(product.home, product.gateway_port, product.process.pid)
    await subject.settled()
    return subject


def subject_at(home: Path, port: int, pid: int) -> Subject:
    """A process that started the database of ``home``."""
    lines = (home / "postgres" / "postmaster.pid").read_text().splitlines()
    return Subject(port, pid, int(lines[0]))


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        median(cost.per_second for cost in costs),
        median(cost.own_ms for cost in costs),
        median(cost.database_ms for cost in costs),
    )


async def drive(sockets: Sequence[RawSocket], message: bytes, count: int) -> None:
    """``count`` messages and their answers: each socket sends its next one when it is answered."""
    done = asyncio.get_running_loop().create_future()
    sent = answered = 0

    def ask(socket: RawSocket) -> None:
        nonlocal sent
        if sent < count:
            sent += 1
            socket.send(message)

    def hears(socket: RawSocket) -> Callable[[bytes], None]:
        def on_text(text: bytes) -> None:
            nonlocal answered
            if text.startswith(b'{"type":"event"'):
                return
            answered += 1
            if b'"ok":false' in text[:200] and not done.done():
                done.set_exception(RuntimeError(text.decode()))
            elif answered == count and not done.done():
                done.set_result(None)
            ask(socket)

        return on_text

    for socket in sockets:
        socket.on_text = hears(socket)
        ask(socket)
    try:
        async with asyncio.timeout(60):
            await done
    finally:
        for socket in sockets:
            socket.on_text = None
