"""What processes mount of this slice."""

from openclaw.domains.channels.api.channels import router
from openclaw.domains.channels.api.hooks import router as hooks_router
from openclaw.domains.channels.events import CHECK_KIND, HANDLE_KIND, SEND_KIND
from openclaw.domains.channels.jobs.checking import CheckChannel
from openclaw.domains.channels.jobs.handling import HandleUpdate
from openclaw.domains.channels.jobs.polling import Poller
from openclaw.domains.channels.jobs.sending import SendMessage
from openclaw.domains.channels.repository import forget_old
from openclaw.domains.channels.service.hooks import ChannelHooks
from openclaw.domains.channels.service.providers import providers
from openclaw.domains.channels.service.receiving import Receiver
from openclaw.domains.channels.service.registry import Channels
from openclaw.domains.channels.subscribers import subscribers

ROUTERS = (router,)
PUBLIC_ROUTERS = (hooks_router,)  # outside of the API: no session, no version
CHORES = (forget_old,)

__all__ = [
    "CHECK_KIND",
    "CHORES",
    "HANDLE_KIND",
    "PUBLIC_ROUTERS",
    "ROUTERS",
    "SEND_KIND",
    "ChannelHooks",
    "Channels",
    "CheckChannel",
    "HandleUpdate",
    "Poller",
    "Receiver",
    "SendMessage",
    "providers",
    "subscribers",
]
