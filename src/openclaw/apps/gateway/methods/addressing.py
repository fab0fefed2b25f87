"""Session keys: how clients of the gateway name conversations."""

from uuid import UUID

from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.service import catalog
from openclaw.infra.scope import Scope
from openclaw.kit import ids

MAIN_KEYS = frozenset({"main", "agent:main:main", "global"})
AGENT_PREFIX = "agent:main:"


async def conversation_of(scope: Scope, session_key: str) -> UUID:
    """The conversation that a key names: ``main``, ``conv_…`` or ``agent:main:conv_…``.

    Raises ConversationNotFoundError, also for conversations of others.
    """
    if session_key in MAIN_KEYS:
        return (await catalog.get_main(scope)).id
    try:
        conversation_id = ids.from_wire("conv", session_key.removeprefix(AGENT_PREFIX))
    except ValueError:
        raise ConversationNotFoundError from None
    return (await catalog.access_conversation(scope, conversation_id)).id


def check_session(conversation_id: UUID, session_id: str | None) -> None:
    """Raise ConversationNotFoundError unless ``session_id``, if given, is the conversation's."""
    if session_id not in (None, key_of(conversation_id)):
        raise ConversationNotFoundError


def key_of(conversation_id: UUID) -> str:
    """The canonical key of a conversation."""
    return ids.to_wire("conv", conversation_id)
