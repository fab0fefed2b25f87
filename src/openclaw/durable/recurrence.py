"""When something happens again: by the clock on a wall (cron, in a time zone) or every so often. Pure.

Where clocks are put forward an hour of the wall is skipped, where they are put back one comes twice. What becomes of
times in those is said by the rule and never left to a library: see `Skipped` and `Repeated`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from openclaw.kit.errors import InvalidInputError

SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(days=366)
MOST_PREVIEWED = 100
_FIELDS = 5
_LONGEST_CRON = 200
_SECOND = timedelta(seconds=1)
# No zone has had two changes of its clocks within so short a time since 1970.
_STRIDE = timedelta(days=7)


class Skipped(StrEnum):
    """What becomes of a time that the clocks were put forward over."""

    AFTER = "after"  # it happens at the first moment after, once, whatever else was skipped with it
    SKIP = "skip"


class Repeated(StrEnum):
    """How often a time happens that comes twice because the clocks are put back."""

    ONCE = "once"  # the first time
    TWICE = "twice"


@dataclass(frozen=True)
class Cron:
    """Five fields (minute, hour, day of the month, month, day of the week) on the walls of a time zone (IANA)."""

    expression: str
    zone: str = "UTC"
    skipped: Skipped = Skipped.AFTER
    repeated: Repeated = Repeated.ONCE

    def next_after(self, at: datetime) -> datetime | None:
        """The first instant after ``at`` (aware; the answer is in UTC); None when there is none in fifty years."""
        return _next_of_cron(self, at.astimezone(UTC))

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "cron": self.expression,
            "zone": self.zone,
            "skipped": self.skipped.value,
            "repeated": self.repeated.value,
        }


@dataclass(frozen=True)
class Interval:
    """Every so often, counted from ``anchor`` on: a late one does not put off those that follow."""

    every: timedelta
    anchor: datetime

    def next_after(self, at: datetime) -> datetime | None:
        """The first instant after ``at``, and after the anchor, in UTC."""
        rounds = max(0, (at - self.anchor) // self.every)
        return (self.anchor + (rounds + 1) * self.every).astimezone(UTC)

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"seconds": int(self.every.total_seconds()), "anchor": self.anchor.isoformat()}


Rule = Cron | Interval


def rule_of(kept: dict[str, Any]) -> Rule:
    """The rule that a row keeps."""
    if "cron" in kept:
        return Cron(kept["cron"], kept["zone"], Skipped(kept["skipped"]), Repeated(kept["repeated"]))
    return Interval(timedelta(seconds=kept["seconds"]), datetime.fromisoformat(kept["anchor"]))


def check_rule(rule: Rule) -> None:
    """Raises InvalidInputError with what is wrong, in words."""
    if isinstance(rule, Interval):
        if not SHORTEST <= rule.every <= LONGEST:
            least, most = int(SHORTEST.total_seconds()), int(LONGEST.total_seconds())
            raise InvalidInputError(field="seconds", reason=f"must be between {least} and {most:,} seconds")
        return
    _zone(rule.zone)
    expression = rule.expression
    if len(expression) > _LONGEST_CRON or len(expression.split()) != _FIELDS:
        raise InvalidInputError(
            field="cron", reason="must be five fields: minute, hour, day of the month, month, day of the week"
        )
    try:
        following = next(CronSim(expression, datetime(2000, 1, 1)), None)  # noqa: DTZ001  (a time on a wall)
    except (CronSimError, RecursionError) as error:
        raise InvalidInputError(field="cron", reason=f"cannot be read: {error}"[:200]) from None
    if following is None:
        raise InvalidInputError(field="cron", reason="never comes")


def following(rule: Rule, after: datetime) -> Iterator[datetime]:
    """The instants of a rule after ``after``, in order."""
    at = rule.next_after(after)
    while at is not None:
        yield at
        at = rule.next_after(at)


def preview(rule: Rule, after: datetime, count: int) -> list[datetime]:
    """The next ``count`` instants, `MOST_PREVIEWED` at most; fewer when there are no more."""
    most = min(count, MOST_PREVIEWED)
    return [at for at, _ in zip(following(rule, after), range(most), strict=False)]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a name that is a folder, a path, or none
        raise InvalidInputError(field="zone", reason="is not the name of a time zone") from None


# Many schedules have one rule and are due at one time.
@lru_cache(maxsize=4096)
def _next_of_cron(rule: Cron, after: datetime) -> datetime | None:
    """Walk from one change of the clocks to the next: between two of them walls and instants keep their distance."""
    zone = _zone(rule.zone)
    start, offset = after, _offset(zone, after)
    while True:
        wall = next(CronSim(rule.expression, (start + offset).replace(tzinfo=None)), None)
        if wall is None:
            return None
        at = wall.replace(tzinfo=UTC) - offset
        turn = _first_turn(zone, start if _offset(zone, start) == offset else start + _SECOND, at)
        if turn is None:
            if rule.repeated is Repeated.ONCE and at.astimezone(zone).fold:
                start = at
                continue
            return at
        before, offset = offset, _offset(zone, turn)
        # `wall` is the first of the rule's times that the old clock never came to: is it one that was skipped over?
        is_skipped = wall.replace(tzinfo=UTC) < turn + offset
        if before < offset and is_skipped and rule.skipped is Skipped.AFTER:
            return turn
        start = turn - _SECOND  # the second before it, as the new clock would have shown it


def _first_turn(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """The first instant after ``start`` and until ``end`` at which the zone's clocks are put forward or back."""
    offset = _offset(zone, start)
    low = start
    while low < end:
        high = min(low + _STRIDE, end)
        if _offset(zone, high) != offset:
            break
        low = high
    else:
        return None
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
