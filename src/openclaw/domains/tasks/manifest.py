"""What processes mount of this slice."""

from openclaw.domains.tasks import events
from openclaw.domains.tasks.api import router
from openclaw.domains.tasks.jobs.run import TaskJob
from openclaw.domains.tasks.subscribers import SUBSCRIBERS

ROUTERS = (router,)
RUN_KIND = events.RUN_KIND

__all__ = ["ROUTERS", "RUN_KIND", "SUBSCRIBERS", "TaskJob"]
