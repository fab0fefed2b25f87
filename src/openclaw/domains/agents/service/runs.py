"""Runs as their user sees them: requested, looked at, aborted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.agents import events, repository
from openclaw.domains.agents.errors import RunBusyError, RunNotFoundError, TooManyRunsError
from openclaw.domains.agents.models import ApprovalRow, RunRow, RunStepRow
from openclaw.domains.agents.repository import machine_events
from openclaw.domains.agents.schemas import (
    DeviceRef,
    Part,
    Run,
    RunError,
    StepError,
    TextPart,
    ToolPart,
    UndoneRun,
    Usage,
)
from openclaw.domains.agents.service import approvals
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import publish
from openclaw.infra.outbox import record
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

MAX_OPEN_RUNS = 16  # of one user in one workspace; a run that waits for an answer or a machine counts
_FORGOTTEN_AT_ONCE = 100
_START_GRACE = timedelta(seconds=2)


@dataclass(frozen=True)
class Terms:
    """What a run of a task is bound to. ``instructions``: told to the model besides the question, of its system."""

    budget_id: UUID | None
    approval_mode: str
    task_run_id: UUID
    system_id: UUID | None = None
    instructions: str | None = None


@dataclass(frozen=True)
class RunRequest:
    """A turn that is wanted. ``terms``: those of a task, whose job leads the run, so that nobody else starts it."""

    run_id: UUID
    conversation_id: UUID
    device_id: UUID | None
    client_run_id: str
    runtime: str = "server"
    sync_mode: str = "full"
    terms: Terms | None = None


async def request_run(scope: Scope, request: RunRequest, *, starts_here: bool = True) -> None:
    """Accept a turn: it is in the database, and whatever happens to this process somebody starts it.

    ``starts_here``: this process does so itself, when the transaction has committed. Raises RunBusyError,
    TooManyRunsError.
    """
    busy = await repository.list_open_conversations(scope)
    if any(open_id == request.conversation_id for open_id, _ in busy):
        raise RunBusyError
    if sum(kind == "chat" for _, kind in busy) >= MAX_OPEN_RUNS:
        raise TooManyRunsError(limit=MAX_OPEN_RUNS)
    await repository.add(scope, _queued(scope, request))
    # When this process starts the run itself, the fact is for when it dies before.
    delay = _START_GRACE if starts_here else timedelta()
    await record(scope, events.RUN_REQUESTED, run_payload(scope, request.run_id), delay=delay)


async def request_task_runs(scope: Scope, requests: Sequence[RunRequest], *, are_first: bool) -> None:
    """Accept turns of tasks; how many of them are open at once is the queue's to say.

    ``are_first``: their conversations are new, so nothing else is said there. Raises RunBusyError.
    """
    busy = set[UUID]()
    if not are_first:
        busy = {open_id for open_id, _ in await repository.list_open_conversations(scope)}
    if any(request.conversation_id in busy for request in requests):
        raise RunBusyError
    await repository.add(scope, *(_queued(scope, request) for request in requests))


def _queued(scope: Scope, request: RunRequest) -> RunRow:
    terms = request.terms
    return RunRow(
        id=request.run_id,
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        conversation_id=request.conversation_id,
        device_id=request.device_id,
        runtime=request.runtime,
        sync_mode=request.sync_mode,
        told_seq=0,
        client_run_id=request.client_run_id,
        kind="chat" if terms is None else "task",
        budget_id=terms.budget_id if terms else None,
        approval_mode=terms.approval_mode if terms else "ask",
        instructions=terms.instructions if terms else None,
        system_id=terms.system_id if terms else None,
        task_run_id=terms.task_run_id if terms else None,
        state="queued",
        epoch=0,
        is_demo=False,
        input_tokens=0,
        output_tokens=0,
        created_at=scope.now(),
    )


def run_payload(scope: Scope, run_id: UUID) -> dict[str, str]:
    """What the durable engine is given of a run: names only, the rest is in rows."""
    return {"runId": run_id.hex, "workspaceId": scope.workspace_id.hex, "userId": scope.user_id.hex}


async def abort_run(scope: Scope, run_id: UUID) -> None:
    """Ask the run to stop, wherever it is. Nothing happens when it has ended. Raises RunNotFoundError."""
    if await repository.find_run(scope, run_id) is None:
        raise RunNotFoundError
    if await repository.request_abort(scope, run_id):
        await publish(scope, events.run_topic(run_id), {"kind": "abort"})


async def is_open(scope: Scope, run_id: UUID) -> bool:
    """Whether the run has not ended. Needs a system scope."""
    rows = await repository.list_runs(scope, [run_id])
    return any(row.finished_at is None for row in rows)


async def forget(scope: Scope, run_ids: Sequence[UUID]) -> None:
    """Delete runs with their steps and approvals. Needs a system scope.

    What object storage keeps of them goes when the recorded fact is carried: also after a crash in between.
    """
    for start in range(0, len(run_ids), _FORGOTTEN_AT_ONCE):
        gone = await repository.delete_runs(scope, run_ids[start : start + _FORGOTTEN_AT_ONCE])
        body = {"runs": [[workspace_id.hex, run_id.hex] for run_id, workspace_id in gone]}
        await record(scope, events.RUNS_FORGOTTEN, body)


async def forget_results(blobs: BlobStore, body: dict[str, Any]) -> None:
    """Delete the objects of forgotten runs, by the recorded fact. Raises UnavailableError."""
    for workspace_id, run_id in body["runs"]:
        await blobs.forget(UUID(hex=workspace_id), _results_folder(UUID(hex=run_id)))


async def find_open_run(scope: Scope, conversation_id: UUID) -> RunRow | None:
    """The run of a conversation that has not ended."""
    rows = await repository.list_open_runs(scope, [conversation_id])
    return rows[0] if rows else None


async def lock_open_run(scope: Scope, conversation_id: UUID) -> RunRow | None:
    """The run of a conversation that has not ended, and does not until the transaction has."""
    found = await find_open_run(scope, conversation_id)
    return None if found is None else await machine_events.lock_open_run(scope, found.id)


async def open_states(scope: Scope, conversation_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What the unfinished runs of those conversations are doing."""
    rows = await repository.list_open_runs(scope, conversation_ids)
    return {row.conversation_id: "running" if row.state == "queued" else row.state for row in rows}


