"""The address that providers deliver to: public, checked by each provider's own rules, answered once it is kept."""

from typing import Annotated, Any

from fastapi import Path, Request

from openclaw.domains.channels.errors import (
    ChannelNotFoundError,
    ChannelNotReadyError,
    ReplayedUpdateError,
    WrongDeliveryError,
)
from openclaw.domains.channels.service.hooks import Delivery
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.signatures import StaleDeliveryError, WrongSignatureError
from openclaw.infra.web.context import CurrentPlatform, address_of
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ChannelId

router = slice_router("hooks")
_BODY = {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}


@router.post(
    "/hooks/channels/{channel_id}",
    operation_id="deliverToChannel",
    responses=errors(
        ChannelNotFoundError,
        ChannelNotReadyError,
        WrongDeliveryError,
        WrongSignatureError,
        StaleDeliveryError,
        ReplayedUpdateError,
        TooManyJobsError,
    ),
    openapi_extra={"requestBody": _BODY, "security": []},
)
async def deliver(
    request: Request, platform: CurrentPlatform, channel_id: Annotated[ChannelId, Path()]
) -> dict[str, Any]:
    """A delivery of a channel's provider. The answer is what that provider wants to read."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    delivery = Delivery(channel_id, headers, await request.body(), address_of(request))
    return dict(await platform.channel_hooks.accept(delivery))
