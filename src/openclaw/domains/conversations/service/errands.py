"""Conversations that tasks hold: made with their question, gone on with, and moved to another machine."""

from dataclasses import replace
from uuid import UUID

from openclaw.domains.agents.service import runs
from openclaw.domains.agents.service.runs import Terms
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.models import ConversationRow
from openclaw.domains.conversations.service import catalog
from openclaw.domains.conversations.service.speech import message_row
from openclaw.infra.scope import Scope
from openclaw.kit import ids


async def begin(
    scope: Scope, *, title: str, text: str, device_id: UUID | None, runtime: str, sync_mode: str, terms: Terms
) -> tuple[UUID, UUID]:
    """A conversation with its first question, and the run that answers it; whoever asks leads that run."""
    row = catalog.new_row(scope, title=title, device_id=device_id, runtime=runtime, sync_mode=sync_mode)
    row.kind = "task"
    await repository.add_conversation(scope, row)
    return row.id, await _ask(scope, row, text=text, seq=1, terms=replace(terms, is_first=True))


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
    return await _ask(scope, row, text=text, seq=seq, terms=terms)


async def _ask(scope: Scope, row: ConversationRow, *, text: str, seq: int, terms: Terms) -> UUID:
    run_id = ids.new_id()
    question = message_row(scope, row.id, seq=seq, role="user", text=text, run_id=run_id)
    reply = message_row(scope, row.id, seq=seq + 1, role="assistant", text="", run_id=run_id)
    await repository.add_messages(scope, question, reply)
    await runs.request_run(
        scope,
        run_id=run_id,
        conversation_id=row.id,
        device_id=row.device_id,
        client_run_id=ids.to_wire("run", run_id),
        runtime=row.runtime,
        sync_mode=row.sync_mode,
        terms=terms,
    )
    row.updated_at = scope.now()
    await catalog.announce(scope, row.id, "message", message_id=question.id)
    return run_id
