"""Real processes of OpenClaw: started on free ports with a home of their own, killed, started again, and ended.

Nothing is ended but what was started here, by its process id. What a process says is kept, waited for, and shown
when a test fails (``logs``; the conftest of the folder adds it to the report).
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil

from openclaw.apps.bridge.local_client import LocalClient
from openclaw.apps.bridge.state import Running, StateFolder
from tests.conftest import ROOT
from tests.support.memory import memory_folder

START_SECONDS = 60  # limits, for slow machines: nothing is waited for that long
END_SECONDS = 60
SHOWN_LINES = 80
_ROUTINE = re.compile(r'"status": ?[23]\d\d.*"message": ?"request"')
_READY = re.compile(r'"message": ?"ready"')
_started: "list[RealProcess]" = []


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what configures another OpenClaw."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OPENCLAW_")}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", **more}


def logs() -> str:
    """The last that each process has said, of those that run or were started since ``forget_logs``."""
    return "\n".join(f"── {process.name} ──\n{process.tail()}" for process in _started)


def forget_logs() -> None:
    """Keep only the logs of what still runs."""
    _started[:] = [process for process in _started if process.is_running]


class RealProcess:
    """One operating-system process; may be started again after its end."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        env: Mapping[str, str],
        *,
        ready: "re.Pattern[str]" = _READY,
    ) -> None:
        self.name = name
        self._arguments = [sys.executable, *arguments]
        self._env = dict(env)
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: list[str] = []
        self._said = threading.Condition()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, **env: str) -> "re.Match[str]":
        """Start it and wait until it says that it is ready; the match of its line."""
        assert not self.is_running, f"{self.name} runs"
        with self._said:
            self._lines = []
        self._process = subprocess.Popen(
            self._arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._env | env,
            cwd=ROOT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self._process], daemon=True).start()
        if self not in _started:
            _started.append(self)
        return self.said(self._ready, seconds=START_SECONDS)

    def said(
        self, pattern: "re.Pattern[str] | str", *, count: int = 1, seconds: float = END_SECONDS
    ) -> "re.Match[str]":
        """The first (or ``count``-th) line since its start that has ``pattern``; waits for it."""
        wanted = re.compile(pattern)
        found: list[re.Match[str]] = []

        def has_said() -> bool:
            found[:] = filter(None, map(wanted.search, self._lines))
            return len(found) >= count or not self.is_running

        with self._said:
            self._said.wait_for(has_said, seconds)
        assert len(found) >= count, f"{self.name} did not say {wanted.pattern!r}:\n{self.tail()}"
        return found[count - 1]

    def kill(self) -> None:
        """SIGKILL, as the kernel's out-of-memory killer does: no clean-up of any kind."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, as a service manager does; its exit code."""
        return self._end(signal.SIGTERM)

    def signal(self, number: int) -> None:
        """Send a signal and do not wait."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        assert self._process is not None
        return self._process.wait(END_SECONDS)

    def tail(self) -> str:
        """The last that it has said."""
        with self._said:
            return "\n".join([line for line in self._lines if not _ROUTINE.search(line)][-SHOWN_LINES:])

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(END_SECONDS)
            raise AssertionError(f"{self.name} did not end:\n{self.tail()}") from None

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._said:
                self._lines.append(line.decode(errors="replace").rstrip())
                self._said.notify_all()
        process.wait()
        process.stdout.close()
        with self._said:
            self._said.notify_all()


class Installation:
    """Roles that share one home, with the embedded database that the first of them starts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.roles: dict[str, RealProcess] = {}
        self.settings: dict[str, str] = {}  # environment of roles that are made from now on
        self._starts = 0
        self._gateway_ports: dict[str, int] = {}

    @property
    def url(self) -> str:
        """Where the web app and the API are."""
        return f"http://127.0.0.1:{self.port}"

    def gateway_port(self, name: str = "gateway") -> int:
        """The port of one gateway."""
        return self._gateway_ports.setdefault(name, free_port())

    def gateway_url(self, name: str = "gateway") -> str:
        """Where one gateway is."""
        return f"ws://127.0.0.1:{self.gateway_port(name)}"

    def start(self, name: str, *arguments: str, **env: str) -> RealProcess:
        """Start a role (``server``, ``gateway``, ``gateway-2``, ``worker``, ``standalone``) unless it runs."""
        role = self.roles.get(name)
        if role is None:
            module = f"openclaw.apps.{name.partition('-')[0]}"
            gateway = name if name.startswith("gateway") else "gateway"
            role = self.roles[name] = RealProcess(
                name,
                ["-m", module, *arguments],
                environment(
                    OPENCLAW_HOME=str(self.home),
                    OPENCLAW_PORT=str(self.port),
                    OPENCLAW_GATEWAY_PORT=str(self.gateway_port(gateway)),
                    HOME=str(self.home),
                    **self.settings,
                    **env,
                ),
            )
        if not role.is_running:
            self._starts += 1
            # Random by default (but for the standalone process, which is alone); named here so that a test can tell
            # who runs what. Never the same twice.
            own = {} if name == "standalone" else {"OPENCLAW_EXECUTOR_ID": f"{name}.{self._starts}"}
            role.start(**own, **env)
        return role

    def start_all(self, *names: str) -> None:
        """Start roles side by side, as a supervisor does after a reboot."""
        failures: list[BaseException] = []

        def start(name: str) -> None:
            try:
                self.start(name)
            except BaseException as failure:  # noqa: BLE001  (raised again by who waits for the threads)
                failures.append(failure)

        threads = [threading.Thread(target=start, args=[name]) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def postmaster(self) -> int:
        """The process id of the embedded database."""
        return int(self._postmaster_lines()[0])

    def database_url(self) -> str:
        """The embedded database, as its superuser."""
        return f"postgresql://postgres@/postgres?host={self._postmaster_lines()[4]}"

    def stop(self) -> None:
        """SIGTERM to every role that runs; the last to end stops the database."""
        running = [role for role in self.roles.values() if role.is_running]
        for role in running:
            role.signal(signal.SIGTERM)
        for role in running:
            role.wait()

    def _postmaster_lines(self) -> list[str]:
        return (self.home / "postgres" / "postmaster.pid").read_text().splitlines()


class BridgeProcess(RealProcess):
    """A bridge with a home, a state folder and a key of its own."""

    def __init__(
        self, folder: Path, server: str, *, name: str = "bridge", port: int = 0, origins: Sequence[str] = ()
    ) -> None:
        self.home = folder / "home"
        self.state = folder / "state"
        self.home.mkdir(parents=True, exist_ok=True)
        self._server = server
        self._of_bridge = environment(HOME=str(self.home), OPENCLAW_BRIDGE_HOME=str(self.state))
        self.port = port
        arguments = [
            "-m",
            "openclaw.apps.bridge",
            "run",
            "--json",
            "--yes",
            "--port",
            str(port),
            "--server",
            server,
            *(word for origin in origins for word in ("--allow-origin", origin)),
        ]
        super().__init__(name, arguments, self._of_bridge, ready=re.compile(r'\{"listening".*\}'))

    def start(self, **env: str) -> "re.Match[str]":
        """Start it; ``port`` is then where it listens."""
        ready = super().start(**env)
        self.port = int(json.loads(ready[0])["port"])
        return ready

    def command(self, *arguments: str) -> dict[str, Any]:
        """``openclaw bridge …`` beside it, which must succeed; its answer."""
        done = subprocess.run(
            [sys.executable, "-m", "openclaw.apps.bridge", *arguments, "--json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self._of_bridge,
            cwd=ROOT,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        return json.loads(done.stdout)

    def link(self, challenge: Mapping[str, Any]) -> dict[str, Any]:
        """Have it redeem a challenge, as ``openclaw bridge link CODE`` does."""
        running = Running(pid=self.pid, port=self.port, version="")
        return LocalClient(StateFolder(self.state), running).link(
            code=challenge["code"], challenge_id=challenge["challengeId"], server=self._server, name=None
        )


class HostProcess(RealProcess):
    """A host with a state folder of its own below ``folder``, which is its home."""

    def __init__(self, folder: Path, name: str, server: str, token: str) -> None:
        (folder / name).mkdir()
        env = environment(HOME=str(folder), OPENCLAW_HOST_HOME=str(folder / name))
        words = ["-m", "openclaw.apps.bridge.host", "--json", "--token", token, "--server", server]
        super().__init__(
            name, [*words, "--name", name, "--max-tasks", "2"], env, ready=re.compile(r'"running"')
        )


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    """An installation in a folder of its own; everything of it is gone after the block."""
    # Not below pytest's folder: other sessions take the rights away that the database's own user needs there.
    home = Path(tempfile.mkdtemp(prefix="openclaw-", dir=memory_folder()))
    made = Installation(home)
    try:
        yield made
    finally:
        with contextlib.ExitStack() as ends:
            ends.callback(shutil.rmtree, home, ignore_errors=True)
            ends.callback(_end_postmaster, made)
            for role in made.roles.values():
                ends.callback(role.kill)
            made.stop()


def _end_postmaster(made: Installation) -> None:
    """The last role that stops in good order has stopped it; after a test that killed them all it still runs."""
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        postmaster = psutil.Process(made.postmaster())
        if str(made.home) in " ".join(postmaster.cmdline()):
            postmaster.send_signal(signal.SIGQUIT)
            postmaster.wait(END_SECONDS)


class Gate:
    """A named pipe that commands wait at with ``read _ < gate``, until the test lets one through."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gate"
        os.mkfifo(self.path)
        self._descriptor = os.open(self.path, os.O_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def let_through(self, count: int = 1) -> None:
        """Let as many commands go on."""
        os.write(self._descriptor, b"\n" * count)
