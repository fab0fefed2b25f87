"""How often an address, and all of them together, may try."""

from datetime import timedelta

import pytest

from openclaw.infra.web import limits
from openclaw.infra.web.limits import RateLimit
from openclaw.kit.errors import RateLimitedError
from tests.support.server import START


def allowed(limit: RateLimit, address: str | None, *, tries: int, after: timedelta = timedelta()) -> int:
    """How many of so many tries are let through."""
    passed = 0
    for _ in range(tries):
        try:
            limit.check(address, START + after)
        except RateLimitedError:
            continue
        passed += 1
    return passed


def test_each_address_has_its_own_count() -> None:
    limit = RateLimit(per_address=3, overall=100, minutes=10)
    assert allowed(limit, "a", tries=5) == 3
    assert allowed(limit, "b", tries=2) == 2
    assert allowed(limit, None, tries=5) == 3
    assert allowed(limit, "a", tries=5, after=timedelta(minutes=9, seconds=59)) == 0
    assert allowed(limit, "a", tries=5, after=timedelta(minutes=10)) == 3


def test_all_together_have_one_too() -> None:
    limit = RateLimit(per_address=3, overall=10, minutes=10)
    assert sum(allowed(limit, str(number), tries=3) for number in range(10)) == 10
    assert allowed(limit, "somebody else", tries=1) == 0


def test_one_address_cannot_use_up_what_is_everybodys() -> None:
    limit = RateLimit(per_address=3, overall=10, minutes=10)
    assert allowed(limit, "a", tries=100) == 3
    assert allowed(limit, "b", tries=2) == 2


def test_many_addresses_buy_no_new_window() -> None:
    limit = RateLimit(per_address=3, overall=10, minutes=10)
    addresses = range(2 * limits._MAX_ADDRESSES + 100)
    assert sum(allowed(limit, str(number), tries=1) for number in addresses) == 10
    assert len(limit._counts) <= limits._MAX_ADDRESSES + 1


def test_it_says_when_to_come_back() -> None:
    limit = RateLimit(per_address=1, overall=10, minutes=10)
    limit.check("a", START)
    with pytest.raises(RateLimitedError) as refusal:
        limit.check("a", START + timedelta(minutes=4))
    assert refusal.value.data == {"retry_after_seconds": 361}


def test_a_clock_that_is_set_back_keeps_nobody_out() -> None:
    limit = RateLimit(per_address=1, overall=10, minutes=10)
    limit.check("a", START)
    assert allowed(limit, "a", tries=2, after=timedelta(hours=-1)) == 1
