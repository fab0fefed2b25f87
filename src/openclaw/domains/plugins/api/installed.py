"""Routes of what a workspace has installed."""

from typing import Annotated

from fastapi import Path

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.plugins.errors import (
    PackageUnusableError,
    PermissionsNotGrantedError,
    PluginBlockedError,
    PluginDependencyError,
    PluginHookError,
    PluginInstalledError,
    PluginNotFoundError,
    PluginSettingsError,
    PublisherChangedError,
)
from openclaw.domains.plugins.models import PluginRow
from openclaw.domains.plugins.schemas import ChangePlugin, InstallPlugin, Plugin, Plugins, UpdatePlugin
from openclaw.domains.plugins.service import blocks, installing
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.plugins.service.views import plugin_view
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import PluginId
from openclaw.sandbox.errors import SandboxUnavailableError

router = slice_router("plugins")
AtPlugin = Annotated[PluginId, Path()]
_GONE = (NotSignedInError, PluginNotFoundError)
_CHANGE = (
    *_GONE,
    NotAllowedError,
    PackageUnusableError,
    PluginBlockedError,
    PluginDependencyError,
    PluginHookError,
    PluginSettingsError,
    SandboxUnavailableError,
)


@router.get("/plugins", operation_id="listPlugins", responses=errors(NotSignedInError))
async def list_plugins(scope: CurrentScope) -> Plugins:
    """What the workspace has installed, by name."""
    switched = await blocks.list_blocks(scope)
    rows = await installing.list_plugins(scope)
    return Plugins(items=[plugin_view(row, switched, scope.who.language) for row in rows])


@router.post(
    "/plugins",
    status_code=201,
    operation_id="installPlugin",
    responses=errors(*_CHANGE, PluginInstalledError),
)
async def install_plugin(actor: CurrentActor, platform: CurrentPlatform, data: InstallPlugin) -> Plugin:
    """Install a package, for admins only. Its hooks run in the sandbox; when one fails nothing is installed."""
    runtime: PluginRuntime = platform.plugins
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        package = await installing.find_usable(scope, data.package_id, platform.blobs)
    await runtime.code.prepare(package.digest)
    async with platform.database.transaction(actor) as scope:
        package = await installing.find_usable(scope, data.package_id, platform.blobs)
        row = await installing.install(
            scope,
            package,
            runtime,
            platform.keys,
            permissions=data.permissions,
            secrets=data.secrets,
            settings=data.settings,
        )
        return await _view(scope, row)


@router.get("/plugins/{plugin_id}", operation_id="getPlugin", responses=errors(*_GONE))
async def get_plugin(scope: CurrentScope, plugin_id: AtPlugin) -> Plugin:
    """An installation."""
    return await _view(scope, await installing.access_plugin(scope, plugin_id))


@router.post(
    "/plugins/{plugin_id}/update",
    operation_id="updatePlugin",
    responses=errors(*_CHANGE, PermissionsNotGrantedError, PublisherChangedError),
)
async def update_plugin(
    actor: CurrentActor, platform: CurrentPlatform, plugin_id: AtPlugin, data: UpdatePlugin
) -> Plugin:
    """Go to another version, for admins only. What it asks for more has to be granted with it."""
    runtime: PluginRuntime = platform.plugins
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        await installing.access_plugin(scope, plugin_id)
        package = await installing.find_usable(scope, data.package_id, platform.blobs)
    await runtime.code.prepare(package.digest)
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id, lock=True)
        package = await installing.find_usable(scope, data.package_id, platform.blobs)
        await installing.update(
            scope,
            row,
            package,
            runtime,
            platform.keys,
            permissions=data.permissions,
            settings=data.settings,
            accept_publisher=data.accept_publisher,
        )
        return await _view(scope, row)


@router.patch("/plugins/{plugin_id}", operation_id="changePlugin", responses=errors(*_CHANGE))
async def change_plugin(
    actor: CurrentActor, platform: CurrentPlatform, plugin_id: AtPlugin, data: ChangePlugin
) -> Plugin:
    """Change settings, secrets or permissions, enable or disable; for admins only."""
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id, lock=True)
        check_role(actor, Role.ADMIN)
        await installing.change(scope, row, data, platform.plugins, platform.keys)
        return await _view(scope, row)


@router.delete(
    "/plugins/{plugin_id}",
    status_code=204,
    operation_id="uninstallPlugin",
    responses=errors(*_GONE, NotAllowedError),
)
async def uninstall_plugin(actor: CurrentActor, platform: CurrentPlatform, plugin_id: AtPlugin) -> None:
    """Take a plugin out, with what it kept; for admins only. Its own hook may fail and cannot prevent it."""
    async with platform.database.transaction(actor) as scope:
        row = await installing.access_plugin(scope, plugin_id, lock=True)
        check_role(actor, Role.ADMIN)
        await installing.uninstall(scope, row, platform.plugins, platform.keys)


async def _view(scope: Scope, row: PluginRow) -> Plugin:
    return plugin_view(row, await blocks.list_blocks(scope), scope.who.language)
