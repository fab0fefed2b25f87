"""What processes mount of this slice."""

from openclaw.domains.notifications.api import router
from openclaw.domains.notifications.jobs.delivering import Deliverer
from openclaw.domains.notifications.repository import deliveries, notices, reaching
from openclaw.domains.notifications.subscribers import subscribers

ROUTERS = (router,)
CHORES = (
    notices.forget_old,
    deliveries.forget_ended,
    reaching.forget_expired_tokens,
    reaching.forget_signed_out,
)
__all__ = ["CHORES", "ROUTERS", "Deliverer", "subscribers"]
