"""What many ask for is done together, each with its own end, and nobody is stuck with who carries it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from openclaw.durable.together import Together
from openclaw.infra.scope import Actor, Role
from openclaw.kit.errors import UnavailableError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

ANN = Actor(new_id(), new_id(), Role.MEMBER)


async def turn() -> None:
    """Let whatever was begun come to its first wait."""
    loop = asyncio.get_running_loop()
    come = loop.create_future()
    loop.call_soon(come.set_result, None)
    await come


class Carrier:
    """Doubles numbers once ``gate`` is open; ``batches`` are what it was given."""

    def __init__(self) -> None:
        self.batches: list[tuple[UUID, list[int]]] = []
        self.gate = asyncio.Event()
        self.called = asyncio.Event()
        self.failure: Exception | None = None
        self.bad: set[int] = set()
        self.together = Together[Actor, int, int](self.carry, subject_of=lambda number: number % 10)

    async def carry(self, actor: Actor, numbers: Sequence[int]) -> list[int | BaseException]:
        self.batches.append((actor.user_id, list(numbers)))
        self.called.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        if self.bad.intersection(numbers):
            raise ValueError(numbers)
        return [LookupError(number) if number < 0 else number * 2 for number in numbers]

    async def ask(self, *numbers: int, actor: Actor = ANN) -> list[int | BaseException]:
        """All at once, the first one alone: it is under way when the others come."""
        asked = [spawn(self.together.ask(actor, numbers[0]), name="ask")]
        await self.called.wait()
        asked += [spawn(self.together.ask(actor, number), name="ask") for number in numbers[1:]]
        await turn()
        self.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    @property
    def sizes(self) -> list[int]:
        return [len(numbers) for _, numbers in self.batches]


async def test_who_comes_meanwhile_is_in_the_next() -> None:
    carrier = Carrier()
    assert await carrier.ask(1, 2, 3, 4) == [2, 4, 6, 8]
    assert carrier.sizes == [1, 3]


async def test_a_hundred_at_a_time_and_one_of_a_subject() -> None:
    carrier = Carrier()
    assert await carrier.ask(1, 2, 12, 22, 3) == [2, 4, 24, 44, 6]
    assert [numbers for _, numbers in carrier.batches] == [[1], [2, 3], [12], [22]]


async def test_each_hears_its_own_error() -> None:
    carrier = Carrier()
    one, bad, other = await carrier.ask(1, -2, 3)
    assert (one, other) == (2, 6)
    assert isinstance(bad, LookupError)


async def test_one_that_cannot_be_kept_does_not_stand_in_the_way() -> None:
    carrier = Carrier()
    carrier.bad = {3}
    one, two, three, four = await carrier.ask(1, 2, 3, 4)
    assert (one, two, four) == (2, 4, 8)
    assert isinstance(three, ValueError)
    assert carrier.sizes == [1, 3, 1, 1, 1]


async def test_without_a_database_everybody_hears_it_at_once() -> None:
    carrier = Carrier()
    carrier.failure = UnavailableError(part="database")
    assert await carrier.ask(1, 2, 3) == [carrier.failure] * 3
    assert carrier.sizes == [1, 2]


async def test_what_was_taken_along_by_one_who_is_cancelled_is_carried_by_the_next() -> None:
    carrier = Carrier()
    first = spawn(carrier.together.ask(ANN, 1), name="first")
    await carrier.called.wait()
    second = spawn(carrier.together.ask(ANN, 2), name="second")
    third = spawn(carrier.together.ask(ANN, 3), name="third")
    await turn()
    await cancel_and_wait(first)
    carrier.gate.set()
    assert await asyncio.gather(second, third) == [4, 6]
    assert [sorted(numbers) for _, numbers in carrier.batches] == [[1], [2, 3]]


async def test_users_do_not_wait_for_each_other() -> None:
    carrier = Carrier()
    bob = Actor(new_id(), ANN.workspace_id, Role.MEMBER)
    asked = [spawn(carrier.together.ask(who, number), name="ask") for who, number in ((ANN, 1), (bob, 2))]
    while len(carrier.batches) < len(asked):
        carrier.called.clear()
        await carrier.called.wait()
    assert {user for user, _ in carrier.batches} == {ANN.user_id, bob.user_id}
    carrier.gate.set()
    assert await asyncio.gather(*asked) == [2, 4]
