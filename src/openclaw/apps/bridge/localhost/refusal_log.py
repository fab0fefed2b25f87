"""What was turned away, for the owner to see: a line each in the log, within bounds, and counts for ``status``."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from openclaw.apps.bridge.localhost.requests import Request
from openclaw.kit.clock import Clock

_log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=1)
MAX_LINES = 20  # of one kind in a window: a page that calls in a loop must not fill the disk
_MAX_LETTERS = 120


class RefusalLog:
    """Counts refusals by code since the bridge has started. No bodies, queries, codes or tokens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window_from: datetime | None = None
        self._in_window: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def note(self, request: Request | None, code: str) -> None:
        """Count it, and log it unless there were many of its kind just now."""
        self.counts[code] += 1
        self._roll()
        self._in_window[code] += 1
        if self._in_window[code] > MAX_LINES:
            return
        if request is None:
            _log.warning("refused a request: %s", code)
            return
        origin = ", ".join(request.values("origin")) or "a program"
        _log.warning("refused %s %s from %s: %s", request.method, _plain(request.path), _plain(origin), code)

    def _roll(self) -> None:
        now = self._clock.now()
        if self._window_from is not None and now < self._window_from + WINDOW:
            return
        for code, count in self._in_window.items():
            if count > MAX_LINES:
                _log.warning("refused %d more requests like that: %s", count - MAX_LINES, code)
        self._in_window.clear()
        self._window_from = now


def _plain(text: str) -> str:
    """Foreign text for one line of a log: no line breaks, no control characters, not long."""
    return text[:_MAX_LETTERS].encode("unicode_escape").decode("ascii")
