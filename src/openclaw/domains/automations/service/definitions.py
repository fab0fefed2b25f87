"""Automations made, changed, listed, switched, previewed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from openclaw.domains.audit import service as audit
from openclaw.domains.automations import repository
from openclaw.domains.automations.errors import (
    AutomationConflictError,
    AutomationNotFoundError,
    NotAWebhookError,
    TooManyAutomationsError,
    UnknownActionError,
)
from openclaw.domains.automations.models import AutomationRow
from openclaw.domains.automations.schemas import (
    ActionKind,
    Automation,
    CheckedFormula,
    CheckFormula,
    HookSecret,
    Kinds,
    NewAutomation,
    SaveAutomation,
    Times,
    TryTrigger,
)
from openclaw.domains.automations.service import switching
from openclaw.domains.automations.service.registry import NAMES, Automations
from openclaw.domains.automations.service.secrets import give_secret, signing_secret_of
from openclaw.domains.workflows.service import formulas
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.recurrence import Cron, Rule, check_rule, preview
from openclaw.infra.keys import lock_key
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of

MOST = 20_000
_OVERLAP = {"schedule": "skip", "interval": "skip"}
_SIGNS = "call_webhook"


async def access_automation(scope: Scope, automation_id: UUID, *, lock: bool = False) -> AutomationRow:
    """An automation of the user. Raises AutomationNotFoundError."""
    row = await repository.find(scope, automation_id, lock=lock)
    if row is None:
        raise AutomationNotFoundError
    return row


async def create(
    scope: Scope, automations: Automations, data: SaveAutomation, *, key: str | None
) -> NewAutomation:
    """A new automation; the same idempotency key again is the same one, without its secret.

    Raises NotAllowedError, InvalidInputError, UnknownActionError, TooManyAutomationsError, and what the action's
    check raises.
    """
    check_role(scope.who, Role.MEMBER)
    if key is not None:
        await lock_key(scope, "automation", key)
        if (known := await repository.find_by_key(scope, key)) is not None:
            return NewAutomation.model_validate((await view(scope, known)).model_dump())
    if await repository.count(scope) >= MOST:
        raise TooManyAutomationsError(limit=MOST)
    await _check(scope, automations, data)
    now = scope.now()
    row = AutomationRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        version=1,
        is_enabled=False,
        disabled_reason="by_hand",
        enabled_at=None,
        consecutive_failures=0,
        schedule_id=ids.new_id(),
        watch_id=ids.new_id(),
        idempotency_key=key,
        created_at=now,
        **_columns(data, now),
    )
    secret = give_secret(row, automations.keys, old_until=None)
    await repository.add(scope, row)
    if data.enabled is not False:
        await switching.switch_on(scope, row)
    await switching.set_interests_of(scope, automations)
    await _audit(scope, "automations.created", row)
    await switching.tell_changed(scope, row)
    shown = (await view(scope, row)).model_dump()
    return NewAutomation(
        **shown,
        secret=secret if row.trigger["kind"] == "webhook" else None,
        signing_secret=signing_secret_of(row, automations.keys) if row.action["kind"] == _SIGNS else None,
    )


async def replace(
    scope: Scope,
    automations: Automations,
    automation_id: UUID,
    data: SaveAutomation,
    *,
    version: int | None,
) -> Automation:
    """Change all of it, if it is still of that version. Times count from now on.

    Raises as `create`, AutomationNotFoundError, AutomationConflictError.
    """
    check_role(scope.who, Role.MEMBER)
    row = await access_automation(scope, automation_id, lock=True)
    if version is not None and version != row.version:
        raise AutomationConflictError(version=row.version)
    await _check(scope, automations, data)
    for name, value in _columns(data, scope.now()).items():
        setattr(row, name, value)
    row.version += 1
    if data.enabled and not row.is_enabled:
        await switching.switch_on(scope, row)
    elif data.enabled is False and row.is_enabled:
        await switching.switch_off(scope, row, reason="by_hand")
    else:
        await switching.set_schedules(scope, row)
    await scope.session.flush()
    await switching.set_interests_of(scope, automations)
    await _audit(scope, "automations.changed", row)
    await switching.tell_changed(scope, row)
    return await view(scope, row)


async def delete(scope: Scope, automations: Automations, automation_id: UUID) -> None:
    """Forget an automation with its history. Raises AutomationNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_automation(scope, automation_id, lock=True)
    await switching.switch_off(scope, row, reason="by_hand")
    await _audit(scope, "automations.deleted", row)
    await scope.session.flush()
    await repository.remove(scope, automation_id)
    await switching.set_interests_of(scope, automations)


