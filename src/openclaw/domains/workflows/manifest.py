"""What processes mount of this slice."""

from openclaw.domains.workflows import events
from openclaw.domains.workflows.api import router
from openclaw.domains.workflows.jobs.carriers.agent_step import AgentCarrier
from openclaw.domains.workflows.jobs.carriers.asking import ModelAsker
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCarrier
from openclaw.domains.workflows.jobs.carriers.http_step import HttpCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_step import PluginCarrier
from openclaw.domains.workflows.jobs.carriers.plugin_tools import PluginTools
from openclaw.domains.workflows.jobs.carriers.subworkflow import SubworkflowCarrier
from openclaw.domains.workflows.jobs.run import WorkflowJob
from openclaw.domains.workflows.proposals_api import router as proposals_router
from openclaw.domains.workflows.results_api import router as results_router

ROUTERS = (router, proposals_router, results_router)
RUN_KIND = events.RUN_KIND


__all__ = [
    "ROUTERS",
    "RUN_KIND",
    "AgentCarrier",
    "DeviceCarrier",
    "HttpCarrier",
    "ModelAsker",
    "PluginCarrier",
    "PluginTools",
    "SubworkflowCarrier",
    "WorkflowJob",
]
