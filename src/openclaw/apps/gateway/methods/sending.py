"""Saying something in a conversation and stopping what runs there, whichever method it came by."""

from typing import Any
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.methods.addressing import check_session, key_of, named_by
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations.errors import KeyReusedError
from openclaw.domains.conversations.service import messages
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
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


def sent(accepted: messages.Accepted) -> dict[str, Any]:
    """What was accepted, as ``chat.send`` answers it."""
    return {
        "runId": accepted.client_run_id,
        "status": "started" if accepted.is_new else "in_flight" if accepted.is_open else "ok",
        "run": ids.to_wire("run", accepted.run_id),
        "messageId": ids.to_wire("msg", accepted.message.id),
    }


async def stop(scope: Scope, conversation_id: UUID, run_name: str | None) -> str | None:
    """Stop what runs in a conversation, or only the run of that name; what the client calls it. None: nothing ran."""
    run = await runs.find_open_run(scope, conversation_id)
    if run is None or run_name not in (None, run.client_run_id, ids.to_wire("run", run.id)):
        return None
    await runs.abort_run(scope, run.id)
    return run.client_run_id
