"""How often an address, and all of them together, may try; how long a body may be on its way."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from starlette.types import Message, Receive, Scope, Send

from openclaw.infra.web import limits
from openclaw.infra.web.limits import BodyLimit, RateLimit
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


async def served(*pieces: Message) -> tuple[Sequence[Message], bool]:
    """What is answered to whom nobody waits for and who sends so much and then no more; whether the body was read."""
    coming, gone, is_read = list(pieces), asyncio.Event(), asyncio.Event()
    answers: list[Message] = []

    async def receive() -> Message:
        if coming:
            return coming.pop(0)
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        while (message := await receive())["type"] == "http.request":
            if not message.get("more_body"):
                is_read.set()
                await send({"type": "http.response.start", "status": 204, "headers": []})

    scope = {"type": "http", "method": "POST", "path": "/api/v2/tasks", "headers": [], "query_string": b""}
    handling = asyncio.ensure_future(BodyLimit(app, patience=timedelta())(scope, receive, send))
    told = asyncio.ensure_future(is_read.wait())
    await asyncio.wait([handling, told], return_when=asyncio.FIRST_COMPLETED)
    gone.set()
    await handling
    told.cancel()
    return answers, is_read.is_set()


@pytest.mark.parametrize("sent", [[], [{"type": "http.request", "body": b"{", "more_body": True}]])
async def test_a_body_that_does_not_come_is_not_waited_for(sent: list[Message]) -> None:
    answers, is_read = await served(*sent)
    assert [answer.get("status") for answer in answers] == [408, None]
    assert json.loads(answers[1]["body"])["code"] == "request.too_slow"
    assert not is_read


async def test_whose_body_has_come_may_stay_as_long_as_they_like() -> None:
    answers, is_read = await served({"type": "http.request", "body": b"{}", "more_body": False})
    assert [answer.get("status") for answer in answers] == [204]
    assert is_read