async def set_enabled(
    scope: Scope, automations: Automations, automation_id: UUID, *, enabled: bool
) -> Automation:
    """Switch on, which forgets failures, or off. Raises AutomationNotFoundError, NotAllowedError, InvalidInputError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_automation(scope, automation_id, lock=True)
    if enabled != row.is_enabled:
        row.updated_at = scope.now()
        if enabled:
            automations.draft(row.action["kind"], row.action["config"])
            await switching.switch_on(scope, row)
            await switching.tell_changed(scope, row)
        else:
            await switching.switch_off(scope, row, reason="by_hand")
        await _audit(scope, "automations.enabled" if enabled else "automations.disabled", row)
    return await view(scope, row)


async def rotate_secret(
    scope: Scope, automations: Automations, automation_id: UUID, *, keep_old_hours: int
) -> HookSecret:
    """A new secret, shown this once. Raises AutomationNotFoundError, NotAWebhookError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_automation(scope, automation_id, lock=True)
    is_hook, signs = row.trigger["kind"] == "webhook", row.action["kind"] == _SIGNS
    if not is_hook and not signs:
        raise NotAWebhookError
    until = scope.now() + timedelta(hours=keep_old_hours) if keep_old_hours else None
    secret = give_secret(row, automations.keys, old_until=until)
    await _audit(scope, "automations.secret_rotated", row)
    return HookSecret(
        secret=secret if is_hook else None,
        signing_secret=signing_secret_of(row, automations.keys) if signs else None,
        old_until=row.old_secret_until if is_hook else None,
    )


async def list_page(
    scope: Scope, *, enabled: bool | None, words: str | None, cursor: str | None, limit: int
) -> Page[Automation]:
    """A page of the user's automations, the last changed first. Raises InvalidInputError."""
    rows = await repository.list_page(
        scope, enabled=enabled, words=words, before=position_of(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1][0].updated_at, shown[-1][0].id) if len(rows) > limit else None
    return Page([_view(row, next_at) for row, next_at in shown], following)


async def get(scope: Scope, automation_id: UUID) -> Automation:
    """An automation of the user. Raises AutomationNotFoundError."""
    return await view(scope, await access_automation(scope, automation_id))


async def list_next(scope: Scope, automation_id: UUID, *, count: int) -> Times:
    """When it will be due, as if it were switched on. Raises AutomationNotFoundError."""
    row = await access_automation(scope, automation_id)
    rule = switching.rule_of_trigger(row.trigger, scope)
    after = scope.now()
    if row.is_enabled and row.trigger["kind"] == "interval":
        due = await repository.find_next(scope, row.schedule_id)
        if due is not None:  # its rounds are counted from when it was switched on
            after = due - timedelta(seconds=row.trigger["seconds"])
            rule = switching.interval_from(row.trigger, after)
    return _times(rule, after, count)


def try_trigger(scope: Scope, data: TryTrigger) -> Times:
    """When a trigger that is not saved yet would be due. Raises InvalidInputError."""
    rule = switching.rule_of_trigger(data.trigger.model_dump(by_alias=True), scope)
    if rule is not None:
        check_rule(rule)
    return _times(rule, data.after or scope.now(), data.count)


