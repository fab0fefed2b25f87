"""The counters: token buckets, admission, remembered answers."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from openclaw.apps.gateway.idempotency import IdempotencyCache
from openclaw.apps.gateway.limits import Admission, Buckets, GatewayLimits, TokenBucket
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import RateLimitedError
from openclaw.kit.ids import new_id
from tests.apps.gateway.harness import START

NONE = timedelta()


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = ManualClock(START)
    bucket = TokenBucket(clock, rate=2, burst=4)
    assert [bucket.wait_for(1) for _ in range(4)] == [NONE] * 4
    assert bucket.wait_for(1) == timedelta(seconds=0.5)
    assert bucket.wait_for(1) == timedelta(seconds=0.5), "what was refused costs nothing"
    clock.advance(timedelta(seconds=0.5))
    assert bucket.wait_for(1) == NONE
    clock.advance(timedelta(hours=1))
    assert bucket.wait_for(100) == NONE, "more than the burst takes the whole burst"
    assert bucket.wait_for(1) == timedelta(seconds=0.5)


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    clock = ManualClock(START)
    bucket = TokenBucket(clock, rate=1, burst=2)
    clock.advance(timedelta(hours=-1))
    assert bucket.wait_for(2) == NONE


def test_a_bucket_is_kept_until_it_is_full() -> None:
    clock = ManualClock(START)
    buckets = Buckets(clock, GatewayLimits(requests_per_second=1, request_burst=2))
    client = (new_id(), new_id(), None)
    assert buckets.of(client).wait_for(2) == NONE
    clock.advance(timedelta(seconds=1))
    buckets.prune()
    assert buckets.of(client).wait_for(2) == timedelta(seconds=1)
    clock.advance(timedelta(seconds=2))
    buckets.prune()
    assert buckets._buckets == {}


def test_sockets_are_counted_per_address() -> None:
    admission = Admission(ManualClock(START), GatewayLimits(unauthenticated_per_address=2))
    for _ in range(2):
        assert admission.can_enter("a")
        admission.enter("a")
    assert not admission.can_enter("a")
    assert admission.can_enter("b")
    admission.leave("a")
    assert admission.can_enter("a")
    admission.leave("a")
    admission.leave("a")
    assert admission.can_enter("a")


def test_failures_count_within_the_window_only() -> None:
    clock = ManualClock(START)
    admission = Admission(clock, GatewayLimits(failed_logins=3))
    for _ in range(6):
        admission.note_failure("a")
        clock.advance(timedelta(seconds=31))
    admission.check_not_locked("a")
    for _ in range(3):
        admission.note_failure("a")
    with pytest.raises(RateLimitedError) as raised:
        admission.check_not_locked("a")
    assert raised.value.retry_after_seconds == 300
    admission.check_not_locked("b")
    clock.advance(timedelta(seconds=299.9))
    with pytest.raises(RateLimitedError) as raised:
        admission.check_not_locked("a")
    assert raised.value.retry_after_seconds == 1
    clock.advance(timedelta(seconds=0.1))
    admission.check_not_locked("a")
    admission.note_failure("a")
    admission.check_not_locked("a")


def test_many_addresses_do_not_fill_the_memory() -> None:
    admission = Admission(ManualClock(START), GatewayLimits())
    for number in range(10_100):
        admission.note_failure(str(number))
    assert len(admission._failures) == 10_000


class Book:
    """Calls one cache, and counts the work that was really done."""

    def __init__(self, **limits: Any) -> None:
        self.clock = ManualClock(START)
        self.cache = IdempotencyCache(self.clock, GatewayLimits(**limits))
        self.owner: tuple[UUID, UUID] = (new_id(), new_id())
        self.done = 0

    async def call(self, key: str, answer: Any = None) -> Any:
        async def work() -> Any:
            self.done += 1
            return self.done if answer is None else answer

        raw = await self.cache.answer(self.owner, method="m", key=key, params={"k": key}, work=work)
        return msgspec.json.decode(raw)


async def test_the_oldest_answers_are_forgotten_first() -> None:
    book = Book(remembered_answers=2)
    assert [await book.call(k) for k in "abab"] == [1, 2, 1, 2]
    assert await book.call("c") == 3
    assert await book.call("b") == 2
    assert await book.call("a") == 4


async def test_answers_are_kept_within_their_bytes() -> None:
    book = Book(remembered_bytes=100)
    for _ in range(2):
        await book.call("small")
    assert book.done == 1
    for _ in range(2):
        assert await book.call("large", "x" * 200) == "x" * 200
    assert book.done == 3, "too large to be remembered"
    await book.call("small")
    assert book.done == 4


async def test_what_expired_is_pruned() -> None:
    book = Book()
    await book.call("a")
    book.clock.advance(timedelta(minutes=4))
    book.cache.prune()
    assert await book.call("a") == 1
    book.clock.advance(timedelta(minutes=1))
    book.cache.prune()
    assert book.cache._books == {}
    assert await book.call("a") == 2


async def test_stopping_ends_what_is_being_done() -> None:
    book, started = Book(), asyncio.Event()

    async def endless() -> None:
        started.set()
        await asyncio.Event().wait()

    waiting = asyncio.ensure_future(
        book.cache.answer(book.owner, method="m", key="a", params={}, work=endless)
    )
    await started.wait()
    await book.cache.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
