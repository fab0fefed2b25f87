"""Facts of lower slices that concern runs of tasks."""

from typing import Any
from uuid import UUID

from openclaw.domains.devices.events import HOST_LOST
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.events import task_topic
from openclaw.infra.bus import publish
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope


async def _note_lost(scope: Scope, body: dict[str, Any]) -> None:
    """The runs that were on a host which is gone: whoever leads them decides what becomes of them."""
    for lost in body["runs"]:
        run_id = UUID(hex=lost["runId"])
        if await repository.note_lost(scope, run_id, epoch=lost["epoch"]):
            await publish(scope, task_topic(run_id), {})


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {HOST_LOST: (_note_lost,)}
