"""`openclaw db`: upgrade, status, url."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import orjson

from openclaw.apps.db.status import address, look
from openclaw.apps.db.words import say
from openclaw.apps.process.database import database_url
from openclaw.infra import migrate
from openclaw.infra.config import Config

_UNAVAILABLE = 8


def main(arguments: Sequence[str] | None = None, *, language: str = "en") -> None:
    """Run one command; `status` exits with 8 when the roles could not work on the database."""
    parser = argparse.ArgumentParser(prog="openclaw db", description=say(language, "about"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _COMMANDS:
        about = say(language, name)
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--json", action="store_true", help=say(language, "json"))
    given = parser.parse_args(arguments)
    sys.exit(_COMMANDS[given.command](Config(), language=language, as_json=given.json))


def _upgrade(config: Config, *, language: str, as_json: bool) -> int:
    async def run() -> str | None:
        async with database_url(config) as url:
            return await migrate.current_revision(url)

    revision = asyncio.run(run())
    words = say(language, "upgraded", revision=revision)
    _tell({"ok": True, "revision": revision}, words, as_json=as_json)
    return 0


def _status(config: Config, *, language: str, as_json: bool) -> int:
    found = look(config)
    words = "\n".join(f"{name:<10}{value}" for name, value in found.rows(language))
    _tell(found.wire(), words, as_json=as_json)
    return 0 if found.is_usable else _UNAVAILABLE


def _url(config: Config, *, language: str, as_json: bool) -> int:
    url = address(config)
    if url is not None:
        _tell({"ok": True, "url": url}, url, as_json=as_json)
        return 0
    words = say(language, "not_running")
    if as_json:
        _tell({"ok": False, "error": {"code": "db.not_running", "detail": words}}, words, as_json=True)
    else:
        sys.stderr.write(words + "\n")  # standard output is for the address alone
    return _UNAVAILABLE


_COMMANDS = {"upgrade": _upgrade, "status": _status, "url": _url}


def _tell(wire: dict[str, Any], words: str, *, as_json: bool) -> None:
    sys.stdout.write((orjson.dumps(wire).decode() if as_json else words) + "\n")