async def get_run(scope: Scope, run_id: UUID) -> Run:
    """One run with its parts. Raises RunNotFoundError."""
    if await repository.find_run(scope, run_id) is None:
        raise RunNotFoundError
    return (await view_runs(scope, [run_id]))[run_id]


async def find_run(scope: Scope, name: str) -> Run | None:
    """A run by its id or by the name that a client has for it: the latest one, if it used the name again."""
    try:
        row = await repository.find_run(scope, ids.from_wire("run", name))
    except ValueError:
        row = await repository.find_run_of_client(scope, name)
    return (await view_runs(scope, [row.id]))[row.id] if row else None


async def get_result(scope: Scope, run_id: UUID, step_id: UUID, blobs: BlobStore) -> dict[str, Any]:
    """The whole result of a tool call, also when its row keeps a shortened one. Raises RunNotFoundError."""
    if await repository.find_run(scope, run_id) is None:
        raise RunNotFoundError
    step = next((step for step in await repository.list_steps(scope, [run_id]) if step.id == step_id), None)
    if step is None or step.kind != "tool" or step.output is None:
        raise RunNotFoundError
    if (
        step.output.get("isShortened")
        and (body := await blobs.find(scope, result_blob(run_id, step_id))) is not None
    ):
        return orjson.loads(body)
    return step.output


def result_blob(run_id: UUID, step_id: UUID) -> str:
    """Where the whole of a very large result is kept."""
    return f"{_results_folder(run_id)}/{step_id.hex}.json"


def _results_folder(run_id: UUID) -> str:
    return f"runs/{run_id.hex}"


async def view_runs(scope: Scope, run_ids: Sequence[UUID]) -> dict[UUID, Run]:
    """Runs with their parts, by id, in three queries however many there are."""
    runs = await repository.list_runs(scope, run_ids)
    steps: dict[UUID, list[RunStepRow]] = {}
    for step in await repository.list_steps(scope, run_ids):
        steps.setdefault(step.run_id, []).append(step)
    asked = await repository.list_approvals_of_runs(scope, run_ids)
    questions = {row.step_id: row for row in asked if row.step_id is not None}
    language = scope.who.language
    return {run.id: _view(run, steps.get(run.id, []), questions, language) for run in runs}


def _view(run: RunRow, steps: Sequence[RunStepRow], questions: dict[UUID, ApprovalRow], language: str) -> Run:
    parts: list[Part] = []
    for step in steps:
        if step.kind == "tool":
            parts.append(_tool_part(run, step, questions.get(step.id), language))
        elif text := (step.output or {}).get("text"):
            parts.append(TextPart(text=text))
    return Run(
        id=run.id,
        conversation_id=run.conversation_id,
        client_run_id=run.client_run_id,
        runtime=run.runtime,  # pyright: ignore[reportArgumentType]
        sync_mode=run.sync_mode,  # pyright: ignore[reportArgumentType]
        state=run.state,  # pyright: ignore[reportArgumentType]
        parts=parts,
        error=_error(run, language),
        model=run.model,
        demo=run.is_demo,
        usage=Usage(
            input_tokens=run.input_tokens, output_tokens=run.output_tokens, cost_micros=run.cost_micros
        )
        if run.finished_at and not run.is_demo
        else None,
        undone=None if run.undone is None else UndoneRun.model_validate(run.undone),
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def _tool_part(run: RunRow, step: RunStepRow, question: ApprovalRow | None, language: str) -> ToolPart:
    return ToolPart(
        step_id=step.id,
        tool_call_id=step.tool_call_id or "",
        name=step.name,
        arguments=step.arguments or {},
        device=DeviceRef(id=step.device_id, name=step.device_name or "") if step.device_id else None,
        targets=approvals.target_refs(step.targets),
        state=step.state,  # type: ignore[arg-type]
        result=step.output,
        error=StepError.model_validate(step.error) if step.error else None,
        approval=approvals.view(question, language, run.task_run_id) if question else None,
    )


def _error(run: RunRow, language: str) -> RunError | None:
    if run.error is None:
        return None
    error = OpenClawError.from_wire(run.error)
    return RunError(code=error.code, title=error.words(language))
