"""A stock PostgreSQL as a distribution packages it, of whatever major version it has: a cluster of the test's own."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import environment, free_port

OWNER, PASSWORD = "openclaw_owner", "only for this test"
_PACKAGED = ("lib/postgresql/*/bin/initdb", "pgsql-*/bin/initdb")


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``: the newest packaged one, or that on the PATH."""
    packaged = sorted(path.parent for pattern in _PACKAGED for path in Path("/usr").glob(pattern))
    on_path = shutil.which("initdb")
    return packaged[-1] if packaged else Path(on_path).parent if on_path else None


@contextlib.contextmanager
def stock_postgres(programs: Path) -> Iterator[str]:
    """A running cluster with an empty database; its URL, as a plain owner who may create roles and nothing more."""
    folder = Path(tempfile.mkdtemp(prefix="openclaw-stock-"))
    data, port = folder / "data", free_port()
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        _run(programs / "initdb", "-D", data, "-A", "scram-sha-256", "-U", "postgres", f"--pwfile={secret}")
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            admin = f"postgresql://postgres:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/postgres"
            owner = f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{PASSWORD}'"
            database = f"CREATE DATABASE {OWNER} OWNER {OWNER}"
            _run(programs / "psql", admin, "-q", "-c", owner, "-c", database)
            yield f"postgresql://{OWNER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/{OWNER}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *arguments: object) -> None:
    """PostgreSQL does not run as root: there its packaged user runs it."""
    user = {"user": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a server that goes on holds it open
        stderr=subprocess.PIPE if program.name != "pg_ctl" else subprocess.DEVNULL,
        env=environment(),
        cwd="/",
        text=True,
        timeout=60,
        check=False,
        **user,
    )
    assert done.returncode == 0, f"{program.name}: {done.stderr}"
