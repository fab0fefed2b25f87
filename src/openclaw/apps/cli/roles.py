"""Commands that become another program: a role of the server, or the bridge.

They are started by name, in this process, before anything of the client is loaded: the client carries no server code,
and a server no client.
"""

import argparse
import contextlib
import errno
import importlib
import importlib.util
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from openclaw.apps.cli import config
from openclaw.apps.cli.errors import (
    BadSettingError,
    PortTakenError,
    RoleFailedError,
    ServerPartMissingError,
    UsageError,
)
from openclaw.apps.cli.help import HelpPage, render_help
from openclaw.apps.cli.words import say
from openclaw.kit.errors import OpenClawError

_FAULTS_OF_THE_MACHINE = {"asyncpg", "psycopg", "sqlalchemy", "subprocess"}
_SERVER_PARTS = ("fastapi", "sqlalchemy", "pydantic_settings", "dbos", "asyncpg")


@dataclass(frozen=True)
class RoleOption:
    """An option of a role, and the setting that it stands for."""

    flag: str
    variable: str
    metavar: str


@dataclass(frozen=True)
class Role:
    """A command and the module whose ``main`` it runs. ``options`` is None where that module reads its own."""

    name: str
    module: str
    options: tuple[RoleOption, ...] | None = None
    flags: tuple[str, ...] = ()


_HOST = RoleOption("--host", "OPENCLAW_HOST", "ADDRESS")
_PORT = RoleOption("--port", "OPENCLAW_PORT", "PORT")
_GATEWAY_PORT = RoleOption("--gateway-port", "OPENCLAW_GATEWAY_PORT", "PORT")
_HOME = RoleOption("--home", "OPENCLAW_HOME", "FOLDER")

HOST = "host"
HOST_COMMANDS = ("enroll", "run", "status", "leave")
"""What of `openclaw host` is done by the machine itself; the rest asks the server."""

ROLES = {
    role.name: role
    for role in (
        Role(
            "up",
            "openclaw.apps.standalone.main",
            (_HOST, _PORT, _GATEWAY_PORT, _HOME),
            flags=("--no-browser",),
        ),
        Role("server", "openclaw.apps.server.main", (_HOST, _PORT, _HOME)),
        Role(
            "gateway",
            "openclaw.apps.gateway.main",
            (_HOST, RoleOption("--port", "OPENCLAW_GATEWAY_PORT", "PORT"), _HOME),
        ),
        Role("worker", "openclaw.apps.worker.main", (_HOME,)),
        Role("db", "openclaw.apps.db.main"),
        Role("bridge", "openclaw.apps.bridge.main"),
        Role(HOST, "openclaw.apps.bridge.host.main"),
    )
}


def is_role(arguments: Sequence[str]) -> bool:
    """Whether the command is a role's. `openclaw host` is one with options alone, or with a command of the machine."""
    if not arguments or arguments[0] not in ROLES:
        return False
    if arguments[0] != HOST:
        return True
    following = arguments[1] if len(arguments) > 1 else "--help"
    return following in HOST_COMMANDS or (following.startswith("-") and following not in ("-h", "--help"))


def run_role(name: str, arguments: Sequence[str]) -> None:
    """Become the role; returns or exits when it has ended. Raises OpenClawError with words for why it did not start."""
    role = ROLES[name]
    if role.name in ("bridge", HOST):
        importlib.import_module(role.module).app(args=list(arguments), prog_name=f"openclaw {role.name}")
        return
    passed = list(arguments)
    if role.options is not None:
        if {"-h", "--help"} & set(arguments):
            print(render_help(_help(role)))
            return
        passed = _apply(role, arguments)
    if not is_server_installed():
        raise ServerPartMissingError
    sys.argv = [f"openclaw {name}", *passed]
    with _failures_in_words(role):
        module = importlib.import_module(role.module)
        if role.name == "db":
            module.main(passed, language=config.language())
        else:
            module.main()


