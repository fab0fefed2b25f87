"""Runs carried out: begun by their condition and their overlap's rule, and settled when what they set going has ended.

Who changes a run holds its automation's row first: so two runs of one automation never decide at the same time.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.automations import repository
from openclaw.domains.automations.errors import (
    ActionFailedError,
    AutomationNotFoundError,
    CriteriaNotMetError,
)
from openclaw.domains.automations.events import CHANGED, RUN_KIND
from openclaw.domains.automations.models import AutomationRow, AutomationRunRow
from openclaw.domains.automations.service import switching
from openclaw.domains.automations.service.accepting import TRIES
from openclaw.domains.automations.service.registry import ActionCall, Automations
from openclaw.domains.automations.service.secrets import signing_secret_of
from openclaw.domains.workflows.service import formulas
from openclaw.durable import jobs
from openclaw.durable.jobs import JobSpec
from openclaw.infra.feed import tell
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

_LARGEST_RESULT = 65_536
RETRY_AFTER = timedelta(seconds=30)


async def begin(scope: Scope, automations: Automations, run_id: UUID) -> tuple[str, ActionCall] | None:
    """Begin a run as far as a transaction can: its action's kind and what is left to be performed, if anything.

    Raises any OpenClawError that the run then fails with.
    """
    found = await _access(scope, run_id)
    if found is None:
        return None
    automation, run = found
    if run.finished_at is not None or run.target is not None:
        return None
    action = automation.action["kind"]
    names = names_of(automation, run)
    if run.state == "queued":
        if (reason := await _reason_to_skip(scope, automations, automation, run, names)) is not None:
            await _skip(scope, automations, automation, run, reason)
            return None
        if run.is_parked:
            return None
        run.state, run.started_at = "running", scope.now()
        automation.last_run_at, automation.alarmed_at = scope.now(), None
        await _tell(scope, run)
    raw = formulas.fill(automation.action["config"], names, field="action.config")
    call = ActionCall(
        run_id=run.id,
        automation_id=automation.id,
        automation_name=automation.name,
        config=automations.config(action, raw),
        signing_secret=signing_secret_of(automation, automations.keys),
        depth=run.depth,
    )
    begun = await automations.action(action).begin(scope, call)
    if begun is None:
        return action, call
    run.target = begun.target
    if begun.target is None:
        await settle(scope, automations, automation, run, result=begun.result)
    return None


async def settle_by_id(
    scope: Scope,
    automations: Automations,
    run_id: UUID,
    *,
    result: Any = None,
    error: OpenClawError | None = None,
) -> None:
    """A run has come to its end. Nothing happens when it had before."""
    found = await _access(scope, run_id)
    if found is not None:
        await settle(scope, automations, *found, result=result, error=error)


async def settle(
    scope: Scope,
    automations: Automations,
    automation: AutomationRow,
    run: AutomationRunRow,
    *,
    result: Any = None,
    error: OpenClawError | None = None,
) -> None:
    """Write the end of a run, and what follows from it: the next one, or that the automation is switched off."""
    if run.finished_at is not None:
        return
    if error is None and automation.success is not None:
        error = _criteria_error(automation, run, result)
    run.state = "succeeded" if error is None else "failed"
    run.finished_at, run.is_parked = scope.now(), False
    run.result = _kept(result)
    run.error = None if error is None else storable(error.to_wire())
    automation.last_run_state = run.state
    automation.consecutive_failures = 0 if error is None else automation.consecutive_failures + 1
    if automation.is_enabled and automation.consecutive_failures >= automation.max_failures:
        await switching.switch_off(scope, automation, reason="failures")
        if automations.notify is not None:
            data = {
                "name": automation.name,
                "failures": automation.consecutive_failures,
                "error": run.error,
            }
            link = f"/automations/{ids.to_wire('auto', automation.id)}"
            await automations.notify(scope, run.user_id, "automation.disabled", data, link)
    await _tell(scope, run)
    await _promote(scope, automations, automation)


async def cancel(scope: Scope, automations: Automations, run_id: UUID) -> AutomationRunRow:
    """Stop a run wherever it is. Nothing happens when it has ended. Raises AutomationNotFoundError."""
    found = await _access(scope, run_id)
    if found is None:
        raise AutomationNotFoundError
    automation, run = found
    if run.finished_at is None:
        await _stop(scope, automations, automation, run)
        await _promote(scope, automations, automation)
    return run


async def settle_orphans(scope: Scope, automations: Automations) -> None:
    """A chore: runs whose job was ended by somebody else fail, so that none waits for them. Needs a system scope."""
    for run in await repository.list_orphans(scope, limit=200):
        reason = "its job was ended"
        await settle_by_id(
            switching.acting(scope, run.user_id, run.workspace_id),
            automations,
            run.id,
            error=ActionFailedError(reason=reason),
        )


def names_of(automation: AutomationRow, run: AutomationRunRow) -> dict[str, Any]:
    """What formulas may name."""
    return {
        "input": run.input,
        "trigger": run.reason,
        "automation": {"id": ids.to_wire("auto", automation.id), "name": automation.name},
    }


async def _access(scope: Scope, run_id: UUID) -> tuple[AutomationRow, AutomationRunRow] | None:
    """A run of the scope's user, and its automation, both locked, in that order."""
    run = await repository.find_run(scope, run_id)
    automation = await repository.find(scope, run.automation_id, lock=True) if run is not None else None
    run = await repository.find_run(scope, run_id, lock=True)
    return None if automation is None or run is None else (automation, run)


