"""What a bridge and a host have in common: the key, the policy, the journal, the calls, and the link to the gateway."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from openclaw.apps.bridge.calls import MAX_RUNNING, Calls
from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.device_key import DeviceKey, load_device_key
from openclaw.apps.bridge.gateway.companion import Companion
from openclaw.apps.bridge.gateway.link import GatewayLink, Switch
from openclaw.apps.bridge.journal import Journal
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.apps.bridge.pi.sessions import MAX_RUNTIMES, PiSessions
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.run_commands import RunCommands
from openclaw.apps.bridge.runtime_reads import PiReads
from openclaw.apps.bridge.session import SessionKeeper
from openclaw.apps.bridge.state import JOURNAL, PI_SESSIONS, SETTINGS, VAULT, VERSIONS, StateFolder
from openclaw.apps.bridge.tools.process_tree import kill_marked, mark_of
from openclaw.apps.bridge.vault.commands import VaultCommands
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import Clock

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Core:
    """The parts, opened on one state folder."""

    key: DeviceKey
    policies: PolicyStore
    control_plane: ControlPlane
    sessions: SessionKeeper
    journal: Journal
    versions: Versions
    runtimes: PiSessions
    reads: PiReads
    calls: Calls
    link: Callable[[Companion | None], GatewayLink]
    clock: Clock

    async def prune_daily(self) -> None:
        """For ever: let go of what has been kept long enough."""
        while True:
            self.journal.prune()
            await asyncio.to_thread(self.versions.prune)
            await self.clock.sleep(timedelta(days=1))

    def close(self) -> None:
        """Close the files."""
        self.journal.close()
        self.versions.close()


def open_core(
    folder: StateFolder,
    *,
    pi_command: tuple[str, ...] | None,
    allow_insecure: bool,
    clock: Clock,
    calls_at_once: int = MAX_RUNNING,
    turns_at_once: int = MAX_RUNTIMES,
) -> Core:
    """Open the parts; what an earlier process of this folder left running is ended.

    ``pi_command``: None keeps the stored one, no words at all the built-in one.
    """
    key = load_device_key(folder)
    policies = PolicyStore(folder, home=Path.home())
    policies.ensure_file()
    control_plane = ControlPlane(key, clock=clock, allow_insecure=allow_insecure)
    sessions = SessionKeeper(folder, source=control_plane, clock=clock)
    # What an earlier process left running would make "interrupted" a lie.
    if leftover := kill_marked(mark_of(key.node_id, "")):
        _log.warning("ended %d processes that an earlier run left behind", leftover)
    journal = Journal(folder.path / JOURNAL, clock=clock)
    journal.interrupt_unfinished()
    switch = Switch()
    versions = Versions(folder.path / VERSIONS, clock=clock)
    versions.settle_interrupted()
    if pi_command is not None:
        settings = msgspec.structs.replace(folder.settings(), pi_command=pi_command or None)
        folder.write(SETTINGS, msgspec.json.encode(settings))
    launch = PiLaunch(folder=Path.home(), command=folder.settings().pi_command)
    runtimes = PiSessions(
        launch,
        folder.path / PI_SESSIONS,
        clock=clock,
        node_id=key.node_id,
        at_once=turns_at_once,
    )
    reads = PiReads(runtimes, clock=clock)
    vault = VaultStore(folder.path / VAULT, clock=clock)

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
        runs=RunCommands(sessions=runtimes, policies=policies, journal=journal, outlet=switch, vault=vault),
        vault=VaultCommands(vault),
        hand_over=hand_over,
        at_once=calls_at_once,
    )

    def link(companion: Companion | None) -> GatewayLink:
        return GatewayLink(
            key=key,
            sessions=sessions,
            policies=policies,
            calls=calls,
            switch=switch,
            clock=clock,
            allow_insecure=allow_insecure,
            has_runtime=reads.is_installed,
            companion=companion,
        )

    return Core(
        key, policies, control_plane, sessions, journal, versions, runtimes, reads, calls, link, clock
    )
