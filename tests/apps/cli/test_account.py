"""Logging in and out, and a session that outlives its tokens."""

import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.apps.cli.installation import CLI, PASSWORD, Installation, Terminal
from tests.apps.cli.pseudo_terminal import PseudoTerminal


@pytest.fixture
def fresh(installation: Installation, tmp_path: Path) -> Terminal:
    """Where nobody is logged in, but the server runs."""
    home = tmp_path / "fresh"
    home.mkdir()
    return Terminal(home, installation.url)


def spoil_access_token(terminal: Terminal) -> None:
    """As if its fifteen minutes were over."""
    with terminal.store.locked():
        session = terminal.store.find(terminal.server)
        assert session is not None
        terminal.store.put(terminal.server, msgspec.structs.replace(session, access_token="spent"))


def test_login_with_a_password_from_a_pipe(fresh: Terminal) -> None:
    done = fresh.run("login", "--user", "ann", "--password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert done.json == {
        "ok": True,
        "server": fresh.server,
        "username": "ann",
        "workspace": done.json["workspace"],
    }
    assert fresh.answer("whoami")["user"]["username"] == "ann"
    assert stat.S_IMODE(fresh.store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(fresh.store.path.parent.stat().st_mode) == 0o700
    assert [file.name for file in fresh.store.path.parent.glob(".*")] == []


def test_login_asks_and_does_not_show_the_password(fresh: Terminal) -> None:
    with PseudoTerminal(fresh, "login") as shown:
        shown.expect(f"Server [{fresh.server}]:")
        shown.type("\n")
        shown.expect("User name or email:")
        shown.type("ann@example.com\n")
        shown.expect("Password:")
        shown.type(f"{PASSWORD}\n")
        shown.expect(f"Logged in to {fresh.server} as Ann 安.")
        assert shown.end() == 0
        assert PASSWORD not in shown.raw


def test_a_wrong_password_is_refused_in_the_persons_language(fresh: Terminal) -> None:
    login = ["login", "--user", "nobody", "--password-stdin"]
    done = fresh.run(*login, stdin="wrong\n", LANG="zh_CN.UTF-8")
    assert (done.code, done.out) == (3, "")
    assert "账号或密码不正确" in done.err
    refused = fresh.run(*login, "--json", stdin="wrong\n")
    assert refused.json["error"]["code"] == "identity.invalid_credentials"
    assert fresh.store.load().sessions == {}


@pytest.mark.parametrize("kind", ["accessToken", "refreshToken", "answer"])
def test_login_with_a_token_from_a_pipe(installation: Installation, fresh: Terminal, kind: str) -> None:
    login = {"identifier": "ann", "password": PASSWORD, "session": "token"}
    answer = installation.api.post("/auth/login", json=login).raise_for_status().json()
    token = json.dumps(answer) if kind == "answer" else answer[kind]
    assert fresh.run("login", "--token-stdin", stdin=token).code == 0
    assert fresh.answer("whoami")["user"]["username"] == "ann"


def test_a_token_that_is_none_is_refused(fresh: Terminal) -> None:
    done = fresh.run("login", "--token-stdin", "--json", stdin="ocrt_of_somebody_else_entirely")
    assert (done.code, done.json["ok"]) == (3, False)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["login", "http://claw.example", "--user", "ann", "--password-stdin"], 4, "cli.insecure_server"),
        (["login", "ftp://claw.example", "--token-stdin"], 2, "cli.bad_address"),
        (["login", "--password-stdin"], 2, "cli.usage"),
        (["login"], 2, "cli.usage"),
    ],
    ids=["in the clear", "no address", "no user", "no terminal"],
)
def test_a_login_that_cannot_be(fresh: Terminal, arguments: list[str], code: int, error: str) -> None:
    done = fresh.run(*arguments, "--json")
    assert (done.code, done.json["error"]["code"]) == (code, error)


def test_without_a_login(fresh: Terminal) -> None:
    for command in (["whoami"], ["devices", "list"], ["chat", "hello"], ["approvals", "list"]):
        done = fresh.run(*command, "--json")
        assert (done.code, done.json["error"]["code"]) == (3, "cli.not_logged_in")


def test_without_a_server(stranger: Terminal) -> None:
    done = stranger.run("login", "--user", "ann", "--password-stdin", stdin="x\n", LANG="zh_CN.UTF-8")
    assert done.code == 8
    assert "没有应答（无法连接）" in done.err
    assert "openclaw up" in done.err


def test_a_server_that_is_another(installation: Installation, fresh: Terminal) -> None:
    gateway = f"http://127.0.0.1:{installation.gateway_port}"
    done = fresh.run("login", gateway, "--user", "ann", "--password-stdin", "--json", stdin="x\n")
    assert (done.code, done.json["error"]["code"]) == (8, "cli.not_a_server")


def test_spent_tokens_are_renewed_by_one_terminal_for_all(terminal: Terminal) -> None:
    """A refresh token is good for one use: five commands at once must not end the session."""
    before = terminal.store.find(terminal.server)
    spoil_access_token(terminal)
    commands = [
        subprocess.Popen(
            [*CLI, "whoami", "--json"], stdout=subprocess.PIPE, env=terminal.environment, text=True
        )
        for _ in range(5)
    ]
    answers: list[Any] = [json.loads(command.communicate(timeout=60)[0]) for command in commands]
    assert {answer["user"]["username"] for answer in answers} == {"ann"}
    after = terminal.store.find(terminal.server)
    assert before is not None
    assert after is not None
    assert after.refresh_token not in ("", before.refresh_token)
    spoil_access_token(terminal)
    assert terminal.answer("whoami")["user"]["username"] == "ann"


def test_a_session_that_was_ended_elsewhere(installation: Installation, terminal: Terminal) -> None:
    session = terminal.store.find(terminal.server)
    assert session is not None
    headers = {"Authorization": f"Bearer {session.access_token}"}
    installation.api.post("/auth/logout", headers=headers).raise_for_status()
    done = terminal.run("whoami", "--json")
    assert (done.code, done.json["error"]["code"]) == (3, "cli.session_ended")
    assert terminal.store.load().sessions == {}


def test_logout_ends_the_session_on_both_sides(installation: Installation, terminal: Terminal) -> None:
    session = terminal.store.find(terminal.server)
    assert session is not None
    assert terminal.answer("logout") == {"ok": True, "server": terminal.server, "serverTold": True}
    assert terminal.store.load().sessions == {}
    headers = {"Authorization": f"Bearer {session.access_token}"}
    assert installation.api.get("/users/me", headers=headers).status_code == 401


def test_logout_without_the_server(terminal: Terminal, stranger: Terminal) -> None:
    session = terminal.store.find(terminal.server)
    assert session is not None
    with stranger.store.locked():
        stranger.store.put(stranger.server, session)
    done = stranger.run("logout")
    assert (done.code, stranger.store.load().sessions) == (0, {})
    assert "Settings → Sessions" in done.out


def test_a_damaged_file_is_told(fresh: Terminal) -> None:
    fresh.store.path.parent.mkdir()
    fresh.store.path.write_text("{")
    done = fresh.run("whoami", "--json")
    assert (done.code, done.json["error"]["code"]) == (8, "cli.credentials_unusable")
