"""Background tasks: kept, named, and never silent."""

import asyncio
import gc
import logging

import pytest

from openclaw.kit.tasks import cancel_and_wait, spawn, to_its_end


async def test_a_failure_is_said_with_the_name(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR, "openclaw.kit.tasks"):
        task = spawn(fail(), name="the chore")
        await asyncio.wait([task])
        gc.collect()
    record = next(r for r in caplog.records if r.name == "openclaw.kit.tasks")
    assert record.__dict__["task"] == "the chore"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "broken"


async def test_a_result_comes_back_and_a_task_is_held() -> None:
    started = asyncio.Event()

    async def work() -> int:
        await started.wait()
        return 7

    task = spawn(work(), name="work")
    gc.collect()  # the loop alone would hold it weakly
    started.set()
    assert await task == 7


async def test_cancelling_waits_for_the_end() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    tasks = [spawn(work(name), name=name) for name in "ab"]
    begun = asyncio.Event()
    asyncio.get_running_loop().call_soon(begun.set)
    await begun.wait()
    await cancel_and_wait(*tasks)
    assert sorted(ended) == ["a", "b"]
    await cancel_and_wait(*tasks)


async def test_what_is_done_to_its_end_is_not_torn_apart() -> None:
    began, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> int:
        began.set()
        await may_end.wait()
        ended.set()
        return 7

    caller = spawn(to_its_end(work(), name="work"), name="caller")
    await began.wait()
    caller.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()
    assert await to_its_end(work(), name="work") == 7
    with pytest.raises(ZeroDivisionError):
        await to_its_end(_fails(), name="work")


async def _fails() -> None:
    raise ZeroDivisionError
