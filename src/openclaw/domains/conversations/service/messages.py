"""What is said: sent once per key, sent again after an edit, branched."""

from dataclasses import dataclass
from uuid import UUID

from openclaw.domains.agents.errors import RunBusyError
from openclaw.domains.agents.schemas import Part, Run, TextPart
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import (
    ConversationNotFoundError,
    KeyReusedError,
    MessageNotFoundError,
    NotAUserMessageError,
    RuntimeHistoryError,
)
from openclaw.domains.conversations.models import ConversationRow, MessageRow
from openclaw.domains.conversations.schemas import Conversation, Message
from openclaw.domains.conversations.service import catalog, speech
from openclaw.domains.conversations.service.speech import message_row
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor
from openclaw.protocol.runs import Delivery


@dataclass(frozen=True)
class Accepted:
    """A message that is in the database, with the run that answers it; ``is_open``: it has not answered yet."""

    message: Message
    run_id: UUID
    client_run_id: str
    is_new: bool
    is_open: bool = True


async def list_messages(
    scope: Scope,
    conversation_id: UUID,
    *,
    cursor: str | None,
    limit: int,
    until_id: UUID | None = None,
    offset: int = 0,
) -> Page[Message]:
    """A page of a conversation, oldest first; the cursor leads to older messages.

    The page ends at ``until_id`` if given, and ``offset`` messages before. Raises ConversationNotFoundError,
    MessageNotFoundError.
    """
    await catalog.access_conversation(scope, conversation_id)
    before = _position(cursor) if until_id is None else (await _get(scope, conversation_id, until_id)).seq + 1
    rows = await repository.list_messages(
        scope, conversation_id, before_seq=before, offset=offset, limit=limit + 1
    )
    shown = rows[-limit:]
    return Page(await view(scope, shown), encode_cursor(str(shown[0].seq)) if len(rows) > limit else None)


async def count_messages(scope: Scope, conversation_id: UUID) -> int:
    """How many messages a conversation has. Raises ConversationNotFoundError."""
    await catalog.access_conversation(scope, conversation_id)
    return await repository.count_messages(scope, conversation_id)


async def send_message(
    scope: Scope, conversation_id: UUID, *, text: str, key: str | None, delivery: Delivery = "steer"
) -> Accepted:
    """Accept a user's message and request the run that answers it; the same key again is the same message.

    To a machine's runtime that is at work it is said into its run (``delivery``: when).

    Raises ConversationNotFoundError, RunBusyError, TooManyRunsError, KeyReusedError, NotAllowedError for viewers.
    """
    check_role(scope.who, Role.MEMBER)
    if not text.strip():
        raise InvalidInputError(field="text", reason="must not be empty")
    conversation = await _lock(scope, conversation_id)
    seq, known_seq = await repository.next_seq(scope, conversation_id, key)
    if known_seq is not None:
        known = await repository.find_at_seq(scope, conversation_id, known_seq)
        assert known is not None
        if known.text != text and conversation.sync_mode == "full":  # of others the words are not kept
            raise KeyReusedError(key=key or "")
        return await _accepted_before(scope, known)
    if conversation.runtime != "server" and (run := await runs.lock_open_run(scope, conversation_id)):
        row = await speech.say_into(
            scope, conversation, run.id, text=text, key=key, seq=seq, delivery=delivery
        )
        return Accepted(_message(row, None), run.id, run.client_run_id, is_new=False)
    return await _accept(scope, conversation, text=text, key=key, seq=seq)


async def resend(scope: Scope, conversation_id: UUID, message_id: UUID, *, text: str | None) -> Accepted:
    """Say a message again (edited when ``text`` is given); it and what followed are superseded.

    For a reply it is the message before it that is said again. Raises ConversationNotFoundError,
    MessageNotFoundError, NotAUserMessageError, RunBusyError, TooManyRunsError.
    """
    check_role(scope.who, Role.MEMBER)
    conversation = await _lock(scope, conversation_id)
    _check_history_is_here(conversation)
    message = await _get(scope, conversation_id, message_id)
    if message.role == "assistant":
        if text is not None:
            raise NotAUserMessageError
        question = await repository.find_at_seq(scope, conversation_id, message.seq - 1)
        if question is None or question.role != "user":
            raise MessageNotFoundError
        message = question
    await repository.supersede_from(scope, conversation_id, message.seq)
    if message.seq <= conversation.summary_through_seq:
        conversation.summary, conversation.summary_through_seq = None, 0
    seq, _ = await repository.next_seq(scope, conversation_id)
    return await _accept(scope, conversation, text=text or message.text, key=None, seq=seq)


