"""What processes mount of this slice."""

from openclaw.domains.conversations.api import router
from openclaw.domains.conversations.service.catalog import forget_deleted
from openclaw.domains.conversations.service.transcript import ConversationTranscript

ROUTERS = (router,)
CHORES = (forget_deleted,)
__all__ = ["CHORES", "ROUTERS", "ConversationTranscript"]