async def check_formula(scope: Scope, data: CheckFormula) -> CheckedFormula:
    """What is wrong with a formula that is not saved yet, in the actor's language, and what it says of a sample."""
    names = NAMES if data.of == "condition" else NAMES | {"result"}
    found: formulas.Problem | bool | None = formulas.find_problem(data.formula, names)
    if found is None and data.sample is not None:
        about = {
            "input": data.sample.input,
            "trigger": {"kind": "manual", "at": scope.now().isoformat()},
            "automation": {"id": "", "name": ""},
            "result": data.sample.result,
        }
        found = formulas.find_value_problem(data.formula, about)
    if isinstance(found, formulas.Problem):
        user, _ = await workspaces.get_acting(scope)
        problem = found.zh if user.language == "zh" else found.en
        return CheckedFormula(problem=problem, line=found.line, column=found.column, holds=None)
    return CheckedFormula(problem=None, line=None, column=None, holds=found)


def kinds(automations: Automations) -> Kinds:
    """What automations can do here, and be set off by."""
    return Kinds(
        actions=[
            ActionKind(kind=kind, config_schema=action.config.model_json_schema())
            for kind, action in sorted(automations.actions.items())
        ],
        events=sorted(automations.events),
        names=sorted(NAMES),
    )


async def view(scope: Scope, row: AutomationRow) -> Automation:
    """An automation as it travels."""
    return _view(row, await repository.find_next(scope, row.schedule_id))


def _view(row: AutomationRow, next_at: datetime | None) -> Automation:
    hook = f"/hooks/{ids.to_wire('auto', row.id)}" if row.trigger["kind"] == "webhook" else None
    return Automation(
        id=row.id,
        name=row.name,
        description=row.description,
        trigger=row.trigger,
        action=row.action,
        condition=row.condition,
        success=row.success,
        overlap=row.overlap,  # type: ignore[arg-type]
        max_consecutive_failures=row.max_failures,
        expected_every_seconds=row.expected_seconds,
        enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,  # type: ignore[arg-type]
        consecutive_failures=row.consecutive_failures,
        silent=row.alarmed_at is not None,
        next_at=next_at if row.is_enabled else None,
        last_run_at=row.last_run_at,
        last_run_state=row.last_run_state,  # type: ignore[arg-type]
        hook_path=hook,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _times(rule: Rule | None, after: datetime, count: int) -> Times:
    found = preview(rule, after, count) if rule is not None else []
    zone = ZoneInfo(rule.zone) if isinstance(rule, Cron) else ZoneInfo("UTC")
    return Times(items=found, local=[at.astimezone(zone).isoformat() for at in found])


def _columns(data: SaveAutomation, now: datetime) -> dict[str, Any]:
    trigger = data.trigger.model_dump(by_alias=True)
    return {
        "name": data.name,
        "description": data.description,
        "trigger": trigger,
        "action": data.action.model_dump(by_alias=True),
        "condition": data.condition,
        "success": data.success,
        "overlap": data.overlap or _OVERLAP.get(data.trigger.kind, "queue"),
        "max_failures": data.max_consecutive_failures,
        "expected_seconds": data.expected_every_seconds,
        "updated_at": now,
    }


async def _check(scope: Scope, automations: Automations, data: SaveAutomation) -> None:
    trigger = data.trigger.model_dump(by_alias=True)
    if (rule := switching.rule_of_trigger(trigger, scope)) is not None:
        check_rule(rule)
    if trigger["kind"] == "event" and trigger["event"] not in automations.events:
        raise UnknownActionError(name=trigger["event"], known=", ".join(sorted(automations.events)))
    language = scope.who.language
    if data.condition is not None:
        formulas.check_condition(data.condition, NAMES, field="condition", language=language)
    if data.success is not None:
        formulas.check_condition(data.success, NAMES | {"result"}, field="success", language=language)
    config = automations.draft(data.action.kind, data.action.config)
    formulas.check_value(data.action.config, NAMES, field="action.config", language=language)
    if config is not None:
        await automations.action(data.action.kind).check(scope, config)


async def _audit(scope: Scope, event: str, row: AutomationRow) -> None:
    await audit.append(
        scope,
        event,
        subject=ids.to_wire("auto", row.id),
        detail={"name": row.name, "trigger": row.trigger["kind"], "action": row.action["kind"]},
    )
