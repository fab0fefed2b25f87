"""The interpreter step by step, and each defect of the first architecture document's sample engine (001 L131-264)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.domains.workflows.language.checks import parse
from openclaw.domains.workflows.language.limits import MAX_EXECUTIONS, MAX_OUTPUT_BYTES, MAX_RUN_BYTES
from openclaw.domains.workflows.machine.interpreter import Interpreter
from openclaw.domains.workflows.machine.messages import Cancelled, Outcome, Work
from tests.domains.workflows.driving import START, Driven, done, drive, failing
from tests.domains.workflows.running import definition, expr, step, transform


def http(name: str, **more: Any) -> dict[str, Any]:
    return step("http", name, {"url": "http://example.com"}, **more)


# Defects of the sample engine


def test_001_delay_is_supported() -> None:
    driven = drive(definition(step("delay", "wait", {"for": 3600}, next_steps=["after"]), http("after")))
    assert driven.end is not None
    assert driven.end.state == "completed"
    assert driven.records["wait"].at == START + timedelta(hours=1)
    assert driven.begun == ["after"]


def test_001_on_failure_is_used_and_the_run_goes_on() -> None:
    raw = definition(
        http("pay", next_steps=["ship"], on_failure="tell"),
        transform("tell", {"$text": "{{ error.step }}: {{ error.message }}"}),
        transform("ship", expr("steps.pay.status + ', ' + steps.tell.output")),
    )
    driven = drive(raw, failing("pay"))
    assert driven.states == {"pay": "failed", "pay!/tell": "completed", "ship": "completed"}
    assert driven.output("ship") == "failed, pay: pay is broken"
    well = drive(raw)
    assert well.end is None or well.end.state == "failed", "`tell` has not run, so its output is not known"


def test_001_a_join_runs_after_all_its_predecessors_and_once() -> None:
    raw = definition(
        http("a", next_steps=["join"]),
        http("b", next_steps=["middle"]),
        http("middle", next_steps=["join"]),
        transform("join", expr("[steps.a.status, steps.middle.status]")),
    )
    driven = drive(raw)
    assert driven.output("join") == ["completed", "completed"]
    assert [path for path, _ in driven.written].count("join") == 1
    assert [path for path, _ in driven.written][-1] == "join"


def test_001_a_join_behind_a_condition_does_not_wait_for_what_will_not_come() -> None:
    raw = definition(
        step(
            "condition", "ask", {"cases": [{"when": "input.n > 1", "next_steps": ["yes"]}], "default": ["no"]}
        ),
        http("yes", next_steps=["join"]),
        http("no", next_steps=["join"]),
        transform("join", expr("steps.yes.status")),
    )
    assert drive(raw, data={"n": 2}).states == {
        "ask": "completed",
        "yes": "completed",
        "no": "skipped",
        "join": "completed",
    }
    assert drive(raw, data={"n": 1}).output("join") == "skipped"


def test_001_a_failed_step_fails_the_run() -> None:
    driven = drive(definition(http("a", next_steps=["b"]), http("b")), failing("a"))
    assert driven.end is not None
    assert (driven.end.state, driven.end.path, driven.end.output) == ("failed", "a", None)
    assert driven.begun == ["a"]


def test_001_a_failed_run_is_a_state_of_its_own() -> None:
    """The sample never left `running`: here what was beside the failure is stopped and recorded."""
    raw = definition(http("a"), http("slow"), transform("after"))
    driven = drive(raw, lambda work: None if work.step.id == "slow" else failing("a")(work))
    assert driven.states == {"a": "failed", "slow": "cancelled", "after": "completed"}
    assert driven.dropped == ["slow"]


def test_001_the_timeout_is_enforced() -> None:
    raw = definition(http("a", timeout=60))
    driven = drive(raw, lambda _: None)
    assert driven.end is not None
    assert driven.end.failure is not None
    assert driven.end.failure.message == "Step execution timeout"
    assert driven.end.at == START + timedelta(seconds=60)
    assert driven.dropped == ["a"]
    assert drive(definition(http("a")), lambda _: None).end.at == START + timedelta(seconds=300)  # type: ignore[union-attr]


def test_001_a_retried_step_is_delayed_and_not_failed() -> None:
    raw = definition(http("a", retries={"max": 2, "delay": 60, "jitter": 0}))
    driven = drive(raw, failing("a"))
    assert driven.written == [("a", "delayed"), ("a", "delayed"), ("a", "failed")]
    assert [a["at"] for a in driven.records["a"].attempts] == [
        (START + timedelta(seconds=s)).isoformat() for s in (0, 60, 180)
    ], "60 s × the number of the try"


def test_what_failed_together_does_not_come_again_together() -> None:
    """Each step waits up to a tenth longer, and just as long when the run is entered again."""
    names = [f"a{n}" for n in range(20)]
    raw = definition(*(http(name, retries={"max": 1, "delay": 60}) for name in names))
    times: list[list[datetime]] = []

    def once(work: Work) -> Outcome:
        return failing(*names)(work) if work.attempt == 1 else Outcome("ok")  # type: ignore[return-value]

    for run in ("one", "one", "another"):
        driven = drive(raw, once, run={"id": run})
        times.append([driven.records[name].at for name in names])
    assert times[0] == times[1]
    assert times[0] != times[2]
    assert len(set(times[0])) == len(names)
    seconds = [(at - START).total_seconds() for at in times[0]]
    assert 60 <= min(seconds) < max(seconds) <= 66


def test_001_the_unit_of_delay_is_not_a_minute() -> None:
    driven = drive(definition(step("delay", "d", {"for": 0.25})))
    assert driven.end is not None
    assert driven.end.at == START + timedelta(seconds=0.25)


def test_001_a_step_is_given_its_context() -> None:
    """`plugin.execute(inputs)` lacked one: work carries the step, its path, its try and its inputs."""
    seen: list[Work] = []
    raw = definition(step("plugin", "p", {"plugin": "x", "inputs": {"n": expr("input.n")}}))
    drive(raw, lambda work: seen.append(work) or done(work), data={"n": 7})
    assert [(w.path, w.attempt, w.inputs["inputs"]) for w in seen] == [("p", 1, {"n": 7})]


def test_001_what_has_ended_can_be_cancelled_no_more_and_what_runs_can() -> None:
    running = Driven(Interpreter(parse(definition(http("a"), transform("b"))), data={}, at=START))
    running.proceed(lambda _: None)
    running.feed(Cancelled(START))
    running.proceed(done)
    assert running.end is not None
    assert running.end.state == "cancelled"
    assert running.states == {"a": "cancelled", "b": "completed"}


# Loops


def test_a_loop_over_items() -> None:
    body = [http("fetch", next_steps=["use"]), transform("use", expr("item + string(index)"))]
    raw = definition(step("loop", "each", {"items": expr("input.names"), "steps": body}))
    driven = drive(raw, data={"names": ["a", "b"]})
    assert driven.output("each") == ["a0", "b1"]
    assert driven.begun == ["each/0/fetch", "each/1/fetch"]


def test_a_loop_may_do_several_rounds_at_once() -> None:
    raw = definition(step("loop", "each", {"items": [1, 2, 3], "concurrency": 2, "steps": [http("a")]}))
    begun: list[str] = []
    drive(raw, lambda work: begun.append(work.path))
    assert begun == ["each/0/a", "each/1/a"]
    assert len(drive(raw).output("each")) == 3


def test_a_loop_while_sees_what_became_of_the_round_before() -> None:
    body = [transform("double", expr("previous == null ? 1 : previous * 2"))]
    raw = definition(step("loop", "grow", {"while": "index < 5", "steps": body}))
    assert drive(raw).output("grow") == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"while": "true", "max_iterations": 5}, "limit_met"),
        ({"items": [1, 2, 3], "max_iterations": 2}, "limit_met"),
        ({"items": "text"}, "not_a_list"),
        ({"while": "index"}, "expression_failed"),
    ],
)
def test_a_loop_that_cannot_go_on_says_why(config: dict[str, Any], code: str) -> None:
    driven = drive(definition(step("loop", "l", config | {"steps": [transform("x")]})))
    assert driven.end is not None
    assert driven.end.failure is not None
    assert driven.end.failure.code == code


def test_a_loop_can_outlive_rounds_that_fail() -> None:
    raw = definition(step("loop", "l", {"items": [1, 2], "on_error": "continue", "steps": [http("a")]}))
    errors = drive(raw, failing("a")).output("l")
    assert [error["error"]["code"] for error in errors] == ["broken", "broken"]


def test_a_run_carries_out_so_many_steps_and_no_more() -> None:
    inner = step(
        "loop", "inner", {"items": list(range(200)), "max_iterations": 200, "steps": [transform("x")]}
    )
    raw = definition(step("loop", "outer", {"items": list(range(100)), "steps": [inner]}))
    driven = drive(raw)
    assert driven.end is not None
    assert driven.end.failure is not None
    assert f"{MAX_EXECUTIONS:,}" in driven.end.failure.message


def test_a_run_puts_out_so_much_and_no_more() -> None:
    """And no handler or ``on_error`` goes on after that."""
    large = "x" * (MAX_OUTPUT_BYTES - 100)
    rounds = {"items": list(range(100)), "on_error": "continue", "output": 0, "steps": [http("a")]}
    driven = drive(definition(step("loop", "l", rounds)), lambda _: Outcome(large))
    assert driven.end is not None
    assert driven.end.failure is not None
    assert driven.end.failure.code == "limit_met"
    assert f"{MAX_RUN_BYTES:,}" in driven.end.failure.message
    assert len(driven.begun) == MAX_RUN_BYTES // len(large) + 1


# Branches


@pytest.mark.parametrize(("wait", "left"), [("all", 3), ("any", 1), (2, 2)])
def test_parallel_waits_for_as_many_as_it_says(wait: Any, left: int) -> None:
    branches = [{"id": f"b{n}", "steps": [http(f"s{n}")]} for n in range(3)]
    driven = drive(definition(step("parallel", "p", {"branches": branches, "wait": wait})))
    assert len(driven.output("p")) == left
    assert list(driven.states.values()).count("cancelled") == 3 - left


@pytest.mark.parametrize(("wait", "state"), [("all", "failed"), (2, "completed"), ("any", "completed")])
def test_parallel_fails_when_too_few_are_left(wait: Any, state: str) -> None:
    branches = [{"id": f"b{n}", "steps": [http(f"s{n}")]} for n in range(3)]
    driven = drive(definition(step("parallel", "p", {"branches": branches, "wait": wait})), failing("s0"))
    assert driven.end is not None
    assert driven.end.state == state


# Values


def test_variables_are_kept_for_the_rest_of_the_run() -> None:
    raw = definition(
        step("transform", "a", {"variables": {"n": expr("variables.n + 1")}}, next_steps=["b"]),
        transform("b", expr("variables.n")),
        variables={"n": 1},
    )
    assert drive(raw).output("b") == 2


def test_an_output_must_fit_its_schema() -> None:
    raw = definition(http("a", output_schema={"type": "object", "required": ["id"]}))
    driven = drive(raw)
    assert driven.end is not None
    assert driven.end.failure is not None
    assert driven.end.failure.code == "wrong_output"
    huge = drive(definition(http("a")), lambda _: Outcome("x" * 1_100_000))
    assert huge.end is not None
    assert huge.end.failure is not None
    assert huge.end.failure.code == "limit_met"


def test_the_run_has_an_output_and_a_time() -> None:
    driven = drive(definition(http("a"), output={"status": expr("steps.a.status")}))
    assert driven.end is not None
    assert driven.end.output == {"status": "completed"}
    late = drive(definition(step("delay", "a", {"for": 100}), timeout=50))
    assert late.end is not None
    assert (late.end.state, late.end.at) == ("failed", START + timedelta(seconds=50))


def test_a_handler_that_fails_fails_the_run() -> None:
    driven = drive(definition(http("a", on_failure="h"), http("h")), failing("a", "h"))
    assert driven.end is not None
    assert (driven.end.state, driven.end.path) == ("failed", "a!/h")
