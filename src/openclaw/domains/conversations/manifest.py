"""What processes mount of this slice."""

from openclaw.domains.conversations.api import router
from openclaw.domains.conversations.service.transcript import ConversationTranscript

ROUTERS = (router,)
__all__ = ["ROUTERS", "ConversationTranscript"]
