"""Start durable work, keep this process's heartbeat, and hand on the work of processes that died.

Our own step rows are the checkpoints: DBOS only carries the run from process to process. A handler therefore
re-enters from its rows, and fences its writes against an earlier self that was thought dead.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from openclaw.durable import store
from openclaw.durable.queue import JobQueue
from openclaw.infra.db import APPLICATION_ROLE, Database, as_libpq
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
# Compatible releases share one application version, so that a rolling upgrade takes over each other's runs.
_APPLICATION_VERSION = "1"
_HEARTBEAT = timedelta(seconds=1)
_SILENT = timedelta(seconds=5)
_RETRY = timedelta(seconds=1)
_ROUNDS_PER_LOOK = 5
_FIRST_STEPS_SECONDS = 0.05

Handler = Callable[[dict[str, Any]], Awaitable[None]]


class DurableEngine:
    """One per process. ``handlers`` by kind must be the same in every process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        owner_url: str | URL,
        executor_id: str,
        handlers: dict[str, Handler],
        queue: JobQueue,
    ) -> None:
        # Of its own: requests that use up the process's pool must not make it look dead.
        self._database = Database(database.url, clock, pool_size=1)
        self._owner_url = owner_url
        self._clock = clock
        self._executor_id = executor_id
        self._handlers = handlers
        self._queue = queue
        self._tasks: list[asyncio.Task[None]] = []
        self._workflow: Any = None
        self._dbos: Any = None
        self._starting: set[asyncio.Task[None]] = set()
        self._begun: dict[str, asyncio.Task[None]] = {}
        self._working: set[asyncio.Task[Any]] = set()
        self._beats = 0
        self._ready = asyncio.Event()

    async def launch(self) -> None:
        """Join: this process's own unfinished work starts again, then new work may start.

        Tries until the database answers.
        """
        while True:
            try:
                await self._join()
                return
            except Exception as error:  # noqa: BLE001  (whatever it was, a process that runs nothing helps nobody)
                _log.warning("the durable engine does not start; trying again", error=str(error))
                await asyncio.to_thread(_abandon)
                await self._clock.sleep(_RETRY)

    async def _join(self) -> None:
        dbos, newest = await asyncio.to_thread(_load)
        if await self._recorded_version() < newest:
            await asyncio.to_thread(migrate, self._owner_url)
        async with self._database.system() as scope:
            await store.note_alive(scope, self._executor_id)
        dbos.DBOS(
            config={
                "name": "openclaw",
                "system_database_url": as_libpq(self._database.url, role=APPLICATION_ROLE),
                "application_version": _APPLICATION_VERSION,
                "executor_id": self._executor_id,
                "run_migrations": False,
                "run_admin_server": False,
                "sys_db_pool_size": 4,
                "log_level": "WARNING",
            }
        )
        _log_as_we_do()

        async def run(
            kind: str, payload: dict[str, Any]
        ) -> None:  # DBOS marks the function: a method cannot be
            begun = self._begun.get(dbos.DBOS.workflow_id or "")
            await (self._run(kind, payload) if begun is None else self._await_begun(begun))

        # However often its process died, work is gone on with; a handler that has had enough ends it with words.
        self._workflow = dbos.DBOS.workflow(name="openclaw.run", max_recovery_attempts=None)(run)
        self._dbos = dbos
        dbos.DBOS.launch()
        await self._queue.start()
        self._tasks = [
            spawn(self._stay_alive(), name="durable heartbeat"),
            spawn(self._adopt_dead(), name="durable adoption"),
        ]
        self._ready.set()

    async def _recorded_version(self) -> int:
        """That of the engine's own tables; 0 where there are none, or none that the application may read."""
        try:
            async with self._database.system() as scope:
                return await store.recorded_version(scope)
        except ProgrammingError:
            return 0

    async def stop(self) -> None:
        """Leave: work in progress ends where it is, and another process goes on with it soon."""
        await cancel_and_wait(*self._tasks, *self._starting)
        if self._dbos is not None:
            await self._leave()
        await self._database.close()

    async def _leave(self) -> None:
        # First of all: what a handler works with is closed after this, and its errors would count as the work's own.
        await cancel_and_wait(*self._working)
        await self._queue.stop()
        await asyncio.to_thread(self._dbos.DBOS.destroy, workflow_completion_timeout_sec=0)
        # It had put its own threads in place of the loop's, and has just ended them.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        await cancel_and_wait(*self._working)  # taken over from others in between
        self._dbos = None
        with contextlib.suppress(UnavailableError):  # then others find out by its silence
            async with self._database.system() as scope:
                await store.note_left(scope, self._executor_id)

    async def is_known(self, scope: Scope, work_id: str) -> bool:
        """Whether work was ever started, here or elsewhere: then nobody need start it again. Needs a system scope."""
        await self._ready.wait()
        return await store.is_known(scope, work_id)

    async def start(self, kind: str, *, work_id: str, payload: dict[str, Any], is_new: bool = False) -> None:
        """Run ``handlers[kind](payload)`` durably. Once per ``work_id``: asking again changes nothing.

        ``is_new``: nobody can have asked before, and the caller keeps its own record of the work until it is known to
        be noted down or done. Then it begins at once, and is noted down when it has taken its first steps.

        Raises UnavailableError when the database does not answer; the caller's record then remains.
        """
        await self._ready.wait()
        if is_new:
            begun = self._begun[work_id] = spawn(self._run(kind, payload), name="durable work")
            begun.add_done_callback(lambda _: self._begun.pop(work_id, None))
        task = spawn(self._start(kind, work_id, payload), name="durable start")
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        # Half a start would be noted as this living process's work and done by nobody: it goes on without the caller.
        await asyncio.shield(task)

    async def _start(self, kind: str, work_id: str, payload: dict[str, Any]) -> None:
        if (begun := self._begun.get(work_id)) is not None:
            # The library's work in its thread would hold up the first steps, which somebody waits for.
            await asyncio.wait([begun], timeout=_FIRST_STEPS_SECONDS)
            if begun.done() and not begun.cancelled() and begun.exception() is None:
                return
        try:
            with self._dbos.SetWorkflowID(work_id):
                await self._dbos.DBOS.start_workflow_async(self._workflow, kind, payload)
        except OSError as error:
            raise UnavailableError(part="durable engine") from error

    async def _run(self, kind: str, payload: dict[str, Any]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            while True:
                try:
                    await self._handlers[kind](payload)
                    return
                except UnavailableError as error:
                    _log.warning("durable work waits", kind=kind, error=str(error))
                    await self._clock.sleep(_RETRY)
        finally:
            self._working.discard(task)

    async def _await_begun(self, begun: asyncio.Task[None]) -> None:
        """The work is under way: its end is the end of what was noted down."""
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            await begun
        finally:
            self._working.discard(task)

    async def _stay_alive(self) -> None:
        while True:
            await self._clock.sleep(_HEARTBEAT)
            try:
                async with self._database.system() as scope:
                    await store.note_alive(scope, self._executor_id)
                self._beats += 1
            except UnavailableError:
                self._beats = 0

    async def _adopt_dead(self) -> None:
        """A task of its own: while the database is away DBOS waits for long, and the heartbeat must not."""
        rounds = 0
        while True:
            await self._clock.sleep(_HEARTBEAT)
            # After an outage every heartbeat is old: give the living time to renew theirs before judging.
            if self._beats * _HEARTBEAT <= _SILENT:
                continue
            rounds += 1
            try:
                await self._adopt(with_strangers=rounds % _ROUNDS_PER_LOOK == 0)
            except Exception as error:  # noqa: BLE001  (whatever it was, the next round tries again)
                _log.warning("the work of dead processes waits", error=str(error))

    async def _adopt(self, *, with_strangers: bool) -> None:
        async with self._database.system() as scope:
            dead = await store.list_dead(scope, silent_for=_SILENT)
            if with_strangers:  # reads all unfinished work, so not every time
                dead += await store.list_strangers(scope)
        for executor_id in dead:
            _log.warning(
                "another process has ended; its work goes on here or elsewhere", executor=executor_id
            )
            await asyncio.to_thread(self._dbos.DBOS._recover_pending_workflows, [executor_id])  # noqa: SLF001
            await self._queue.take_over(executor_id)
            async with self._database.system() as scope:
                await store.forget(scope, executor_id)


def _abandon() -> None:
    """Half a start leaves an instance and a registered workflow behind, which a second start would trip over."""
    import dbos  # noqa: PLC0415  (see _load)

    dbos.DBOS.destroy(destroy_registry=True)


def _log_as_we_do() -> None:
    """DBOS writes lines of its own form to stderr; its records belong into the process's log."""
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True


def migrate(url: str | URL) -> None:
    """Create or upgrade the engine's own tables, as the owner role. Blocking."""
    dbos, _ = _load()
    dbos.DBOS.migrate(as_libpq(url), application_role=APPLICATION_ROLE)


def _load() -> tuple[Any, int]:
    """The library, and the version that its tables must have. Blocking."""
    # One second and 30 MiB: loaded after the process already answers, in a thread.
    import dbos  # noqa: PLC0415
    from dbos._migration import get_dbos_migrations  # noqa: PLC0415  (its other ways to ask connect once more)

    return dbos, len(get_dbos_migrations("dbos", use_listen_notify=True, is_cockroach=False))
