"""``call_webhook``: a signed POST to an address on the public internet; redirects are not followed."""

from typing import Annotated, Any

import httpx2
import orjson
from pydantic import Field

from openclaw.domains.automations.errors import ReceiverFailedError, ReceiverRefusedError
from openclaw.domains.automations.service.registry import ActionCall
from openclaw.infra.outgoing import (
    ForbiddenAddressError,
    NoAnswerError,
    WrongUrlError,
    parsed_url,
    request,
)
from openclaw.infra.scope import Scope
from openclaw.infra.signatures import signed_headers
from openclaw.infra.wire import WireInput
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError

KIND = "call_webhook"
_LARGEST_BODY = 262_144
_MAY_PASS = frozenset({408, 425, 429})


class CallWebhook(WireInput):
    """Where to, and what: any JSON. Without ``body`` it says which automation has run, and why."""

    url: Annotated[str, Field(min_length=8, max_length=2000)]
    body: Any = None


class WebhookAction:
    """Sends webhooks. ``may_be_private``: addresses inside the network are allowed."""

    config = CallWebhook

    def __init__(self, clock: Clock, *, may_be_private: bool) -> None:
        self._clock = clock
        self._may_be_private = may_be_private

    async def check(self, scope: Scope, config: CallWebhook) -> None:
        """Raise InvalidInputError when there is no such address in the form of an address."""
        if isinstance(config.url, str):
            _parsed(config.url)

    async def begin(self, scope: Scope, call: ActionCall) -> None:
        """A receiver is never waited for in a transaction."""

    async def perform(self, call: ActionCall) -> dict[str, Any]:
        """The answer's status and the beginning of its body.

        Raises ReceiverRefusedError, and ReceiverFailedError where trying again may help.
        """
        config: CallWebhook = call.config
        url = _parsed(config.url)
        body = config.body
        if body is None:
            body = {
                "automationId": ids.to_wire("auto", call.automation_id),
                "automation": call.automation_name,
                "runId": ids.to_wire("arun", call.run_id),
            }
        content = orjson.dumps(body)
        if len(content) > _LARGEST_BODY:
            raise ReceiverRefusedError(reason=f"the body is over {_LARGEST_BODY} bytes")
        headers = signed_headers(
            call.signing_secret,
            delivery_id=ids.to_wire("arun", call.run_id),
            at=self._clock.now(),
            body=content,
        )
        headers |= {"Content-Type": "application/json", "User-Agent": "OpenClaw-Webhook/1"}
        try:
            answer = await request(
                "POST", url, headers=headers, content=content, may_be_private=self._may_be_private
            )
        except ForbiddenAddressError as error:
            raise ReceiverRefusedError(reason=str(error)) from None
        except NoAnswerError as error:
            raise ReceiverFailedError(reason=str(error)) from None
        if answer.status >= 500 or answer.status in _MAY_PASS:
            raise ReceiverFailedError(reason=f"it answered {answer.status}")
        if answer.status >= 300:
            raise ReceiverRefusedError(reason=f"it answered {answer.status}")
        return {"status": answer.status, "body": answer.text}

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """There is nothing that goes on by itself."""


def _parsed(text: str) -> httpx2.URL:
    try:
        return parsed_url(text)
    except WrongUrlError as error:
        raise InvalidInputError(field="action.config.url", reason=str(error)) from None
