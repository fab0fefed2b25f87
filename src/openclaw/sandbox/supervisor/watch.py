"""One call, seen from outside: what it writes, what it was refused, what it uses, and when it is over."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.sandbox.calls import Limits
from openclaw.sandbox.guest import kernel
from openclaw.sandbox.supervisor import refusals

_LENGTH = struct.Struct("<I")
_LARGEST_QUESTION = 1 << 20


class Meter(Protocol):
    """What counts for a jail."""

    interval: float

    @property
    def is_over(self) -> bool:
        """Whether too much memory was in use."""
        ...

    def cpu_seconds(self) -> float:
        """Used so far."""
        ...

    @property
    def peak_bytes(self) -> int:
        """The most memory in use so far."""
        ...


@dataclass
class Ends:
    """The jail's ends of a call, to pass and then to close. Without job and channel where one socket does for all."""

    result: int
    log: int
    questions: socket.socket
    job: socket.socket | None = None
    channel: socket.socket | None = None

    def descriptors(self) -> list[int]:
        """In the order that the guest expects."""
        assert self.job is not None
        assert self.channel is not None
        return [self.job.fileno(), self.result, self.log, self.channel.fileno(), self.questions.fileno()]

    def close(self) -> None:
        """Only the jail holds them from now on."""
        for end in (self.job, self.channel, self.questions):
            if end is not None:
                end.close()
        os.close(self.result)
        os.close(self.log)


@dataclass
class Lines:
    """The supervisor's ends."""

    result: int
    log: int
    questions: socket.socket
    job: socket.socket | None = None
    channel: socket.socket | None = None

    @staticmethod
    def of_one_socket() -> "tuple[Lines, Ends]":
        """Both ends; the job goes where host calls are answered."""
        (result, theirs), (log, their_log) = os.pipe(), os.pipe()
        questions, their_questions = socket.socketpair()
        lines = Lines(result, log, questions)
        questions.setblocking(False)
        for descriptor in (result, log):
            os.set_blocking(descriptor, False)
        return lines, Ends(theirs, their_log, their_questions)

    @staticmethod
    def make() -> "tuple[Lines, Ends]":
        """Both ends of all that a jail of ours has."""
        lines, ends = Lines.of_one_socket()
        lines.job, ends.job = socket.socketpair()
        lines.channel, ends.channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (lines.job, lines.channel):
            end.setblocking(False)
        return lines, ends

    def descriptors(self) -> list[int]:
        """All that may be waited for."""
        sockets = [end.fileno() for end in (self.job, self.channel, self.questions) if end is not None]
        return [self.result, self.log, *sockets]

    def close(self) -> None:
        """Give them back."""
        for end in (self.job, self.channel, self.questions):
            if end is not None:
                end.close()
        os.close(self.result)
        os.close(self.log)


@dataclass
class Seen:
    """What was seen of a call."""

    result: bytearray = field(default_factory=bytearray)
    log: bytearray = field(default_factory=bytearray)
    refused: dict[str, int] = field(default_factory=dict)
    stopped_by: str | None = None
    is_confined: bool = False  # the filters are in place: what follows is the code's own doing


