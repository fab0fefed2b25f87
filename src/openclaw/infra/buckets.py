"""How much is let in: a bucket for each that fills up again as time passes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openclaw.kit.errors import RateLimitedError

_MOST_KNOWN = 50_000


@dataclass
class _Bucket:
    left: float
    at: datetime


class Buckets:
    """Per key ``burst`` at once and ``per_second`` after that, in this process."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._buckets: dict[UUID | str, _Bucket] = {}

    def take(self, key: UUID | str, now: datetime) -> None:
        """Take one out. Raises RateLimitedError when there is none."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _MOST_KNOWN:
                self._forget_full(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left, bucket.at = min(self._burst, bucket.left + passed * self._per_second), now
        if bucket.left < 1:
            raise RateLimitedError(retry_after_seconds=int((1 - bucket.left) / self._per_second) + 1)
        bucket.left -= 1

    def _forget_full(self, now: datetime) -> None:
        """Whoever has been quiet for long enough is as good as unknown; when nobody has, all are."""
        full = [
            key
            for key, bucket in self._buckets.items()
            if bucket.left + (now - bucket.at).total_seconds() * self._per_second >= self._burst
        ]
        for key in full or list(self._buckets):
            del self._buckets[key]
