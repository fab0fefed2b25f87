"""Drive an interpreter to its end in memory: time passes when nothing else can happen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from openclaw.domains.workflows.language.checks import parse
from openclaw.domains.workflows.machine.interpreter import Interpreter
from openclaw.domains.workflows.machine.messages import Drop, End, Ended, Event, Outcome, Passed, Record, Work

START = datetime(2026, 1, 1, tzinfo=UTC)
Carry = Callable[[Work], Outcome | None]
"""How work ends; None: it never does."""


@dataclass
class Driven:
    """What a run has said: each piece of work that was begun, the last record of each step, the end."""

    machine: Interpreter
    begun: list[str] = field(default_factory=list[str])
    records: dict[str, Record] = field(default_factory=dict[str, Record])
    written: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    dropped: list[str] = field(default_factory=list[str])
    events: list[Event] = field(default_factory=list[Event])
    end: End | None = None

    @property
    def states(self) -> dict[str, str]:
        return {path: record.state for path, record in self.records.items()}

    def output(self, path: str) -> Any:
        return self.records[path].output

    def proceed(self, carry: Carry, *, last_first: bool = False) -> bool:
        """Do all that can be done now. True when something was."""
        works: list[Work] = []
        while True:
            for command in self.machine.proceed():
                match command:
                    case Work():
                        self.begun.append(command.path)
                        works.append(command)
                    case Record():
                        self.records[command.path] = command
                        self.written.append((command.path, command.state))
                    case Drop():
                        self.dropped.append(command.path)
                    case End():
                        self.end = command
            if not self.machine.has_more:
                break
        for work in reversed(works) if last_first else works:
            if (outcome := carry(work)) is not None:
                self.feed(Ended(work.path, work.attempt, self.machine.now, outcome))
        return bool(works)

    def feed(self, event: Event) -> None:
        self.events.append(event)
        self.machine.feed(event)


def done(_work: Work) -> Outcome:
    """Everything that is carried out succeeds."""
    return Outcome({"ok": True})


def failing(*names: str, code: str = "broken", is_final: bool = False) -> Carry:
    """Steps of those ids fail."""
    from openclaw.domains.workflows.language.failures import StepError

    def carry(work: Work) -> Outcome:
        if work.step.id in names:
            return Outcome(failure=StepError(code, f"{work.step.id} is broken", is_final=is_final))
        return Outcome({"ok": work.path})

    return carry


def drive(
    raw: Any,
    carry: Carry = done,
    *,
    data: Any = None,
    last_first: bool = False,
    max_rounds: int = 100_000,
    **more: Any,
) -> Driven:
    """A run from its beginning to its end, or until nothing can happen any more."""
    driven = Driven(Interpreter(parse(raw), data=data or {}, at=START, **more))
    return finish(driven, carry, last_first=last_first, max_rounds=max_rounds)


def finish(driven: Driven, carry: Carry, *, last_first: bool = False, max_rounds: int = 100_000) -> Driven:
    """The rest of a run, to its end or until nothing can happen any more."""
    for _ in range(max_rounds):
        moved = driven.proceed(carry, last_first=last_first)
        if driven.end is not None:
            return driven
        if not moved and not driven.machine.has_more:
            due_at = driven.machine.due_at
            if due_at is None:
                return driven
            driven.feed(Passed(due_at))
    raise AssertionError("it does not end")
