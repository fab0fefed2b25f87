"""The running bridge: its parts put together, started and stopped in order."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from openclaw.apps.bridge.confirmation import Confirmation
from openclaw.apps.bridge.core import open_core
from openclaw.apps.bridge.linking import Linker
from openclaw.apps.bridge.localhost.page_tokens import Guesses, PageTokens
from openclaw.apps.bridge.localhost.refusal_log import RefusalLog
from openclaw.apps.bridge.localhost.routes import Parts, Routes
from openclaw.apps.bridge.localhost.rpc import RpcProxy
from openclaw.apps.bridge.localhost.server import LocalServer
from openclaw.apps.bridge.machine import version
from openclaw.apps.bridge.state import RUNNING, SETTINGS, Running, StateFolder
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = logging.getLogger(__name__)

DEFAULT_PORT = 43115


@dataclass(frozen=True)
class BridgeOptions:
    """How a bridge runs; ``server`` and ``pi_command`` None keep the stored ones, no words at all the built-in one."""

    port: int
    server: str | None
    extra_origins: tuple[str, ...]
    allow_insecure: bool
    confirmation: Confirmation
    pi_command: tuple[str, ...] | None = None


class Bridge:
    """One bridge on one state folder. ``run`` holds the folder until it ends."""

    def __init__(self, folder: StateFolder, options: BridgeOptions, *, clock: Clock) -> None:
        self._folder = folder
        self._options = options
        self._clock = clock
        self.port = 0

    async def run(self, *, on_ready: Callable[[int], None], stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set; every command that still runs is ended then.

        BridgeRunningError, PortTakenError or StateFolderError when it cannot start.
        """
        with self._folder.held():
            await self._run(on_ready, stop)

    async def _run(self, on_ready: Callable[[int], None], stop: asyncio.Event) -> None:
        folder, options, clock = self._folder, self._options, self._clock
        if options.server is not None:
            settings = msgspec.structs.replace(folder.settings(), server=options.server)
            folder.write(SETTINGS, msgspec.json.encode(settings))
        core = open_core(
            folder, pi_command=options.pi_command, allow_insecure=options.allow_insecure, clock=clock
        )
        sessions = core.sessions
        if sessions.session is not None and options.server not in {None, sessions.session.server}:
            _log.warning(
                "--server counts after `unlink`; this machine is linked to %s", sessions.session.server
            )
        link = core.link(None)
        linker = Linker(
            folder=folder,
            control_plane=core.control_plane,
            sessions=sessions,
            policies=core.policies,
            clock=clock,
            allow_insecure=options.allow_insecure,
        )

        def unlinked() -> None:
            if sessions.session is None:
                core.calls.kill_all()
                ending.append(spawn(core.runtimes.close(), name="runtimes of an ended link"))

        ending: list[asyncio.Task[None]] = []
        sessions.on_change(unlinked)
        pages = PageTokens(clock)
        sessions.on_change(pages.revoke_all)
        routes = Routes(
            Parts(
                folder=folder,
                key=core.key,
                sessions=sessions,
                policies=core.policies,
                linker=linker,
                link=link,
                confirmation=options.confirmation,
                token=folder.local_token(),
                extra_origins=options.extra_origins,
                pages=pages,
                guesses=Guesses(clock),
                refusals=RefusalLog(clock),
                rpc=RpcProxy(core.reads),
            )
        )
        server = LocalServer(routes)
        self.port = routes.port = await server.start(options.port)
        work = [spawn(link.run(), name="link"), spawn(core.prune_daily(), name="pruning")]
        try:
            running = Running(pid=os.getpid(), port=self.port, version=version())
            folder.write(RUNNING, msgspec.json.encode(running))
            on_ready(self.port)
            await stop.wait()
        finally:
            await core.calls.close()  # first: commands must not outlive the wish to stop
            await asyncio.gather(*ending, return_exceptions=True)
            await core.runtimes.close()
            folder.remove(RUNNING)
            await server.close()
            await cancel_and_wait(*work)
            core.close()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on Ctrl-C, SIGTERM and SIGHUP (Windows: Ctrl-C, Ctrl-Break)."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        for number in (signal.SIGINT, signal.SIGBREAK):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
