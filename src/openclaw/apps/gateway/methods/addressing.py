"""Session keys: how clients of the gateway name conversations."""

from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.service import catalog
from openclaw.infra.scope import Scope
from openclaw.kit import ids

MAIN_KEYS = frozenset({"main", "agent:main:main", "global"})
AGENT_PREFIX = "agent:main:"


async def conversation_of(scope: Scope, session_key: str, connection: Connection) -> UUID:
    """The conversation that a key names: ``main``, ``conv_…`` or ``agent:main:conv_…``.

    The connection hears of it by the same name. Raises ConversationNotFoundError, also for conversations of others.
    """
    conversation_id = (await catalog.access_conversation(scope, await named_by(scope, session_key))).id
    connection.call_session(key_of(conversation_id), session_key)
    return conversation_id


async def named_by(scope: Scope, session_key: str) -> UUID:
    """The same, for callers who look for themselves whether it is the user's.

    Raises ConversationNotFoundError for what cannot be a key.
    """
    if session_key in MAIN_KEYS:
        return (await catalog.get_main(scope)).id
    try:
        return ids.from_wire("conv", session_key.removeprefix(AGENT_PREFIX))
    except ValueError:
        raise ConversationNotFoundError from None


def check_session(conversation_id: UUID, session_id: str | None) -> None:
    """Raise ConversationNotFoundError unless ``session_id``, if given, is the conversation's."""
    if session_id not in (None, key_of(conversation_id)):
        raise ConversationNotFoundError


def key_of(conversation_id: UUID) -> str:
    """The canonical key of a conversation."""
    return ids.to_wire("conv", conversation_id)


def name_of(connection: Connection, conversation_id: UUID) -> str:
    """What the client calls a conversation; the canonical key unless it has used another."""
    return connection.name_of_session(key_of(conversation_id))
