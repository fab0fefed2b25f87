"""Linking this machine: a code from the web app is redeemed with the configured control plane, once."""

import asyncio
import logging
import re
from collections import deque
from datetime import datetime, timedelta

import msgspec

from openclaw.apps.bridge.addresses import check_address
from openclaw.apps.bridge.confirmation import Confirmation, LinkQuestion
from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.errors import (
    AlreadyLinkedError,
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    LinkBusyError,
    LinkCodeError,
    NotLinkedError,
    PolicyFileError,
    SessionRevokedError,
)
from openclaw.apps.bridge.machine import MAX_NAME_LETTERS, machine_name
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.session import Session, SessionKeeper
from openclaw.apps.bridge.state import SETTINGS, StateFolder
from openclaw.kit.clock import Clock
from openclaw.kit.errors import RateLimitedError
from openclaw.protocol.tools import ARGUMENTS

_log = logging.getLogger(__name__)

MAX_TRIES_PER_CHALLENGE = 5
MAX_TRIES = 20
WINDOW = timedelta(minutes=10)
_CODE = re.compile(r"[0-9]{6}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class TryLimit:
    """Counts tries: a six-digit code must not be guessable through this machine either."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: deque[tuple[datetime, str]] = deque()

    def take(self, challenge_id: str | None) -> None:
        """Count one try; RateLimitedError when there were too many in the window."""
        now = self._clock.now()
        while self._tries and self._tries[0][0] <= now - WINDOW:
            self._tries.popleft()
        same = sum(1 for _, tried in self._tries if tried == challenge_id)
        if len(self._tries) >= MAX_TRIES or (challenge_id and same >= MAX_TRIES_PER_CHALLENGE):
            wait = self._tries[0][0] + WINDOW - now
            raise RateLimitedError(retry_after_seconds=max(1, round(wait.total_seconds())))
        self._tries.append((now, challenge_id or ""))


class Linker:
    """Links and unlinks. One link at a time, one account at a time."""

    def __init__(
        self,
        *,
        folder: StateFolder,
        control_plane: ControlPlane,
        sessions: SessionKeeper,
        policies: PolicyStore,
        clock: Clock,
        allow_insecure: bool,
    ) -> None:
        self._folder = folder
        self._control_plane = control_plane
        self._sessions = sessions
        self._policies = policies
        self._allow_insecure = allow_insecure
        self._limit = TryLimit(clock)
        self._busy = asyncio.Lock()

    async def redeem_for_page(
        self, *, server: str, origin: str, code: str, challenge_id: str, confirmation: Confirmation
    ) -> Session:
        """Redeem for a web page, after asking the person at the machine."""
        _check_code(code, challenge_id)
        async with self._one_at_a_time():
            self._limit.take(challenge_id)
            question = LinkQuestion(
                origin=origin, server=server, code=code, scopes=self._scopes(), policy=self._policy_words()
            )
            await confirmation.confirm(question)
            return await self._redeem(server, code=code, challenge_id=challenge_id, name=None)

    async def redeem_typed(
        self, *, server: str | None, code: str, challenge_id: str | None, name: str | None
    ) -> Session:
        """Redeem a code that the person has typed at the machine; ``server`` and ``name`` are remembered."""
        _check_code(code, challenge_id)
        if name is not None and not 0 < len(name.strip()) <= MAX_NAME_LETTERS:
            raise LinkCodeError(field="--name", reason=f"1 to {MAX_NAME_LETTERS} letters")
        async with self._one_at_a_time():
            self._limit.take(challenge_id)
            server = check_address(
                server or self._folder.settings().server,
                schemes=("http", "https"),
                allow_insecure=self._allow_insecure,
            )
            return await self._redeem(server, code=code, challenge_id=challenge_id, name=name)

    async def unlink(self) -> bool:
        """Forget the session and tell the server; False when the server could not be told.

        NotLinkedError when there is nothing to give back.
        """
        self._sessions.require()
        try:
            async with self._sessions.in_use() as session:
                await self._control_plane.unlink(session)
            is_told = True
        except (SessionRevokedError, NotLinkedError):
            is_told = True  # it is over on that side already
        except ControlPlaneRefusedError as refused:
            is_told = refused.status in {401, 404}
        except ControlPlaneUnreachableError:
            is_told = False
        self._sessions.wipe()
        return is_told

    def _one_at_a_time(self) -> asyncio.Lock:
        if self._busy.locked():
            raise LinkBusyError
        if (session := self._sessions.session) is not None:
            raise AlreadyLinkedError(server=session.server)
        return self._busy

    async def _redeem(self, server: str, *, code: str, challenge_id: str | None, name: str | None) -> Session:
        settings = self._folder.settings()
        name = name or settings.name or machine_name()
        session = await self._control_plane.redeem(server, code=code, challenge_id=challenge_id, name=name)
        kept = msgspec.structs.replace(settings, server=server, name=session.name)
        self._folder.write(SETTINGS, msgspec.json.encode(kept))
        self._sessions.adopt(session)
        _log.info("linked to %s as %s", session.server, session.device_id)
        return session

    def _scopes(self) -> str:
        try:
            policy = self._policies.current()
        except PolicyFileError:
            return "-"
        return ", ".join(tool for tool in ARGUMENTS if policy.allows_tool(tool)) or "-"

    def _policy_words(self) -> str:
        try:
            return ", ".join(self._policies.current().folders)
        except PolicyFileError as error:
            return str(error)


def _check_code(code: str, challenge_id: str | None) -> None:
    if not _CODE.fullmatch(code):
        raise LinkCodeError(field="code", reason="it has six digits")
    if challenge_id is not None and not _CHALLENGE.fullmatch(challenge_id):
        raise LinkCodeError(field="challengeId", reason="it is not an id of a challenge")
