"""``call_webhook``: a signed POST to an address on the public internet; redirects are not followed."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
import orjson
from pydantic import Field

from openclaw.domains.automations.errors import ReceiverFailedError, ReceiverRefusedError
from openclaw.domains.automations.policy.signatures import signed_headers
from openclaw.domains.automations.service.registry import ActionCall
from openclaw.infra.addresses import PrivateAddressError, UnknownHostError, resolve
from openclaw.infra.scope import Scope
from openclaw.infra.wire import WireInput
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError

KIND = "call_webhook"
_SECONDS = 20
_LARGEST_BODY = 262_144
_LARGEST_ANSWER = 65_536
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
        try:
            port = url.port or (443 if url.scheme == "https" else 80)
            address = await resolve(url.host, port, may_be_private=self._may_be_private)
        except PrivateAddressError:
            raise ReceiverRefusedError(reason=f"{url.host} is not on the public internet") from None
        except UnknownHostError:
            raise ReceiverFailedError(reason=f"{url.host} is not known") from None
        headers = signed_headers(
            call.signing_secret,
            delivery_id=ids.to_wire("arun", call.run_id),
            at=self._clock.now(),
            body=content,
        )
        headers |= {
            "Host": urlsplit(str(url)).netloc.rpartition("@")[2],
            "Content-Type": "application/json",
            "User-Agent": "OpenClaw-Webhook/1",
        }
        try:
            async with asyncio.timeout(_SECONDS):
                status, answer = await _send(url.copy_with(host=address), headers, content, url.host)
        except (httpx2.HTTPError, OSError) as error:
            raise ReceiverFailedError(reason=f"{type(error).__name__}: {error}"[:300]) from None
        if status >= 500 or status in _MAY_PASS:
            raise ReceiverFailedError(reason=f"it answered {status}")
        if status >= 300:
            raise ReceiverRefusedError(reason=f"it answered {status}")
        return {"status": status, "body": answer}

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """There is nothing that goes on by itself."""


def _parsed(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise InvalidInputError(field="action.config.url", reason="is no address") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise InvalidInputError(
            field="action.config.url", reason="must be http:// or https://, without a name and password"
        )
    return url


async def _send(url: httpx2.URL, headers: dict[str, str], content: bytes, host: str) -> tuple[int, str]:
    async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            "POST", url, headers=headers, content=content, extensions={"sni_hostname": host}
        )
        response = await client.send(request, stream=True)
        try:
            answer = b""
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) >= _LARGEST_ANSWER:
                    break
        finally:
            await response.aclose()
    return response.status_code, answer[:_LARGEST_ANSWER].decode("utf-8", "replace")