class Watch:
    """Reads the supervisor's ends of one call until all others are closed, or until it has to be stopped."""

    def __init__(
        self,
        limits: Limits,
        *,
        on_question: Callable[[bytes], None],
        on_proxy: Callable[[int], None] | None = None,
    ) -> None:
        self.seen = Seen()
        self.output: int | None = None  # the folder of files that the code leaves
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._on_question = on_question
        self._on_proxy = on_proxy
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._listener: int | None = None
        self._question = bytearray()
        self._questions_asked = 0
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lines: Lines | None = None
        self._is_whole: Callable[[bytearray], bool] | None = None
        self._most_result = limits.output_bytes
        self._cpu_before = 0.0

    def open(self) -> Ends:
        """Make both ends of the call's channels."""
        self._lines, ends = Lines.make()
        return ends

    def take(self, lines: Lines, *, is_whole: Callable[[bytearray], bool], most_bytes: int) -> None:
        """Watch ``lines`` that were made before: the call is over once ``is_whole`` of what it answered."""
        self._lines = lines
        self._is_whole = is_whole
        self._most_result = most_bytes

    async def run(self, job: bytes, meter: Meter, kill: Callable[[], None]) -> None:
        """Give ``job`` and watch; when this returns, the call is over or was killed."""
        loop = self._loop
        self._meter = meter
        self._cpu_before = meter.cpu_seconds()
        self._live = 2
        lines = self._open_lines
        most = self._most_result
        loop.add_reader(lines.result, self._read, lines.result, self.seen.result, most, "output")
        loop.add_reader(lines.log, self._read, lines.log, self.seen.log, self._limits.log_bytes, "logs")
        if lines.channel is not None:
            loop.add_reader(lines.channel.fileno(), self._on_channel, lines.channel)
        loop.add_reader(lines.questions.fileno(), self._on_questions)
        self._deadline = loop.call_later(self._limits.wall_seconds, self.stop, "wall")
        self._look()
        giving = spawn(self._give(job), name="sandbox job")
        try:
            await self._over
        finally:
            if self.seen.stopped_by is not None or not self._over.done():
                kill()
            await cancel_and_wait(giving, *([self._answering] if self._answering else []))
            self._quiet()

    @property
    def _open_lines(self) -> Lines:
        assert self._lines is not None
        return self._lines

    async def _give(self, job: bytes) -> None:
        lines = self._open_lines
        with contextlib.suppress(OSError):
            if lines.job is None:
                await self._loop.sock_sendall(lines.questions, job)
            else:
                await self._loop.sock_sendall(lines.job, job)
                lines.job.shutdown(socket.SHUT_WR)

    def stop(self, limit: str) -> None:
        """End it: ``limit`` was reached."""
        if not self._over.done():
            self.seen.stopped_by = limit
            self._over.set_result(None)

    def answer(self, body: bytes) -> None:
        """The host's answer to the last question. The code may never read it: nobody waits for that."""
        if not self._over.done():
            self._answering = spawn(self._answer(body), name="sandbox answer")

    async def _answer(self, body: bytes) -> None:
        with contextlib.suppress(OSError):
            questions = self._open_lines.questions
            await self._loop.sock_sendall(questions, _LENGTH.pack(len(body)) + body)
            self._loop.add_reader(questions.fileno(), self._on_questions)
            self._take_question()

    @property
    def cpu_seconds(self) -> float:
        """Used by this call so far."""
        return max(0.0, self._meter.cpu_seconds() - self._cpu_before)

    def close(self) -> None:
        """Give the descriptors back."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None
        if self.output is not None:
            os.close(self.output)
            self.output = None

    def _quiet(self) -> None:
        self._deadline.cancel()
        if self._timer is not None:
            self._timer.cancel()
        for source in self._open_lines.descriptors():
            self._loop.remove_reader(source)
        self._drop_listener()

    def _drop_listener(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            refusals.close(self._listener)
            self._listener = None

    def _look(self) -> None:
        """At what it uses, again and again."""
        if self.cpu_seconds > self._limits.cpu_seconds:
            self.stop("cpu")
        elif self._meter.is_over:
            self.stop("memory")
        else:
            self._timer = self._loop.call_later(self._meter.interval, self._look)

    def _read(self, source: int, into: bytearray, most: int, limit: str) -> None:
        try:
            part = os.read(source, 1 << 16)
        except BlockingIOError:
            return
        if not part:
            self._loop.remove_reader(source)
            self._live -= 1
            if self._live == 0 and not self._over.done():
                self._over.set_result(None)
            return
        into += part
        if len(into) > most:
            del into[most:]
            self.stop(limit)
        elif into is self.seen.result and self._is_whole is not None and self._is_whole(into):
            self._finish()

    def _finish(self) -> None:
        """It has answered: what it wrote before is in the pipe by now."""
        lines = self._open_lines
        with contextlib.suppress(BlockingIOError):
            while part := os.read(lines.log, 1 << 16):
                self.seen.log += part
                if len(self.seen.log) > self._limits.log_bytes:
                    del self.seen.log[self._limits.log_bytes :]
                    self.stop("logs")
                    return
        if not self._over.done():
            self._over.set_result(None)

    def _on_channel(self, channel: socket.socket) -> None:
        """From the trusted steps before the code runs; the code itself never holds the other end."""
        try:
            message, descriptors = kernel.receive_descriptors(channel)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._loop.remove_reader(channel.fileno())
        if message == b"refusals" and descriptors and self._listener is None:
            self._listener = descriptors.pop()
            self.seen.is_confined = True
            self._loop.add_reader(self._listener, self._on_refusal)
        elif message == b"output" and descriptors and self.output is None:
            self.output = descriptors.pop()
        elif message == b"proxy" and descriptors and self._on_proxy is not None:
            self._on_proxy(descriptors.pop())
        for descriptor in descriptors:
            os.close(descriptor)

    def _on_refusal(self) -> None:
        if self._listener is None:
            return
        refused = refusals.answer_next(self._listener)
        if refused is None:
            self._drop_listener()
        elif refused:
            known = self.seen.refused
            if refused in known or len(known) < 50:
                known[refused] = known.get(refused, 0) + 1
            if sum(known.values()) > refusals.MOST:
                self.stop("refusals")

    def _on_questions(self) -> None:
        questions = self._open_lines.questions
        try:
            part = questions.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._loop.remove_reader(questions.fileno())
            return
        self._question += part
        self._take_question()

    def _take_question(self) -> None:
        """The next that is whole, of what was read so far."""
        if self._over.done() or len(self._question) < _LENGTH.size:
            return
        (length,) = _LENGTH.unpack_from(self._question)
        if length > _LARGEST_QUESTION:
            self.stop("host call")
        elif self._questions_asked >= self._limits.host_calls:
            self.stop("host calls")
        elif len(self._question) >= _LENGTH.size + length:
            body = bytes(self._question[_LENGTH.size : _LENGTH.size + length])
            del self._question[: _LENGTH.size + length]
            self._questions_asked += 1
            # One at a time: the next is read when this one is answered.
            self._loop.remove_reader(self._open_lines.questions.fileno())
            self._on_question(body)
