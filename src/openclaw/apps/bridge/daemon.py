"""The running bridge: its parts put together, started and stopped in order."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from openclaw.apps.bridge.calls import Calls
from openclaw.apps.bridge.confirmation import Confirmation
from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.device_key import load_device_key
from openclaw.apps.bridge.gateway.link import GatewayLink, Switch
from openclaw.apps.bridge.journal import Journal
from openclaw.apps.bridge.linking import Linker
from openclaw.apps.bridge.localhost.page_tokens import Guesses, PageTokens
from openclaw.apps.bridge.localhost.refusal_log import RefusalLog
from openclaw.apps.bridge.localhost.routes import Parts, Routes
from openclaw.apps.bridge.localhost.rpc import RpcProxy
from openclaw.apps.bridge.localhost.server import LocalServer
from openclaw.apps.bridge.machine import version
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.sessions import PiSessions
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.run_commands import RunCommands
from openclaw.apps.bridge.runtime_reads import PiReads
from openclaw.apps.bridge.session import SessionKeeper
from openclaw.apps.bridge.state import JOURNAL, PI_SESSIONS, RUNNING, SETTINGS, VERSIONS, Running, StateFolder
from openclaw.apps.bridge.tools.process_tree import kill_marked, mark_of
from openclaw.apps.bridge.versions.store import Versions
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
        key = load_device_key(folder)
        policies = PolicyStore(folder, home=Path.home())
        policies.ensure_file()
        control_plane = ControlPlane(key, clock=clock, allow_insecure=options.allow_insecure)
        sessions = SessionKeeper(folder, source=control_plane, clock=clock)
        if sessions.session is not None and options.server not in {None, sessions.session.server}:
            _log.warning(
                "--server counts after `unlink`; this machine is linked to %s", sessions.session.server
            )
        # What an earlier bridge left running would make "interrupted" a lie.
        if leftover := kill_marked(mark_of(key.node_id, "")):
            _log.warning("ended %d processes that an earlier bridge left behind", leftover)
        journal = Journal(folder.path / JOURNAL, clock=clock)
        journal.interrupt_unfinished()
        switch = Switch()
        versions = Versions(folder.path / VERSIONS, clock=clock)
        versions.settle_interrupted()
        if options.pi_command is not None:
            settings = msgspec.structs.replace(folder.settings(), pi_command=options.pi_command or None)
            folder.write(SETTINGS, msgspec.json.encode(settings))
        launch = PiLaunch(folder=Path.home(), command=folder.settings().pi_command)
        runtimes = PiSessions(launch, folder.path / PI_SESSIONS, clock=clock, node_id=key.node_id)
        reads = PiReads(runtimes, clock=clock)

        async def hand_over(call_id: str, body: bytes) -> None:
            """Give the server a file that a call asked for."""
            async with sessions.in_use() as session:
                await control_plane.hand_over(session, call_id, body)

        calls = Calls(
            journal=journal,
            versions=versions,
            policies=policies,
            node_id=key.node_id,
            outlet=switch,
            runs=RunCommands(sessions=runtimes, policies=policies, journal=journal, outlet=switch),
            hand_over=hand_over,
        )
        link = GatewayLink(
            key=key,
            sessions=sessions,
            policies=policies,
            calls=calls,
            switch=switch,
            clock=clock,
            allow_insecure=options.allow_insecure,
            has_runtime=reads.is_installed,
        )
        linker = Linker(
            folder=folder,
            control_plane=control_plane,
            sessions=sessions,
            policies=policies,
            clock=clock,
            allow_insecure=options.allow_insecure,
        )

        def unlinked() -> None:
            if sessions.session is None:
                calls.kill_all()
                ending.append(spawn(runtimes.close(), name="runtimes of an ended link"))

        ending: list[asyncio.Task[None]] = []
        sessions.on_change(unlinked)
        pages = PageTokens(clock)
        sessions.on_change(pages.revoke_all)
        routes = Routes(
            Parts(
                folder=folder,
                key=key,
                sessions=sessions,
                policies=policies,
                linker=linker,
                link=link,
                confirmation=options.confirmation,
                token=folder.local_token(),
                extra_origins=options.extra_origins,
                pages=pages,
                guesses=Guesses(clock),
                refusals=RefusalLog(clock),
                rpc=RpcProxy(reads),
            )
        )
        server = LocalServer(routes)
        self.port = routes.port = await server.start(options.port)
        work = [spawn(link.run(), name="link"), spawn(self._prune_daily(journal, versions), name="pruning")]
        try:
            running = Running(pid=os.getpid(), port=self.port, version=version())
            folder.write(RUNNING, msgspec.json.encode(running))
            on_ready(self.port)
            await stop.wait()
        finally:
            await calls.close()  # first: commands must not outlive the wish to stop
            await asyncio.gather(*ending, return_exceptions=True)
            await runtimes.close()
            folder.remove(RUNNING)
            await server.close()
            await cancel_and_wait(*work)
            journal.close()
            versions.close()

    async def _prune_daily(self, journal: Journal, versions: Versions) -> None:
        while True:
            journal.prune()
            await asyncio.to_thread(versions.prune)
            await self._clock.sleep(timedelta(days=1))


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on Ctrl-C, SIGTERM and SIGHUP (Windows: Ctrl-C, Ctrl-Break)."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        for number in (signal.SIGINT, signal.SIGBREAK):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
