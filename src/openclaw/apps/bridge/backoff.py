"""How long to wait before the next try: doubling from 1 to 30 s, with jitter so that machines do not march in step."""

import secrets
from datetime import timedelta

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=30)


class BackOff:
    """Counts failures in a row."""

    def __init__(self, shortest: timedelta = SHORTEST, longest: timedelta = LONGEST) -> None:
        self._shortest = shortest
        self._longest = longest
        self._failures = 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next(self) -> timedelta:
        """The wait after one more failure: between half and all of the doubled time."""
        full = min(self._longest, self._shortest * 2 ** min(self._failures, 16))
        self._failures += 1
        return max(self._shortest, full * (0.5 + secrets.randbelow(1000) / 2000))
