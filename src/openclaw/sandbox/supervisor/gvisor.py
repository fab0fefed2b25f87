"""The hardened tier: sandboxes with a kernel of their own (gVisor's ``runsc``), started ahead and used once."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec

from openclaw.sandbox.calls import Limits
from openclaw.sandbox.guest import confine, kernel
from openclaw.sandbox.supervisor import jail, outputs
from openclaw.sandbox.supervisor.cgroups import Group, remove_when_empty
from openclaw.sandbox.supervisor.processes import SharingTree, start, wait_for_end
from openclaw.sandbox.supervisor.slot import JailError, Verdict
from openclaw.sandbox.supervisor.watch import Lines, Watch

_READY_SECONDS = 30
_OVERHEAD_BYTES = 64 << 20  # its kernel and file server, and the interpreter
_OVERHEAD_PROCESSES = 500  # it needs a thread of the host for each of the guest's, and many of its own
_LARGEST_HEAD = 1 << 20
_LENGTH = struct.Struct("<I")
_DETACH = 2
_CAPABILITIES = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]
_FOLDERS = ("usr", "proc", "dev", "tmp", "output", "code", "etc")


class _Head(msgspec.Struct):
    """What stands before the answer and the files in what the guest reports."""

    exit_code: int
    stopped_by: str | None
    answer_bytes: int
    files: list[tuple[str, int]]
    refused: dict[str, str]


class Report:
    """What the guest reports, as it comes: a head, its length before it, then the answer and the files."""

    def __init__(self) -> None:
        self.head: _Head | None = None
        self._start = 0
        self._end: int | None = None

    def is_whole(self, report: bytearray) -> bool:
        """Whether nothing more is to come, or nothing of ours."""
        if self._end is None:
            self._end = self._read_head(report)
        return self._end is not None and len(report) >= self._end

    def _read_head(self, report: bytearray) -> int | None:
        """Where the report ends, once the head is there: it is read once, however slowly the rest comes."""
        if len(report) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(report)
        self._start = _LENGTH.size + length
        if length > _LARGEST_HEAD:
            return 0
        if len(report) < self._start:
            return None
        try:
            head = msgspec.json.decode(report[_LENGTH.size : self._start], type=_Head)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return 0
        sizes = [head.answer_bytes, *(size for _, size in head.files)]
        if min(sizes) < 0:
            return 0
        self.head = head
        return self._start + sum(sizes)

    def parts(self, report: bytearray) -> tuple[bytes, bytes]:
        """The answer and the files, one after another."""
        end = self._start + (self.head.answer_bytes if self.head else 0)
        return bytes(report[self._start : end]), bytes(report[end:])


@dataclass(frozen=True)
class Engine:
    """What every sandbox of this supervisor shares."""

    program: str
    python: jail.Interpreter
    sight: jail.Sight
    runtime: Path
    groups: dict[str, Path]

    @property
    def root(self) -> Path:
        """The guest's root folder: empty places for what is bound, and three files of ``/etc``."""
        return self.runtime / "gvisor" / "root"

    @property
    def state(self) -> Path:
        """Where ``runsc`` keeps its own."""
        return self.runtime / "gvisor" / "state"

    def prepare(self) -> None:
        """Make the root, once."""
        for name in (
            *_FOLDERS,
            "guest/openclaw/sandbox/guest",
            "guest/openclaw/sdk",
            self.python.prefix.lstrip("/"),
        ):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for name in jail.SYSTEM_FOLDERS:
            place = Path("/", name)
            if place.is_symlink() and not (self.root / name).is_symlink():
                (self.root / name).symlink_to(f"usr/{name}")
            elif not place.is_symlink() and place.is_dir():
                (self.root / name).mkdir(exist_ok=True)
        shutil.copy(self.runtime / "passwd", self.root / "etc/passwd")
        for name in ("etc/ld.so.cache", "etc/localtime"):
            with contextlib.suppress(OSError):
                shutil.copy(Path("/", name), self.root / name)

    def bundle(self, code: Path) -> dict[str, object]:
        """The OCI specification of one sandbox; ``code`` is where its folders of code will appear."""
        bound = {
            "/usr": "/usr",
            "/code": str(code),
            "/guest/openclaw/sandbox/guest": str(jail.GUEST),
            "/guest/openclaw/sdk": str(jail.SDK),
        }
        if not self.python.is_of_system:
            bound[self.python.prefix] = self.python.prefix
        bound |= {
            f"/{name}": f"/{name}"
            for name in jail.SYSTEM_FOLDERS
            if Path("/", name).is_dir() and not Path("/", name).is_symlink()
        }
        mounts: list[dict[str, object]] = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
        ]
        mounts += [
            {"destination": place, "type": "bind", "source": source, "options": ["ro", "rbind"]}
            for place, source in bound.items()
        ]
        kinds = ("bounding", "effective", "permitted", "inheritable")
        return {
            "ociVersion": "1.0.2",
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": jail.guest_command(self.python, "hardened", "/guest"),
                "env": [f"{name}={value}" for name, value in jail.jail_environment(proxy=False).items()],
                "cwd": "/",
                "capabilities": dict.fromkeys(kinds, _CAPABILITIES),
                "noNewPrivileges": True,
            },
            "root": {"path": str(self.root), "readonly": True},
            "hostname": "sandbox",
            "mounts": mounts,
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")]},
        }


