"""What processes mount of this slice."""

from openclaw.domains.devices.api import router
from openclaw.domains.devices.subscribers import SUBSCRIBERS

ROUTERS = (router,)
__all__ = ["ROUTERS", "SUBSCRIBERS"]
