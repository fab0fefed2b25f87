"""Routes of kill switches, of what a workspace asks of plugins' isolation, and of the user's calls."""

from typing import Annotated

from fastapi import Path, Query

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.plugins.errors import NotOperatorError, PluginNotFoundError
from openclaw.domains.plugins.schemas import (
    PluginBlock,
    PluginBlocks,
    PluginCalls,
    PluginName,
    PluginSettings,
    PutPluginSettings,
    SetBlock,
)
from openclaw.domains.plugins.service import blocks, calls, registry
from openclaw.domains.plugins.service.views import block_view
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import PluginBlockId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("plugins")
AtBlock = Annotated[PluginBlockId, Path()]


@router.get("/plugin-blocks", operation_id="listPluginBlocks", responses=errors(NotSignedInError))
async def list_blocks(scope: CurrentScope) -> PluginBlocks:
    """Kill switches that hold for the workspace, its own and those for everybody."""
    return PluginBlocks(items=[block_view(row) for row in await blocks.list_blocks(scope)])


@router.post(
    "/plugin-blocks",
    status_code=201,
    operation_id="setPluginBlock",
    responses=errors(NotSignedInError, NotAllowedError, NotOperatorError),
)
async def set_block(actor: CurrentActor, platform: CurrentPlatform, data: SetBlock) -> PluginBlock:
    """Switch plugins off: for the workspace (admins), or everywhere (operators). What runs is ended within seconds."""
    async with platform.database.transaction(actor) as scope:
        if not data.everywhere:
            return block_view(await blocks.set_block(scope, actor, data))
        await registry.check_operator(scope)
    async with platform.database.system() as every:
        return block_view(await blocks.set_block(every, actor, data))


@router.get(
    "/plugin-blocks/{block_id}",
    operation_id="getPluginBlock",
    responses=errors(NotSignedInError, PluginNotFoundError),
)
async def get_block(scope: CurrentScope, block_id: AtBlock) -> PluginBlock:
    """A kill switch that holds for the workspace."""
    return block_view(await blocks.access_block(scope, block_id))


@router.delete(
    "/plugin-blocks/{block_id}",
    status_code=204,
    operation_id="removePluginBlock",
    responses=errors(NotSignedInError, PluginNotFoundError, NotAllowedError, NotOperatorError),
)
async def remove_block(actor: CurrentActor, platform: CurrentPlatform, block_id: AtBlock) -> None:
    """Take a kill switch back."""
    async with platform.database.transaction(actor) as scope:
        row = await blocks.access_block(scope, block_id)
        if row.workspace_id is not None:
            await blocks.remove_block(scope, actor, row)
            return
        await registry.check_operator(scope)
    async with platform.database.system() as every:
        await blocks.remove_block(every, actor, row)


@router.get("/plugin-settings", operation_id="getPluginSettings", responses=errors(NotSignedInError))
async def get_settings(scope: CurrentScope) -> PluginSettings:
    """What the workspace asks of the isolation of plugins."""
    return await calls.get_settings(scope)


@router.put(
    "/plugin-settings",
    operation_id="putPluginSettings",
    responses=errors(NotSignedInError, NotAllowedError),
)
async def put_settings(scope: CurrentScope, data: PutPluginSettings) -> PluginSettings:
    """Ask for a tier of isolation, for admins only: plugins do not run where it is not to be had."""
    return await calls.put_settings(scope, data)


@router.get("/plugin-calls", operation_id="listPluginCalls", responses=errors(NotSignedInError))
async def list_calls(
    scope: CurrentScope,
    plugin: Annotated[PluginName | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> PluginCalls:
    """The user's calls of plugins, the last first: tier, usage, log and end of each."""
    page = await calls.list_calls(scope, name=plugin, cursor=cursor, limit=limit)
    return PluginCalls(items=page.items, next_cursor=page.next_cursor)
