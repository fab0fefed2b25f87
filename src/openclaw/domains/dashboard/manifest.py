"""What processes mount of this slice."""

from openclaw.domains.dashboard.api import router

ROUTERS = (router,)
