"""What holds for every workflow: it ends as a simple model says, each step once, and alike when entered again."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openclaw.domains.workflows.language.checks import find_problems, parse
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.interpreter import Interpreter
from openclaw.domains.workflows.machine.messages import Ended, Outcome, Work
from tests.domains.workflows import model
from tests.domains.workflows.driving import START, Driven, drive
from tests.domains.workflows.strategies import definitions

RULES = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
UNLUCKY = st.frozensets(st.integers(1, 30).map(lambda n: f"s{n}"), max_size=6)


def carrying(unlucky: frozenset[str]) -> Any:
    def carry(work: Work) -> Outcome:
        return Outcome(failure=StepError("broken", "broken")) if work.step.id in unlucky else Outcome("ok")

    return carry


@given(definitions(), UNLUCKY, st.booleans())
@RULES
def test_every_run_ends_as_the_model_says(raw: dict[str, Any], unlucky: frozenset[str], last: bool) -> None:
    assert find_problems(raw) == []
    driven = drive(raw, carrying(unlucky), last_first=last)
    assert driven.end is not None
    state, ends = model.run(raw, unlucky.__contains__)
    assert driven.end.state == state
    if state == "completed":
        assert _certain(driven.states, ends) == _certain(ends, ends)
    else:  # which others had ended before depends on the order; what did, ended as in the model
        for path, was in driven.states.items():
            if was in ("completed", "skipped"):
                assert ends.get(path, was) == was


@given(definitions(), UNLUCKY)
@RULES
def test_no_step_ends_twice(raw: dict[str, Any], unlucky: frozenset[str]) -> None:
    driven = drive(raw, carrying(unlucky))
    assert len(driven.written) == len({path for path, _ in driven.written})
    assert len(driven.begun) == len(set(driven.begun))


@given(definitions(), UNLUCKY, st.integers(0, 30))
@RULES
def test_a_run_entered_again_stands_where_it_stood(
    raw: dict[str, Any], unlucky: frozenset[str], kept: int
) -> None:
    """Fed the first events again it asks for what was not done, and goes on to the same end."""
    whole = drive(raw, carrying(unlucky))
    again = Driven(Interpreter(parse(raw), data={}, at=START))
    for event in whole.events[:kept]:
        again.machine.feed(event)
    fed = {event.path for event in whole.events[:kept] if isinstance(event, Ended)}

    def carry(work: Work) -> Outcome | None:
        return None if work.path in fed else carrying(unlucky)(work)

    while again.end is None and (again.proceed(carry) or again.machine.has_more):
        pass
    assert again.end is not None
    assert (again.end.state, again.end.output) == (whole.end.state, whole.end.output)  # type: ignore[union-attr]
    if again.end.state == "completed":
        assert again.states == whole.states


def _certain(states: dict[str, str], ends: dict[str, str]) -> dict[str, str]:
    """Without what was perhaps cut short by a failure beside it."""
    short = tuple(path for path, state in ends.items() if state == model.CUT_SHORT)
    return {path: state for path, state in states.items() if not path.startswith(short)}
