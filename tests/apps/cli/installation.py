"""A whole installation in processes of its own: `openclaw up`, a linked machine with its bridge, people's terminals."""

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from openclaw.apps.cli.api import session_of
from openclaw.apps.cli.config import language
from openclaw.apps.cli.credentials import CredentialStore
from openclaw.apps.cli.main import run
from tests.support.pi_chat import pi_environment

PASSWORD = "correct horse battery"
CLI = [sys.executable, "-m", "openclaw.apps.cli"]
_RUNNING = "OpenClaw is running at "


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Terminal:
    """Somebody's terminal: an environment with folders of its own, in which commands run."""

    home: Path
    server: str
    variables: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def store(self) -> CredentialStore:
        return CredentialStore(self.home / "cli")

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("OPENCLAW_", "LC_"))}
        own = {
            "HOME": str(self.home),
            "OPENCLAW_CLI_HOME": str(self.home / "cli"),
            "OPENCLAW_HOME": str(self.home / "server"),
            "OPENCLAW_BRIDGE_HOME": str(self.home / "bridge"),
            "OPENCLAW_SERVER": self.server,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        return {**kept, **own, **self.variables}

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> Done:
        """Run a command of the client to its end, in this process: most of a short command is loading its program."""
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment | variables)
        language.cache_clear()
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        streams = sys.stdin
        sys.stdin = io.StringIO(stdin)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(arguments)
        finally:
            sys.stdin = streams
            os.environ.clear()
            os.environ.update(before)
            language.cache_clear()
        return Done(code, _text_of(out), _text_of(err))

    def process(self, *arguments: str, stdin: str = "", **variables: str) -> Done:
        """Run any command to its end, in a process of its own."""
        done = subprocess.run(
            [*CLI, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=self.environment | variables,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, log: Path | None = None) -> "subprocess.Popen[str]":
        """Start `openclaw`; its output is read by the test, its log kept in a file."""
        with (log or Path(os.devnull)).open("w") as errors:
            return subprocess.Popen(
                [*CLI, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=self.environment,
            )

    def answer(self, *arguments: str) -> Any:
        """The JSON of a command that must succeed."""
        done = self.run(*arguments, "--json")
        assert done.code == 0, done.err + done.out
        return done.json


class Relay:
    """Passes bytes on to a port, and cuts every connection when the test says so."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._deaf_to: socket.socket | None = None
        self._lost = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_from_newest(self) -> threading.Event:
        """From now on lose what the newest connection sends; the event tells of the first loss."""
        with self._lock:
            self._deaf_to, self._lost = self._open[-2], threading.Event()
            return self._lost

    def cut(self) -> None:
        """End every connection that is open now."""
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            _end(end)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            with self._lock:
                self._open += [near, far]
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                if source is self._deaf_to:
                    self._lost.set()
                else:
                    sink.sendall(data)
        except OSError:
            pass
        with self._lock:
            self._open = [end for end in self._open if end not in (source, sink)]
        for end in (source, sink):
            _end(end)


class Installation:
    """The server, with a relay before its gateway, and one machine that is linked and online."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.home = folder / "machine"
        self.home.mkdir()
        gateway_port = free_port()
        self.relay = Relay(gateway_port)
        self.terminal = Terminal(self.home, "")
        self.terminal.variables = {
            "OPENCLAW_HOME": str(folder / "server"),
            "OPENCLAW_GATEWAY_URL": f"ws://127.0.0.1:{self.relay.port}",
            "OPENCLAW_PLUGIN_INTERNAL_HOSTS": '["localhost"]',
            "OPENCLAW_SMTP_HOST": "127.0.0.1",
            "OPENCLAW_SMTP_PORT": "9",  # nobody is there
            "OPENCLAW_MAIL_FROM": "bot@example.com",
            **pi_environment(),
        }
        self._up = self.terminal.start(
            "up", "--port", "0", "--gateway-port", str(gateway_port), "--no-browser"
        )
        line = _first_line(self._up)
        assert line.startswith(_RUNNING), line
        self.url = line.removeprefix(_RUNNING)
        self.port = int(self.url.rpartition(":")[2])
        self.gateway_port = gateway_port
        self.api = httpx2.Client(base_url=f"{self.url}/api/v2", timeout=60)
        self._bridge: subprocess.Popen[str] | None = None
        account = {
            "username": "ann",
            "email": "ann@example.com",
            "password": PASSWORD,
            "displayName": "Ann 安",
        }
        self._token = self.api.post("/auth/register", json=account).raise_for_status().json()["accessToken"]

    def someone(self, home: Path) -> Terminal:
        """A terminal of Ann's with a session of its own."""
        home.mkdir(exist_ok=True)
        terminal = Terminal(home, self.url)
        login = {"identifier": "ann", "password": PASSWORD, "session": "token"}
        session = session_of(self.api.post("/auth/login", json=login).raise_for_status().json())
        with terminal.store.locked():
            terminal.store.put(self.url, session)
        return terminal

    def link_machine(self) -> None:
        """Link the machine, and wait until its bridge is online."""
        headers = {"Authorization": f"Bearer {self._token}"}
        code = self.api.post("/bridge/public-link", headers=headers).raise_for_status().json()["code"]
        linked = self.terminal.process(
            "bridge", "link", code, "--server", self.url, "--name", "Laptop 笔记本"
        )
        assert linked.code == 0, linked.err
        log = self._folder / "bridge.log"
        self._bridge = self.terminal.start("bridge", "run", "--port", "0", log=log)
        while not self.is_online():
            assert self._bridge.poll() is None, log.read_text()

    def is_online(self) -> bool:
        """Whether the gateway has the machine's connection."""
        headers = {"Authorization": f"Bearer {self._token}"}
        devices = self.api.get("/devices", headers=headers).raise_for_status().json()["items"]
        return any(device["online"] for device in devices)

    def close(self) -> None:
        for process in (self._bridge, self._up):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self._bridge, self._up):
            if process is not None:
                process.communicate(timeout=60)
        self.api.close()
        self.relay.close()


def _end(connection: socket.socket) -> None:
    """Say goodbye at once: closing alone would wait for the thread that reads."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _text_of(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready, "no word from the server"
    return process.stdout.readline().strip()