class Sandboxed:
    """One sandbox, for one call."""

    def __init__(self, engine: Engine, *, name: str) -> None:
        self.calls = 0
        self.is_spent = False
        self.user: int | None = None  # its own kernel has users of its own
        self._engine = engine
        self._name = name
        self._bundle = engine.runtime / "gvisor" / name
        self._code = engine.sight.folder / name
        self._group = Group(engine.groups, name) if engine.groups else None
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Lines | None = None

    async def start(self) -> None:
        """Start it; its interpreter then waits for the call.

        :raises JailError: it does not come up; the message says what ``runsc`` said.
        """
        engine = self._engine
        self._bundle.mkdir(parents=True)
        for place in confine.code_places(confine.MOST_CODE):
            (self._code / place.rpartition("/")[2]).mkdir(parents=True)
        (self._bundle / "config.json").write_text(json.dumps(engine.bundle(self._code)))
        if self._group is not None:
            self._group.make(memory_bytes=1 << 30, processes=_OVERHEAD_PROCESSES + 64)
        command = [engine.program, "--root", str(engine.state), "--platform=ptrace", "--network=none"]
        command += ["--ignore-cgroups", *(["--rootless"] if os.getuid() else [])]
        command += ["run", "--bundle", str(self._bundle), self._name]
        self._lines, ends = Lines.of_one_socket()
        try:
            self._process = start(
                command,
                {0: ends.questions.fileno(), 1: ends.result, 2: ends.log},
                user=None,
                enter=self._group.enter if self._group else None,
                environment={"PATH": "/usr/bin:/bin"},
            )
        finally:
            ends.close()
        try:
            async with asyncio.timeout(_READY_SECONDS):
                greeting = await asyncio.get_running_loop().sock_recv(self._lines.questions, 5)
        except (OSError, TimeoutError):
            greeting = b""
        if greeting != b"ready":
            self.kill()
            raise JailError(self._complaint())

    def _complaint(self) -> str:
        assert self._lines is not None
        with contextlib.suppress(BlockingIOError):
            words = os.read(self._lines.log, 4000).decode(errors="replace").strip().splitlines()
            return words[-1] if words else "the sandbox does not come up"
        return "the sandbox does not come up in time"

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """The one call. ``network`` is never there.

        :raises JailError: its code is not there.
        """
        self.is_spent = True
        self.calls += 1
        if network:
            raise JailError("no network of its own in this tier")
        assert self._lines is not None
        assert self._process is not None
        self._show(code)
        order = json.dumps(
            {
                "limits": {name: getattr(limits, name) for name in limits.__struct_fields__},
                "code": confine.code_places(len(code)),
            }
        ).encode()
        most = limits.memory_bytes + _OVERHEAD_BYTES
        if self._group is not None:
            self._group.limit(memory_bytes=most, processes=limits.processes + _OVERHEAD_PROCESSES)
        lines, self._lines = self._lines, None
        report = Report()
        watch.take(
            lines,
            is_whole=report.is_whole,
            most_bytes=limits.output_bytes + limits.files_bytes + _LARGEST_HEAD + (1 << 16),
        )
        meter = self._group or SharingTree(self._process.pid, most)
        try:
            await watch.run(
                b"".join((_LENGTH.pack(len(order)), order, _LENGTH.pack(len(job)), job)), meter, self.kill
            )
            return self._judge(watch, report, limits, meter.peak_bytes)
        finally:
            self.kill()

    def _show(self, code: tuple[str, ...]) -> None:
        """Let its folders of code appear where it looks: it bound their parent when it started."""
        if len(code) > confine.MOST_CODE:
            raise JailError(f"more than {confine.MOST_CODE} folders of code")
        try:
            trees = self._engine.sight.trees(code)
        except OSError as error:
            raise JailError(str(error)) from error
        for index, tree in enumerate(trees):
            try:
                kernel.attach_tree(tree, str(self._code / str(index)))
            except OSError as error:
                raise JailError(str(error)) from error
            finally:
                os.close(tree)

    def _judge(self, watch: Watch, report: Report, limits: Limits, peak_bytes: int) -> Verdict:
        cpu_seconds = watch.cpu_seconds
        stopped_by = watch.seen.stopped_by
        if self._group is not None and self._group.is_over:
            stopped_by = "memory"
        elif self._group is not None and self._group.has_refused_processes:
            stopped_by = "processes"
        collected = outputs.Collected()
        if stopped_by is not None:
            return Verdict(None, stopped_by, None, peak_bytes, cpu_seconds, collected)
        head = report.head
        if head is None or not report.is_whole(watch.seen.result):
            return Verdict(None, None, "the sandbox ended", peak_bytes, cpu_seconds, collected)
        answer, files = report.parts(watch.seen.result)
        watch.seen.result[:] = answer
        watch.seen.is_confined = True
        if head.exit_code == 128 + signal.SIGSYS:
            watch.seen.refused["a system call that is forbidden"] = 1
        if head.stopped_by is not None or len(answer) > limits.output_bytes:
            stopped_by = "output"
        collected = outputs.accept_files(
            head.files, files, head.refused, most=limits.files, most_bytes=limits.files_bytes
        )
        return Verdict(head.exit_code, stopped_by, None, peak_bytes, cpu_seconds, collected)

    def kill(self) -> None:
        """End the sandbox and everything of it, now."""
        self.is_spent = True
        if self._group is not None:
            self._group.kill()
        if self._process is not None and self._process.poll() is None:
            SharingTree(self._process.pid, 0).kill()
            with contextlib.suppress(OSError):
                self._process.kill()

    async def close(self) -> None:
        """End it and clean up behind it."""
        self.kill()
        if self._process is not None:
            await wait_for_end(self._process)
        if self._lines is not None:
            self._lines.close()
        if self._group is not None:
            await remove_when_empty(self._group)
        for place in self._code.glob("*"):
            kernel.libc.umount2(os.fsencode(place), _DETACH)
        shutil.rmtree(self._bundle, ignore_errors=True)
        shutil.rmtree(self._code, ignore_errors=True)
        for file in self._engine.state.glob(f"{self._name}_*"):
            with contextlib.suppress(OSError):
                file.unlink()
