"""Saying something in a conversation, whichever method it came by."""

from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.methods.addressing import check_session, key_of, named_by
from openclaw.domains.conversations.errors import KeyReusedError
from openclaw.domains.conversations.service import messages
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway.errors import IdempotencyConflictError


async def send(
    platform: Platform,
    connection: Connection,
    session_key: str,
    *,
    text: str,
    key: str | None,
    session_id: str | None = None,
) -> messages.Accepted:
    """Accept a message and start the run that answers it; the same ``key`` again is the same message.

    Raises ConversationNotFoundError, IdempotencyConflictError, and what `messages.send_message` raises.
    """
    actor = connection.actor
    async with platform.database.transaction(actor) as scope:
        conversation_id: UUID = await named_by(scope, session_key)
        check_session(conversation_id, session_id)
        try:
            accepted = await messages.send_message(scope, conversation_id, text=text, key=key)
        except KeyReusedError as error:
            raise IdempotencyConflictError(key=error.key) from None
        connection.call_session(key_of(conversation_id), session_key)
    if accepted.is_new:
        await platform.start_run(
            {
                "runId": accepted.run_id.hex,
                "workspaceId": actor.workspace_id.hex,
                "userId": actor.user_id.hex,
            }
        )
    return accepted
