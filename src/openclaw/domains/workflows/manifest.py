"""What processes mount of this slice."""

from typing import Any

from openclaw.domains.workflows import events
from openclaw.domains.workflows.api import router
from openclaw.domains.workflows.jobs.carriers.agent_step import AgentCarrier
from openclaw.domains.workflows.jobs.carriers.asking import ModelAsker
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCarrier
from openclaw.domains.workflows.jobs.carriers.http_step import HttpCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_step import PluginCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_tools import PluginTools
from openclaw.domains.workflows.jobs.carriers.subworkflow import SubworkflowCarrier
from openclaw.domains.workflows.jobs.run import WorkflowJob
from openclaw.domains.workflows.proposals_api import router as proposals_router
from openclaw.domains.workflows.results_api import router as results_router
from openclaw.domains.workflows.runs_api import router as runs_router
from openclaw.domains.workflows.service import deletion
from openclaw.domains.workflows.service.starting import RunStarts
from openclaw.infra.blobs import BlobStore
from openclaw.infra.housekeeping import Chore
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope


def subscribers(blobs: BlobStore) -> dict[str, tuple[Subscriber, ...]]:
    """What object storage holds of deleted runs goes."""

    async def forget(_scope: Scope, body: dict[str, Any]) -> None:
        await deletion.forget_objects(blobs, body)

    return {events.RUNS_DELETED: (forget,)}


def chores(days: int | None) -> tuple[Chore, ...]:
    """Runs that ended so many days ago go; None: none do."""

    async def forget(scope: Scope) -> None:
        await deletion.forget_old(scope, days)

    return (forget,)


ROUTERS = (router, runs_router, proposals_router, results_router)
RUN_KIND = events.RUN_KIND


__all__ = [
    "ROUTERS",
    "RUN_KIND",
    "AgentCarrier",
    "DeviceCarrier",
    "HttpCarrier",
    "ModelAsker",
    "PluginCarrier",
    "PluginTools",
    "RunStarts",
    "SubworkflowCarrier",
    "WorkflowJob",
    "chores",
    "subscribers",
]
