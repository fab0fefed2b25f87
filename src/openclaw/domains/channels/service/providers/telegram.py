"""Telegram's Bot API (https://core.telegram.org/bots/api), by long polling: it works behind any router.

`getUpdates` acknowledges what is before its offset, so the offset is kept with the updates and sent after that.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError, WrongDeliveryError
from openclaw.domains.channels.service.providers.calling import call, object_of, words
from openclaw.domains.channels.service.registry import Account, Incoming, Link, Outgoing, Received
from openclaw.infra.wire import WireInput

_POLL_SECONDS = 25
_WANTED = ["message", "callback_query"]
_MOST_AT_ONCE = 20  # the largest, which anybody may send, fit into what is read of an answer


class TelegramForm(WireInput):
    """The token that @BotFather gives."""

    bot_token: Annotated[str, Field(pattern=r"^[0-9]{3,20}:[A-Za-z0-9_-]{20,100}$")]


class Telegram:
    """``base``: where the API is."""

    form = TelegramForm
    secrets = frozenset({"botToken"})
    longest = 4_096
    hears = True
    is_polled = True

    def __init__(self, base: str) -> None:
        self._base = base

    async def check(self, link: Link) -> Account:
        """Who the bot is. Its updates come to us from now on: a webhook of before is taken away."""
        me = object_of(await self._ask(link, "getMe"))
        await self._ask(link, "deleteWebhook", {"drop_pending_updates": False})
        name = str(me.get("username", ""))
        return Account(
            key=f"telegram:{me.get('id')}", shown={"name": f"@{name}", "link": f"https://t.me/{name}"}
        )

    async def send(self, link: Link, piece: Outgoing) -> None:
        """A plain text, with buttons under it. A pressed button is told first."""
        if piece.callback:
            # It may have waited for too long; the words are what matters.
            with contextlib.suppress(ProviderRefusedError):
                await self._ask(link, "answerCallbackQuery", {"callback_query_id": piece.callback})
        message: dict[str, Any] = {
            "chat_id": piece.chat_id,
            "text": piece.text,
            "link_preview_options": {"is_disabled": True},
        }
        if piece.buttons:
            row = [{"text": each["label"], "callback_data": each["data"]} for each in piece.buttons]
            message["reply_markup"] = {"inline_keyboard": [row]}
        await self._ask(link, "sendMessage", message)

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Wait 25 s at most for something to come."""
        wanted = {
            "offset": offset,
            "limit": _MOST_AT_ONCE,
            "timeout": _POLL_SECONDS,
            "allowed_updates": _WANTED,
        }
        updates = await self._ask(link, "getUpdates", wanted, seconds=_POLL_SECONDS + 15)
        found: list[Incoming] = []
        for update in updates if isinstance(updates, list) else []:
            number = object_of(update).get("update_id")
            if not isinstance(number, int):
                continue
            offset = max(offset, number + 1)
            if (item := _incoming(number, update)) is not None:
                found.append(item)
        return found, offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """Nothing is delivered to us."""
        raise WrongDeliveryError(reason="this channel is polled")

    async def _ask(self, link: Link, method: str, body: Any = None, *, seconds: float = 20) -> Any:
        url = f"{self._base}/bot{link.secrets['botToken']}/{method}"
        status, answer = await call(url, body or {}, seconds=seconds)
        if answer.get("ok") is True:
            return answer.get("result")
        said = words(answer.get("description") or f"it answered {status}")
        if status == 409:  # somebody else polls with the same token
            raise ProviderFailedError(said=said)
        raise ProviderRefusedError(said=said)


def _incoming(number: int, update: dict[str, Any]) -> Incoming | None:
    """A message or a pressed button; None for what is neither, or sent by a bot or in a channel's own name."""
    pressed = object_of(update.get("callback_query"))
    message = object_of(pressed.get("message")) if pressed else object_of(update.get("message"))
    sender = object_of(pressed.get("from")) if pressed else object_of(message.get("from"))
    chat = object_of(message.get("chat"))
    if not isinstance(sender.get("id"), int) or not isinstance(chat.get("id"), int) or sender.get("is_bot"):
        return None
    button = None
    if pressed:
        # Who uses a client of their own may press what was never offered.
        data = str(pressed.get("data", "")).replace("\0", "␀")[:64]
        button = {"data": data, "callback": str(pressed.get("id", ""))[:100]}
    text = "" if pressed else message.get("text", "")
    names = (sender.get("first_name"), sender.get("last_name"))
    return Incoming(
        key=f"update:{number}",
        sender_id=str(sender["id"]),
        sender_name=" ".join(str(name) for name in names if name)[:200],
        chat_id=str(chat["id"]),
        is_private=chat.get("type") == "private",
        text=text if isinstance(text, str) else "",
        button=button,
    )
