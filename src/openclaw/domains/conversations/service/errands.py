"""Conversations that tasks hold: made with their question, gone on with, and moved to another machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from openclaw.domains.agents.service import runs
from openclaw.domains.agents.service.runs import RunRequest, Terms
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.models import ConversationRow, MessageRow
from openclaw.domains.conversations.service import catalog
from openclaw.domains.conversations.service.speech import message_row
from openclaw.infra.scope import Scope
from openclaw.kit import ids


@dataclass(frozen=True)
class Errand:
    """What a task asks first, and where it is answered."""

    title: str
    text: str
    device_id: UUID | None
    runtime: str
    sync_mode: str
    terms: Terms


async def begin(scope: Scope, errands: Sequence[Errand]) -> list[tuple[UUID, UUID]]:
    """For each a conversation with its first question, and the run that answers it; whoever asks leads that run.

    In as many statements however many there are.
    """
    rows = [
        catalog.new_row(
            scope,
            title=errand.title,
            device_id=errand.device_id,
            runtime=errand.runtime,
            sync_mode=errand.sync_mode,
        )
        for errand in errands
    ]
    for row in rows:
        row.kind = "task"
    await repository.add_conversations(scope, *rows)
    asked = [_Asked(row, errand.text, 1, errand.terms) for row, errand in zip(rows, errands, strict=True)]
    return [
        (row.id, run_id) for row, run_id in zip(rows, await _ask(scope, asked, are_first=True), strict=True)
    ]


async def go_on(
    scope: Scope, conversation_id: UUID, *, text: str, device_id: UUID | None, terms: Terms
) -> UUID:
    """The next question, answered on that machine from now on; the run that answers it.

    Raises ConversationNotFoundError, RunBusyError.
    """
    row = await repository.lock_conversation(scope, conversation_id)
    if row is None:
        raise ConversationNotFoundError
    row.device_id = device_id
    seq, _ = await repository.next_seq(scope, conversation_id)
    row.updated_at = scope.now()
    (run_id,) = await _ask(scope, [_Asked(row, text, seq, terms)], are_first=False)
    return run_id


@dataclass(frozen=True)
class _Asked:
    """A question, by the number that its message has."""

    row: ConversationRow
    text: str
    seq: int
    terms: Terms


async def _ask(scope: Scope, asked: Sequence[_Asked], *, are_first: bool) -> list[UUID]:
    """The runs that answer."""
    requests: list[RunRequest] = []
    messages: list[MessageRow] = []
    for each in asked:
        row, run_id = each.row, ids.new_id()
        question = message_row(scope, row.id, seq=each.seq, role="user", text=each.text, run_id=run_id)
        reply = message_row(scope, row.id, seq=each.seq + 1, role="assistant", text="", run_id=run_id)
        messages += [question, reply]
        request = RunRequest(
            run_id=run_id,
            conversation_id=row.id,
            device_id=row.device_id,
            client_run_id=ids.to_wire("run", run_id),
            runtime=row.runtime,
            sync_mode=row.sync_mode,
            terms=each.terms,
        )
        requests.append(request)
        await catalog.announce(scope, row.id, "message", message_id=question.id)
    await repository.add_messages(scope, *messages)
    await runs.request_task_runs(scope, requests, are_first=are_first)
    return [request.run_id for request in requests]
