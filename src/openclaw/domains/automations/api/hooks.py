"""The address that webhooks are sent to: public, signed, and answered once the delivery is kept."""

from typing import Annotated

from fastapi import Path, Request

from openclaw.domains.automations.errors import AutomationNotFoundError, ReplayedDeliveryError
from openclaw.domains.automations.schemas import Accepted
from openclaw.domains.automations.service.hooks import Delivery
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.signatures import StaleDeliveryError, WrongSignatureError
from openclaw.infra.web.context import CurrentPlatform, address_of
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import AutomationId

router = slice_router("hooks")
_BODY = {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}


@router.post(
    "/hooks/{automation_id}",
    status_code=202,
    operation_id="deliverWebhook",
    responses=errors(
        AutomationNotFoundError,
        WrongSignatureError,
        StaleDeliveryError,
        ReplayedDeliveryError,
        TooManyJobsError,
    ),
    openapi_extra={"requestBody": _BODY, "security": []},
)
async def deliver(
    request: Request, platform: CurrentPlatform, automation_id: Annotated[AutomationId, Path()]
) -> Accepted:
    """A delivery, signed as Standard Webhooks has it. 202 says that it is kept and will be acted on."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    delivery = Delivery(automation_id, headers, await request.body(), address_of(request))
    return Accepted(run_id=await platform.hooks.accept(delivery))
