"""The device session: what linking gave this machine, kept fresh by rotation.

A refresh token is used once. The order below survives a crash at every point:

1. ``refreshStartedAt`` is written, so that a restart knows an answer may be on its way or lost.
2. The server is asked. If the answer is lost, the same old token is sent again at once and at the next start:
   the server accepts it for a short grace as long as the new token was never used.
3. The answer is on the disk (fsync) before the new token, access or refresh, is used for anything.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from openclaw.apps.bridge.errors import NotLinkedError, StateFolderError
from openclaw.apps.bridge.state import SESSION, StateFolder
from openclaw.kit.clock import Clock

_log = logging.getLogger(__name__)

SHORTEST_LIFETIME = timedelta(seconds=60)


class Workspace(msgspec.Struct, frozen=True, rename="camel"):
    """The workspace that the machine was linked into."""

    id: str
    name: str


class Tokens(msgspec.Struct, frozen=True, rename="camel"):
    """One rotation's outcome. ``lifetime_seconds`` is counted from ``received_at`` on this machine's clock."""

    access_token: str
    refresh_token: str
    gateway_url: str
    received_at: datetime
    lifetime_seconds: float

    @property
    def half_life_at(self) -> datetime:
        """When to rotate."""
        return self.received_at + timedelta(seconds=self.lifetime_seconds / 2)

    @property
    def expires_at(self) -> datetime:
        """When the access token is refused, by this machine's clock."""
        return self.received_at + timedelta(seconds=self.lifetime_seconds)


class Session(msgspec.Struct, frozen=True, rename="camel"):
    """A linked machine's session, as stored."""

    server: str
    device_id: str
    node_id: str
    name: str
    user_name: str
    workspace: Workspace
    scopes: list[str]
    linked_at: datetime
    tokens: Tokens
    refresh_started_at: datetime | None = None


class TokenSource(Protocol):
    """Who rotates tokens: the control plane."""

    async def refresh(self, session: Session) -> Tokens:
        """New tokens for ``session``; SessionRevokedError when the server has ended it."""
        ...


class SessionKeeper:
    """Holds the session of this process, persists every change, and tells its listeners."""

    def __init__(self, folder: StateFolder, *, source: TokenSource, clock: Clock) -> None:
        self._folder = folder
        self._source = source
        self._clock = clock
        self._session = read_session(folder)
        self._rotation = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []

    @property
    def session(self) -> Session | None:
        """The present session, or None while unlinked."""
        return self._session

    def require(self) -> Session:
        """The present session; NotLinkedError while unlinked."""
        if self._session is None:
            raise NotLinkedError
        return self._session

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after the machine was linked or unlinked (not after a rotation)."""
        self._listeners.append(listener)

    def adopt(self, session: Session) -> None:
        """Persist a new session, then use it."""
        self._store(session)
        self._tell()

    def wipe(self) -> None:
        """Forget the session, on disk first."""
        self._folder.remove(SESSION)
        self._session = None
        self._tell()

    def needs_rotation(self) -> bool:
        """Whether half the access token's life is over, or an earlier rotation's answer may be lost."""
        session = self.require()
        return session.refresh_started_at is not None or self._clock.now() >= session.tokens.half_life_at

    async def rotate(self, *, after: Tokens | None = None) -> Session:
        """Rotate the tokens once, however many ask; ``after`` = the tokens that the caller found stale.

        Raises SessionRevokedError, ControlPlaneUnreachableError or NotLinkedError.
        """
        async with self._rotation:
            session = self.require()
            if after is not None and session.tokens != after:
                return session  # somebody else rotated while we waited
            if session.refresh_started_at is None:
                session = msgspec.structs.replace(session, refresh_started_at=self._clock.now())
                self._store(session)
            tokens = await self._source.refresh(session)
            if self._session is not session:
                raise NotLinkedError  # unlinked while the answer was on its way
            rotated = msgspec.structs.replace(session, tokens=tokens, refresh_started_at=None)
            self._store(rotated)
            return rotated

    def _store(self, session: Session) -> None:
        self._folder.write(SESSION, msgspec.json.encode(session))
        self._session = session

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def read_session(folder: StateFolder) -> Session | None:
    """The stored session, or None; StateFolderError when the file is damaged."""
    stored = folder.read(SESSION)
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored, type=Session)
    except msgspec.DecodeError:
        raise StateFolderError(reason=f"{SESSION} is damaged; run: openclaw bridge unlink --force") from None
