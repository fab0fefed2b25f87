"""What processes mount of this slice."""

from openclaw.domains.automations.api.automations import router
from openclaw.domains.automations.api.hooks import router as hooks_router
from openclaw.domains.automations.events import FIRE_KIND, RUN_KIND, WATCH_KIND
from openclaw.domains.automations.jobs.chores import chores
from openclaw.domains.automations.jobs.firing import ScheduleFired, WatchFired
from openclaw.domains.automations.jobs.run import RunAutomation
from openclaw.domains.automations.service.actions.notice import NotifyAction, tell_until_seen
from openclaw.domains.automations.service.actions.publish import PUBLISHED, SAVED, PublishAction
from openclaw.domains.automations.service.actions.task import TASK_COMPLETED, TaskAction
from openclaw.domains.automations.service.actions.webhook import WebhookAction
from openclaw.domains.automations.service.actions.workflow import WORKFLOW_ENDED, WorkflowAction
from openclaw.domains.automations.service.events import CHANNEL_MESSAGE, DEVICE_CAME_ONLINE
from openclaw.domains.automations.service.hooks import Hooks
from openclaw.domains.automations.service.registry import Action, Automations, EventSource
from openclaw.domains.automations.subscribers import subscribers

ROUTERS = (router,)
PUBLIC_ROUTERS = (hooks_router,)  # outside of the API: no session, no version


__all__ = [
    "CHANNEL_MESSAGE",
    "DEVICE_CAME_ONLINE",
    "FIRE_KIND",
    "PUBLIC_ROUTERS",
    "PUBLISHED",
    "ROUTERS",
    "RUN_KIND",
    "SAVED",
    "TASK_COMPLETED",
    "WATCH_KIND",
    "WORKFLOW_ENDED",
    "Action",
    "Automations",
    "EventSource",
    "Hooks",
    "NotifyAction",
    "PublishAction",
    "RunAutomation",
    "ScheduleFired",
    "TaskAction",
    "WatchFired",
    "WebhookAction",
    "WorkflowAction",
    "chores",
    "subscribers",
    "tell_until_seen",
]
