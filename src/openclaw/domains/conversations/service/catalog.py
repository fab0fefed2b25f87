"""The list of conversations: created, renamed, archived, deleted and restored, searched."""

from datetime import datetime
from uuid import UUID

from openclaw.domains.agents.errors import RuntimeNotOfferedError
from openclaw.domains.agents.service import runs
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import ConversationNotFoundError, RuntimeFixedError
from openclaw.domains.conversations.models import ConversationRow, MessageRow
from openclaw.domains.conversations.schemas import (
    Conversation,
    CreateConversation,
    LastMessage,
    UpdateConversation,
)
from openclaw.domains.devices.service import registry as devices
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.feed import tell
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor
from openclaw.protocol.runs import RUN

_PREVIEW = 200
_TITLE_LENGTH = 60
UNTITLED = {"en": "New conversation", "zh": "新对话"}
MAIN_TITLE = {"en": "Main", "zh": "主对话"}


async def list_conversations(
    scope: Scope, *, query: str | None, archived: bool, cursor: str | None, limit: int
) -> Page[Conversation]:
    """A page of the user's conversations, the most recently used first."""
    rows = await repository.list_conversations(
        scope, query=query, archived=archived, before=_position(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    items = await view(scope, shown)
    following = f"{shown[-1].updated_at.isoformat()}|{shown[-1].id.hex}" if len(rows) > limit else None
    return Page(items, encode_cursor(following) if following else None)


async def find_conversations(
    scope: Scope,
    *,
    query: str | None = None,
    title: str | None = None,
    archived: bool | None = False,
    since: datetime | None = None,
    offset: int = 0,
    limit: int,
) -> tuple[list[Conversation], int]:
    """Some of the user's conversations, the most recently used first, and how many there are in all.

    ``archived`` None: both. ``title`` is the whole title; ``since``: used then or later.
    """
    rows, count = await repository.find_conversations(
        scope, query=query, title=title, archived=archived, since=since, offset=offset, limit=limit
    )
    return await view(scope, rows), count


async def create_conversation(
    scope: Scope, data: CreateConversation, *, conversation_id: UUID | None = None
) -> Conversation:
    """A new conversation; the one that is there already under ``conversation_id``, if that is given.

    Raises NotAllowedError for viewers, DeviceNotFoundError, RuntimeNotOfferedError, ConversationNotFoundError when
    that one was deleted.
    """
    check_role(scope.who, Role.MEMBER)
    if conversation_id is not None:
        if known := await repository.find_conversation(scope, conversation_id):
            return (await view(scope, [known]))[0]
        if await repository.find_conversation(scope, conversation_id, deleted=True):
            raise ConversationNotFoundError
    if data.device_id is not None:
        device = await devices.access_target(scope, data.device_id)
        if data.runtime == "pi" and RUN not in device.commands:
            raise RuntimeNotOfferedError(name=device.name)
    row = new_row(
        scope,
        title=data.title or UNTITLED[scope.who.language],
        device_id=data.device_id,
        runtime=data.runtime,
        sync_mode=data.sync_mode,
    )
    row.id = conversation_id or row.id
    await repository.add_conversations(scope, row)
    await announce(scope, row.id, "created")
    return (await view(scope, [row]))[0]


async def access_conversation(scope: Scope, conversation_id: UUID) -> ConversationRow:
    """One of the user's conversations. Raises ConversationNotFoundError."""
    row = await repository.find_conversation(scope, conversation_id)
    if row is None:
        raise ConversationNotFoundError
    return row


async def get_conversation(scope: Scope, conversation_id: UUID) -> Conversation:
    """One of the user's conversations. Raises ConversationNotFoundError."""
    return (await view(scope, [await access_conversation(scope, conversation_id)]))[0]


async def get_main(scope: Scope) -> ConversationRow:
    """The user's main conversation in the workspace, made at first use."""
    return await repository.ensure_main(scope, ids.new_id(), MAIN_TITLE[scope.who.language])


async def find_main_id(scope: Scope) -> UUID | None:
    """The user's main conversation in the workspace, if there is one yet."""
    row = await repository.find_main(scope)
    return row.id if row else None


async def reset_title(scope: Scope, conversation_id: UUID) -> None:
    """Give a conversation the title that it would have by itself. Raises ConversationNotFoundError."""
    row = await access_conversation(scope, conversation_id)
    first = await repository.find_at_seq(scope, conversation_id, 1)
    if row.is_main:
        row.title = MAIN_TITLE[scope.who.language]
    elif first is not None and first.superseded_at is None:
        row.title = title_of(first.text)
    else:
        row.title = UNTITLED[scope.who.language]
    await announce(scope, row.id, "updated")


async def update_conversation(scope: Scope, conversation_id: UUID, data: UpdateConversation) -> Conversation:
    """Change title or machine. Raises ConversationNotFoundError, DeviceNotFoundError, RuntimeFixedError."""
    row = await access_conversation(scope, conversation_id)
    changed = data.model_fields_set
    if data.title is not None:
        row.title = data.title
    if "device_id" in changed and data.device_id != row.device_id:
        if row.runtime != "server":
            raise RuntimeFixedError
        if data.device_id is not None:
            await devices.access_target(scope, data.device_id)
        row.device_id = data.device_id
    await announce(scope, row.id, "updated")
    return (await view(scope, [row]))[0]


async def set_archived(scope: Scope, conversation_id: UUID, *, archived: bool) -> None:
    """Move a conversation to the archive, or back. Raises ConversationNotFoundError."""
    row = await access_conversation(scope, conversation_id)
    row.archived_at = scope.now() if archived else None
    await announce(scope, row.id, "archived" if archived else "unarchived")


async def delete_conversation(scope: Scope, conversation_id: UUID) -> None:
    """Delete a conversation; it can be restored. A run in it stops. Raises ConversationNotFoundError."""
    row = await access_conversation(scope, conversation_id)
    row.deleted_at, row.is_main = scope.now(), False
    if (run := await runs.find_open_run(scope, row.id)) is not None:
        await runs.abort_run(scope, run.id)
    await announce(scope, row.id, "deleted")


async def restore_conversation(scope: Scope, conversation_id: UUID) -> Conversation:
    """Undo a deletion. Raises ConversationNotFoundError."""
    row = await repository.find_conversation(scope, conversation_id, deleted=True)
    if row is None:
        raise ConversationNotFoundError
    row.deleted_at = None
    await announce(scope, row.id, "restored")
    return (await view(scope, [row]))[0]


async def forget_deleted(scope: Scope) -> None:
    """Delete for good what was deleted a month ago, with its runs. Needs a system scope."""
    await runs.forget(scope, await repository.forget_deleted(scope))


async def view(scope: Scope, rows: list[ConversationRow]) -> list[Conversation]:
    """Conversations as the list shows them."""
    wanted = [row.id for row in rows]
    last = await repository.last_messages(scope, wanted) if wanted else {}
    states = await runs.open_states(scope, wanted)
    return [
        Conversation(
            id=row.id,
            title=row.title,
            device_id=row.device_id,
            runtime=row.runtime,  # pyright: ignore[reportArgumentType]
            sync_mode=row.sync_mode,  # pyright: ignore[reportArgumentType]
            runtime_session=row.runtime_session,
            archived=row.archived_at is not None,
            created_at=row.created_at,
            updated_at=row.updated_at,
            last_message=_preview(last.get(row.id)),
            run_state=states.get(row.id),  # type: ignore[arg-type]
        )
        for row in rows
    ]


def new_row(
    scope: Scope,
    *,
    title: str,
    device_id: UUID | None,
    runtime: str = "server",
    sync_mode: str = "full",
    branched_from_id: UUID | None = None,
) -> ConversationRow:
    """A conversation that is not stored yet."""
    return ConversationRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        title=title,
        is_main=False,
        device_id=device_id,
        runtime=runtime,
        sync_mode=sync_mode,
        runtime_session=None,
        summary=None,
        summary_through_seq=0,
        branched_from_id=branched_from_id,
        created_at=scope.now(),
        updated_at=scope.now(),
        archived_at=None,
        deleted_at=None,
    )


async def announce(
    scope: Scope, conversation_id: UUID, reason: str, *, message_id: UUID | None = None
) -> None:
    """Tell the user's pages that a conversation changed; ``message_id``: by what was said now."""
    payload = {
        "sessionKey": ids.to_wire("conv", conversation_id),
        "reason": reason,
        "ts": int(scope.now().timestamp() * 1000),
        **({"messageId": ids.to_wire("msg", message_id)} if message_id else {}),
    }
    await tell(scope, scope.user_id, scope.workspace_id, {"event": "sessions.changed", "payload": payload})


def title_of(text: str) -> str:
    """The title of a conversation that begins with ``text``."""
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"


def _preview(row: MessageRow | None) -> LastMessage | None:
    return LastMessage(role=row.role, text=row.text[:_PREVIEW]) if row else None  # type: ignore[arg-type]


def _position(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, digits = decode_cursor(cursor).partition("|")
        return datetime.fromisoformat(at), UUID(hex=digits)
    except ValueError:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page") from None