async def start_over(scope: Scope, conversation_id: UUID) -> None:
    """Set everything that was said aside; it stays in the record. Raises ConversationNotFoundError, RunBusyError."""
    check_role(scope.who, Role.MEMBER)
    conversation = await _lock(scope, conversation_id)
    _check_history_is_here(conversation)
    await _check_idle(scope, conversation_id)
    await repository.supersede_from(scope, conversation_id, 1)
    conversation.summary, conversation.summary_through_seq = None, 0
    await catalog.announce(scope, conversation_id, "reset")


async def branch(scope: Scope, conversation_id: UUID, message_id: UUID) -> Conversation:
    """A new conversation with everything up to and including a message.

    Raises ConversationNotFoundError, MessageNotFoundError, RunBusyError.
    """
    check_role(scope.who, Role.MEMBER)
    source = await catalog.access_conversation(scope, conversation_id)
    _check_history_is_here(source)
    message = await _get(scope, conversation_id, message_id)
    await _check_idle(scope, conversation_id)
    row = catalog.new_row(scope, title=source.title, device_id=source.device_id, branched_from_id=source.id)
    await repository.add_conversations(scope, row)
    copied = await repository.list_messages(scope, conversation_id, before_seq=message.seq + 1)
    await repository.add_messages(
        scope,
        *(
            # A question's run is its answer's, which the branch may not have.
            message_row(scope, row.id, seq=seq, role=old.role, text=old.text, run_id=_answer_of(old))
            for seq, old in enumerate(copied, start=1)
        ),
    )
    await catalog.announce(scope, row.id, "created")
    return (await catalog.view(scope, [row]))[0]


async def view(scope: Scope, rows: list[MessageRow]) -> list[Message]:
    """Messages with the parts of their runs."""
    seen = await runs.view_runs(scope, [row.run_id for row in rows if row.run_id and row.role == "assistant"])
    return [_message(row, seen.get(row.run_id) if row.run_id else None) for row in rows]


async def _accept(
    scope: Scope, conversation: ConversationRow, *, text: str, key: str | None, seq: int
) -> Accepted:
    run_id = ids.new_id()
    question = message_row(scope, conversation.id, seq=seq, role="user", text=text, run_id=run_id, key=key)
    reply = message_row(scope, conversation.id, seq=seq + 1, role="assistant", text="", run_id=run_id)
    await repository.add_messages(scope, question, reply)
    client_run_id = key or ids.to_wire("run", run_id)
    await speech.request_run(scope, conversation, run_id=run_id, client_run_id=client_run_id)
    is_untitled = conversation.title in catalog.UNTITLED.values()
    if seq == 1 and is_untitled and conversation.sync_mode == "full":
        conversation.title = catalog.title_of(text)
    conversation.updated_at, conversation.archived_at = scope.now(), None
    await catalog.announce(scope, conversation.id, "message", message_id=question.id)
    return Accepted(_message(question, None), run_id, client_run_id, is_new=True)


async def _accepted_before(scope: Scope, message: MessageRow) -> Accepted:
    assert message.run_id is not None
    assert message.idempotency_key is not None
    running = await runs.find_open_run(scope, message.conversation_id)
    return Accepted(
        (await view(scope, [message]))[0],
        message.run_id,
        message.idempotency_key,
        is_new=False,
        is_open=running is not None and running.id == message.run_id,
    )


async def _lock(scope: Scope, conversation_id: UUID) -> ConversationRow:
    row = await repository.lock_conversation(scope, conversation_id)
    if row is None:
        raise ConversationNotFoundError
    return row


async def _get(scope: Scope, conversation_id: UUID, message_id: UUID) -> MessageRow:
    row = await repository.find_message(scope, conversation_id, message_id)
    if row is None:
        raise MessageNotFoundError
    return row


async def _check_idle(scope: Scope, conversation_id: UUID) -> None:
    if await runs.find_open_run(scope, conversation_id) is not None:
        raise RunBusyError


def _check_history_is_here(conversation: ConversationRow) -> None:
    if conversation.runtime != "server":
        raise RuntimeHistoryError


def _message(row: MessageRow, run: Run | None) -> Message:
    if row.role == "user" or run is None:
        parts: list[Part] = [TextPart(text=row.text)] if row.text else []
        return Message(
            id=row.id,
            role=row.role,  # pyright: ignore[reportArgumentType]
            parts=parts,
            state="complete",
            run_id=row.run_id,
            error=None,
            model=None,
            demo=False,
            usage=None,
            created_at=row.created_at,
        )
    state = {"completed": "complete", "failed": "failed", "aborted": "aborted"}.get(run.state, "running")
    return Message(
        id=row.id,
        role="assistant",
        parts=run.parts,
        state=state,  # pyright: ignore[reportArgumentType]
        run_id=run.id,
        error=run.error,
        model=run.model,
        demo=run.demo,
        usage=run.usage,
        created_at=row.created_at,
    )


def _answer_of(row: MessageRow) -> UUID | None:
    return row.run_id if row.role == "assistant" else None


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        return int(decode_cursor(cursor))
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
