"""A user's runs at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openclaw.domains.workflows.repository import overview as repository
from openclaw.domains.workflows.schemas import NamedRun
from openclaw.domains.workflows.service.runs import summary
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Overview:
    """Runs, the newest first. ``failed``: those that nobody has started again."""

    running: list[NamedRun]
    running_count: int
    failed: list[NamedRun]
    finished: list[NamedRun]


async def look(scope: Scope, *, since: datetime, limit: int) -> Overview:
    """At most ``limit`` of each, without dry runs and what is part of another run; failed ones since then."""
    running = await repository.list_open(scope, limit=limit)
    failed = await repository.list_failed(scope, since=since, limit=limit)
    finished = await repository.list_completed(scope, limit=limit)

    def named(rows: Sequence[repository.Named]) -> list[NamedRun]:
        return [NamedRun(**vars(summary(row, scope.who.language)), name=name) for row, name, _ in rows]

    return Overview(named(running), running[0][2] if running else 0, named(failed), named(finished))
