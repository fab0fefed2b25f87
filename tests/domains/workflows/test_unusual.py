"""Definitions and data that are valid and unusual, or nearly valid: each is answered, and nobody else waits for it."""

import json
from typing import Any

import pytest

from openclaw.domains.workflows.language import expressions
from openclaw.domains.workflows.language.checks import find_problems, parse
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.interpreter import Interpreter
from openclaw.domains.workflows.machine.messages import Cancelled, End, Record
from openclaw.domains.workflows.machine.paths import Redone
from tests.domains.workflows.driving import START, drive
from tests.domains.workflows.running import definition, ended, expr, save, start, step, transform
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

BODY = [transform("s", 1)]


def over(items: Any, **more: Any) -> dict[str, Any]:
    return definition(step("loop", "l", {"items": items, "steps": BODY, **more}))


# What a round or a branch becomes


def test_a_round_that_cannot_say_what_it_became_has_failed_alone() -> None:
    driven = drive(over([1, 0, 2], on_error="continue", output=expr("10 / item")))
    first, second, third = driven.output("l")
    assert (first, second["error"]["code"], third) == (10, "expression_failed", 5)
    stopped = drive(over([1, 0, 2], output=expr("10 / item"))).end
    assert stopped is not None
    assert (stopped.state, stopped.path) == ("failed", "l")


def test_a_branch_that_cannot_say_what_it_became_has_failed_alone() -> None:
    branches = [
        {"id": "a", "steps": BODY, "output": expr("1 / 0")},
        {"id": "b", "steps": [step("delay", "d", {"for": 1})]},
    ]
    driven = drive(definition(step("parallel", "p", {"branches": branches, "wait": "any"})))
    assert driven.states["p"] == "completed"
    assert list(driven.output("p")) == ["b"]


def test_what_rounds_become_has_the_limits_of_outputs() -> None:
    """Else a loop of ten thousand rounds could keep any number of gigabytes in its process."""
    driven = drive(over([1], output=expr(" + ".join(["input.s"] * 11))), data={"s": "x" * 100_000})
    assert driven.end is not None
    assert driven.end.failure is not None
    assert driven.end.failure.code == "limit_met"
    many = over(expr("input.n"), output=expr("input.s + input.s"), max_iterations=100)
    driven = drive(many, data={"s": "x" * 500_000, "n": list(range(100))})
    assert driven.end is not None
    assert driven.end.failure is not None
    assert "steps of the run put out" in driven.end.failure.message


def test_variables_count_to_what_a_run_puts_out() -> None:
    sets = [
        step("transform", f"s{n}", {"variables": {f"v{n}": expr("input.s")}}, next_steps=[f"s{n + 1}"])
        for n in range(80)
    ]
    driven = drive(definition(*sets, transform("s80", 1)), data={"s": "x" * 1_000_000})
    assert driven.end is not None
    assert driven.end.state == "failed"


# Others have their turn


def test_what_takes_long_is_done_in_parts() -> None:
    heavy = [transform("s", expr("size(input.a.map(x, x + 1))"))]
    raw = definition(step("loop", "l", {"items": expr("input.n"), "max_iterations": 300, "steps": heavy}))
    data = {"a": list(range(1_000)), "n": list(range(300))}
    machine = Interpreter(parse(raw), data=data, at=START)
    said = machine.proceed()
    assert machine.has_more
    assert len([c for c in said if isinstance(c, Record)]) < 300
    machine.feed(Cancelled(START))
    (end,) = (c for c in machine.proceed() if isinstance(c, End))
    assert end.state == "cancelled"


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ("a.map(x, x)", 100_000),
        ("a.filter(x, true)", 10_000),
        ("a.map(x, a.map(y, y))", 400),
        (" + ".join(["a"] * 60), 100_000),
    ],
)
def test_an_expression_that_would_copy_for_minutes_is_refused_at_once(source: str, size: int) -> None:
    with pytest.raises(StepError, match="copy"):
        expressions.evaluate(source, {"a": [0] * size})


def test_macros_after_one_another_are_not_inside_one_another() -> None:
    numbers = list(range(1_200))
    found = expressions.evaluate("a.filter(x, x > 2).map(x, x).exists(x, (x) == 1199)", {"a": numbers})
    assert found is True
    with pytest.raises(StepError, match="look at"):
        expressions.evaluate("a.all(x, a.exists((y), ((y == x))))", {"a": numbers})


# Nearly valid


@pytest.mark.parametrize("odd", [["x"], {"type": "loop"}, None, 1, True])
def test_a_type_that_is_no_text_is_told(odd: Any) -> None:
    raw = definition({"id": "a", "type": odd, "config": {}, "retries": {"max": 1}})
    assert any(problem.path == "$.steps[0]" for problem in find_problems(raw))


@pytest.mark.parametrize("path", ["l/x/s", "l/-1/s", "l/01/s", "l/１/s"])
def test_a_round_has_one_spelling(path: str) -> None:
    with pytest.raises(ValueError, match=r"no round|not a step"):
        Redone(parse(over([1, 2])), path)


@pytest.mark.asyncio(loop_scope="module")
async def test_bodies_hold_what_a_row_can_hold(server: Server) -> None:
    ann = await register(server, "ann")
    raw = definition(transform("a", expr("input")))
    workflow = await save(ann, raw)
    for number in ("123456789012345678901234567890", "-9223372036854775809", "1e999"):
        answer = await _send(ann, f"/workflows/{workflow}/runs", f'{{"input": {{"n": {number}}}}}')
        assert refused(answer) == (400, "request.malformed"), number
    with server.watching(ann.topic) as watch:
        answer = await _send(
            ann, f"/workflows/{workflow}/runs", '{"input": {"s": "\\ud800", "n": 18446744073709551615}}'
        )
        run_id = answer.json()["id"]
        await ended(watch, run_id)
    output = (await ann.get(f"/workflow-runs/{run_id}"))["output"]
    assert output == {"s": "\ufffd", "n": 2**64 - 1}
    odd = json.dumps({"definition": raw | {"name": "\ud800"}})
    answer = await _send(ann, "/workflow-language/check", odd)
    assert answer.status_code == 200
    assert answer.json()["problems"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_run_that_only_computes_is_cancelled_in_the_middle(server: Server) -> None:
    ann = await register(server)
    heavy = [transform("s", expr("size(input.a.map(x, x + 1))"))]
    loop = step("loop", "l", {"items": list(range(3_000)), "max_iterations": 3000, "steps": heavy})
    workflow = await save(ann, definition(loop))
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow, {"a": list(range(1_000))})
        await ann.post(f"/workflow-runs/{run_id}/cancel")
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "cancelled"


async def _send(person: Person, path: str, body: str) -> Any:
    return await person.api.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
