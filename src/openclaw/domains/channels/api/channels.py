"""Routes of channels."""

from typing import Annotated

from fastapi import Header, Path, Query

from openclaw.domains.channels.errors import (
    ChannelNotFoundError,
    ChannelNotReadyError,
    TooManyChannelsError,
)
from openclaw.domains.channels.schemas import (
    Channel,
    ChannelKinds,
    ChannelList,
    CreateChannel,
    NewChannel,
    PairingCode,
    SaveChannel,
)
from openclaw.domains.channels.service import channels
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ChannelId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("channels")
AtChannel = Annotated[ChannelId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=150)]
_GONE = (NotSignedInError, ChannelNotFoundError)
_CHANGE = (*_GONE, NotAllowedError)


@router.get("/channel-kinds", operation_id="getChannelKinds", responses=errors(NotSignedInError))
async def get_kinds(_actor: CurrentActor, platform: CurrentPlatform) -> ChannelKinds:
    """The kinds that there are, each with the JSON Schema of its `settings`."""
    return channels.kinds(platform.channels)


@router.get("/channels", operation_id="listChannels", responses=errors(NotSignedInError))
async def list_channels(
    scope: CurrentScope, platform: CurrentPlatform, cursor: Cursor = None, limit: Limit = 50
) -> ChannelList:
    """The user's channels, the newest first."""
    page = await channels.list_page(scope, platform.channels, cursor=cursor, limit=limit)
    return ChannelList(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/channels",
    status_code=201,
    operation_id="createChannel",
    responses=errors(NotSignedInError, NotAllowedError, TooManyChannelsError, TooManyJobsError),
)
async def create_channel(
    scope: CurrentScope, platform: CurrentPlatform, data: CreateChannel, key: Key = None
) -> NewChannel:
    """A new channel, checked as soon as it has its settings. What signs deliveries to it is shown this once."""
    return await channels.create(scope, platform.channels, data, key=key)


@router.get("/channels/{channel_id}", operation_id="getChannel", responses=errors(*_GONE))
async def get_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> Channel:
    """A channel."""
    return await channels.get(scope, platform.channels, channel_id)


@router.put(
    "/channels/{channel_id}", operation_id="saveChannel", responses=errors(*_CHANGE, TooManyJobsError)
)
async def save_channel(
    scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel, data: SaveChannel
) -> Channel:
    """Change it; with settings it is checked again. Secrets that are left out stay as they are."""
    return await channels.replace(scope, platform.channels, channel_id, data)


@router.delete(
    "/channels/{channel_id}", status_code=204, operation_id="deleteChannel", responses=errors(*_CHANGE)
)
async def delete_channel(scope: CurrentScope, channel_id: AtChannel) -> None:
    """Forget a channel with its secrets. Its conversations stay."""
    await channels.delete(scope, channel_id)


@router.post(
    "/channels/{channel_id}/check",
    operation_id="checkChannel",
    responses=errors(*_CHANGE, ChannelNotReadyError, TooManyJobsError),
)
async def check_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> Channel:
    """Ask the provider once more whether the settings are good."""
    return await channels.check_again(scope, platform.channels, channel_id)


@router.post(
    "/channels/{channel_id}/pairing",
    operation_id="pairChannel",
    responses=errors(*_CHANGE, ChannelNotReadyError, TooManyJobsError),
)
async def pair_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> PairingCode:
    """A code to send from the channel, good once for ten minutes. Whoever was bound before is so no longer. Mail's
    address is written to, once a minute at most: the code is good in an answer to that."""
    return await channels.new_code(scope, platform.channels, channel_id)


@router.post(
    "/channels/{channel_id}/test",
    status_code=202,
    operation_id="testChannel",
    responses=errors(*_CHANGE, ChannelNotReadyError, TooManyJobsError),
)
async def test_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> None:
    """Send the bound person a line. Whether it went out is told by the channel's `sentAt` and `error`."""
    await channels.send_test(scope, platform.channels, channel_id)


@router.post("/channels/{channel_id}/pause", operation_id="pauseChannel", responses=errors(*_CHANGE))
async def pause_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> Channel:
    """Take nothing in and send nothing by it until it is resumed."""
    return await channels.set_paused(scope, platform.channels, channel_id, paused=True)


@router.post("/channels/{channel_id}/resume", operation_id="resumeChannel", responses=errors(*_CHANGE))
async def resume_channel(scope: CurrentScope, platform: CurrentPlatform, channel_id: AtChannel) -> Channel:
    """Listen and speak again."""
    return await channels.set_paused(scope, platform.channels, channel_id, paused=False)
