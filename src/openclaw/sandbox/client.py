"""What the rest of the program uses: ``Sandbox.run(call)``."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from openclaw.kit.errors import OpenClawError, TooLargeError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.sandbox.calls import Call, Connection, Outcome, Tier, Usage
from openclaw.sandbox.errors import SandboxLostError, SandboxUnavailableError, SecurityViolation
from openclaw.sandbox.frames import (
    Answer,
    Cancel,
    Ended,
    FrameReader,
    FromSupervisor,
    Hello,
    Question,
    Settings,
    Start,
    ToSupervisor,
    decode_from_supervisor,
    frame,
)
from openclaw.sandbox.lanes import Lanes, Place

_LARGEST_INPUT = 16 << 20
HostCall = Callable[[Mapping[str, Any]], Awaitable[Any]]

_PACKAGES = Path(__file__).resolve().parents[2]


@dataclass
class _Running:
    call: Call
    host: Mapping[str, HostCall]
    ended: asyncio.Future[tuple[Ended, bytes]]
    place: Place
    waits: Collection[str] = ()  # host calls
    answering: set[asyncio.Task[None]] = field(default_factory=set)


class Sandbox:
    """A supervisor and the calls that it runs. ``async with``, or ``start`` and ``close``."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.counts = Counter[str]()  # calls, violations, stopped, lost
        self._settings = settings = settings or Settings()
        self._lanes = Lanes(
            settings.slots, settings.spare_slots, settings.waiting_per_lane, settings.aside_slots
        )
        self._hardened: Sandbox | None = None  # beside this one, once a call demands it
        self._process: asyncio.subprocess.Process | None = None
        self._socket: socket.socket | None = None
        self._reading: asyncio.Task[None] | None = None
        self._running: dict[int, _Running] = {}
        self._number = 0
        self._sending = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._hello: asyncio.Future[Hello] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> Hello:
        """Start the supervisor unless it runs; what it found the machine to be able to.

        :raises SandboxUnavailableError: it does not start here.
        """
        async with self._starting:
            if self._hello is None or (self._reading is not None and self._reading.done()):
                await self._start()
        assert self._hello is not None
        return await asyncio.shield(self._hello)

    async def _start(self) -> None:
        if sys.platform != "linux":
            raise SandboxUnavailableError(
                reason=f"there is no isolation for {sys.platform} yet",
                remedy="Run the worker on Linux, or in a Linux container or virtual machine.",
            )
        if self._process is not None:  # one that was killed
            await self._process.wait()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", "openclaw.sandbox.supervisor"),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                env={
                    "PATH": "/usr/bin:/bin",
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": os.pathsep.join(_import_path()),
                },
                cwd="/",
                start_new_session=True,
            )
        finally:
            theirs.close()
        self._socket = ours
        self._hello = asyncio.get_running_loop().create_future()
        self._reading = spawn(self._read(ours, self._hello), name="sandbox supervisor")
        await self._send(self._settings)

    async def close(self) -> None:
        """End the supervisor and with it every call."""
        if self._hardened is not None:
            await self._hardened.close()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._reading is not None:
            await cancel_and_wait(self._reading)
        if self._process is not None:
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.send_signal(signal.SIGKILL)  # the jails die with it
                await self._process.wait()
        self._socket = self._process = self._reading = self._hello = None

    async def run(
        self,
        call: Call,
        *,
        host: Mapping[str, HostCall] | None = None,
        waits: Collection[str] = (),
        at_least: Tier = Tier.LANDLOCK,
        lane: str = "",
    ) -> Outcome:
        """Run ``call``; ``host`` answers the host calls that it was granted.

        ``waits``: those of them that take as long as a person or a machine does: another call runs meanwhile.

        ``lane``: whose call it is, as far as taking turns goes. Lanes wait beside each other, calls of one in line.

        :raises TooLargeError: the inputs are over 16 MiB.
        :raises SecurityViolation: the code tried what nothing harmless does.
        :raises SandboxUnavailableError: nothing here keeps code apart, or nothing as strong as ``at_least``.
        :raises SandboxBusyError: too many calls of this lane wait already.
        :raises SandboxLostError: the jail or the supervisor ended under the call.
        """
        assert all(folder.startswith("/") for folder in call.code)
        if at_least is Tier.HARDENED and self._settings.only is None:
            return await self._harden().run(call, host=host, waits=waits, at_least=at_least, lane=lane)
        job = msgspec.json.encode({"entry": call.entry, "inputs": call.inputs})
        if len(job) > _LARGEST_INPUT:
            raise TooLargeError(field="inputs", limit=_LARGEST_INPUT)
        hello = await self.start()
        _check_tier(hello, call, at_least)
        async with self._lanes.turn(lane) as place:
            running = _Running(call, host or {}, asyncio.get_running_loop().create_future(), place, waits)
            return await self._run(running, job, await self.start())

    def _harden(self) -> "Sandbox":
        """One of the hardened tier, for the calls that demand it."""
        if self._hardened is None:
            self._hardened = Sandbox(msgspec.structs.replace(self._settings, only=Tier.HARDENED))
            self._hardened.counts = self.counts
        return self._hardened

    async def _run(self, running: _Running, job: bytes, hello: Hello) -> Outcome:
        self._number += 1
        number, call = self._number, running.call
        self._running[number] = running
        self.counts["calls"] += 1
        try:
            await self._send(Start(number, call.code, call.limits, call.grants, _is_javascript(call)), job)
            ended, body = await running.ended
        except asyncio.CancelledError:
            await self._send(Cancel(number))
            raise
        finally:
            self._running.pop(number, None)
            await cancel_and_wait(*running.answering)
        return self._outcome(hello.tier, ended, body)

    def _outcome(self, tier: Tier, ended: Ended, body: bytes) -> Outcome:
        connections = tuple(Connection(*each) for each in ended.connections)
        if ended.violations:
            self.counts["violations"] += 1
            told = msgspec.to_builtins(connections)
            raise SecurityViolation(violations=list(ended.violations), tier=tier, connections=list(told))
        if ended.lost is not None:
            self.counts["lost"] += 1
            raise SandboxLostError(reason=ended.lost, connections=list(msgspec.to_builtins(connections)))
        if ended.stopped_by is not None:
            self.counts["stopped"] += 1
        answer = body[: ended.result_bytes]
        log = body[ended.result_bytes : ended.result_bytes + ended.log_bytes]
        output, error, message = _read_answer(answer, ended)
        return Outcome(
            tier=tier,
            usage=Usage(ended.wall_seconds, ended.cpu_seconds, ended.memory_bytes, ended.network_bytes),
            output=output,
            error=error,
            message=message,
            stopped_by=ended.stopped_by,
            logs=log.decode(errors="replace"),
            files=_cut(body[ended.result_bytes + ended.log_bytes :], ended.files),
            refused_files=ended.refused_files,
            refused=ended.refused_calls,
            connections=connections,
        )

    async def _send(self, message: ToSupervisor, body: bytes = b"") -> None:
        # Of its own task: half a frame, because who sends it is cancelled, would be the end for everybody's calls.
        await asyncio.shield(spawn(self._send_whole(frame(message, body)), name="sandbox frame"))

    async def _send_whole(self, data: bytes) -> None:
        async with self._sending:
            if self._socket is not None:
                with contextlib.suppress(OSError):  # it is gone: the reader says so to all who wait
                    await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def _read(self, source: socket.socket, hello: asyncio.Future[Hello]) -> None:
        reader = FrameReader()
        try:
            while data := await asyncio.get_running_loop().sock_recv(source, 1 << 18):
                for message, body in reader.feed(data):
                    self._take(decode_from_supervisor(message), body, hello)
        except OSError:
            pass
        finally:
            source.close()
            if not hello.done():
                reason = "the sandbox's supervisor does not start"
                hello.set_exception(SandboxUnavailableError(reason=reason, remedy="Its log says why."))
                hello.exception()  # seen, also if nobody waits
            for running in self._running.values():
                if not running.ended.done():
                    running.ended.set_exception(SandboxLostError(reason="the supervisor ended"))

    def _take(self, message: FromSupervisor, body: bytes, hello: asyncio.Future[Hello]) -> None:
        if isinstance(message, Hello):
            hello.set_result(message)
            return
        running = self._running.get(message.number)
        if running is None:
            return
        if isinstance(message, Question):
            task = spawn(self._answer(message.number, running, body), name="sandbox host call")
            running.answering.add(task)
            task.add_done_callback(running.answering.discard)
        elif not running.ended.done():
            running.ended.set_result((message, body))

    async def _answer(self, number: int, running: _Running, question: bytes) -> None:
        encoded = b'{"error":"failed","message":"the host could not do it"}'
        try:
            encoded = await _ask(running, question)
        finally:  # whatever it was: the code waits for an answer
            await self._send(Answer(number), encoded)


