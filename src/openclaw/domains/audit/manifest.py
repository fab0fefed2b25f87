"""What processes mount of this slice."""

from openclaw.domains.audit.api import router
from openclaw.domains.audit.subscribers import SUBSCRIBERS

ROUTERS = (router,)
__all__ = ["ROUTERS", "SUBSCRIBERS"]
