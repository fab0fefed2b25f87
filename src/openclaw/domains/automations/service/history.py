"""Runs as they are shown, set off by hand, tried out; and the test console of webhooks."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.errors import AutomationDisabledError, AutomationNotFoundError
from openclaw.domains.automations.models import AutomationRow, AutomationRunRow
from openclaw.domains.automations.policy.masking import shown_value
from openclaw.domains.automations.schemas import (
    AutomationFailure,
    AutomationRun,
    AutomationTarget,
    Sample,
    Trial,
)
from openclaw.domains.automations.service import runs
from openclaw.domains.automations.service.accepting import Offer, accept
from openclaw.domains.automations.service.definitions import access_automation
from openclaw.domains.automations.service.registry import Automations
from openclaw.domains.workflows.service import formulas
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.kit.pagination import Page, cursor_of, position_of

_PREFIXES = {"run_workflow": "wrun", "run_task": "trun"}


async def fire(
    database: Database,
    actor: Actor,
    automations: Automations,
    automation_id: UUID,
    *,
    data: dict[str, Any],
    key: str | None,
) -> AutomationRun:
    """Set an automation off by hand; the same idempotency key again is the same run.

    Raises AutomationNotFoundError, NotAllowedError, AutomationDisabledError, TooManyJobsError.
    """
    check_role(actor, Role.MEMBER)
    async with database.transaction(actor, is_quiet=True) as scope:
        row = await access_automation(scope, automation_id)
        if not row.is_enabled:
            raise AutomationDisabledError
    run_id = ids.new_id()
    offer = Offer(
        automation_id=row.id,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        name=row.name,
        reason={"kind": "manual"},
        key=f"manual:{key}" if key is not None else f"once:{run_id.hex}",
        input=data,
        run_id=run_id,
    )
    async with database.system() as scope:  # lanes of the queue are entered as for every other trigger
        at = {"at": scope.now().isoformat()}
        offers = [replace(offer, reason=offer.reason | at)]
        kept = await accept(scope, offers, queued_at_most=automations.queued_at_most)
        known = run_id if kept else await repository.find_run_id(scope, row.id, offer.key)
    if known is None:
        raise TooManyJobsError(limit=automations.queued_at_most)
    async with database.transaction(actor, is_quiet=True) as scope:
        return await get_run(scope, known)


async def get_run(scope: Scope, run_id: UUID) -> AutomationRun:
    """A run of the user. Raises AutomationNotFoundError."""
    run = await repository.find_run(scope, run_id)
    if run is None:
        raise AutomationNotFoundError
    automation = await access_automation(scope, run.automation_id)
    return _view(run, automation.name, scope.who.language)


async def list_runs(
    scope: Scope, *, automation_id: UUID | None, state: str | None, cursor: str | None, limit: int
) -> Page[AutomationRun]:
    """A page of the user's runs, the newest first. Raises AutomationNotFoundError, InvalidInputError."""
    if automation_id is not None:
        await access_automation(scope, automation_id)
    rows = await repository.list_runs(
        scope, automation_id=automation_id, state=state, before=position_of(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1][0].created_at, shown[-1][0].id) if len(rows) > limit else None
    return Page([_view(run, name, scope.who.language) for run, name in shown], following)


async def cancel_run(scope: Scope, automations: Automations, run_id: UUID) -> AutomationRun:
    """Stop a run wherever it is. Nothing happens when it has ended. Raises AutomationNotFoundError."""
    run = await runs.cancel(scope, automations, run_id)
    await scope.session.flush()
    return await get_run(scope, run.id)


async def list_samples(scope: Scope, automation_id: UUID) -> list[Sample]:
    """The last deliveries to a webhook, accepted or refused, secrets masked. Raises AutomationNotFoundError."""
    await access_automation(scope, automation_id)
    samples = [
        Sample(
            at=run.created_at,
            accepted=True,
            headers=run.reason.get("headers", {}),
            body=shown_value(run.input.get("body")),
            run_id=run.id,
            error=None,
        )
        for run in await repository.list_deliveries(scope, automation_id)
    ]
    for refused in await repository.list_refusals(scope, automation_id):
        error = _failure(refused.error, scope.who.language)
        samples.append(
            Sample(
                at=refused.created_at,
                accepted=False,
                headers=refused.headers,
                body=refused.body,
                run_id=None,
                error=error,
            )
        )
    samples.sort(key=lambda sample: sample.at, reverse=True)
    return samples[: repository.SAMPLES]


async def try_out(scope: Scope, automations: Automations, automation_id: UUID, data: dict[str, Any]) -> Trial:
    """What would happen with that input. Nothing does. Raises AutomationNotFoundError, InvalidInputDataError."""
    row = await access_automation(scope, automation_id)
    names = _names_of_trial(scope, row, data)
    if row.condition is not None and not formulas.holds(row.condition, names, field="condition"):
        return Trial(would_run=False, config=None)
    raw = formulas.fill(row.action["config"], names, field="action.config")
    automations.config(row.action["kind"], raw)
    return Trial(would_run=True, config=shown_value(raw))


def _names_of_trial(scope: Scope, row: AutomationRow, data: dict[str, Any]) -> dict[str, Any]:
    reason = {"kind": row.trigger["kind"], "at": scope.now().isoformat()}
    return {
        "input": data,
        "trigger": reason,
        "automation": {"id": ids.to_wire("auto", row.id), "name": row.name},
    }


def _view(run: AutomationRunRow, name: str, language: str) -> AutomationRun:
    target = None
    if run.target is not None:
        prefix = _PREFIXES.get(run.target["kind"], "run")
        target = AutomationTarget(kind=run.target["kind"], id=ids.to_wire(prefix, UUID(hex=run.target["id"])))
    reason = {key: value for key, value in run.reason.items() if key not in ("skippedFor", "headers")}
    return AutomationRun(
        id=run.id,
        automation_id=run.automation_id,
        automation_name=name,
        state=run.state,  # type: ignore[arg-type]
        reason=reason,
        skipped_for=run.reason.get("skippedFor"),
        input=run.input,
        result=(run.result or {}).get("value"),
        error=_failure(run.error, language) if run.error is not None else None,
        target=target,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _failure(wire: dict[str, Any], language: str) -> AutomationFailure:
    error = OpenClawError.from_wire(wire)
    return AutomationFailure(code=error.code, title=error.words(language))
