"""What lets a web page read the runtime: a token for its origin, short-lived, kept here as a hash and in memory only.

A page gets one with the link that it has redeemed, or by a pass: this bridge gives a nonce, the server signs it for
the machine's owner (with a key that only it and this machine have), and the nonce counts once. So a page of an allowed
origin gets nothing without its person being signed in, and what it got ends with the bridge, the link or the hour.
"""

import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from openclaw.kit.clock import Clock
from openclaw.kit.errors import RateLimitedError

LIFETIME = timedelta(hours=1)
NONCE_LIFETIME = timedelta(minutes=1)
MAX_TOKENS = 64
MAX_NONCES = 64
MAX_GUESSES = 10
GUESS_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class _Kept:
    digest: bytes
    origin: str
    ends_at: datetime


class PageTokens:
    """The tokens of pages and the nonces that lead to them, each bound to one origin. The oldest gives way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: deque[_Kept] = deque(maxlen=MAX_TOKENS)
        self._nonces: deque[_Kept] = deque(maxlen=MAX_NONCES)

    def issue(self, origin: str) -> str:
        """A new token of 256 random bits."""
        return self._keep(self._tokens, origin, LIFETIME)

    def issue_nonce(self, origin: str) -> str:
        """A new nonce for a pass."""
        return self._keep(self._nonces, origin, NONCE_LIFETIME)

    def take_nonce(self, nonce: str, origin: str) -> bool:
        """Whether the nonce was given to that origin, and is used now for the first time and in time."""
        kept = self._find(self._nonces, nonce, origin)
        if kept is not None:
            self._nonces.remove(kept)
        return kept is not None

    def is_valid(self, token: str, origin: str) -> bool:
        """Whether the token was given to that origin and still counts."""
        return self._find(self._tokens, token, origin) is not None

    def revoke_all(self) -> None:
        """No page is let in any more until it gets a new token."""
        self._tokens.clear()
        self._nonces.clear()

    def _keep(self, kept: "deque[_Kept]", origin: str, lifetime: timedelta) -> str:
        secret = secrets.token_urlsafe(32)
        kept.append(_Kept(_digest(secret), origin, self._clock.now() + lifetime))
        return secret

    def _find(self, kept: "deque[_Kept]", secret: str, origin: str) -> _Kept | None:
        digest, now = _digest(secret), self._clock.now()
        for entry in kept:
            if hmac.compare_digest(entry.digest, digest) and entry.origin == origin and entry.ends_at > now:
                return entry
        return None


class Guesses:
    """Counts wrong tokens by who sent them. Too many, and that one waits: also with the right one, if it is a page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[datetime]] = {}

    def check(self, who: str) -> None:
        """RateLimitedError while ``who`` has guessed too often."""
        now, wrong = self._clock.now(), self._wrong.get(who)
        if wrong is None:
            return
        while wrong and wrong[0] <= now - GUESS_WINDOW:
            wrong.popleft()
        if len(wrong) >= MAX_GUESSES:
            wait = wrong[0] + GUESS_WINDOW - now
            raise RateLimitedError(retry_after_seconds=max(1, round(wait.total_seconds())))

    def note(self, who: str) -> None:
        """Count one wrong token. ``who`` is an allowed origin or the one name for programs: the set is small."""
        self._wrong.setdefault(who, deque(maxlen=MAX_GUESSES)).append(self._clock.now())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
