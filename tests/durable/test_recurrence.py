"""When something happens again: cron on the walls of a time zone, changes of the clocks included, and intervals."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openclaw.durable.recurrence import (
    MOST_PREVIEWED,
    Cron,
    Interval,
    Repeated,
    Skipped,
    check_rule,
    following,
    preview,
    rule_of,
)
from openclaw.kit.errors import InvalidInputError

MINUTE = timedelta(minutes=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def within(rule: Cron, start: datetime, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    for at in following(rule, start):
        if at >= end:
            return found
        found.append(at)
    return found


def by_hand(rule: Cron, start: datetime, end: datetime) -> list[datetime]:
    """Every time on the wall, and the instants at which the wall shows it."""
    zone, found = ZoneInfo(rule.zone), set[datetime]()
    for wall in CronSim(rule.expression, start.replace(tzinfo=None) - timedelta(days=2)):
        if wall.replace(tzinfo=UTC) > end + timedelta(days=2):
            return sorted(at for at in found if start < at < end)
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first <= second:
            found.add(first)
            if rule.repeated is Repeated.TWICE:
                found.add(second)
        elif rule.skipped is Skipped.AFTER:
            before = second.astimezone(zone).utcoffset()
            while second.astimezone(zone).utcoffset() == before:
                second += MINUTE
            found.add(second)
    raise AssertionError("cron ends")


@pytest.mark.parametrize(
    ("zone", "expression"),
    [
        ("Europe/Berlin", "30 2 * * *"),
        ("America/New_York", "0,30 1-3 * 3,11 *"),
        ("Australia/Lord_Howe", "*/10 1-3 * 4,10 *"),  # by half an hour
        ("Africa/Casablanca", "15 2 * * 0"),  # forward when others go back
        ("Asia/Shanghai", "0 9 * * 1-5"),  # never
    ],
)
def test_a_year_of_changes_is_as_the_policies_say(zone: str, expression: str) -> None:
    start, end = utc(2026, 1, 1), utc(2027, 1, 1)
    for skipped in Skipped:
        for repeated in Repeated:
            rule = Cron(expression, zone, skipped, repeated)
            assert within(rule, start, end) == by_hand(rule, start, end), (skipped, repeated)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["Europe/London", "America/St_Johns", "Pacific/Apia", "America/Santiago", "UTC"]),
    st.sampled_from(["7 1 * * *", "*/20 0-4 * * *", "0 0 L * *", "59 23 * * 6#1", "30 2 29 2 *"]),
    st.sampled_from(Skipped),
    st.sampled_from(Repeated),
    st.integers(0, 30 * 365 * 24 * 60),
)
def test_what_comes_next_is_the_least_of_all_times_after(
    zone: str, expression: str, skipped: Skipped, repeated: Repeated, minutes: int
) -> None:
    rule = Cron(expression, zone, skipped, repeated)
    start = utc(2005, 1, 1) + minutes * MINUTE
    end = start + timedelta(days=40)
    assert within(rule, start, end) == by_hand(rule, start, end)


def test_a_skipped_hour_is_one_fire_at_the_first_moment_after() -> None:
    """Clocks go from 02:00 to 03:00 on 29 March: four times of the wall were skipped."""
    rule = Cron("*/15 2 * * *", "Europe/Berlin")
    assert within(rule, utc(2026, 3, 29), utc(2026, 3, 30)) == [utc(2026, 3, 29, 1)]
    rule = Cron("*/15 2 * * *", "Europe/Berlin", Skipped.SKIP)
    assert within(rule, utc(2026, 3, 29), utc(2026, 3, 30)) == []


def test_a_repeated_hour_is_one_fire_or_two() -> None:
    """Clocks go from 03:00 to 02:00 on 25 October."""
    day = utc(2026, 10, 25), utc(2026, 10, 26)
    assert within(Cron("30 2 * * *", "Europe/Berlin"), *day) == [utc(2026, 10, 25, 0, 30)]
    twice = within(Cron("30 2 * * *", "Europe/Berlin", repeated=Repeated.TWICE), *day)
    assert twice == [utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)]


def test_intervals_count_from_their_anchor() -> None:
    rule = Interval(timedelta(minutes=90), utc(2026, 1, 1))
    assert rule.next_after(utc(2025, 1, 1)) == utc(2026, 1, 1, 1, 30)
    assert rule.next_after(utc(2026, 1, 1, 1, 30)) == utc(2026, 1, 1, 3)
    assert rule.next_after(utc(2026, 1, 1, 2)) == utc(2026, 1, 1, 3)


def test_rules_come_back_from_their_rows() -> None:
    cron = Cron("5 4 * * *", "Asia/Tokyo", Skipped.SKIP, Repeated.TWICE)
    every = Interval(timedelta(hours=2), utc(2026, 1, 1))
    assert (rule_of(cron.to_json()), rule_of(every.to_json())) == (cron, every)


def test_a_preview_is_bounded() -> None:
    assert len(preview(Cron("* * * * *"), utc(2026, 1, 1), 1_000_000)) == MOST_PREVIEWED
    assert preview(Cron("0 0 29 2 *"), utc(2026, 1, 1), 2) == [utc(2028, 2, 29), utc(2032, 2, 29)]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Cron("* * * * * *"), "cron"),  # with seconds
        (Cron("@daily"), "cron"),
        (Cron("61 * * * *"), "cron"),
        (Cron("0 0 30 2 *"), "cron"),
        (Cron("*/0 * * * *"), "cron"),
        (Cron("," * 199 + " * * * *"), "cron"),
        (Cron("0 0 * * *", "Mars/Olympus"), "zone"),
        (Cron("0 0 * * *", "../../etc/passwd"), "zone"),
        (Cron("0 0 * * *", "Europe"), "zone"),
        (Interval(timedelta(seconds=9), utc(2026, 1, 1)), "seconds"),
        (Interval(timedelta(days=400), utc(2026, 1, 1)), "seconds"),
    ],
)
def test_what_is_no_rule_is_refused_in_words(rule: Cron | Interval, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_rule(rule)
    assert refused.value.field == field
