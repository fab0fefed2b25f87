"""Runs as whoever leads them sees them: how far they have got, paused and let go on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from openclaw.domains.agents import events, repository
from openclaw.domains.agents.models import RunRow
from openclaw.domains.agents.repository import leading as steps
from openclaw.infra.bus import publish
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class StepSeen:
    """A step as it is now. ``question``: the state of the question that it waits, or waited, for.

    ``said``: the words of a model's reply, as far as they are kept.
    """

    id: UUID
    position: int
    kind: str
    name: str
    state: str
    device_id: UUID | None
    question_id: UUID | None
    question: str | None
    error_code: str | None
    is_over: bool
    said: str


@dataclass(frozen=True)
class Seen:
    """A run as it is now, with those of its steps that were asked for."""

    state: str
    error: dict[str, Any] | None
    is_over: bool
    is_paused: bool
    steps: Sequence[StepSeen]


@dataclass(frozen=True)
class Totals:
    """What a run has taken so far."""

    model_calls: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    cost_micros: int | None


@dataclass(frozen=True)
class Changed:
    """A file that a call has written to ``path`` (None: it is deleted); ``gone``: where it was before."""

    device_id: UUID
    path: str | None
    gone: str | None


async def list_changed(scope: Scope, conversation_id: UUID) -> Sequence[Changed]:
    """What the runs of a conversation have done to files, in order."""
    found: list[Changed] = []
    for step in await steps.list_writing(scope, conversation_id):
        arguments = step.arguments or {}
        path, to = arguments.get("path"), arguments.get("to")
        if step.device_id is None or not isinstance(path, str):
            continue
        if step.name == "fs.move":
            found.append(Changed(step.device_id, to if isinstance(to, str) else None, path))
        elif step.name == "fs.delete":
            found.append(Changed(step.device_id, None, path))
        else:
            found.append(Changed(step.device_id, path, None))
    return found


async def look(scope: Scope, run_id: UUID, *, after: int, among: Collection[UUID]) -> Seen | None:
    """The run, with its steps after a position and ``among`` those before; None when it is gone."""
    run = await repository.find_run(scope, run_id)
    if run is None:
        return None
    rows = await steps.list_steps(scope, run_id, after=after, among=among)
    seen = [
        StepSeen(
            id=step.id,
            position=step.position,
            kind=step.kind,
            name=step.name,
            state=step.state,
            device_id=step.device_id,
            question_id=question.id if question else None,
            question=question.state if question else None,
            error_code=(step.error or {}).get("code"),
            is_over=step.finished_at is not None,
            said=str((step.output or {}).get("text") or "") if step.kind == "model" else "",
        )
        for step, question in rows
    ]
    return Seen(run.state, run.error, run.finished_at is not None, run.paused_at is not None, seen)


async def set_paused(scope: Scope, run_id: UUID, *, paused: bool) -> None:
    """Have the run begin nothing new, or go on. Nothing happens when it has ended."""
    if await steps.set_paused(scope, run_id, paused=paused):
        await publish(scope, events.run_topic(run_id), {"kind": "pause" if paused else "resume"})


async def failed_calls(scope: Scope, conversation_id: UUID, task_run_id: UUID) -> int | None:
    """How many calls of tools a run of a task has made, all in vain; None when one worked, or none was made."""
    made, worked = await steps.count_calls(scope, conversation_id, task_run_id)
    return made if made and not worked else None


async def totals(scope: Scope, run_ids: Sequence[UUID]) -> dict[UUID, Totals]:
    """What runs have taken so far, in two queries however many there are."""
    counts = await steps.count_steps(scope, run_ids)
    return {
        run.id: _totals(run, counts.get(run.id, {})) for run in await repository.list_runs(scope, run_ids)
    }


def _totals(run: RunRow, counts: dict[str, int]) -> Totals:
    return Totals(
        model_calls=counts.get("model", 0),
        tool_calls=counts.get("tool", 0),
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        cost_micros=run.cost_micros if run.model is not None else 0,
    )
