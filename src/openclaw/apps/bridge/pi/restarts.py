"""When to start again after an end: after a growing wait, and not at all when it keeps failing."""

from collections import deque
from datetime import datetime, timedelta

from openclaw.apps.bridge.gateway.backoff import BackOff

LIMIT = 5
WINDOW = timedelta(minutes=5)
COOL_DOWN = timedelta(minutes=5)
STABLE = timedelta(minutes=1)  # who has run for so long did not fail at starting


class Restarts:
    """Counts ends. LIMIT of them within WINDOW open the circuit: one try per COOL_DOWN, until one runs STABLE."""

    def __init__(self) -> None:
        self._back_off = BackOff()
        self._ends: deque[datetime] = deque(maxlen=LIMIT)
        self.is_open = False
        self.count = 0

    def ended(self, *, started_at: datetime, now: datetime) -> timedelta:
        """A runtime that was started at ``started_at`` has ended (or was never ready); how long to wait."""
        if now - started_at >= STABLE:
            self.reset()
        self.count += 1
        self._ends.append(now)
        if len(self._ends) == LIMIT and now - self._ends[0] <= WINDOW:
            self.is_open = True
        return COOL_DOWN if self.is_open else self._back_off.next()

    def reset(self) -> None:
        """Forget: it ran well, or the person says "try again"."""
        self.is_open = False
        self._ends.clear()
        self._back_off.reset()
