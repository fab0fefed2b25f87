"""`openclaw doctor`: each fault is found and its fix is said."""

import http.server
import os
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.cli.doctor.machine import check_home
from openclaw.apps.cli.doctor.programs import check_bridge
from openclaw.kit.layout import cell_width
from tests.apps.cli.installation import Done, Installation, Terminal

EVERY_CHECK = [
    "python", "server_part", "environment", "home", "port_web", "port_gateway", "port_bridge", "web_console",
    "database", "sandbox", "server", "clock", "login", "gateway", "model", "bridge", "policy", "host",
]  # fmt: skip


def checks(done: Done) -> dict[str, dict[str, Any]]:
    return {check["id"]: check for check in done.json["checks"]}


@pytest.fixture
def healthy(installation: Installation, terminal: Terminal) -> Terminal:
    """Ann's terminal on the machine that runs the server and is linked."""
    ports = {"OPENCLAW_PORT": str(installation.port), "OPENCLAW_GATEWAY_PORT": str(installation.gateway_port)}
    terminal.variables = {
        **ports,
        "HOME": str(installation.home),
        "OPENCLAW_HOME": installation.terminal.variables["OPENCLAW_HOME"],
        "OPENCLAW_BRIDGE_HOME": str(installation.home / "bridge"),
    }
    return terminal


def test_a_good_set_up(healthy: Terminal) -> None:
    done = healthy.run("doctor", "--json")
    found = checks(done)
    assert list(found) == EVERY_CHECK
    bad = {name: check for name, check in found.items() if check["state"] not in ("ok", "skip")}
    assert set(bad) <= {"model", "web_console", "port_bridge", "home", "sandbox"}, bad
    assert found["model"]["state"] == "warn"
    assert "held by OpenClaw" in found["port_web"]["detail"]
    assert "held by OpenClaw" in found["port_gateway"]["detail"]
    assert all(check["fix"] for check in bad.values())


def test_nothing_is_set_up_yet(stranger: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = stranger.run("doctor", "--json", OPENCLAW_PORT=port, OPENCLAW_PROT="1", OPENCLAW_XYZ="2")
    found = checks(done)
    assert done.code == 1
    assert (found["port_web"]["state"], port in found["port_web"]["detail"]) == ("fail", True)
    assert "did you mean OPENCLAW_PORT?" in found["environment"]["fix"]
    assert "OPENCLAW_XYZ: unset it." in found["environment"]["fix"]
    assert found["database"]["state"] == "ok"
    assert (found["server"]["state"], found["server"]["fix"]) == ("fail", "Start it: openclaw up")
    assert [found[name]["state"] for name in ("clock", "login", "gateway", "model", "bridge")] == ["skip"] * 5
    assert not (stranger.home / "server").exists()
    assert not (stranger.home / "bridge").exists()


def test_a_database_that_is_away_and_a_broken_policy(stranger: Terminal) -> None:
    (stranger.home / "bridge").mkdir(mode=0o700)
    (stranger.home / "bridge" / "policy.toml").write_text('max_grade = "everything"\n')
    done = stranger.run("doctor", "--json", OPENCLAW_DATABASE_URL="postgresql://nobody@127.0.0.1:9/x")
    found = checks(done)
    assert (found["database"]["state"], "OPENCLAW_DATABASE_URL" in found["database"]["fix"]) == ("fail", True)
    assert found["policy"]["state"] == "fail"
    assert "policy.toml" in found["policy"]["fix"]


def test_a_folder_that_cannot_be_used(stranger: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = checks(stranger.run("doctor", "--json", OPENCLAW_HOME=str(tmp_path / "file" / "server")))
    assert found["home"]["state"] == "fail"
    assert "--home" in found["home"]["fix"]


@pytest.mark.parametrize("place", ["{tmp}/{long}/server", "~no-such-user/server"])
def test_folders_that_cannot_be_reached(stranger: Terminal, tmp_path: Path, place: str) -> None:
    where = place.format(tmp=tmp_path, long="x" * 300)
    done = stranger.run("doctor", "--json", OPENCLAW_HOME=where, OPENCLAW_BRIDGE_HOME=where)
    found = checks(done)
    assert done.code == 1
    assert [found[name]["state"] for name in ("home", "bridge")] == ["fail", "fail"]
    assert "OPENCLAW_HOME" in found["home"]["fix"]
    assert "OPENCLAW_BRIDGE_HOME" in found["bridge"]["fix"]


@contextmanager
def without_roots_rights() -> Generator[None]:
    """Root may look everywhere; inside the block this process is nobody instead."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_folders_of_somebody_else(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    with pytest.MonkeyPatch.context() as environment, without_roots_rights():
        environment.setenv("OPENCLAW_HOME", str(closed / "server"))
        environment.setenv("OPENCLAW_BRIDGE_HOME", str(closed / "bridge"))
        told = [check_home(), *check_bridge()]
    assert [finding.state for finding in told] == ["fail", "fail"]
    assert all(finding.fix and str(closed) in finding.detail for finding in told)


class _LateServer(http.server.BaseHTTPRequestHandler):
    """Says that it is well, an hour ago."""

    def do_GET(self) -> None:
        body = b'{"status":"healthy","version":"9","checks":{}}'
        self.send_response_only(200)
        self.send_header("Date", formatdate(0, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_a_clock_that_is_wrong(stranger: Terminal) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _LateServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        found = checks(stranger.run("doctor", "--json", "--server", address))
        server.shutdown()
    assert (found["server"]["state"], found["clock"]["state"]) == ("ok", "fail")
    assert found["login"]["state"] in ("warn", "fail")


@pytest.mark.parametrize(("language", "columns"), [("en_US.UTF-8", 60), ("zh_CN.UTF-8", 60)])
def test_the_report_fits(stranger: Terminal, language: str, columns: int) -> None:
    done = stranger.run("doctor", LANG=language, COLUMNS=str(columns))
    assert done.code == 1
    assert max(cell_width(line) for line in done.out.splitlines()) <= columns
    assert ("故障" if language.startswith("zh") else "broken") in done.out
