"""What processes mount of this slice."""

from openclaw.domains.jobs.api import router

ROUTERS = (router,)
