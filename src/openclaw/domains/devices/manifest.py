"""What processes mount of this slice."""

from openclaw.domains.devices.api import router

ROUTERS = (router,)
