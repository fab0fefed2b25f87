"""Commands that become another program, without loading more than they need, and with words when they cannot."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from openclaw.apps.bridge.main import EXIT_CODES as BRIDGE_EXIT_CODES
from openclaw.apps.cli import config
from openclaw.apps.cli.errors import EXIT_CODES
from openclaw.apps.cli.roles import ROLES
from openclaw.infra.config import Config, default_home
from openclaw.kit.errors import Kind
from openclaw.kit.layout import cell_width
from tests.apps.cli.installation import CLI, Installation, Terminal, free_port

WITHOUT_SERVER = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {"fastapi", "sqlalchemy", "pydantic_settings", "dbos", "asyncpg"}:
            raise ModuleNotFoundError(name)
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {"fastapi", "dbos"} else found(name, *rest)
sys.meta_path.insert(0, Absent())
from openclaw.apps.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def test_the_settings_that_it_knows_are_those_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {f"OPENCLAW_{name.upper()}" for name in Config.model_fields} == config.SERVER_SETTINGS
    monkeypatch.delenv("OPENCLAW_HOME", raising=False)
    assert config.data_home() == default_home()
    fields = Config.model_fields
    assert fields["port"].default == config.DEFAULT_PORT
    assert fields["gateway_port"].default == config.DEFAULT_GATEWAY_PORT


def test_exit_codes_are_those_of_the_bridge() -> None:
    assert EXIT_CODES == BRIDGE_EXIT_CODES


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_a_page_of_help(role: str, stranger: Terminal) -> None:
    done = stranger.process(role, "--help") if role in ("bridge", "db") else stranger.run(role, "--help")
    assert done.code == 0, done.err
    assert f"openclaw {role}" in done.out


def test_all_commands_stand_on_the_first_page(stranger: Terminal) -> None:
    page = stranger.run("--help", COLUMNS="100").out
    for command in (
        *ROLES,
        "login",
        "logout",
        "whoami",
        "chat",
        "devices",
        "approvals",
        "conversations",
        "doctor",
    ):
        assert f"\n  {command} " in page


@pytest.mark.parametrize("arguments", [["--help"], ["up", "--help"], ["chat", "--help"]], ids=" ".join)
def test_pages_are_in_the_persons_language_and_fit(stranger: Terminal, arguments: list[str]) -> None:
    page = stranger.process(*arguments, LANG="zh_CN.UTF-8", COLUMNS="60").out
    assert page.startswith("用法：openclaw")
    assert "选项" in page
    assert "show this page" not in page
    assert max(cell_width(line) for line in page.splitlines()) <= 60


def test_a_role_loads_nothing_of_the_client(root: Path) -> None:
    script = (
        "import sys; from openclaw.apps.cli.main import run; run(['up', '--help']);"
        "loaded = {'typer', 'rich', 'httpx2', 'websockets', 'fastapi', 'sqlalchemy', 'pydantic'} & set(sys.modules);"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=root)


def test_a_port_that_is_taken_is_told_with_its_holder(stranger: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = stranger.process(
            "server", "--port", str(port), OPENCLAW_DATABASE_URL="postgresql://nobody@127.0.0.1:9/x"
        )
    assert done.code == EXIT_CODES[Kind.CONFLICT]
    assert f"Port {port} is in use by" in done.err
    assert "Traceback" not in done.err


def test_the_gateways_port_is_told_and_not_the_one_that_the_role_holds_itself(
    installation: Installation, stranger: Terminal
) -> None:
    """Nor one that a program of ours was given besides, for what people publish."""
    url = installation.terminal.process("db", "url", "--json").json["url"]
    done = stranger.process(
        "up",
        "--port",
        str(free_port()),
        "--gateway-port",
        str(installation.gateway_port),
        "--no-browser",
        OPENCLAW_DATABASE_URL=url,
        OPENCLAW_HOME=str(stranger.home / "server"),
    )
    assert done.code == EXIT_CODES[Kind.CONFLICT]
    assert f"Port {installation.gateway_port} is in use by" in done.err
    assert "with --gateway-port" in done.err
    content = stranger.process(
        "server", "--port", str(free_port()), OPENCLAW_CONTENT_PORT=str(installation.port)
    )
    assert f"Port {installation.port} is in use by" in content.err
    assert "with OPENCLAW_CONTENT_PORT" in content.err


@pytest.mark.parametrize(
    ("arguments", "variables", "words", "code"),
    [
        (["up", "--port", "many"], {}, "'many' is not a port", 2),
        (["up", "--prot", "1"], {}, "--prot", 2),
        (["worker"], {"OPENCLAW_APPROVAL_MINUTES": "soon"}, "OPENCLAW_APPROVAL_MINUTES is not valid", 2),
        (["worker"], {"OPENCLAW_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, "could not start", 8),
        (["worker"], {"OPENCLAW_DATABASE_URL": "nonsense"}, "OPENCLAW_DATABASE_URL is not valid", 2),
    ],
    ids=["port", "option", "setting", "database", "address"],
)
def test_what_is_wrong_is_one_sentence(
    stranger: Terminal, arguments: list[str], variables: dict[str, str], words: str, code: int
) -> None:
    done = stranger.process(*arguments, **variables)
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.code == code


def test_a_client_without_the_server_part_says_what_to_install(stranger: Terminal) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", WITHOUT_SERVER, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=stranger.environment, check=False)

    done = run("up")
    assert 'pip install "openclaw[server]"' in done.stderr
    assert done.returncode == 8
    assert run("bridge", "--help").returncode == 0
    assert run("doctor", "--json").returncode in (0, 1)


def test_the_database_says_how_it_stands(installation: Installation) -> None:
    server = installation.terminal
    found = server.process("db", "status", "--json").json
    assert (found["ok"], found["mode"], found["running"], found["upToDate"]) == (True, "embedded", True, True)
    url = server.process("db", "url", "--json").json["url"]
    assert url.startswith("postgresql://")
    assert server.process("db", "upgrade", "--json").json["revision"] == found["newest"]
    configured = server.process("db", "status", "--json", OPENCLAW_DATABASE_URL=url).json
    assert (configured["mode"], configured["version"], configured["upToDate"]) == (
        "configured",
        found["version"],
        True,
    )


def test_looking_at_a_database_creates_none(stranger: Terminal) -> None:
    found = stranger.process("db", "status", "--json").json
    assert (found["created"], found["running"], found["revision"]) == (False, False, None)
    assert not (stranger.home / "server").exists()
    url = stranger.process("db", "url")
    assert (url.code, url.out) == (8, "")
    assert "openclaw up" in url.err


def test_a_database_that_cannot_be_reached_is_told(stranger: Terminal) -> None:
    done = stranger.process(
        "db", "status", "--json", OPENCLAW_DATABASE_URL="postgresql://u:secret@127.0.0.1:9/x"
    )
    assert done.code == 8
    assert done.json["problem"] == "unreachable"
    assert "secret" not in done.out + done.err


def test_it_is_the_same_as_a_module(stranger: Terminal) -> None:
    done = subprocess.run(
        [*CLI, "--version"], capture_output=True, text=True, env=stranger.environment, check=True
    )
    assert done.stdout.startswith("openclaw ")
