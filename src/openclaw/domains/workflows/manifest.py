"""What processes mount of this slice."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from openclaw.domains.workflows import events
from openclaw.domains.workflows.api import router
from openclaw.domains.workflows.jobs.carriers.agent_step import AgentCarrier
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCarrier
from openclaw.domains.workflows.jobs.carriers.http_step import HttpCarrier
from openclaw.domains.workflows.jobs.carriers.subworkflow import SubworkflowCarrier
from openclaw.domains.workflows.jobs.run import WorkflowJob
from openclaw.domains.workflows.proposals_api import router as proposals_router
from openclaw.domains.workflows.service import runs
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope

ROUTERS = (router, proposals_router)
RUN_KIND = "workflows.run"


def subscribers(
    start_run: Callable[[Scope, dict[str, str]], Awaitable[None]],
) -> dict[str, tuple[Subscriber, ...]]:
    """A run whose process died between accepting and starting it is started here; ``start_run`` raises if it cannot."""

    async def start(scope: Scope, body: dict[str, Any]) -> None:
        if await runs.is_open(scope, UUID(hex=body["runId"])):
            await start_run(scope, body)

    return {events.RUN_REQUESTED: (start,)}


__all__ = [
    "ROUTERS",
    "RUN_KIND",
    "AgentCarrier",
    "DeviceCarrier",
    "HttpCarrier",
    "SubworkflowCarrier",
    "WorkflowJob",
    "subscribers",
]
