"""Schedules of automations: a time has come, and whether one has run as often as it is expected to."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.models import AutomationRow
from openclaw.domains.automations.service.accepting import Offer, accept_or_note
from openclaw.domains.automations.service.registry import Automations
from openclaw.domains.automations.service.switching import acting, tell_changed
from openclaw.durable.schedules import Fire
from openclaw.infra.scope import Scope
from openclaw.kit import ids


class ScheduleFired:
    """A run for each time that has come; for those that were missed the history says so."""

    def __init__(self, automations: Automations) -> None:
        self._automations = automations

    async def __call__(self, scope: Scope, fires: Sequence[Fire]) -> None:
        """Accept them, in the transaction that fires them. Needs a system scope."""
        offers = [_offer(fire, scope) for fire in fires]
        await accept_or_note(scope, offers, queued_at_most=self._automations.queued_at_most)


class WatchFired:
    """The dead-man's switch: whoever has not run for as long as it is expected to is said to be silent, once."""

    def __init__(self, automations: Automations) -> None:
        self._automations = automations

    async def __call__(self, scope: Scope, fires: Sequence[Fire]) -> None:
        """Look at those automations. Needs a system scope."""
        wanted = {UUID(hex=fire.payload["automationId"]) for fire in fires}
        for row in (await repository.list_by_id(scope, wanted)).values():
            if _is_silent(row, scope):
                row.alarmed_at = scope.now()
                await tell_changed(scope, row)
                if self._automations.notify is not None:
                    last = row.last_run_at.isoformat() if row.last_run_at else None
                    data = {"name": row.name, "expectedSeconds": row.expected_seconds, "lastRunAt": last}
                    link = f"/automations/{ids.to_wire('auto', row.id)}"
                    owner = acting(scope, row.user_id, row.workspace_id)
                    await self._automations.notify(owner, row.user_id, "automation.silent", data, link)


def _is_silent(row: AutomationRow, scope: Scope) -> bool:
    if not row.is_enabled or row.expected_seconds is None or row.alarmed_at is not None:
        return False
    since = max(at for at in (row.last_run_at, row.enabled_at, row.created_at) if at is not None)
    return scope.now() - since > timedelta(seconds=row.expected_seconds)


def _offer(fire: Fire, scope: Scope) -> Offer:
    reason = {"kind": "schedule", "at": scope.now().isoformat(), "dueAt": fire.due_at.isoformat()}
    if fire.missed:
        reason["missed"] = str(fire.missed)
    return Offer(
        automation_id=UUID(hex=fire.payload["automationId"]),
        workspace_id=fire.workspace_id,
        user_id=fire.user_id,
        name=fire.payload["name"],
        reason=reason,
        key=f"due:{fire.due_at.isoformat()}",
        input={},
        skipped_for=None if fire.is_run else "missed",
    )
