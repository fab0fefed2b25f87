"""The route by which machines hand files over."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request

from openclaw.domains.artifacts.api.results import UPLOAD
from openclaw.domains.artifacts.errors import BodyWithheldError, TooMuchStoredError, WrongContentError
from openclaw.domains.artifacts.service import handing
from openclaw.domains.devices.errors import (
    CallNotFoundError,
    DeviceSessionRevokedError,
    DeviceTokenExpiredError,
)
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import sessions
from openclaw.infra.web.context import CurrentPlatform, Platform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.kit.errors import TooLargeError

router = slice_router("bridge")


@router.post(
    "/bridge/result-files",
    status_code=204,
    operation_id="handOverResultFile",
    responses=errors(
        DeviceSessionRevokedError,
        DeviceTokenExpiredError,
        CallNotFoundError,
        BodyWithheldError,
        WrongContentError,
        TooMuchStoredError,
        TooLargeError,
    ),
    openapi_extra=UPLOAD,
)
async def hand_over(
    request: Request,
    platform: CurrentPlatform,
    call: Annotated[str, Query(max_length=40)] = "",
    authorization: Annotated[str, Header(max_length=300)] = "",
) -> None:
    """By a machine: a file that the call asked for, while it is open."""
    device = await _device(platform, authorization)
    try:
        call_id = UUID(hex=call)
    except ValueError:
        raise CallNotFoundError from None
    body = await request.body()
    async with platform.database.system(is_quiet=True) as scope:
        await handing.accept_file(scope, device, call_id, body, platform.blobs)


async def _device(platform: Platform, authorization: str) -> DeviceRow:
    async with platform.database.system() as scope:
        found = await sessions.authenticate(scope, authorization.partition(" ")[2])
    if found is None:
        raise DeviceSessionRevokedError
    return found[1]
