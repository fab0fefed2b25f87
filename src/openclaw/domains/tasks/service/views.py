"""Runs as they travel, with all that a list shows, in as many queries however many there are."""

from collections.abc import Sequence
from typing import Any

from openclaw.domains.agents.schemas import DeviceRef, RunError
from openclaw.domains.agents.service import budgets, leading
from openclaw.domains.devices.service import registry
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.schemas import TaskRun, Totals
from openclaw.domains.tasks.service import joining, places
from openclaw.infra.scope import Scope
from openclaw.kit.errors import OpenClawError


async def view_runs(scope: Scope, rows: Sequence[TaskRunRow]) -> list[TaskRun]:
    """Those runs."""
    totals = await leading.totals(scope, [row.agent_run_id for row in rows if row.agent_run_id])
    charged = await budgets.views(scope, list({row.budget_id for row in rows if row.budget_id}))
    systems = await joining.refs(scope, rows)
    machines = await registry.list_known(scope, {row.device_id for row in rows if row.device_id})
    names = {device.id: device.name for device in machines}
    found: list[TaskRun] = []
    for row in rows:
        of_run = totals.get(row.agent_run_id) if row.agent_run_id else None
        is_open = row.finished_at is None
        found.append(
            TaskRun(
                id=row.id,
                task_id=row.task_id,
                title=row.title,
                system=systems.get(row.system_id) if row.system_id else None,
                state=row.state,  # pyright: ignore[reportArgumentType]
                reason=row.reason,  # pyright: ignore[reportArgumentType]
                origin_run_id=row.origin_run_id,
                attempt=row.attempt,
                target=places.view(row.target),
                device=DeviceRef(id=row.device_id, name=names.get(row.device_id, ""))
                if row.device_id
                else None,
                conversation_id=row.conversation_id,
                run_id=row.agent_run_id,
                approval_mode=row.approval_mode,  # pyright: ignore[reportArgumentType]
                budget=charged.get(row.budget_id) if row.budget_id else None,
                time_limit_seconds=row.time_limit_seconds,
                is_paused=is_open and row.paused_at is not None,
                is_cancelling=is_open and row.cancel_requested_at is not None,
                is_moving=is_open and row.moving_to is not None,
                totals=Totals() if of_run is None else Totals(**vars(of_run)),
                error=_error(row.error, scope.who.language),
                outcome=row.outcome,  # pyright: ignore[reportArgumentType]
                event_seq=row.event_seq,
                event_hash=row.event_hash.hex(),
                created_at=row.created_at,
                dispatched_at=row.dispatched_at,
                started_at=row.started_at,
                finished_at=row.finished_at,
            )
        )
    return found


def _error(kept: dict[str, Any] | None, language: str) -> RunError | None:
    if kept is None:
        return None
    error = OpenClawError.from_wire(kept)
    return RunError(code=error.code, title=error.words(language))
