"""What processes mount of this slice."""

from openclaw.domains.identity.api import router

ROUTERS = (router,)
