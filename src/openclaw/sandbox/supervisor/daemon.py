"""Serve one client: calls come in, questions and ends go out; when the client is gone, so are all jails."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

from openclaw.kit.tasks import spawn
from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.frames import (
    Answer,
    Cancel,
    Ended,
    FrameReader,
    FromSupervisor,
    Question,
    Settings,
    Start,
    ToSupervisor,
    decode_to_supervisor,
    frame,
)
from openclaw.sandbox.supervisor import jail, refusals
from openclaw.sandbox.supervisor.network import Network
from openclaw.sandbox.supervisor.processes import reap_orphans
from openclaw.sandbox.supervisor.slot import JailError, Verdict
from openclaw.sandbox.supervisor.tiers import Machine, probe
from openclaw.sandbox.supervisor.watch import Watch

_CPU_SIGNALS = {128 + signal.SIGXCPU, -signal.SIGXCPU}
_OUT_OF_MEMORY = {128 + signal.SIGKILL}


class Daemon:
    """The supervisor's end of the socket."""

    def __init__(self, client: socket.socket, runtime: Path, sight: jail.Sight) -> None:
        self._client = client
        self._sight = sight
        self._runtime = runtime
        self._machine = Machine()
        self._watches: dict[int, Watch] = {}
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._unsent = asyncio.Lock()
        self._network: Network | None = None

    async def serve(self) -> None:
        """Until the client closes its end."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, reap_orphans)
        reader = FrameReader()
        while data := await loop.sock_recv(self._client, 1 << 18):
            for message, body in reader.feed(data):
                await self._take(decode_to_supervisor(message), body)
        for call in list(self._calls.values()):
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls.values())
        if self._machine.runner is not None:
            await self._machine.runner.close()

    async def _take(self, message: ToSupervisor, body: bytes) -> None:
        match message:
            case Settings():
                self._machine = await probe(message, self._runtime, self._sight)
                user = self._machine.first_user
                self._network = Network(
                    user=None if user is None else user - 1,
                    internal=message.internal_hosts,
                    path=os.pathsep.join(sys.path),
                )
                await self._send(self._machine.hello())
            case Start():
                self._calls[message.number] = spawn(self._run(message, body), name="sandboxed call")
            case Cancel():
                if watch := self._watches.get(message.number):
                    watch.stop("cancelled")
                elif call := self._calls.get(message.number):
                    call.cancel()
            case Answer():
                if watch := self._watches.get(message.number):
                    watch.answer(body)

    async def _send(self, message: FromSupervisor, body: bytes = b"") -> None:
        with contextlib.suppress(OSError):  # the client is gone: `serve` ends
            async with self._unsent:
                await asyncio.get_running_loop().sock_sendall(self._client, frame(message, body))

    async def _run(self, start: Start, job: bytes) -> None:
        number = start.number

        def ask(body: bytes) -> None:
            spawn(self._send(Question(number), body), name="sandbox question")

        def let_out(listener: int) -> None:
            assert self._network is not None
            assert start.grants.network is not None
            self._network.open(number, start.grants.network, listener)

        watch = Watch(start.limits, on_question=ask, on_proxy=let_out if start.grants.network else None)
        try:
            ended, body = await self._judge(start, job, watch)
            await self._send(ended, body)
        finally:
            watch.close()
            await self._close_network(start)  # nothing is left to close where the call came to its end
            self._watches.pop(number, None)
            self._calls.pop(number, None)

    async def _judge(self, start: Start, job: bytes, watch: Watch) -> tuple[Ended, bytes]:
        number, runner = start.number, self._machine.runner
        if runner is None:
            return Ended(number=number, lost="no isolation"), b""
        network: NetworkGrant | None = start.grants.network
        self._watches[number] = watch
        began = asyncio.get_running_loop().time()
        try:
            code = start.code + ((jail.copy_quickjs(self._runtime),) if start.is_javascript else ())
            verdict = await runner.run(watch, code, job, start.limits, network=network is not None)
        except (JailError, OSError) as error:
            connections, _ = await self._close_network(start)
            return Ended(number=number, lost=str(error), connections=connections), b""
        connections, network_bytes = await self._close_network(start)
        seen = watch.seen
        lost = verdict.lost
        if not seen.is_confined and lost is None and verdict.stopped_by is None:
            lost = seen.result.decode(errors="replace")[:500] or "the jail did not close"
        files = verdict.collected.files
        ended = Ended(
            number=number,
            wall_seconds=asyncio.get_running_loop().time() - began,
            cpu_seconds=verdict.cpu_seconds,
            memory_bytes=verdict.memory_bytes,
            network_bytes=network_bytes,
            connections=connections,
            exit_code=verdict.exit_code,
            stopped_by=_stopped_by(verdict, has_answer=bool(seen.result)),
            lost=lost,
            refused_calls=tuple(seen.refused),
            violations=refusals.violations(seen.refused),
            result_bytes=len(seen.result),
            log_bytes=len(seen.log),
            files=tuple((name, len(content)) for name, content in files.items()),
            refused_files=verdict.collected.refused,
        )
        return ended, b"".join((seen.result, seen.log, *files.values()))

    async def _close_network(self, start: Start) -> tuple[tuple[tuple[str, int, str], ...], int]:
        """What it reached and tried to, and the bytes."""
        if start.grants.network is None or self._network is None:
            return (), 0
        return await self._network.close(start.number)


def _stopped_by(verdict: Verdict, *, has_answer: bool) -> str | None:
    """The limit; also those that the kernel enforces by a signal to the process itself."""
    if verdict.stopped_by is not None or has_answer:
        return verdict.stopped_by
    if verdict.exit_code in _CPU_SIGNALS:
        return "cpu"
    return "memory" if verdict.exit_code in _OUT_OF_MEMORY else None
