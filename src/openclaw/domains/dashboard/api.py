"""The route of the dashboard."""

from typing import Annotated

from fastapi import Query

from openclaw.domains.dashboard import service
from openclaw.domains.dashboard.schemas import Dashboard
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.infra.web.context import CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router

router = slice_router("dashboard")
Zone = Annotated[str, Query(alias="timeZone", min_length=1, max_length=64)]


@router.get("/dashboard", operation_id="getDashboard", responses=errors(NotSignedInError))
async def get_dashboard(scope: CurrentScope, platform: CurrentPlatform, zone: Zone = "UTC") -> Dashboard:
    """What needs the user, what goes on, what was done, machines, and the cost of the month in `timeZone`."""
    return await service.look(scope, platform.config, zone=zone)
