"""A run as its rows have it, back in an interpreter: entered again, it stands where it stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openclaw.domains.workflows.language.definition import Definition
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.interpreter import Interpreter, Recorded
from openclaw.domains.workflows.machine.messages import (
    Command,
    End,
    Ended,
    Event,
    Outcome,
    Passed,
    Record,
    Work,
)
from openclaw.domains.workflows.models import WorkflowRunRow, WorkflowRunStepRow
from openclaw.domains.workflows.service.bodies import is_ended
from openclaw.kit.clock import Clock

_PURE = frozenset({"transform", "condition"})
_STRUCTURE = frozenset({"loop", "parallel", "delay"})


@dataclass(frozen=True)
class KeptStep:
    """A step's row with its bodies."""

    row: WorkflowRunStepRow
    input: Any
    output: Any


@dataclass
class Replayed:
    """Where a run stands: ``commands`` are still to be done, the rows of ``ended`` are never written again."""

    machine: Interpreter
    commands: list[Command]
    ended: set[str]
    seq: int
    last_at: datetime


async def replay(
    definition: Definition, run: WorkflowRunRow, steps: Sequence[KeptStep], *, clock: Clock
) -> Replayed:
    """Feed a new interpreter what has happened so far."""
    assert run.started_at is not None
    by_path = {step.row.path: step for step in steps}
    machine = Interpreter(
        definition,
        data=run.input,
        at=run.started_at,
        run={"id": run.id.hex, "started_at": run.started_at.isoformat()},
        recorded=_recorded(run, by_path),
        edited=run.edited,
        passes_delays=run.is_dry,
    )
    last_at = run.started_at
    for event in _events(steps):
        machine.feed(event)
        last_at = max(last_at, event.at)
    last_at = max(last_at, clock.now())
    machine.feed(Passed(last_at))
    ended = {path for path, step in by_path.items() if is_ended(step.row)}
    works: dict[str, Work] = {}
    records: dict[str, Record] = {}
    end: list[Command] = []
    while True:
        for command in machine.proceed():
            match command:
                case Work():
                    works[command.path] = command
                case Record() if command.path not in ended:
                    records[command.path] = command
                case End():
                    end = [command]
                case _:
                    pass
        if not machine.has_more or not steps:  # without a past the rest is for whoever listens meanwhile
            break
        await clock.sleep(timedelta())  # others of this process have their turn
    wanted = [work for path, work in works.items() if path in machine.waits_for]
    return Replayed(
        machine,
        [*records.values(), *wanted, *end],
        ended,
        max((step.row.seq for step in steps), default=0),
        last_at,
    )


def _recorded(run: WorkflowRunRow, by_path: dict[str, KeptStep]) -> Recorded:
    """Outcomes that stand for carrying a step out: of a run that is repeated in part, and of a dry one."""
    given = run.recorded or {}

    def find(path: str, step_id: str) -> Outcome | None:
        kept = by_path.get(path)
        if kept is not None and is_ended(kept.row) and (kept.row.is_reused or kept.row.type in _PURE):
            return _outcome(kept)
        if not run.is_dry:
            return None
        if path in given or step_id in given:
            return Outcome(given.get(path, given.get(step_id)))
        return None

    return find


def _outcome(kept: KeptStep) -> Outcome | None:
    if kept.row.type in _STRUCTURE and kept.row.state != "completed":
        return None
    if kept.row.state == "completed":
        variables = (kept.input or {}).get("variables", {}) if kept.row.type == "transform" else {}
        return Outcome(kept.output, variables=variables)
    if kept.row.state == "failed" and kept.row.error is not None:
        return Outcome(failure=StepError(kept.row.error["code"], kept.row.error["message"], is_final=True))
    return None


def _events(steps: Sequence[KeptStep]) -> list[Event]:
    found: list[tuple[datetime, int, Event]] = []
    for kept in steps:
        row = kept.row
        if row.is_reused or row.type in _PURE or row.type in _STRUCTURE:
            continue
        for number, attempt in enumerate(row.attempts, start=1):
            at = datetime.fromisoformat(attempt["at"])
            failure = StepError(attempt["code"], attempt["message"], is_final=attempt["isFinal"])
            found.append((at, row.seq, Ended(row.path, number, at, Outcome(failure=failure))))
        if row.state == "completed" and row.finished_at is not None:
            number = len(row.attempts) + 1
            found.append(
                (
                    row.finished_at,
                    row.seq,
                    Ended(row.path, number, row.finished_at, Outcome(kept.output)),
                )
            )
    found.sort(key=lambda item: item[:2])
    return [event for _, _, event in found]
