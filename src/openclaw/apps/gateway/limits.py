"""The limits of the gateway, and the counters that hold them."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from openclaw.kit.clock import Clock
from openclaw.kit.errors import RateLimitedError

KIBI = 1024
MEBI = 1024 * KIBI
_ADDRESSES_KEPT = 10_000

Client: TypeAlias = tuple[UUID, UUID, UUID | None]
"""Whose requests count together: a user in a workspace, and each of their machines apart."""


@dataclass(frozen=True)
class GatewayLimits:
    """Sizes in bytes, rates per second. What a client may rely on is told in ``hello-ok``."""

    max_payload: int = 8 * MEBI
    max_handshake_payload: int = 64 * KIBI
    max_buffered: int = 4 * MEBI
    handshake: timedelta = timedelta(seconds=15)
    tick: timedelta = timedelta(seconds=30)
    health: timedelta = timedelta(seconds=60)
    close: timedelta = timedelta(seconds=5)
    stall: timedelta = timedelta(seconds=30)
    unauthenticated_per_address: int = 32
    operators_per_user: int = 32
    failed_logins: int = 10
    failed_login_window: timedelta = timedelta(seconds=60)
    failed_login_lock: timedelta = timedelta(minutes=5)
    requests_per_second: float = 200
    request_burst: float = 400
    refused_in_a_row: int = 1000
    in_flight: int = 16
    node_in_flight: int = 64
    wrong_role_calls: int = 10
    remembered_answers: int = 1000
    remembered_bytes: int = 4 * MEBI
    remember_for: timedelta = timedelta(minutes=5)


class TokenBucket:
    """Lets ``rate`` tokens a second through on average, ``burst`` at once."""

    __slots__ = ("_burst", "_clock", "_rate", "_tokens", "_updated_at")

    def __init__(self, clock: Clock, *, rate: float, burst: float) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._updated_at = clock.now()

    def wait_for(self, cost: float) -> timedelta:
        """Take ``cost`` and answer zero; or take nothing and answer how long until it is there."""
        now = self._clock.now()
        passed = (now - self._updated_at).total_seconds()
        self._updated_at = now
        self._tokens = min(self._burst, self._tokens + max(passed, 0.0) * self._rate)
        cost = min(cost, self._burst)
        if cost <= self._tokens:
            self._tokens -= cost
            return timedelta()
        return timedelta(seconds=(cost - self._tokens) / self._rate)

    @property
    def is_full(self) -> bool:
        """Whether it is as good as a new one."""
        passed = (self._clock.now() - self._updated_at).total_seconds()
        return self._tokens + passed * self._rate >= self._burst


class Buckets:
    """The token buckets of clients, kept while they are not full: a new connection is no new burst."""

    def __init__(self, clock: Clock, limits: GatewayLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._buckets: dict[Client, TokenBucket] = {}

    def of(self, client: Client) -> TokenBucket:
        """The bucket that all connections of ``client`` share. Ask anew each time: full ones are forgotten."""
        bucket = self._buckets.get(client)
        if bucket is None:
            rate, burst = self._limits.requests_per_second, self._limits.request_burst
            bucket = self._buckets[client] = TokenBucket(self._clock, rate=rate, burst=burst)
        return bucket

    def prune(self) -> None:
        """Forget the full ones."""
        for client in [client for client, bucket in self._buckets.items() if bucket.is_full]:
            del self._buckets[client]


class Admission:
    """Who may try to connect: unauthenticated sockets and failed sign-ins, per address."""

    def __init__(self, clock: Clock, limits: GatewayLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._waiting: dict[str, int] = {}
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._locked_until: OrderedDict[str, datetime] = OrderedDict()

    def can_enter(self, address: str) -> bool:
        """Whether ``address`` may open one more socket that has not authenticated."""
        return self._waiting.get(address, 0) < self._limits.unauthenticated_per_address

    def enter(self, address: str) -> None:
        """Count a socket of ``address`` that has not authenticated yet."""
        self._waiting[address] = self._waiting.get(address, 0) + 1

    def leave(self, address: str) -> None:
        """The socket has authenticated, or is gone."""
        left = self._waiting.pop(address, 1) - 1
        if left > 0:
            self._waiting[address] = left

    def check_not_locked(self, address: str) -> None:
        """Raise RateLimitedError while ``address`` is locked after too many failures."""
        until = self._locked_until.get(address)
        if until is None:
            return
        left = (until - self._clock.now()).total_seconds()
        if left > 0:
            raise RateLimitedError(retry_after_seconds=max(1, round(left)))
        del self._locked_until[address]

    def note_failure(self, address: str) -> None:
        """Count a failed sign-in; too many within the window lock the address."""
        now = self._clock.now()
        failures = self._failures.setdefault(address, deque())
        self._failures.move_to_end(address)
        while failures and now - failures[0] > self._limits.failed_login_window:
            failures.popleft()
        failures.append(now)
        if len(failures) >= self._limits.failed_logins:
            del self._failures[address]
            self._locked_until[address] = now + self._limits.failed_login_lock
        # An attacker with many addresses must not fill our memory; who is forgotten only starts over.
        for book in (self._failures, self._locked_until):
            while len(book) > _ADDRESSES_KEPT:
                book.popitem(last=False)
