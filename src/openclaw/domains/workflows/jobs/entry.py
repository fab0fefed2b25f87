"""One entry of a run: what a process that works on it holds in memory."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.workflows.errors import StepFailedError
from openclaw.domains.workflows.jobs.replay import Replayed
from openclaw.domains.workflows.language.definition import ApprovalStep, SignalStep
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.messages import End, Ended, Outcome, Passed, Record, Work
from openclaw.domains.workflows.models import WorkflowSignalRow
from openclaw.infra.scope import Actor
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError


class RunSuperseded(BaseException):
    """A later entry of the run has taken over, or it has ended: this one must write nothing more."""


@dataclass(frozen=True)
class Questioned:
    """A step waits for a person's answer to that approval, or (None) no longer."""

    path: str
    approval_id: UUID | None


Event = Ended | Passed | Questioned


MOST_LOGS = 100  # lines of one step
_LONGEST_LOG = 400


@dataclass
class Entry:
    """One entry of a run. ``works`` have begun and not ended; ``held`` wait for a paused run to go on.

    ``logs`` are lines by the step that they are of, ``questions`` approvals by the step that waits for them;
    ``has_news`` since they were last written.
    Of the inbox None says: look at the rows.
    """

    actor: Actor
    run_id: UUID
    epoch: int
    depth: int
    is_dry: bool
    at: Replayed
    state: str = "running"
    is_new: bool = True  # nothing was done yet since its user was last seen to be a member
    is_paused: bool = False
    inbox: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue[Event | None])
    timer: asyncio.Task[None] | None = None
    timer_at: datetime | None = None
    soon: asyncio.Task[None] | None = None
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    held: dict[str, Work] = field(default_factory=dict[str, Work])
    works: dict[str, Work] = field(default_factory=dict[str, Work])  # begun and not ended
    asked: dict[str, Work] = field(default_factory=dict[str, Work])  # approvals that nobody has answered
    questions: dict[str, UUID] = field(default_factory=dict[str, UUID])
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    has_news: bool = False

    def log(self, path: str, at: datetime, text: str) -> None:
        """Keep a line of what was done for a step. Of very many the last are left out."""
        lines = self.logs.setdefault(path, [])
        if len(lines) >= MOST_LOGS:
            text = "… and more, which is not kept"
        if len(lines) <= MOST_LOGS:
            lines.append({"at": at.isoformat(), "text": text[:_LONGEST_LOG]})

    def tell_question(self, path: str, approval_id: UUID | None, at: datetime) -> None:
        """A step has begun or ceased to wait for a person: into the log, and the inbox."""
        words = "The question is settled."
        if approval_id is not None:
            words = f"Waits for an answer to {ids.to_wire('appr', approval_id)}."
        self.log(path, at, words)
        self.inbox.put_nowait(Questioned(path, approval_id))

    def note_question(self, event: Questioned) -> None:
        """A step has begun or ceased to wait for a person."""
        if event.approval_id is None:
            self.questions.pop(event.path, None)
        elif event.path in self.works:
            self.questions[event.path] = event.approval_id
        self.has_news = True


def log_try(entry: Entry, record: Record) -> None:
    """A try that failed and is followed by another."""
    if record.state == "delayed" and record.attempts and record.due_at is not None:
        failed = record.attempts[-1]
        line = f"Try {len(record.attempts)} failed ({failed['code']}: {failed['message']}); the next is at"
        entry.log(record.path, record.at, f"{line[:300]} {record.due_at.isoformat(timespec='seconds')}.")


def log_asked(entry: Entry, work: Work) -> None:
    """A question was put, or a step began to wait for a signal; said once, also when the run is entered again."""
    if entry.logs.get(work.path):
        return
    signal = work.step.config.name if isinstance(work.step, SignalStep) else None
    entry.log(work.path, work.started_at, f"Waits for the signal {signal}." if signal else "Asked.")


def asking(work: Work) -> Record:
    """The record of a question that has just been asked."""
    return Record(
        path=work.path,
        step_id=work.step.id,
        type=work.step.type,
        state="waiting",
        inputs=work.inputs,
        output=None,
        failure=None,
        attempts=(),
        started_at=work.started_at,
        at=work.started_at,
    )


def answered(answer: dict[str, Any]) -> Outcome:
    """How a question ended, by the answer that its row keeps."""
    if answer["approved"]:
        return Outcome({"approved": True, "data": answer["data"], "by": answer["by"]})
    reason = answer.get("reason") or "The person said no."
    return Outcome(failure=StepError("refused", reason, is_final=True))


def waits_for_signals(entry: Entry) -> dict[str, str]:
    """The names of the signals that steps wait for, by their paths, the first that waits first."""
    return {
        path: work.step.config.name for path, work in entry.asked.items() if isinstance(work.step, SignalStep)
    }


def signalled(row: WorkflowSignalRow) -> Outcome:
    """How the step ends that has taken a signal."""
    return Outcome({"data": row.data["value"], "by": ids.to_wire("user", row.user_id)})


def error_of(end: End) -> OpenClawError | None:
    """Why the run failed, in words; None when it did not."""
    if end.failure is None:
        return None
    return StepFailedError(step=end.path or "–", reason=end.failure.message)


def working_of(entry: Entry) -> list[dict[str, Any]]:
    """The steps that somebody is carrying out now, as a run's row keeps them. Questions have rows of their own."""
    return [
        {
            "path": path,
            "stepId": work.step.id,
            "type": work.step.type,
            "attempt": work.attempt,
            "startedAt": work.started_at.isoformat(),
            "approvalId": ids.to_wire("appr", asked) if (asked := entry.questions.get(path)) else None,
        }
        for path, work in entry.works.items()
        if not isinstance(work.step, ApprovalStep | SignalStep) and path in entry.at.machine.waits_for
    ]
