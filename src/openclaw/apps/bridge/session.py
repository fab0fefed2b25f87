"""The device session: what linking gave this machine, kept fresh by rotation.

Every token is used only until it has a successor: the server takes the reuse of an old one for theft and ends
the link. So the order below has to survive a crash, or a lost answer, at every point:

1. The machine chooses its next refresh token itself, and has it on the disk before the server hears of it.
2. The server is asked with the pair. If the answer is lost, the same pair is sent again, at once and at the next
   start: a repeat with the same successor is no reuse.
3. The answer is on the disk before the new access token is used for anything.

From step 1 on the old access token may be dead already, so it is not used any more (``needs_rotation``); and while
an access token is being used (``in_use``), no rotation starts.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
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
    page_key: str | None = None  # what the server signs passes of web pages with, for this machine alone

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
    next_refresh_token: str | None = None  # a rotation to it was begun, and its answer is not here yet


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
        """Whether half the access token's life is over, or a rotation was begun whose answer is missing."""
        session = self.require()
        return session.next_refresh_token is not None or self._clock.now() >= session.tokens.half_life_at

    @asynccontextmanager
    async def in_use(self) -> AsyncGenerator[Session]:
        """The session with an access token that stays the newest for as long as the block runs.

        Rotates first if that is due; raises what ``rotate`` raises.
        """
        while True:
            if self.needs_rotation():
                await self.rotate(after=self.require().tokens)
            async with self._rotation:
                if self.needs_rotation():
                    continue
                yield self.require()
                return

    async def rotate(self, *, after: Tokens | None = None) -> Session:
        """Rotate the tokens once, however many ask; ``after`` = the tokens that the caller found stale.

        Raises SessionRevokedError, ControlPlaneUnreachableError or NotLinkedError.
        """
        async with self._rotation:
            session = self.require()
            if after is not None and session.tokens != after:
                return session  # somebody else rotated while we waited
            if session.next_refresh_token is None:
                session = msgspec.structs.replace(session, next_refresh_token=secrets.token_urlsafe(48))
                self._store(session)
            tokens = await self._source.refresh(session)
            if self._session is not session:
                raise NotLinkedError  # unlinked while the answer was on its way
            rotated = msgspec.structs.replace(session, tokens=tokens, next_refresh_token=None)
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
