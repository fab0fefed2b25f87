"""Routes of servers of the Model Context Protocol, which are looked at and then installed as they were seen."""

from typing import Annotated

from fastapi import Path

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.plugins.errors import (
    McpChangedError,
    McpServerError,
    PermissionsNotGrantedError,
    PluginBlockedError,
    PluginFailedError,
    PluginHookError,
    PluginInstalledError,
    PluginNotFoundError,
)
from openclaw.domains.plugins.schemas import (
    InstallMcpServer,
    LookAtMcpServer,
    McpOffer,
    Plugin,
    RefreshMcpPlugin,
)
from openclaw.domains.plugins.service import blocks, installing, mcp
from openclaw.domains.plugins.service.views import plugin_view
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Actor, Role
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, Platform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import PluginId
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.sandbox.errors import (
    CodeFailedError,
    LimitExceededError,
    SandboxLostError,
    SandboxUnavailableError,
)

router = slice_router("plugins")
AtPlugin = Annotated[PluginId, Path()]
_LOOK = (
    NotSignedInError,
    NotAllowedError,
    PluginBlockedError,
    McpServerError,
    PackageRefusedError,
    CodeFailedError,
    LimitExceededError,
    SandboxLostError,
    SandboxUnavailableError,
)
_CHANGE = (*_LOOK, McpChangedError, PluginHookError, PluginFailedError)


@router.post("/plugins/mcp/look", operation_id="lookAtMcpServer", responses=errors(*_LOOK))
async def look_at_server(actor: CurrentActor, platform: CurrentPlatform, data: LookAtMcpServer) -> McpOffer:
    """What an MCP server would be installed as, for admins only. Nothing is kept of it."""
    return mcp.offer_of(await _look(actor, platform, data), None, actor.language)


@router.post(
    "/plugins/mcp",
    status_code=201,
    operation_id="installMcpServer",
    responses=errors(*_CHANGE, PluginInstalledError),
)
async def install_server(actor: CurrentActor, platform: CurrentPlatform, data: InstallMcpServer) -> Plugin:
    """Install an MCP server as it was seen (`digest`), for admins only. Its headers are sealed secrets."""
    seen = await _look(actor, platform, data)
    await _keep(platform, seen, data.digest)
    async with platform.database.transaction(actor) as scope:
        check_role(actor, Role.ADMIN)
        row = await installing.install(
            scope,
            seen.package,
            platform.plugins,
            platform.keys,
            permissions=mcp.granted(seen.package),
            secrets=data.headers,
            settings={},
        )
        return plugin_view(row, await blocks.list_blocks(scope), actor.language)


@router.post(
    "/plugins/{plugin_id}/look",
    operation_id="lookAtMcpPlugin",
    responses=errors(*_LOOK, PluginNotFoundError),
)
async def look_again(actor: CurrentActor, platform: CurrentPlatform, plugin_id: AtPlugin) -> McpOffer:
    """What the server of an installation lists now, and how that differs; for admins only. Nothing is changed."""
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id)
        check_role(actor, Role.ADMIN)
        server = await mcp.server_of(row, platform.blobs)
        await mcp.check_may_look(scope, server)
    seen = await mcp.look(platform.plugins, actor, server, mcp.secrets_of(row, platform.keys), row)
    return mcp.offer_of(seen, row, actor.language)


@router.post(
    "/plugins/{plugin_id}/refresh",
    operation_id="refreshMcpPlugin",
    responses=errors(*_CHANGE, PluginNotFoundError, PermissionsNotGrantedError),
)
async def refresh_plugin(
    actor: CurrentActor, platform: CurrentPlatform, plugin_id: AtPlugin, data: RefreshMcpPlugin
) -> Plugin:
    """Take over what the server of an installation lists now, as it was seen (`digest`); for admins only."""
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id)
        check_role(actor, Role.ADMIN)
        server = await mcp.server_of(row, platform.blobs)
        await mcp.check_may_look(scope, server)
    seen = await mcp.look(platform.plugins, actor, server, mcp.secrets_of(row, platform.keys), row)
    await _keep(platform, seen, data.digest)
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id, lock=True)
        check_role(actor, Role.ADMIN)
        if row.digest != seen.package.digest:
            await installing.update(scope, row, seen.package, platform.plugins, platform.keys)
        return plugin_view(row, await blocks.list_blocks(scope), actor.language)


async def _look(actor: Actor, platform: Platform, data: LookAtMcpServer) -> mcp.Seen:
    server = mcp.server_at(data.name, data.url, data.headers)
    async with platform.database.transaction(actor) as scope:
        await mcp.check_may_look(scope, server)
    return await mcp.look(platform.plugins, actor, server, data.headers)


async def _keep(platform: Platform, seen: mcp.Seen, digest: str) -> None:
    """Its archive where the loader finds it, if it is what was agreed to."""
    if seen.package.digest != digest:
        raise McpChangedError(name=seen.package.name)
    await platform.blobs.put_content(digest, seen.archive)
    await platform.plugins.code.prepare(digest)
