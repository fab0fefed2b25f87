"""A user's runs at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openclaw.domains.tasks import repository
from openclaw.domains.tasks.policy import STATES_OF
from openclaw.domains.tasks.schemas import TaskRun
from openclaw.domains.tasks.service import views
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Overview:
    """Runs, the newest first. ``failed``: those that nothing has come of, and that nobody has launched again."""

    running: list[TaskRun]
    running_count: int
    failed: list[TaskRun]
    finished: list[TaskRun]


async def look(scope: Scope, *, since: datetime, limit: int) -> Overview:
    """At most ``limit`` of each; failed ones that were launched since then."""
    running, count = await repository.list_open(scope, limit=limit)
    failed = await repository.list_last(scope, states=STATES_OF["failed"], since=since, limit=limit)
    finished = await repository.list_runs(
        scope,
        task_id=None,
        system_id=None,
        state="succeeded",
        is_open=None,
        device_id=None,
        before=None,
        limit=limit,
    )
    seen = iter(await views.view_runs(scope, [*running, *failed, *finished]))

    def taken(rows: Sequence[object]) -> list[TaskRun]:
        return [next(seen) for _ in rows]

    return Overview(taken(running), count, taken(failed), taken(finished))
