"""What processes mount of this slice."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from openclaw.domains.agents import events
from openclaw.domains.agents.api import router
from openclaw.domains.agents.budgets_api import router as budgets_router
from openclaw.domains.agents.jobs.run import RunJob
from openclaw.domains.agents.service import runs
from openclaw.infra.blobs import BlobStore
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope

ROUTERS = (router, budgets_router)
RUN_KIND = "agents.run"


def subscribers(
    start_run: Callable[[Scope, dict[str, str]], Awaitable[None]], blobs: BlobStore
) -> dict[str, tuple[Subscriber, ...]]:
    """A run whose process died between accepting and starting it is started here; ``start_run`` raises if it cannot."""

    async def start(scope: Scope, body: dict[str, Any]) -> None:
        if await runs.is_open(scope, UUID(hex=body["runId"])):
            await start_run(scope, body)

    async def forget(_scope: Scope, body: dict[str, Any]) -> None:
        await runs.forget_results(blobs, body)

    return {events.RUN_REQUESTED: (start,), events.RUNS_FORGOTTEN: (forget,)}


__all__ = ["ROUTERS", "RUN_KIND", "RunJob", "subscribers"]
