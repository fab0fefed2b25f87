"""The states of a task's run, and the one table of how they follow on each other. Pure.

The database refuses every other step (`migrations/versions/0019_tasks.py`); a test holds the two against each other.
"""

import re
from collections import deque
from typing import get_args

from openclaw.domains.tasks.schemas import Standing, State

STATES: tuple[State, ...] = get_args(State)
TRANSITIONS: dict[State, frozenset[State]] = {
    "queued": frozenset({"dispatched", "failed", "cancelled", "timed_out"}),
    "dispatched": frozenset({"running", "failed", "cancelled", "timed_out", "lost"}),
    "running": frozenset(
        {"waiting_approval", "waiting_device", "succeeded", "failed", "cancelled", "timed_out", "lost"}
    ),
    "waiting_approval": frozenset({"running", "failed", "cancelled", "timed_out", "lost"}),
    "waiting_device": frozenset({"running", "failed", "cancelled", "timed_out", "lost"}),
    "succeeded": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
    "timed_out": frozenset(),
    "lost": frozenset(),
}
ENDS: frozenset[State] = frozenset(state for state in STATES if not TRANSITIONS[state])
PARKED: frozenset[State] = frozenset({"waiting_approval", "waiting_device"})

# How an agent is told to begin a stage: a line that starts with its number and title in bold, or as a heading.
_STAGE = re.compile(
    r"^[ \t]{0,3}(?:#{1,6}[ \t]+(?:\*\*|__)?|\*\*|__)(?P<stage>(?P<number>[0-9]{1,2})\. [^\n*_]+)",
    re.MULTILINE,
)

# How a task stands by its latest run: what goes on may need its owner as well.
STATES_OF: dict[Standing, frozenset[State]] = {
    "running": frozenset(STATES) - ENDS,
    "needs_me": PARKED,
    "finished": frozenset({"succeeded", "cancelled"}),
    "failed": frozenset({"failed", "timed_out", "lost"}),
}

# What the run of the agent does, as the task's run does it. Its end is for whoever leads it to judge.
STATE_OF_AGENT: dict[str, State] = {
    "running": "running",
    "awaiting_approval": "waiting_approval",
    "waiting_for_device": "waiting_device",
}


def stage_begun(said: str, told: str) -> int | None:
    """The number of the first stage that a reply begins, of those that the agent was ``told``; None for none."""
    plan = f"\n{told}"
    for found in _STAGE.finditer(said):
        if f"\n{found['stage'].rstrip(' :：')}" in plan:
            return int(found["number"])
    return None


def way(before: State, after: State) -> list[State]:
    """The shortest legal way, without where it begins; empty when there is nowhere to go.

    Raises ValueError when there is none: from an end, or back to the beginning.
    """
    if before == after:
        return []
    ways: deque[list[State]] = deque([[before]])
    seen = {before}
    while ways:
        known = ways.popleft()
        for state in sorted(TRANSITIONS[known[-1]]):
            if state == after:
                return [*known[1:], state]
            if state not in seen and state not in ENDS:
                seen.add(state)
                ways.append([*known, state])
    raise ValueError(f"no way from {before} to {after}")
