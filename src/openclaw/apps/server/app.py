"""The web application: every slice's routes, the built web console, health."""

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from openclaw import __version__
from openclaw.apps.server import site
from openclaw.apps.server.mcp.endpoint import McpEndpoint
from openclaw.domains.agents import manifest as agents
from openclaw.domains.artifacts import manifest as artifacts
from openclaw.domains.audit import manifest as audit
from openclaw.domains.automations import manifest as automations
from openclaw.domains.channels import manifest as channels
from openclaw.domains.conversations import manifest as conversations
from openclaw.domains.dashboard import manifest as dashboard
from openclaw.domains.devices import manifest as devices
from openclaw.domains.identity import manifest as identity
from openclaw.domains.jobs import manifest as jobs
from openclaw.domains.notifications import manifest as notifications
from openclaw.domains.plugins import manifest as plugins
from openclaw.domains.systems import manifest as systems
from openclaw.domains.tasks import manifest as tasks
from openclaw.domains.workflows import manifest as workflows
from openclaw.domains.workspaces import manifest as workspaces
from openclaw.durable.claims import measure_depth
from openclaw.infra.health import Health, check_health
from openclaw.infra.metrics import exposition
from openclaw.infra.web.context import Platform
from openclaw.infra.web.errors import install_error_handlers
from openclaw.infra.web.limits import BodyLimit
from openclaw.infra.web.requests import RequestContext
from openclaw.infra.web.routes import completed
from openclaw.infra.web.versions import CURRENT, ApiVersions
from openclaw.kit.errors import UnavailableError

STATIC = Path(__file__).parent / "static"
_SLICES = (
    identity,
    workspaces,
    audit,
    notifications,
    devices,
    artifacts,
    plugins,
    systems,
    agents,
    conversations,
    workflows,
    jobs,
    tasks,
    channels,
    automations,
    dashboard,
)


def _routes() -> list[BaseRoute]:
    """Those of every slice; each request brings the process's parts with it."""
    api, public = APIRouter(prefix=f"/api/{CURRENT}"), APIRouter()
    for manifest in _SLICES:
        for router in manifest.ROUTERS:
            api.include_router(router)
    for router in (*channels.PUBLIC_ROUTERS, *automations.PUBLIC_ROUTERS):
        public.include_router(router)
    return [*api.routes, *public.routes]


# Not by way of `include_router`, which would work out every route's parameters and answers at once, and then again.
_ROUTES = _routes()


def build_app(platform: Platform) -> FastAPI:
    """The application for one process."""
    app = FastAPI(
        title="OpenClaw",
        version=__version__,
        openapi_url=f"/api/{CURRENT}/openapi.json",
        docs_url=None,
        redoc_url=None,
        description="A self-hosted, multi-tenant personal AI assistant that acts on your own machines.",
    )
    app.state.platform = platform
    app.state.authenticate = workspaces.authenticate_request
    app.router.routes.extend(_ROUTES)
    app.include_router(_operations(platform))
    install_error_handlers(app)
    plain = app.openapi
    app.openapi = lambda: completed(plain())
    app.router.routes.append(Route("/mcp", McpEndpoint(platform, workspaces.authenticate_request)))
    app.router.routes.append(Mount("/a", artifacts.ResultPages(platform, published=False)))
    app.router.routes.append(Mount("/p", artifacts.ResultPages(platform, published=True)))
    app.mount("/", _WebApp(directory=STATIC, check_dir=False), name="web")
    app.add_middleware(BodyLimit)
    app.add_middleware(ApiVersions)
    app.add_middleware(RequestContext, config=platform.config)
    return app


def _operations(platform: Platform) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        """The process answers."""
        return {"ok": True, "version": __version__}

    @router.get("/readyz")
    @router.get(f"/api/{CURRENT}/health")
    async def readyz() -> Response:
        """The process can serve: 200 healthy or degraded, 503 unhealthy."""
        health = await ready(platform)
        status = 503 if health.status == "unhealthy" else 200
        body = orjson.dumps({**dataclasses.asdict(health), "version": __version__})
        return Response(body, status_code=status, media_type="application/json")

    @router.get("/metrics")
    async def metrics() -> Response:
        """Counters for Prometheus, and the depth of the queue at this moment."""
        with contextlib.suppress(UnavailableError):
            await measure_depth(platform.database)
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


async def ready(platform: Platform) -> Health:
    """The health of the parts that requests need."""

    async def bus() -> None:
        if not platform.bus.is_connected:
            raise UnavailableError(part="event bus")

    return await check_health(
        platform.clock,
        required={"database": platform.database.ping, "bus": bus},
        optional={"storage": platform.blobs.ping},
    )


class _WebApp(StaticFiles):
    """The public site and the built console; a path that is no file is a page that the browser routes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file with its cache rule, or the page."""
        if scope["path"].startswith("/api/"):
            raise HTTPException(404, "There is no such route.")
        if page := site.find_page(STATIC / "site", scope):
            page.headers["Cache-Control"] = "no-cache"
            return page
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            is_file = path != "." and "." in path.rpartition("/")[2]
            if error.status_code != 404 or is_file or scope["path"].startswith("/docs/"):
                raise
            response = await self._page()
        if "assets/" in scope["path"]:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response

    async def _page(self) -> Response:
        page = STATIC / "index.html"
        if not page.is_file():
            return Response(
                "The web console is not built. Run `make web`, then reload.",
                status_code=503,
                media_type="text/plain",
            )
        return FileResponse(page)
