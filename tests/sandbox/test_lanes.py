"""Turns: nobody's many calls keep another's one waiting for longer than a call."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from openclaw.sandbox.calls import Call, Grants, Outcome, Tier
from openclaw.sandbox.client import HostCall, Sandbox
from openclaw.sandbox.errors import SandboxBusyError
from openclaw.sandbox.frames import Settings
from openclaw.sandbox.lanes import Lanes
from tests.sandbox.conftest import HOSTILE, MISSING, SMALL, let_run


class _Calls:
    """Calls that end when they are told to; ``began`` is the order in which they were let in."""

    def __init__(self, lanes: Lanes) -> None:
        self.began: list[str] = []
        self._lanes = lanes
        self._ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def put(self, *names: str) -> None:
        """Each in the lane of its first letter."""
        for name in names:
            self._ends[name] = asyncio.Event()
            self.tasks[name] = asyncio.ensure_future(self._call(name))
            await let_run()

    async def _call(self, name: str) -> None:
        async with self._lanes.turn(name[0]):
            self.began.append(name)
            await self._ends[name].wait()

    async def end(self, *names: str) -> None:
        for name in names:
            self._ends[name].set()
            await self.tasks[name]
            await let_run()


async def test_lanes_take_turns() -> None:
    calls = _Calls(Lanes(1, 0, 10))
    await calls.put("a1", "a2", "a3", "b1", "a4", "c1", "b2")
    for name in ("a1", "a2", "b1", "c1", "a3", "b2", "a4"):
        assert calls.began[-1] == name
        await calls.end(name)
    assert len(calls.began) == 7


async def test_calls_that_sleep_hold_up_their_own_lane_only() -> None:
    calls = _Calls(Lanes(2, 1, 10))
    await calls.put("a1", "a2", "a3", "b1", "b2")
    assert calls.began == ["a1", "a2", "b1"]  # beyond the room, as none of b was running
    await calls.end("b1")
    assert calls.began[3:] == ["b2"]
    await calls.end("b2")
    assert calls.began[4:] == []  # a's third waits for room
    await calls.end("a2")
    assert calls.began[4:] == ["a3"]
    await calls.end("a1", "a3")


async def test_a_lane_that_is_too_long_says_so_and_the_others_go_on() -> None:
    lanes = Lanes(1, 0, 2)
    calls = _Calls(lanes)
    await calls.put("a1", "a2", "a3")
    with pytest.raises(SandboxBusyError, match="2 sandboxed calls wait"):
        async with lanes.turn("a"):
            pass
    await calls.put("b1")
    await calls.end("a1", "a2", "b1", "a3")
    assert calls.began == ["a1", "a2", "b1", "a3"]


async def test_who_gives_up_leaves_the_line_and_passes_its_turn_on() -> None:
    lanes = Lanes(1, 0, 10)
    calls = _Calls(lanes)
    await calls.put("a1", "a2", "b1", "a3")
    calls.tasks["a2"].cancel()
    await let_run()
    calls._ends["a1"].set()
    await calls.tasks["a1"]
    calls.tasks["b1"].cancel()  # in the same breath as its turn comes
    await let_run()
    assert calls.began == ["a1", "a3"]
    await calls.end("a3")
    assert not lanes._running
    assert not lanes._waiting


async def test_who_waits_for_somebody_gives_its_place_up() -> None:
    lanes = Lanes(2, 0, 10, most_aside=3)
    calls = _Calls(lanes)
    async with lanes.turn("a") as first, lanes.turn("a") as second:
        await calls.put("a1", "b1", "a2")
        with first.aside(), first.aside():  # two questions of one call: it has one place to give up
            await let_run()
            assert calls.began == ["a1"]
            with second.aside():
                await let_run()
                assert calls.began == ["a1", "b1"]
                assert not lanes.step_aside("a"), "half of them are for others"
            await calls.end("a1")
            assert calls.began == ["a1", "b1"], "who goes on needs no turn, and takes its place all the same"
        await calls.end("b1")
        assert calls.began == ["a1", "b1"]
    await let_run()
    assert calls.began[2:] == ["a2"]
    await calls.end("a2")
    assert not lanes._running
    assert not lanes._aside


async def test_a_call_that_waits_for_a_person_keeps_no_other_waiting() -> None:
    """With room for one: the second runs while the first waits, which gets its answer from the second."""
    answer = asyncio.get_running_loop().create_future()

    async def wait(_parameters: Any) -> int:
        return await answer

    async def tell(_parameters: Any) -> int:
        answer.set_result(1)
        return 2

    def asking(double: HostCall) -> Coroutine[Any, Any, Outcome]:
        call = Call(
            code=(HOSTILE,),
            entry="asking:ask_host",
            inputs=None,
            limits=SMALL,
            grants=Grants(host_calls=frozenset({"double"})),
        )
        return sandbox.run(call, host={"double": double}, waits={"double"})

    async with Sandbox(Settings(slots=1, spare_slots=0, aside_slots=1)) as sandbox:
        if (await sandbox.start()).tier is Tier.NONE:
            pytest.skip(MISSING)
        first, second = await asyncio.gather(asking(wait), asking(tell))
    assert [outcome.check()[0] for outcome in (first, second)] == [1, 2]
