"""What processes mount of this slice."""

from openclaw.domains.artifacts import events
from openclaw.domains.artifacts.api import machines, publications, results
from openclaw.domains.artifacts.api.pages import ResultPages
from openclaw.domains.artifacts.jobs.processing import Processor
from openclaw.domains.artifacts.jobs.publishing import Publisher
from openclaw.domains.artifacts.service.buckets import Bucket
from openclaw.domains.artifacts.service.publishing import end_expired
from openclaw.domains.artifacts.subscribers import subscribers

ROUTERS = (results.router, publications.router, machines.router)
CHORES = (end_expired,)
PROCESS_KIND = events.PROCESS_KIND
PUBLISH_KIND = events.PUBLISH_KIND
__all__ = [
    "CHORES",
    "PROCESS_KIND",
    "PUBLISH_KIND",
    "ROUTERS",
    "Bucket",
    "Processor",
    "Publisher",
    "ResultPages",
    "subscribers",
]
