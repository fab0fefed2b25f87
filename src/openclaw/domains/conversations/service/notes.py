"""Notes on the assistant's side of a conversation, which no run has made."""

from uuid import UUID

from openclaw.domains.agents.errors import RunBusyError
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import ConversationNotFoundError, RuntimeHistoryError
from openclaw.domains.conversations.models import MessageRow
from openclaw.domains.conversations.service import catalog
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.feed import tell
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError


async def add_note(scope: Scope, conversation_id: UUID, *, text: str) -> UUID:
    """Set a note at the end of a conversation; its id as a message. People read it, models are not told of it.

    Raises ConversationNotFoundError, NotAllowedError for viewers, RunBusyError while an answer is being made,
    RuntimeHistoryError where a machine's own runtime keeps what is said.
    """
    check_role(scope.who, Role.MEMBER)
    if not text.strip():
        raise InvalidInputError(field="message", reason="must not be empty")
    conversation = await repository.lock_conversation(scope, conversation_id)
    if conversation is None:
        raise ConversationNotFoundError
    if conversation.runtime == "pi":
        raise RuntimeHistoryError
    if await runs.find_open_run(scope, conversation_id) is not None:
        raise RunBusyError
    seq, _ = await repository.next_seq(scope, conversation_id)
    row = MessageRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        conversation_id=conversation_id,
        seq=seq,
        role="assistant",
        text=text,
        created_at=scope.now(),
    )
    await repository.add_messages(scope, row)
    conversation.updated_at, conversation.archived_at = scope.now(), None
    await _tell(scope, row)
    await catalog.announce(scope, conversation_id, "note", message_id=row.id)
    return row.id


async def _tell(scope: Scope, row: MessageRow) -> None:
    """As released gateways tell of a note: the end of a run that has never been."""
    now = int(row.created_at.timestamp() * 1000)
    payload = {
        "runId": f"inject-{ids.to_wire('msg', row.id)}",
        "sessionKey": ids.to_wire("conv", row.conversation_id),
        "seq": 0,
        "state": "final",
        "message": {
            "role": "assistant",
            "content": [{"type": "text", "text": row.text}],
            "timestamp": now,
        },
    }
    await tell(scope, scope.user_id, scope.workspace_id, {"event": "chat", "payload": payload})
