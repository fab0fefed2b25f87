"""A slot: one jail with its zygote, warm for any code; one call at a time, each a child of the zygote."""

import asyncio
import contextlib
import json
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openclaw.sandbox.calls import Limits
from openclaw.sandbox.guest import confine, kernel, zygote
from openclaw.sandbox.supervisor import jail, outputs
from openclaw.sandbox.supervisor.cgroups import Group, remove_when_empty
from openclaw.sandbox.supervisor.processes import Tree, start, wait_for_end
from openclaw.sandbox.supervisor.watch import Watch

_READY_SECONDS = 20
_OVERHEAD_BYTES = 64 << 20  # the zygote itself, its helpers and page tables
_OVERHEAD_PROCESSES = 8


class JailError(Exception):
    """The jail did not come up, or went away by itself."""


@dataclass(frozen=True)
class Place:
    """What every jail of this supervisor shares, as the probe found it to work."""

    bubblewrap: str
    python: jail.Interpreter
    sight: jail.Sight
    runtime: Path
    groups: dict[str, Path]
    has_proc: bool = True

    @property
    def passwd(self) -> str:
        """A file of two users, for code that asks who it is."""
        return str(self.runtime / "passwd")


@dataclass(frozen=True)
class Verdict:
    """How a call in a slot ended, beside what its watch saw."""

    exit_code: int | None
    stopped_by: str | None
    lost: str | None
    memory_bytes: int
    cpu_seconds: float
    collected: outputs.Collected


class Slot:
    """One jail. Not to be used again after anything odd: ``is_spent`` says so."""

    def __init__(self, place: Place, *, user: int | None, name: str) -> None:
        self.calls = 0
        self.is_spent = False
        self.user = user
        self._place = place
        self._group = Group(place.groups, name) if place.groups else None
        self._process: Any = None
        self._control: Any = None

    async def start(self) -> None:
        """Bring the jail up.

        :raises JailError: it does not come up; the message says what bubblewrap said.
        """
        place = self._place
        if self._group is not None:
            self._group.make(memory_bytes=1 << 30, processes=64)
        self._control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        complaints, said = os.pipe()
        try:
            with place.sight.of([str(jail.GUEST), str(jail.SDK), place.python.prefix]) as sources:
                command = jail.jail_command(
                    place.bubblewrap, place.python, sources, has_proc=place.has_proc, passwd=place.passwd
                )
                self._process = start(
                    command,
                    {zygote.CONTROL: inner.fileno(), 2: said},
                    user=self.user,
                    enter=self._group.enter if self._group else None,
                    environment={},
                )
                inner.close()
                os.close(said)
                said = -1
                await self._wait_until_ready(complaints)
        finally:
            os.close(complaints)
            if said >= 0:
                os.close(said)

    async def _wait_until_ready(self, complaints: int) -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                greeting = await asyncio.get_running_loop().sock_recv(self._control, 16)
        except (OSError, TimeoutError):
            greeting = b""
        if greeting != b"ready":
            self.kill()
            os.set_blocking(complaints, False)
            with contextlib.suppress(BlockingIOError):
                words = os.read(complaints, 2000).decode(errors="replace").strip().splitlines()
                raise JailError(words[-1] if words else "the jail does not come up")
            raise JailError("the jail does not come up in time")

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call.

        :raises JailError: its code is not there.
        """
        trees = self._find(code)
        self.calls += 1
        order = {
            "limits": {name: getattr(limits, name) for name in limits.__struct_fields__},
            "code": confine.code_places(len(code)),
            "readable": [self._place.python.prefix, "/guest"],
            "network": network,
            "alone": True,
            "charged": self._group is not None,
            "others": 0,
            "work": "",
        }
        if self._group is not None:
            self._group.limit(
                memory_bytes=limits.memory_bytes + _OVERHEAD_BYTES,
                processes=limits.processes + _OVERHEAD_PROCESSES,
            )
        ends = watch.open()
        lost = None
        meter = self._group or Tree(self._process.pid, limits.memory_bytes + _OVERHEAD_BYTES)
        try:
            kernel.send_descriptors(self._control, json.dumps(order).encode(), [*ends.descriptors(), *trees])
        except OSError:
            lost = "the jail was gone"
        finally:
            ends.close()
            for tree in trees:
                os.close(tree)
        exit_code = None
        if lost is None:
            await watch.run(job, meter, self.kill)
            if watch.seen.stopped_by is None:
                exit_code = await self._exit_code()
                lost = "the jail ended" if exit_code is None else None
        stopped_by = self._judge(watch)
        if stopped_by or lost or exit_code or watch.seen.refused or not watch.seen.is_confined:
            self.is_spent = True
        collected = outputs.Collected()
        if watch.output is not None and not stopped_by and not lost:
            collected = outputs.collect_files(watch.output, most=limits.files, most_bytes=limits.files_bytes)
        return Verdict(
            exit_code,
            stopped_by,
            None if stopped_by else lost,
            meter.peak_bytes,
            watch.cpu_seconds if lost is None else 0.0,
            collected,
        )

    def _find(self, code: tuple[str, ...]) -> list[int]:
        if len(code) > confine.MOST_CODE:
            raise JailError(f"more than {confine.MOST_CODE} folders of code")
        try:
            return self._place.sight.trees(code)
        except OSError as error:
            raise JailError(str(error)) from error

    def _judge(self, watch: Watch) -> str | None:
        """Which limit it was: the kernel's counts say more than how the code ended."""
        if self._group is not None:
            if self._group.is_over:
                return "memory"
            if self._group.has_refused_processes:
                return "processes"
        return watch.seen.stopped_by

    async def _exit_code(self) -> int | None:
        try:
            async with asyncio.timeout(5):
                message = await asyncio.get_running_loop().sock_recv(self._control, 16)
        except (OSError, TimeoutError):
            return None
        return int(struct.unpack("i", message)[0]) if message else None

    def kill(self) -> None:
        """End the jail and everything in it, now."""
        self.is_spent = True
        if self._group is not None:
            self._group.kill()
        if self._process is not None and self._process.poll() is None:
            Tree(self._process.pid, 0).kill()
            with contextlib.suppress(OSError):
                self._process.kill()

    async def close(self) -> None:
        """End it and clean up behind it."""
        self.kill()
        if self._process is not None:
            await wait_for_end(self._process)
        if self._control is not None:
            self._control.close()
        if self._group is not None:
            await remove_when_empty(self._group)