async def _reason_to_skip(
    scope: Scope,
    automations: Automations,
    automation: AutomationRow,
    run: AutomationRunRow,
    names: dict[str, Any],
) -> str | None:
    if not automation.is_enabled:
        return "disabled"
    if automation.condition is not None and not formulas.holds(
        automation.condition, names, field="condition"
    ):
        return "condition"
    if automation.overlap == "allow":
        return None
    if automation.overlap == "queue":
        run.is_parked = await repository.has_earlier(scope, run)
        return None
    running = await repository.list_running(scope, automation.id, but=run.id)
    if automation.overlap == "skip":
        return "overlap" if running else None
    for other in running:
        await _stop(scope, automations, automation, other)
    return None


async def _skip(
    scope: Scope, automations: Automations, automation: AutomationRow, run: AutomationRunRow, reason: str
) -> None:
    run.state, run.finished_at, run.is_parked = "skipped", scope.now(), False
    run.reason = run.reason | {"skippedFor": reason}
    await _tell(scope, run)
    await _promote(scope, automations, automation)


async def _stop(
    scope: Scope, automations: Automations, automation: AutomationRow, run: AutomationRunRow
) -> None:
    run.state, run.finished_at, run.is_parked = "cancelled", scope.now(), False
    automation.last_run_state = "cancelled"
    if run.target is not None:
        await automations.action(run.target["kind"]).cancel(scope, run.target["id"])
    else:
        await jobs.end_queued(scope, run.job_id)
    await _tell(scope, run)


async def _promote(scope: Scope, automations: Automations, automation: AutomationRow) -> None:
    """The oldest run that waits is the next."""
    parked = await repository.find_parked(scope, automation.id)
    if parked is None:
        return
    parked.is_parked = False
    payload = {"runId": parked.id.hex}
    spec = JobSpec(payload=payload, title=automation.name, tries=TRIES, retry_after=RETRY_AFTER)
    await automations.queue.submit(scope, RUN_KIND, spec)
    parked.job_id = spec.id


def _criteria_error(automation: AutomationRow, run: AutomationRunRow, result: Any) -> OpenClawError | None:
    assert automation.success is not None
    try:
        is_met = formulas.holds(
            automation.success, names_of(automation, run) | {"result": result}, field="success"
        )
    except OpenClawError as error:
        return error
    return None if is_met else CriteriaNotMetError()


def _kept(result: Any) -> dict[str, Any] | None:
    if result is None:
        return None
    if len(orjson.dumps(result)) > _LARGEST_RESULT:
        return {"value": None, "isTooLarge": True}
    return {"value": storable(result)}


async def _tell(scope: Scope, run: AutomationRunRow) -> None:
    payload = {
        "automationId": ids.to_wire("auto", run.automation_id),
        "runId": ids.to_wire("arun", run.id),
        "state": run.state,
    }
    await tell(scope, run.user_id, run.workspace_id, {"event": CHANGED, "payload": payload})