def is_server_installed() -> bool:
    """Whether the roles of the server can run here."""
    return all(importlib.util.find_spec(part) is not None for part in _SERVER_PARTS)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(reason=say("usage_problem", message=message, command=self.prog))


def _apply(role: Role, arguments: Sequence[str]) -> list[str]:
    """Turn the options into settings; what is left goes to the role."""
    parser = _Parser(prog=f"openclaw {role.name}", add_help=False, allow_abbrev=False)
    for option in role.options or ():
        convert = _port if option.metavar == "PORT" else _folder if option.metavar == "FOLDER" else str
        parser.add_argument(option.flag, dest=option.variable, type=convert, metavar=option.metavar)
    for flag in role.flags:
        parser.add_argument(flag, dest=flag, action="store_true")
    given: dict[str, Any] = vars(parser.parse_args(list(arguments)))
    variables = {option.variable for option in role.options or ()}
    config.set_environment({key: value for key, value in given.items() if key in variables and value})
    return [flag for flag in role.flags if given[flag]]


def _port(text: str) -> str:
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(say("bad_port", text=text))
    return text


def _folder(text: str) -> str:
    return str(Path(text).expanduser().absolute())


def _help(role: Role) -> HelpPage:
    rows = [
        (f"{option.flag} {option.metavar}", say(f"role_{role.name}_{option.flag[2:].replace('-', '_')}"))
        for option in role.options or ()
    ]
    rows += [(flag, say(f"role_{role.name}_{flag[2:].replace('-', '_')}")) for flag in role.flags]
    rows.append(("--help", say("option_help")))
    return HelpPage(
        usage=f"openclaw {role.name} [{say('options').upper()}]",
        about=say(f"command_{role.name}_long"),
        sections=[(say("options_heading"), rows)],
        note=say("role_note"),
    )


@contextlib.contextmanager
def _failures_in_words(role: Role) -> Generator[None]:
    """A fault of the machine or its settings is told in a sentence; a defect of ours keeps its traceback."""
    try:
        yield
    except OpenClawError:
        raise
    except ValueError as error:
        problem = _bad_setting(error)
        if problem is None:
            raise
        raise problem from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _taken_port(role, error) from None
        raise RoleFailedError(role=f"openclaw {role.name}", reason=_briefly(error)) from None
    except Exception as error:
        if type(error).__name__ in {"ArgumentError", "NoSuchModuleError"}:  # of an address that is none
            raise BadSettingError(name="OPENCLAW_DATABASE_URL", reason=_briefly(error)) from None
        if type(error).__module__.partition(".")[0] not in _FAULTS_OF_THE_MACHINE:
            raise
        raise RoleFailedError(role=f"openclaw {role.name}", reason=_briefly(error)) from None


def _bad_setting(error: ValueError) -> BadSettingError | None:
    """The first complaint of a settings model, which tells its problems by ``errors()``."""
    tell: Callable[[], Iterable[dict[str, Any]]] | None = getattr(error, "errors", None)
    first = next(iter(tell()), None) if callable(tell) else None
    if first is None:
        return None
    place: tuple[Any, ...] = first.get("loc") or ("",)
    return BadSettingError(name=f"OPENCLAW_{str(place[0]).upper()}", reason=str(first.get("msg", "")))


def _taken_port(role: Role, error: OSError) -> PortTakenError:
    from openclaw.apps.cli.ports import holder_of, is_free

    web, gateway = config.server_ports()
    port = config.content_port()
    content = {} if port is None else {"OPENCLAW_CONTENT_PORT": port}
    wanted = {
        "gateway": {"--port": gateway},
        "server": {"--port": web, **content},
    }.get(role.name, {"--port": web, "--gateway-port": gateway, **content})
    # What the role itself held it has closed by now.
    option, taken = next(
        ((option, port) for option, port in wanted.items() if not is_free(config.server_host(), port)),
        next(iter(wanted.items())),
    )
    return PortTakenError(port=taken, holder=str(holder_of(taken) or say("another_program")), option=option)


def _briefly(error: Exception) -> str:
    words = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(
        error
    ).__name__
    return words.strip().splitlines()[0]
