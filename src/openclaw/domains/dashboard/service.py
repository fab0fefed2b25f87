"""The dashboard, in as many statements however much there is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from openclaw.domains.agents.service import approvals, costs
from openclaw.domains.artifacts.service import listing
from openclaw.domains.artifacts.service.views import artifact_view
from openclaw.domains.dashboard.schemas import Cost, Dashboard, Finished, Machine, Needs, Running
from openclaw.domains.devices.service import host_registry, registry
from openclaw.domains.notifications.policy.plans import is_zone
from openclaw.domains.notifications.service import notices
from openclaw.domains.tasks.service import overview as tasks
from openclaw.domains.workflows.service import overview as workflows
from openclaw.infra.config import Config
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError

SHOWN = 5
_QUESTIONS = 20
_HOSTS = 50
_LATELY = timedelta(days=14)


async def look(scope: Scope, config: Config, *, zone: str) -> Dashboard:
    """What the user's first page shows; the month begins in ``zone``. Raises InvalidInputError."""
    if not is_zone(zone):
        raise InvalidInputError(field="timeZone", reason="not a time zone")
    since = scope.now() - _LATELY
    runs = await tasks.look(scope, since=since, limit=SHOWN)
    flows = await workflows.look(scope, since=since, limit=SHOWN)
    results = await listing.list_artifacts(scope, listing.wanted(), cursor=None, limit=SHOWN)
    return Dashboard(
        needs=Needs(
            approvals=await approvals.list_approvals(scope, state="pending", limit=_QUESTIONS),
            notifications=await notices.list_needed(scope, limit=SHOWN),
            tasks=runs.failed,
            workflows=flows.failed,
        ),
        running=Running(
            tasks=runs.running,
            task_count=runs.running_count,
            workflows=flows.running,
            workflow_count=flows.running_count,
        ),
        finished=Finished(
            tasks=runs.finished,
            workflows=flows.finished,
            results=[artifact_view(scope, row, config) for row in results.items],
        ),
        machines=await _machines(scope),
        cost=await _cost(scope, month_of(scope.now(), ZoneInfo(zone))),
    )


def month_of(now: datetime, zone: ZoneInfo) -> datetime:
    """When the month that it is in ``zone`` has begun."""
    return now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


async def _machines(scope: Scope) -> list[Machine]:
    devices = await registry.list_devices(scope)
    hosts = await host_registry.list_hosts(
        scope, are_revoked_shown=False, offers=(), cursor=None, limit=_HOSTS
    )
    return [
        *(
            Machine(
                id=device.id,
                kind="device",
                name=device.name,
                state="online" if device.online else "offline",
                last_seen_at=device.last_seen_at,
            )
            for device in devices
        ),
        *(
            Machine(
                id=host.device_id,
                kind="host",
                name=host.name,
                state="online" if host.status == "healthy" else host.status,  # pyright: ignore[reportArgumentType]
                last_seen_at=host.last_heartbeat_at,
                slots=host.slots,
                busy_slots=host.busy_slots,
            )
            for host in hosts.items
        ),
    ]


async def _cost(scope: Scope, since: datetime) -> Cost:
    return Cost(since=since, **vars(await costs.spent(scope, since=since)))
