"""Calls where namespaces are refused: a process of its own for each, in a folder of its own."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openclaw.sandbox.calls import Limits
from openclaw.sandbox.frames import Settings
from openclaw.sandbox.guest import oneshot
from openclaw.sandbox.supervisor import jail, outputs
from openclaw.sandbox.supervisor.processes import ENVIRONMENT, Tree, count_of_user, start, wait_for_end
from openclaw.sandbox.supervisor.slot import JailError, Verdict
from openclaw.sandbox.supervisor.watch import Watch

_OVERHEAD_BYTES = 48 << 20
_LOOK_SECONDS = 0.1
_MOST_COPIES = 32


@dataclass
class _Work(Tree):
    """A call's processes and its folder: nothing else bounds what it writes there."""

    folder: str = ""
    most_bytes: int = 0
    is_full: bool = False

    def cpu_seconds(self) -> float:
        """As a tree's; the folder is looked at on the way."""
        self.is_full = self.is_full or outputs.size_of(self.folder) > self.most_bytes
        self.is_over = self.is_over or self.is_full
        return super().cpu_seconds()


class Copies:
    """Code as a call's user finds it: where it is, or in a copy when the way there is closed (below root's home).

    Folders of code never change under their path, so a copy is made once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, tuple[Path, int]] = {}  # least recently used first; how many calls use it
        self._count = 0

    @contextlib.contextmanager
    def of(self, paths: Sequence[str]) -> Iterator[list[str]]:
        """Where to find ``paths``, until the call has ended."""
        seen = [path if _is_open(path) else str(self._take(path)) for path in paths]
        try:
            yield seen
        finally:
            for path in paths:
                if path in self._made:
                    copy, users = self._made[path]
                    self._made[path] = (copy, users - 1)

    def _take(self, path: str) -> Path:
        copy, users = self._made.pop(path, (None, 0))
        if copy is None:
            self._give_up_one()
            self._count += 1
            copy = self._folder / f"code-{self._count}"
            shutil.copytree(path, copy, symlinks=True)
            for entry in (copy, *copy.rglob("*")):
                if not entry.is_symlink():
                    entry.chmod(0o755 if entry.is_dir() else 0o644)
        self._made[path] = (copy, users + 1)
        return copy

    def _give_up_one(self) -> None:
        if len(self._made) >= _MOST_COPIES:
            path = next((path for path, (_, users) in self._made.items() if users <= 0), None)
            if path is not None:
                shutil.rmtree(self._made.pop(path)[0], ignore_errors=True)


def _is_open(path: str) -> bool:
    """Whether anybody may walk there and read."""
    place = Path(path)
    try:
        return all(each.stat().st_mode & 0o005 == 0o005 for each in (place, *place.parents))
    except OSError:
        return False


@dataclass
class OneShots:
    """Runs calls under Landlock. Calls run as ``first_user`` and up when we are root."""

    python: jail.Interpreter
    runtime: Path
    settings: Settings
    first_user: int | None
    recycled: int = 0
    _users: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._copies = Copies(self.runtime)

    async def close(self) -> None:
        """Nothing is kept between calls."""

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call. ``network`` is never there: addresses cannot be kept apart without namespaces.

        :raises JailError: the process does not start.
        """
        if network:
            raise JailError("no network of its own in this tier")
        user = None
        if self.first_user is not None:
            user = next(n for n in range(self.first_user, self.first_user + 4096) if n not in self._users)
            self._users.add(user)
        work = tempfile.mkdtemp(prefix="call-", dir=self.runtime)
        try:
            with self._copies.of(code if user is not None else ()) as copied:
                return await self._run(watch, tuple(copied) or code, job, limits, work=work, user=user)
        finally:
            self._users.discard(user or -1)
            shutil.rmtree(work, ignore_errors=True)

    async def _run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, work: str, user: int | None
    ) -> Verdict:
        os.mkdir(f"{work}/output")
        if user is not None:
            os.chown(work, user, user)
            os.chown(f"{work}/output", user, user)
        order = {
            "limits": {name: getattr(limits, name) for name in limits.__struct_fields__},
            "code": list(code),
            "readable": [self.python.prefix, str(jail.GUEST), str(jail.SDK)],
            "network": False,
            "alone": False,
            "charged": False,
            "others": count_of_user(os.getuid()) if user is None else 0,
            "work": work,
        }
        root = str(jail.GUEST.parents[2])
        ends = watch.open()
        try:
            process = start(
                jail.guest_command(self.python, "oneshot", root, json.dumps(order)),
                dict(zip(range(oneshot.JOB, oneshot.QUESTIONS + 1), ends.descriptors(), strict=True)),
                user=user,
                enter=None,
                environment=ENVIRONMENT | {"HOME": work, "TMPDIR": work, "OUTPUT": f"{work}/output"},
            )
        except OSError as error:
            raise JailError(str(error)) from error
        finally:
            ends.close()
        meter = _Work(
            process.pid,
            limits.memory_bytes + _OVERHEAD_BYTES,
            folder=work,
            most_bytes=limits.scratch_bytes + limits.files_bytes,
        )

        def kill() -> None:
            with contextlib.suppress(OSError):
                process.send_signal(signal.SIGTERM)  # its parent sweeps, then ends

        await watch.run(job, meter, kill)
        try:
            async with asyncio.timeout(5):
                exit_code = await wait_for_end(process)
        except TimeoutError:
            meter.kill()
            process.kill()
            exit_code = await wait_for_end(process)
        stopped_by = watch.seen.stopped_by
        if stopped_by == "memory" and meter.is_full:
            stopped_by = "disk"
        collected = outputs.Collected()
        if stopped_by is None:
            folder = os.open(f"{work}/output", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                collected = outputs.collect_files(folder, most=limits.files, most_bytes=limits.files_bytes)
            finally:
                os.close(folder)
        return Verdict(
            exit_code if stopped_by is None else None,
            stopped_by,
            None,
            meter.peak_bytes,
            watch.cpu_seconds,
            collected,
        )
