"""A program of one's own: signed deliveries both ways, as Standard Webhooks has them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError
from openclaw.domains.channels.service.providers.calling import object_of, send, text_of
from openclaw.domains.channels.service.registry import (
    HOOK_SECRET,
    Account,
    Incoming,
    Link,
    Outgoing,
    Received,
)
from openclaw.infra.outgoing import WrongUrlError, parsed_url
from openclaw.infra.signatures import check_signed, signed_headers
from openclaw.infra.wire import WireInput
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError

_MAY_PASS = frozenset({408, 425, 429})


class WebhookForm(WireInput):
    """Where messages are delivered to."""

    url: Annotated[str, Field(min_length=8, max_length=2000)]


class Webhook:
    """``may_be_private``: addresses inside the network are allowed."""

    form = WebhookForm
    secrets = frozenset[str]()
    longest = 60_000
    hears = True
    is_polled = False

    def __init__(self, clock: Clock, *, may_be_private: bool) -> None:
        self._clock = clock
        self._may_be_private = may_be_private

    async def check(self, link: Link) -> Account:
        """Deliver a ping, which has to be answered by a success."""
        await self._deliver(link, {"type": "ping"}, key=ids.new_id().hex)
        return Account(key=None, shown={"name": parsed_url(link.settings["url"]).host})

    async def send(self, link: Link, piece: Outgoing) -> None:
        """Deliver a message. A question comes with its buttons, whose data may be sent back as text's ``button``."""
        body = {
            "type": "message",
            "chat": piece.chat_id,
            "text": piece.text,
            "replyTo": piece.reply_to,
            "buttons": [dict(each) for each in piece.buttons],
        }
        await self._deliver(link, body, key=piece.key)

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Nothing is fetched."""
        return (), offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """``{"sender", "text"}``, and ``name``, ``chat`` or ``button`` if wanted; a replay is refused."""
        delivery_id = check_signed(headers, body, [link.secrets[HOOK_SECRET]], now)
        said = json_of(body)
        sender = text_of(said.get("sender"), "sender")
        chat = text_of(said.get("chat", sender), "chat")
        text, button = said.get("text", ""), said.get("button")
        if not isinstance(text, str) or not isinstance(button, (str, type(None))):
            raise InvalidInputError(field="text", reason="is no text")
        item = Incoming(
            key=f"delivery:{delivery_id}",
            sender_id=sender,
            sender_name=text_of(said.get("name", sender), "name"),
            chat_id=chat,
            is_private=chat == sender,
            text=text,
            reply_to=delivery_id,
            button={"data": button[:64]} if button else None,
        )
        return Received([item], answer={"ok": True}, refuses_replays=True)

    async def _deliver(self, link: Link, body: dict[str, Any], *, key: str) -> None:
        try:
            url = parsed_url(link.settings["url"])
        except WrongUrlError as error:
            raise ProviderRefusedError(said=f"the address {error}") from None
        content = orjson.dumps(body)
        headers = signed_headers(
            link.secrets[HOOK_SECRET], delivery_id=key, at=self._clock.now(), body=content
        )
        headers["Content-Type"] = "application/json"
        answer = await send(url, content, method="POST", headers=headers, may_be_private=self._may_be_private)
        if answer.status >= 500 or answer.status in _MAY_PASS:
            raise ProviderFailedError(said=f"it answered {answer.status}")
        if answer.status >= 300:
            raise ProviderRefusedError(said=f"it answered {answer.status}")


def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises InvalidInputError."""
    try:
        found = orjson.loads(body)
    except ValueError:
        raise InvalidInputError(field="body", reason="is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidInputError(field="body", reason="is no JSON object")
    return object_of(found)
