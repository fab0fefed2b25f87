"""What the localhost reads bear: rows 13 and 14 of the security list, with a runtime that the test holds back."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from openclaw.apps.bridge.localhost.refusal_log import MAX_LINES, WINDOW, RefusalLog
from openclaw.apps.bridge.localhost.refusals import BadRequestError, RepeatedIdError, TooManyCallsError
from openclaw.apps.bridge.localhost.requests import Request
from openclaw.apps.bridge.localhost.rpc import Availability, RpcProxy
from openclaw.apps.bridge.pi.reads import Read
from openclaw.kit.clock import ManualClock
from openclaw.kit.tasks import spawn

COMMANDS = ("get_state", "get_messages", "get_session_stats")

# ── 13: at most sixteen, and in time ────────────────────────────────────────────────────────────────────────────────


class HeldReads:
    """A runtime that answers when the test says so."""

    availability: Availability = "ready"
    is_ready = True

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.started = asyncio.Semaphore(0)

    async def state(self) -> Read:
        self.started.release()
        await self.gate.wait()
        return Read(
            {"sessionId": "s", "sessionFile": "/home/eve/x", "model": None},
            timedelta(seconds=3),
            is_stale=True,
        )

    async def messages(self, *, last: int) -> Read:
        return await self.state()

    async def stats(self) -> Read:
        return await self.state()


async def test_row_13_sixteen_calls_wait_and_the_seventeenth_is_told() -> None:
    reads = HeldReads()
    proxy = RpcProxy(reads)
    waiting = [
        spawn(proxy.call({"id": str(number), "type": "get_state"}, language="en"), name="call")
        for number in range(16)
    ]
    for _ in waiting:
        await reads.started.acquire()
    with pytest.raises(TooManyCallsError):
        await proxy.call({"id": "17", "type": "get_state"}, language="en")
    reads.gate.set()
    answers = await asyncio.gather(*waiting)
    assert {answer["id"] for answer in answers} == {str(number) for number in range(16)}
    assert (await proxy.call({"id": "17", "type": "get_state"}, language="en"))["success"] is True


async def test_row_13_what_is_old_is_said_to_be_old_and_built_anew() -> None:
    reads = HeldReads()
    reads.gate.set()
    answer = await RpcProxy(reads).call({"id": "1", "type": "get_state"}, language="en")
    assert (answer["stale"], answer["ageMs"]) == (True, 3000)
    assert answer["data"] == {"model": None, "sessionId": "s"}


@pytest.mark.parametrize(
    ("availability", "code", "word"),
    [("ready", "bridge.runtime_timeout", "未在"), ("starting", "bridge.runtime_starting", "正在启动")],
)
async def test_row_13_a_call_ends_at_its_deadline(availability: Availability, code: str, word: str) -> None:
    reads = HeldReads()
    reads.availability = availability
    proxy = RpcProxy(reads, state_seconds=0.0, messages_seconds=0.0)
    for command in COMMANDS:
        answer = await proxy.call({"id": command, "type": command}, language="zh")
        assert (answer["success"], answer["code"]) == (False, code)
        assert word in answer["error"]
    with pytest.raises(RepeatedIdError):
        await proxy.call({"id": "get_state", "type": "get_state"}, language="en")
    with pytest.raises(BadRequestError):
        await proxy.call({"type": "get_state"}, language="en")


# ── 14: the log of what was refused ─────────────────────────────────────────────────────────────────────────────────


def test_row_14_a_flood_of_refusals_is_counted_not_written(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    clock = ManualClock(datetime(2026, 11, 21, tzinfo=UTC))
    log = RefusalLog(clock)
    hostile = Request("GET", "/x\r\nroot: ok?token=secret", [(b"origin", b"https://evil.example\x1b[2J")])
    for _ in range(MAX_LINES + 30):
        log.note(hostile, "bridge.origin_not_allowed")
    assert len(caplog.records) == MAX_LINES
    assert "\\r\\nroot" in caplog.text
    assert "\x1b" not in caplog.text
    assert "secret" not in caplog.text
    clock.advance(WINDOW)
    log.note(None, "bridge.bad_request")
    assert "refused 30 more requests like that: bridge.origin_not_allowed" in caplog.text
    assert log.counts["bridge.origin_not_allowed"] == MAX_LINES + 30