async def _ask(running: _Running, question: bytes) -> bytes:
    """The answer to what the code wrote, as JSON."""
    answer: dict[str, Any]
    try:
        asked = json.loads(question)
        name, parameters = asked["name"], asked["parameters"]
        granted = isinstance(name, str) and name in running.call.grants.host_calls and name in running.host
        if granted and isinstance(parameters, dict):
            with running.place.aside() if name in running.waits else contextlib.nullcontext():
                answer = {"value": await running.host[name](parameters)}
        else:
            answer = {"error": "not_granted", "message": f"{str(name)[:100]} was not granted"}
        encoded = msgspec.json.encode(answer)
    except OpenClawError as error:
        encoded = msgspec.json.encode({"error": error.code, "message": str(error)[:500]})
    except (ValueError, TypeError, KeyError, RecursionError, OSError) as error:
        encoded = msgspec.json.encode({"error": "failed", "message": str(error)[:500]})
    if len(encoded) > _LARGEST_INPUT:
        encoded = b'{"error":"too_large","message":"the answer is too large"}'
    return encoded


def _import_path() -> list[str]:
    """Where the supervisor finds this package and what it imports, as this process does; nothing of its environment."""
    return [str(_PACKAGES), *(path for path in sys.path if path.endswith("site-packages"))]


