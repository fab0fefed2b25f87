"""What is said to a run: as its question, or into one that a machine's runtime is at work on."""

from datetime import timedelta
from uuid import UUID

import msgspec

from openclaw.domains.agents.service import runs
from openclaw.domains.agents.service.runs import RunRequest
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.models import ConversationRow, MessageRow
from openclaw.domains.conversations.service import catalog
from openclaw.domains.devices.service import calls
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.protocol.runs import SAY, Delivery, Say

_SAY_TIME = timedelta(seconds=60)
_SAY_LIFETIME = timedelta(days=30)  # it ends with the run


async def request_run(
    scope: Scope,
    conversation: ConversationRow,
    *,
    run_id: UUID,
    client_run_id: str,
    starts_here: bool = True,
) -> None:
    """Request a run where the conversation lives (see `runs.request_run`). Raises RunBusyError, TooManyRunsError."""
    request = RunRequest(
        run_id=run_id,
        conversation_id=conversation.id,
        device_id=conversation.device_id,
        client_run_id=client_run_id,
        runtime=conversation.runtime,
        sync_mode=conversation.sync_mode,
    )
    await runs.request_run(scope, request, starts_here=starts_here)


async def say_into(
    scope: Scope,
    conversation: ConversationRow,
    run_id: UUID,
    *,
    text: str,
    key: str | None,
    seq: int,
    delivery: Delivery,
) -> MessageRow:
    """Say something into the run that is on; the conversation and the run are locked."""
    row = message_row(scope, conversation.id, seq=seq, role="user", text=text, run_id=run_id, key=key)
    await repository.add_messages(scope, row)
    await _send(scope, conversation, row, delivery)
    conversation.updated_at, conversation.archived_at = scope.now(), None
    await catalog.announce(scope, conversation.id, "message", message_id=row.id)
    return row


async def settle(
    scope: Scope, conversation_id: UUID, run_id: UUID, *, is_aborted: bool, keeps_words: bool
) -> None:
    """The run has ended: what was said into it and not heard is a turn of its own. The conversation is locked."""
    said = await repository.list_said_into(scope, conversation_id, run_id)
    unheard = set(await calls.list_undone(scope, [row.id for row in said]))
    conversation = await repository.find_conversation(scope, conversation_id)
    waiting = [row for row in said if row.id in unheard]
    if waiting and conversation is not None and not is_aborted:
        first, *others = waiting
        next_id = ids.new_id()
        seq, _ = await repository.next_seq(scope, conversation_id)
        reply = message_row(scope, conversation_id, seq=seq, role="assistant", text="", run_id=next_id)
        await repository.add_messages(scope, reply)
        await request_run(
            scope,
            conversation,
            run_id=next_id,
            client_run_id=first.idempotency_key or ids.to_wire("run", next_id),
            starts_here=False,  # whoever led the last one does not lead this one too
        )
        for row in waiting:
            row.run_id = next_id
        first.text = "\n\n".join(row.text for row in (first, *others))
        for row in others:  # one question, as it would have been had they been said at once
            row.superseded_at = scope.now()
    if not keeps_words:
        for row in said:
            if row not in waiting or is_aborted:
                row.text = ""
        await calls.forget(scope, [row.id for row in said])


def message_row(
    scope: Scope,
    conversation_id: UUID,
    *,
    seq: int,
    role: str,
    text: str,
    run_id: UUID | None,
    key: str | None = None,
) -> MessageRow:
    """A message that is not stored yet."""
    return MessageRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        conversation_id=conversation_id,
        seq=seq,
        role=role,
        text=text,
        run_id=run_id,
        idempotency_key=key,
        superseded_at=None,
        created_at=scope.now(),
    )


async def _send(scope: Scope, conversation: ConversationRow, row: MessageRow, delivery: Delivery) -> None:
    assert conversation.device_id is not None
    assert row.run_id is not None
    await calls.send_call(
        scope,
        call_id=row.id,
        device_id=conversation.device_id,
        command=SAY,
        params=msgspec.to_builtins(Say(row.run_id.hex, row.text, delivery)),
        timeout=_SAY_TIME,
        wait=_SAY_LIFETIME,
    )
