"""How long to wait before the next try: doubling from 1 to 30 s, with jitter so that machines do not march in step."""

import secrets
from datetime import timedelta

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=30)
_SPREAD_MS = 250


class BackOff:
    """Counts failures in a row."""

    def __init__(self, shortest: timedelta = SHORTEST, longest: timedelta = LONGEST) -> None:
        self._shortest = shortest
        self._longest = longest
        self._failures = 0
        self._is_sent_away = False

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def sent_away(self) -> None:
        """The other end shuts down in good order: another is there, or soon this one again."""
        self._is_sent_away = True

    def next(self) -> timedelta:
        """The wait after one more failure: between half and all of the doubled time; next to none when sent away."""
        if self._is_sent_away:
            self._is_sent_away = False
            return timedelta(milliseconds=secrets.randbelow(_SPREAD_MS))
        full = min(self._longest, self._shortest * 2 ** min(self._failures, 16))
        self._failures += 1
        return max(self._shortest, full * (0.5 + secrets.randbelow(1000) / 2000))
