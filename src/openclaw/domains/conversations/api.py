"""Routes of conversations and messages."""

from typing import Annotated, Literal

from fastapi import Path, Query, Response

from openclaw.domains.agents.errors import RunBusyError, TooManyRunsError
from openclaw.domains.conversations.errors import (
    ConversationNotFoundError,
    KeyReusedError,
    MessageNotFoundError,
    NotAUserMessageError,
)
from openclaw.domains.conversations.schemas import (
    Branch,
    Conversation,
    Conversations,
    CreateConversation,
    Messages,
    Resend,
    SendMessage,
    Sent,
    UpdateConversation,
)
from openclaw.domains.conversations.service import catalog, export, messages
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope, Platform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ConversationId, MessageId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("conversations")
AtConversation = Annotated[ConversationId, Path()]
AtMessage = Annotated[MessageId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
_GONE = (NotSignedInError, ConversationNotFoundError)


@router.get("/conversations", operation_id="listConversations", responses=errors(NotSignedInError))
async def list_conversations(
    scope: CurrentScope,
    q: Annotated[str | None, Query(max_length=200)] = None,
    archived: Annotated[bool, Query()] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Conversations:
    """The user's conversations, the most recently used first; `q` searches titles and messages."""
    page = await catalog.list_conversations(scope, query=q, archived=archived, cursor=cursor, limit=limit)
    return Conversations(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/conversations",
    status_code=201,
    operation_id="createConversation",
    responses=errors(NotSignedInError, NotAllowedError, DeviceNotFoundError),
)
async def create_conversation(scope: CurrentScope, data: CreateConversation) -> Conversation:
    """A new conversation."""
    return await catalog.create_conversation(scope, data)


@router.get("/conversations/{conversation_id}", operation_id="getConversation", responses=errors(*_GONE))
async def get_conversation(scope: CurrentScope, conversation_id: AtConversation) -> Conversation:
    """One conversation."""
    return await catalog.get_conversation(scope, conversation_id)


@router.patch(
    "/conversations/{conversation_id}",
    operation_id="updateConversation",
    responses=errors(*_GONE, DeviceNotFoundError),
)
@router.put("/conversations/{conversation_id}", operation_id="replaceConversation", include_in_schema=False)
async def update_conversation(
    scope: CurrentScope, conversation_id: AtConversation, data: UpdateConversation
) -> Conversation:
    """Change the title, or the machine that the conversation works on."""
    return await catalog.update_conversation(scope, conversation_id, data)


@router.delete(
    "/conversations/{conversation_id}",
    status_code=204,
    operation_id="deleteConversation",
    responses=errors(*_GONE),
)
async def delete_conversation(scope: CurrentScope, conversation_id: AtConversation) -> None:
    """Delete a conversation. It can be restored."""
    await catalog.delete_conversation(scope, conversation_id)


@router.post(
    "/conversations/{conversation_id}/restore", operation_id="restoreConversation", responses=errors(*_GONE)
)
async def restore_conversation(scope: CurrentScope, conversation_id: AtConversation) -> Conversation:
    """Undo a deletion."""
    return await catalog.restore_conversation(scope, conversation_id)


@router.post(
    "/conversations/{conversation_id}/archive",
    status_code=204,
    operation_id="archiveConversation",
    responses=errors(*_GONE),
)
async def archive_conversation(scope: CurrentScope, conversation_id: AtConversation) -> None:
    """Move a conversation to the archive."""
    await catalog.set_archived(scope, conversation_id, archived=True)


@router.post(
    "/conversations/{conversation_id}/unarchive",
    status_code=204,
    operation_id="unarchiveConversation",
    responses=errors(*_GONE),
)
async def unarchive_conversation(scope: CurrentScope, conversation_id: AtConversation) -> None:
    """Bring a conversation back from the archive."""
    await catalog.set_archived(scope, conversation_id, archived=False)


@router.get(
    "/conversations/{conversation_id}/messages", operation_id="listMessages", responses=errors(*_GONE)
)
async def list_messages(
    scope: CurrentScope, conversation_id: AtConversation, cursor: Cursor = None, limit: Limit = 100
) -> Messages:
    """The newest messages, oldest first; the cursor leads to older ones."""
    page = await messages.list_messages(scope, conversation_id, cursor=cursor, limit=limit)
    return Messages(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=202,
    operation_id="sendMessage",
    responses=errors(*_GONE, RunBusyError, TooManyRunsError, KeyReusedError, NotAllowedError),
)
async def send_message(
    actor: CurrentActor, platform: CurrentPlatform, conversation_id: AtConversation, data: SendMessage
) -> Sent:
    """Say something. The reply streams over the gateway; the same idempotency key again is the same message."""
    async with platform.database.transaction(actor) as scope:
        accepted = await messages.send_message(
            scope, conversation_id, text=data.text, key=data.idempotency_key
        )
    return await _start(platform, actor, accepted)


@router.post(
    "/conversations/{conversation_id}/messages/{message_id}/resend",
    status_code=202,
    operation_id="resendMessage",
    responses=errors(
        *_GONE, MessageNotFoundError, NotAUserMessageError, RunBusyError, TooManyRunsError, NotAllowedError
    ),
)
async def resend_message(
    actor: CurrentActor,
    platform: CurrentPlatform,
    conversation_id: AtConversation,
    message_id: AtMessage,
    data: Resend | None = None,
) -> Sent:
    """Say a message again, edited or as it was. What followed it is superseded."""
    async with platform.database.transaction(actor) as scope:
        accepted = await messages.resend(scope, conversation_id, message_id, text=data.text if data else None)
    return await _start(platform, actor, accepted)


@router.post(
    "/conversations/{conversation_id}/branch",
    status_code=201,
    operation_id="branchConversation",
    responses=errors(*_GONE, MessageNotFoundError, RunBusyError, NotAllowedError),
)
async def branch_conversation(
    scope: CurrentScope, conversation_id: AtConversation, data: Branch
) -> Conversation:
    """Go on from a message in a new conversation."""
    return await messages.branch(scope, conversation_id, data.message_id)


@router.get(
    "/conversations/{conversation_id}/export",
    operation_id="exportConversation",
    response_class=Response,
    responses=errors(*_GONE),
)
async def export_conversation(
    scope: CurrentScope,
    conversation_id: AtConversation,
    format: Annotated[Literal["markdown", "json"], Query()] = "markdown",  # noqa: A002
) -> Response:
    """The whole conversation as a file."""
    if format == "json":
        return _download(
            await export.export_json(scope, conversation_id), "application/json", "conversation.json"
        )
    text = await export.export_markdown(scope, conversation_id)
    return _download(text.encode(), "text/markdown; charset=utf-8", "conversation.md")


async def _start(platform: Platform, actor: Actor, accepted: messages.Accepted) -> Sent:
    if accepted.is_new:
        await platform.start_run(
            {"runId": accepted.run_id.hex, "workspaceId": actor.workspace_id.hex, "userId": actor.user_id.hex}
        )
    return Sent(message=accepted.message, run_id=accepted.run_id)


def _download(body: bytes, media_type: str, name: str) -> Response:
    return Response(
        body, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
