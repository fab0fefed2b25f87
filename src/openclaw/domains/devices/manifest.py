"""What processes mount of this slice."""

from openclaw.domains.devices.api import router
from openclaw.domains.devices.repository import forget_expired
from openclaw.domains.devices.subscribers import SUBSCRIBERS

ROUTERS = (router,)
CHORES = (forget_expired,)
__all__ = ["CHORES", "ROUTERS", "SUBSCRIBERS"]
