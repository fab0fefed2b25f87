"""A custom bot of a Feishu group: it is told things by its webhook, signed, and says nothing back."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError, WrongDeliveryError
from openclaw.domains.channels.service.providers.calling import call, words
from openclaw.domains.channels.service.registry import Account, Incoming, Link, Outgoing, Received
from openclaw.infra.wire import WireInput
from openclaw.kit.clock import Clock

_MAY_PASS = frozenset({9499, 11232, 11233, 11247})  # too many at a time
_GROUP = "group"


class FeishuPushForm(WireInput):
    """The last part of the webhook's address (``…/bot/v2/hook/<this>``), and its signing secret if it has one."""

    hook_token: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,100}$")]
    signing_secret: Annotated[str, Field(min_length=4, max_length=200)] | None = None


class FeishuPush:
    """``base``: where the open platform is."""

    form = FeishuPushForm
    secrets = frozenset({"hookToken", "signingSecret"})
    longest = 8_000
    hears = False
    is_polled = False

    def __init__(self, base: str, clock: Clock) -> None:
        self._base = base
        self._clock = clock

    async def check(self, link: Link) -> Account:
        """There is no other way to know than to say something."""
        await self._say(link, "OpenClaw")
        return Account(key=None, shown={"name": "Feishu"}, sender=(_GROUP, "Feishu"))

    async def send(self, link: Link, piece: Outgoing) -> None:
        """A text."""
        await self._say(link, piece.text)

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Nothing is fetched."""
        return (), offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """Nothing is delivered to us."""
        raise WrongDeliveryError(reason="this channel only sends")

    async def _say(self, link: Link, text: str) -> None:
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if secret := link.secrets.get("signingSecret"):
            time = str(int(self._clock.now().timestamp()))
            made = hmac.new(f"{time}\n{secret}".encode(), b"", hashlib.sha256).digest()
            body |= {"timestamp": time, "sign": base64.b64encode(made).decode()}
        url = f"{self._base}/open-apis/bot/v2/hook/{link.secrets['hookToken']}"
        status, said = await call(url, body)
        code = said.get("code", said.get("StatusCode"))
        if code == 0:
            return
        reason = words(said.get("msg") or f"it answered {status}")
        raise (ProviderFailedError if code in _MAY_PASS else ProviderRefusedError)(said=reason)
