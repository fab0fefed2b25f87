"""sessions.create, send, abort: conversations made, and work in them by their keys."""

from typing import Any
from uuid import UUID

import msgspec
from pydantic import ValidationError

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.addressing import conversation_of, key_of
from openclaw.apps.gateway.methods.sending import send as say
from openclaw.apps.gateway.methods.sending import sent, stop
from openclaw.apps.gateway.methods.sessions import entry_of, set_label
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.schemas import CreateConversation
from openclaw.domains.conversations.service import catalog, messages
from openclaw.domains.devices.service import invocations
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import InvalidInputError, OpenClawError
from openclaw.protocol.gateway import params_sessions as ps
from openclaw.protocol.gateway.errors import error_shape


def session_work_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def create(connection: Connection, params: ps.SessionsCreateParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await _found_or_made(scope, connection, params)
        key = params.key or key_of(conversation_id)
        said = await start(connection, key, params)
        async with platform.database.transaction(connection.actor) as scope:
            entry = entry_of(await catalog.get_conversation(scope, conversation_id))
        return {"ok": True, "key": key, "sessionId": key_of(conversation_id), "entry": entry, **said}

    async def start(connection: Connection, key: str, params: ps.SessionsCreateParams) -> dict[str, Any]:
        """The first run, if there is something to say; that it cannot be undoes nothing."""
        if params.text is None:
            return {"runStarted": False}
        try:
            accepted = await say(platform, connection, key, text=params.text, key=params.idempotency_key)
        except OpenClawError as error:
            shape = error_shape(error, protocol=connection.protocol, language=connection.language)
            return {"runStarted": False, "runError": msgspec.to_builtins(shape)}
        return {"runStarted": True, "runId": accepted.client_run_id}

    async def send(connection: Connection, params: ps.SessionsSendParams) -> dict[str, Any]:
        return sent(
            await say(platform, connection, params.key, text=params.message, key=params.idempotency_key)
        )

    async def abort(connection: Connection, params: ps.SessionsAbortParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            conversation_id = await _worked_in(scope, connection, params)
            stopped = await stop(scope, conversation_id, params.run_id) if conversation_id else None
        return {"ok": True, "abortedRunId": stopped, "status": "aborted" if stopped else "no-active-run"}

    return {"sessions.create": create, "sessions.send": send, "sessions.abort": abort}


async def _found_or_made(scope: Scope, connection: Connection, params: ps.SessionsCreateParams) -> UUID:
    """The conversation of the key, else a new one: the same one under the same idempotency key."""
    parent_id = None
    if params.parent_session_key is not None:
        parent_id = await conversation_of(scope, params.parent_session_key, connection)
    if params.key is not None:
        try:
            found_id = await conversation_of(scope, params.key, connection)
        except ConversationNotFoundError:
            reason = "names no conversation; leave it out, and a new one is given its key"
            raise InvalidInputError(field="key", reason=reason) from None
        if params.label is not None:
            await set_label(scope, found_id, params.label)
        return found_id
    title = params.label or params.display_name
    if parent_id is not None and params.fork:
        page = await messages.list_messages(scope, parent_id, cursor=None, limit=1)
        if page.items:
            made = await messages.branch(scope, parent_id, page.items[-1].id)
            if title is not None:
                await set_label(scope, made.id, title)
            return made.id
    try:
        data = CreateConversation.model_validate({"title": title})
    except ValidationError as error:
        raise InvalidInputError(field="label", reason=error.errors()[0]["msg"]) from None
    key = params.idempotency_key
    wanted = invocations.call_id_of(connection.actor, f"session {key}") if key else None
    return (await catalog.create_conversation(scope, data, conversation_id=wanted)).id


async def _worked_in(scope: Scope, connection: Connection, params: ps.SessionsAbortParams) -> UUID | None:
    """The conversation of the key, else that of the run."""
    if params.key is not None:
        return await conversation_of(scope, params.key, connection)
    run = await runs.find_run(scope, params.run_id or "")
    return run.conversation_id if run else None
