"""The running host: the bridge's parts without pages and without a person, and a lease over what it runs."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from openclaw.apps.bridge.calls import MAX_RUNNING
from openclaw.apps.bridge.core import Core, open_core
from openclaw.apps.bridge.host.errors import HostRevokedError, NotEnrolledError
from openclaw.apps.bridge.host.heart import Heart
from openclaw.apps.bridge.host.lease import Lease
from openclaw.apps.bridge.host.profile import Profile, report_of
from openclaw.apps.bridge.machine import version
from openclaw.apps.bridge.pi.sessions import MAX_RUNTIMES
from openclaw.apps.bridge.state import RUNNING, Running, StateFolder
from openclaw.apps.bridge.tools.process_tree import mark_of
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import cancel_and_wait, spawn

_CALLS_OF_A_RUN = 2  # a run does one thing at a time, and now and then something beside it


@dataclass(frozen=True)
class HostOptions:
    """How a host runs; ``pi_command`` None keeps the stored one, no words at all the built-in one."""

    profile: Profile
    allow_insecure: bool
    pi_command: tuple[str, ...] | None = None


class Host:
    """One host on one state folder. ``run`` holds the folder until it ends."""

    def __init__(self, folder: StateFolder, options: HostOptions, *, clock: Clock) -> None:
        self._folder = folder
        self._options = options
        self._clock = clock

    async def run(self, *, on_ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Carry runs until ``stop`` is set; what still runs is ended then.

        NotEnrolledError, HostRevokedError, BridgeRunningError or StateFolderError.
        """
        with self._folder.held():
            tasks = self._options.profile.max_concurrent_tasks
            core = open_core(
                self._folder,
                pi_command=self._options.pi_command,
                allow_insecure=self._options.allow_insecure,
                clock=self._clock,
                calls_at_once=max(MAX_RUNNING, _CALLS_OF_A_RUN * tasks),
                turns_at_once=max(MAX_RUNTIMES, tasks),
            )
            try:
                if core.sessions.session is None:
                    raise NotEnrolledError
                if not await self._carry(core, on_ready, stop):
                    raise HostRevokedError
            finally:
                core.close()

    async def _carry(self, core: Core, on_ready: Callable[[], None], stop: asyncio.Event) -> bool:
        """Until ``stop``, or until the server ends this host: then False."""
        ending: list[asyncio.Task[None]] = []

        def end_all() -> None:
            core.calls.interrupt_all()
            if (session := core.sessions.session) is not None:
                core.calls.resend(
                    session.device_id
                )  # the socket may stand, with nobody behind it who answers
            ending.append(spawn(core.runtimes.close(), name="runtimes of a lease that is over"))

        def unlinked() -> None:  # the link has killed the calls
            if core.sessions.session is None:
                stop.set()

        core.sessions.on_change(unlinked)
        lease = Lease(mark_of(core.key.node_id, ""), end_all)
        report = partial(
            report_of,
            self._options.profile,
            node_id=core.key.node_id,
            calls=core.calls,
            policies=core.policies,
            folder=self._folder.path,
        )
        heart = Heart(lease, report=report, clock=self._clock)
        work = [
            spawn(core.link(heart).run(), name="link"),
            spawn(core.prune_daily(), name="pruning"),
        ]
        try:
            running = Running(pid=os.getpid(), port=0, version=version())
            self._folder.write(RUNNING, msgspec.json.encode(running))
            on_ready()
            await stop.wait()
        finally:
            await core.calls.close()
            await asyncio.gather(*ending, return_exceptions=True)
            await core.runtimes.close()
            self._folder.remove(RUNNING)
            await cancel_and_wait(*work)
            lease.close()
        return core.sessions.session is not None
