"""Checks of this machine: Python, what is installed, ports, folders, the environment."""

import difflib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import openclaw
from openclaw.apps.cli import config
from openclaw.apps.cli.doctor.check import Finding
from openclaw.apps.cli.doctor.probes import is_bridge, is_gateway, is_web_app
from openclaw.apps.cli.ports import holder_of, is_free
from openclaw.apps.cli.roles import is_server_installed
from openclaw.apps.cli.words import say

_OLDEST_PYTHON = (3, 11)
_PREFIX = "OPENCLAW_"
_GIB = 1 << 30
_LEAST_SPACE = _GIB // 4
_LITTLE_SPACE = 2 * _GIB


def check_python() -> Finding:
    """The interpreter is new enough."""
    version = platform.python_version()
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return Finding("python", "fail", version, say("fix_python"))
    return Finding("python", "ok", version)


def check_server_part(*, is_wanted: bool) -> Finding:
    """The server can run here; ``is_wanted``: the server that commands use is this machine's."""
    if is_server_installed():
        return Finding("server_part", "ok", say("found_installed", version=openclaw.__version__))
    if is_wanted:
        return Finding("server_part", "warn", say("found_client_only"), 'pip install "openclaw[server]"')
    return Finding("server_part", "skip", say("found_client_only"))


def check_web_console() -> Finding:
    """The web app's files are there."""
    if not is_server_installed():
        return Finding("web_console", "skip", say("found_client_only"))
    page = Path(openclaw.__file__).parent / "apps" / "server" / "static" / "index.html"
    if page.is_file():
        return Finding("web_console", "ok", say("found_built"))
    return Finding("web_console", "fail", say("found_not_built"), say("fix_web_console"))


def check_ports() -> list[Finding]:
    """Each of our ports is free, or held by us."""
    web, gateway = config.server_ports()
    host = config.server_host()
    return [
        _check_port("port_web", host, web, is_web_app, "--port / OPENCLAW_PORT"),
        _check_port("port_gateway", host, gateway, is_gateway, "--gateway-port / OPENCLAW_GATEWAY_PORT"),
        _check_port(
            "port_bridge", "127.0.0.1", config.DEFAULT_BRIDGE_PORT, is_bridge, "openclaw bridge run --port"
        ),
    ]


def check_home() -> Finding:
    """The server's folder, or the place where it will be made, is ours, writable, and has room."""
    home = config.data_home()
    try:
        return _home(home.expanduser().absolute())
    except (OSError, RuntimeError) as error:  # a folder on the way is closed; there is no such ~user
        reason = getattr(error, "strerror", None) or str(error)
        return Finding(
            "home", "fail", say("found_unreachable_folder", path=home, reason=reason), say("fix_home")
        )


def check_environment() -> Finding:
    """No variable of ours is misspelt."""
    unknown = config.unknown_variables()
    if not unknown:
        return Finding("environment", "ok", say("found_no_unknown"))
    known = {name.removeprefix(_PREFIX): name for name in config.SERVER_SETTINGS | config.CLIENT_SETTINGS}
    hints: list[str] = []
    for name in unknown:
        near = difflib.get_close_matches(name.removeprefix(_PREFIX), sorted(known), n=1)
        meant = say("fix_meant", name=name, meant=known[near[0]]) if near else say("fix_unset", name=name)
        hints.append(meant)
    return Finding("environment", "warn", say("found_unknown", names=", ".join(unknown)), " ".join(hints))


def _home(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not place.is_dir():
        return Finding("home", "fail", say("found_not_folder", path=place), say("fix_home"))
    if sys.platform != "win32" and home.exists() and home.stat().st_uid != os.getuid():
        return Finding(
            "home",
            "fail",
            say("found_other_owner", path=home, owner=_owner(home)),
            say("fix_owner", path=home),
        )
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding("home", "fail", say("found_not_writable", path=place), say("fix_home"))
    free = shutil.disk_usage(place).free
    detail = say("found_space", path=home, free=_size(free))
    if free < _LEAST_SPACE:
        return Finding("home", "fail", detail, say("fix_space"))
    return (
        Finding("home", "warn", detail, say("fix_space"))
        if free < _LITTLE_SPACE
        else Finding("home", "ok", detail)
    )


def _check_port(name: str, host: str, port: int, is_ours: Callable[[int], bool], option: str) -> Finding:
    if port == 0 or is_free(host, port):
        return Finding(name, "ok", say("found_free", port=port))
    if is_ours(port):
        return Finding(name, "ok", say("found_ours", port=port))
    holder = str(holder_of(port) or say("another_program"))
    return Finding(name, "fail", say("found_taken", port=port, holder=holder), say("fix_port", option=option))


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)


def _size(count: int) -> str:
    return f"{count / _GIB:.1f} GiB"
