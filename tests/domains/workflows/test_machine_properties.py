"""What holds for every workflow: it ends as a simple model says, each step once, and alike when entered again."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openclaw.domains.workflows.language.checks import find_problems, parse
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.interpreter import Interpreter
from openclaw.domains.workflows.machine.messages import Ended, Outcome, Work
from tests.domains.workflows import model
from tests.domains.workflows.driving import START, Driven, drive, finish
from tests.domains.workflows.strategies import definitions

RULES = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
NEVER = 99
UNLUCKY = st.dictionaries(
    st.integers(1, 30).map(lambda n: f"s{n}"), st.sampled_from((1, 2, NEVER, -NEVER)), max_size=6
)
"""By step how many tries fail; below 0 they are never answered, and fail when their time is up."""


def tries(unlucky: dict[str, int]) -> Any:
    return lambda name: abs(unlucky.get(name, 0))


def carrying(unlucky: dict[str, int]) -> Any:
    def carry(work: Work) -> Outcome | None:
        failing = unlucky.get(work.step.id, 0)
        if work.attempt > abs(failing):
            return Outcome("ok")
        return Outcome(failure=StepError("broken", "broken")) if failing > 0 else None

    return carry


@given(definitions(), UNLUCKY, st.booleans())
@RULES
def test_every_run_ends_as_the_model_says(raw: dict[str, Any], unlucky: dict[str, int], last: bool) -> None:
    assert find_problems(raw) == []
    driven = drive(raw, carrying(unlucky), last_first=last)
    assert driven.end is not None
    state, ends = model.run(raw, tries(unlucky))
    assert driven.end.state == state
    if state == "completed":
        assert _certain(driven.states, ends) == _certain(ends, ends)
    else:  # which others had ended before depends on the order; what did, ended as in the model
        for path, was in driven.states.items():
            if was in ("completed", "skipped"):
                assert ends.get(path, was) == was


@given(definitions(), UNLUCKY)
@RULES
def test_no_step_ends_twice(raw: dict[str, Any], unlucky: dict[str, int]) -> None:
    driven = drive(raw, carrying(unlucky))
    ends = [path for path, state in driven.written if state not in ("waiting", "delayed")]
    assert len(ends) == len(set(ends))
    again = [path for path, state in driven.written if state == "delayed"]
    assert len(driven.begun) <= len(set(driven.begun)) + len(again)


@given(definitions(), UNLUCKY, st.integers(0, 30))
@RULES
def test_a_run_entered_again_stands_where_it_stood(
    raw: dict[str, Any], unlucky: dict[str, int], kept: int
) -> None:
    """Fed the first events again it asks for what was not done, and goes on to the same end."""
    whole = drive(raw, carrying(unlucky))
    again = Driven(Interpreter(parse(raw), data={}, at=START))
    for event in whole.events[:kept]:
        again.machine.feed(event)
    fed = {(event.path, event.attempt) for event in whole.events[:kept] if isinstance(event, Ended)}

    def carry(work: Work) -> Outcome | None:
        return None if (work.path, work.attempt) in fed else carrying(unlucky)(work)

    finish(again, carry)
    assert again.end is not None
    assert (again.end.state, again.end.output) == (whole.end.state, whole.end.output)  # type: ignore[union-attr]
    if again.end.state == "completed":
        assert again.states == whole.states


def _certain(states: dict[str, str], ends: dict[str, str]) -> dict[str, str]:
    """Without what was perhaps cut short by a failure beside it."""
    short = tuple(path for path, state in ends.items() if state == model.CUT_SHORT)
    return {path: state for path, state in states.items() if not path.startswith(short)}
