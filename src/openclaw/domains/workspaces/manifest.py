"""What processes mount of this slice."""

from openclaw.domains.workspaces.api import entrance, workspaces

ROUTERS = (entrance.router, workspaces.router)
authenticate_request = entrance.authenticate_request
