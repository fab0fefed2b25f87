"""Automations switched on and off: the schedules that stand behind them, and what their user wants to hear of."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.events import CHANGED, FIRE_KIND, WATCH_KIND
from openclaw.domains.automations.models import AutomationRow
from openclaw.domains.automations.service.registry import Automations
from openclaw.durable.recurrence import Cron, Interval, Repeated, Rule, Skipped
from openclaw.durable.schedules import Misfire, delete_schedule, put_schedule
from openclaw.infra.feed import tell
from openclaw.infra.outbox import set_interests
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids

_WATCHES_PER_EXPECTATION = 10
_SHORTEST_WATCH = timedelta(seconds=60)


def acting(scope: Scope, user_id: UUID, workspace_id: UUID) -> Scope:
    """A system scope that acts for a user: what it writes is theirs."""
    return replace(scope, actor=Actor(user_id=user_id, workspace_id=workspace_id, role=Role.MEMBER))


def rule_of_trigger(trigger: dict[str, Any], scope: Scope) -> Rule | None:
    """The times of a trigger, counted from now on; None when it has none."""
    if trigger["kind"] == "schedule":
        return Cron(
            " ".join(trigger["cron"].split()),
            trigger["zone"],
            Skipped(trigger["skippedHour"]),
            Repeated(trigger["repeatedHour"]),
        )
    if trigger["kind"] == "interval":
        return interval_from(trigger, scope.now())
    return None


def interval_from(trigger: dict[str, Any], at: datetime) -> Interval:
    """The times of an interval counted from ``at`` on."""
    return Interval(timedelta(seconds=trigger["seconds"]), at)


async def switch_on(scope: Scope, row: AutomationRow) -> None:
    """From now on it is set off by what it is set off by. Raises InvalidInputError."""
    row.is_enabled, row.disabled_reason, row.enabled_at = True, None, scope.now()
    row.consecutive_failures, row.alarmed_at = 0, None
    await set_schedules(scope, row)


async def switch_off(scope: Scope, row: AutomationRow, *, reason: str) -> None:
    """Nothing sets it off any more."""
    row.is_enabled, row.disabled_reason, row.alarmed_at = False, reason, None
    await set_schedules(scope, row)
    await tell_changed(scope, row)


async def set_schedules(scope: Scope, row: AutomationRow) -> None:
    """Have the durable engine fire what the automation needs, and nothing else. Raises InvalidInputError."""
    payload = {"automationId": row.id.hex}
    rule = rule_of_trigger(row.trigger, scope) if row.is_enabled else None
    if rule is None:
        await delete_schedule(scope, row.schedule_id)
    else:
        await put_schedule(
            scope,
            schedule_id=row.schedule_id,
            kind=FIRE_KIND,
            rule=rule,
            payload=payload | {"name": row.name},
            misfire=Misfire(row.trigger["misfire"]),
            misfire_limit=row.trigger["misfireLimit"],
        )
    if row.expected_seconds is None or not row.is_enabled:
        await delete_schedule(scope, row.watch_id)
    else:
        every = timedelta(seconds=row.expected_seconds) / _WATCHES_PER_EXPECTATION
        watch = Interval(max(_SHORTEST_WATCH, timedelta(seconds=int(every.total_seconds()))), scope.now())
        await put_schedule(
            scope,
            schedule_id=row.watch_id,
            kind=WATCH_KIND,
            rule=watch,
            payload=payload,
            misfire=Misfire.RUN_ONCE,
        )


async def set_interests_of(scope: Scope, automations: Automations) -> None:
    """Have recorded what the user's automations are set off by, and the ends of what they set going."""
    triggers = await repository.list_triggers(scope)
    named = {trigger.get("event") for trigger in triggers}
    wanted = {
        source.fact
        for name, source in automations.events.items()
        if source.is_wanted_only and (name in named or (triggers and source.target is not None))
    }
    await set_interests(scope, wanted)


async def tell_changed(scope: Scope, row: AutomationRow) -> None:
    """Tell the user's pages that an automation is another one now."""
    body = {"event": CHANGED, "payload": {"automationId": ids.to_wire("auto", row.id)}}
    await tell(scope, row.user_id, row.workspace_id, body)