def _check_tier(hello: Hello, call: Call, at_least: Tier) -> None:
    if hello.tier is Tier.NONE:
        raise SandboxUnavailableError(reason=hello.reason, remedy=hello.remedy)
    if not hello.tier.covers(at_least):
        reason = f"{at_least} is required and this machine has {hello.tier}"
        raise SandboxUnavailableError(reason=reason, remedy=hello.remedy)
    if call.grants.network is not None and hello.tier is not Tier.NAMESPACES:
        raise SandboxUnavailableError(
            reason=f"a network of its own is for the tier namespaces and this is {hello.tier}",
            remedy="Use the host call `http` instead.",
        )


def _is_javascript(call: Call) -> bool:
    return call.entry.partition(":")[0].endswith(".js")


def _read_answer(answer: bytes, ended: Ended) -> tuple[Any, str | None, str]:
    """Output, error and message of what the code wrote as its answer: anything at all."""
    if ended.stopped_by is not None:
        return None, None, ""
    if not answer:
        return None, "NoAnswer", f"the code ended without an answer (exit code {ended.exit_code})"
    try:
        read = json.loads(answer, parse_constant=_refuse_constant)
        if "output" in read:
            return read["output"], None, ""
        return None, str(read["error"])[:200], str(read["message"])[:2000]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None, "BadAnswer", "the answer is not what the sandbox writes"


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _cut(body: bytes, files: tuple[tuple[str, int], ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    start = 0
    for name, size in files:
        found[name] = body[start : start + size]
        start += size
    return found
