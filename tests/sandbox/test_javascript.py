"""JavaScript runs in the same jails, with the same answers and limits."""

import asyncio
from typing import Any

import pytest

from openclaw.sandbox.calls import Grants, Tier
from tests.sandbox.conftest import Cell, value

pytest.importorskip("quickjs", reason="quickjs-ng is not installed")
pytestmark = pytest.mark.asyncio(loop_scope="module")
TIERS = [Tier.NAMESPACES, Tier.LANDLOCK]


async def test_scripts_answer_as_python_does(cell: Cell) -> None:
    outcome = await cell.run("script.js:add", [1, 2, 3.5])
    assert value(outcome) == {"sum": 6.5}
    assert outcome.logs == "adding [1,2,3.5]\n"

    async def double(parameters: Any) -> int:
        return int(parameters["number"]) * 2

    grants = Grants(host_calls=frozenset({"double"}))
    assert value(await cell.run("script.js:ask", grants=grants, host={"double": double})) == [
        42,
        "not_granted",
    ]
    assert value(await cell.run("script.js:outside")) == ["undefined"] * 5


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("script.js:fails", "RangeError: not there"),
        ("script.js:never", "it never answered"),
        ("script.js:absent", "ReferenceError"),
        ("script.js:a(b)", "no such function"),
        ("absent.js:run", "No such file"),
    ],
)
async def test_scripts_that_fail_say_how(cell: Cell, entry: str, message: str) -> None:
    outcome = await cell.run(entry)
    assert outcome.error is not None
    assert message in outcome.message


async def test_limits_are_the_jails(cell: Cell) -> None:
    """Also of a pattern, which the engine's own limit does not stop."""
    loops, pattern, memory = await asyncio.gather(
        *(cell.run(f"script.js:{name}") for name in ("loops", "pattern", "memory"))
    )
    assert (loops.stopped_by, pattern.stopped_by) == ("cpu", "cpu"), (loops, pattern)
    assert memory.stopped_by == "memory" or memory.error is not None
