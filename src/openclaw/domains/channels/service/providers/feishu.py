"""Feishu's bots (https://open.feishu.cn/document): events delivered to us and encrypted, messages by the app's token.

An event's signature is SHA-256 over its time, its nonce, the Encrypt Key and the body; what is in it is sealed by
AES-256-CBC under the key's SHA-256. The question that Feishu asks of a new address is sealed but not signed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError, WrongDeliveryError
from openclaw.domains.channels.service.providers.calling import call, object_of, text_of, words
from openclaw.domains.channels.service.providers.webhook import json_of
from openclaw.domains.channels.service.registry import Account, Incoming, Link, Outgoing, Received
from openclaw.infra.wire import WireInput
from openclaw.kit.clock import Clock

_TOLERANCE = timedelta(hours=24)  # Feishu tries again for hours; what came before is known by its id
_TOKEN_MARGIN = timedelta(minutes=5)
_BLOCK = 16
_TOKEN_IS_OVER = frozenset({99991661, 99991663, 99991664, 99991665, 99991668})
_MAY_PASS = frozenset({99991400, 230020, 11232, 11233, 11247})  # too many at a time
_NOT_OURS = "it is not signed and encrypted with the channel's keys"
Secret = Annotated[str, Field(min_length=4, max_length=200)]


class FeishuForm(WireInput):
    """Of an app in Feishu's developer console: its credentials, and both values of its events' encryption."""

    app_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{4,64}$")]
    app_secret: Secret
    encrypt_key: Secret
    verification_token: Secret


class Feishu:
    """``base``: where the open platform is."""

    form = FeishuForm
    secrets = frozenset({"appSecret", "encryptKey", "verificationToken"})
    longest = 8_000
    hears = True
    is_polled = False

    def __init__(self, base: str, clock: Clock) -> None:
        self._base = base
        self._clock = clock
        self._tokens: dict[UUID, tuple[str, str, datetime]] = {}

    async def check(self, link: Link) -> Account:
        """Who the app's bot is."""
        self._tokens.pop(link.channel_id, None)
        said = await self._ask(link, "GET", "/open-apis/bot/v3/info", None)
        bot = object_of(said.get("bot"))
        return Account(key=f"feishu:{link.settings['appId']}", shown={"name": words(bot.get("app_name"))})

    async def send(self, link: Link, piece: Outgoing) -> None:
        """A text, or a card when there are buttons. ``uuid`` lets Feishu send the same piece once."""
        if piece.buttons:
            kind, content = "interactive", _card(piece)
        else:
            kind, content = "text", {"text": piece.text}
        body = {
            "receive_id": piece.chat_id,
            "msg_type": kind,
            "content": orjson.dumps(content).decode(),
            "uuid": piece.key[:50],
        }
        await self._ask(link, "POST", "/open-apis/im/v1/messages?receive_id_type=chat_id", body)

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Nothing is fetched."""
        return (), offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """An event, or the question of a new address."""
        is_signed = "x-lark-signature" in headers
        if is_signed:  # before anything is opened: nobody learns from us what a changed body opens to
            _check_signature(link, headers, body, now)
        event = _opened(link, json_of(body))
        if event.get("type") == "url_verification":
            _check_token(link, event.get("token"))
            return Received(answer={"challenge": text_of(event.get("challenge"), "challenge", longest=500)})
        if not is_signed:
            raise WrongDeliveryError(reason=_NOT_OURS)
        header = object_of(event.get("header"))
        _check_token(link, header.get("token"))
        if header.get("app_id") not in (None, link.settings["appId"]):
            raise WrongDeliveryError(reason="it is for another app")
        content = object_of(event.get("event"))
        key = f"event:{text_of(header.get('event_id'), 'header.event_id', longest=150)}"
        if header.get("event_type") == "im.message.receive_v1":
            item = _message(key, content)
            return Received([item] if item else [])
        if header.get("event_type") == "card.action.trigger":
            return Received([_pressed(key, content)], answer={"toast": {"type": "info", "content": "OK"}})
        return Received()

    async def _ask(self, link: Link, method: str, path: str, body: Any) -> dict[str, Any]:
        for is_last in (False, True):
            token = await self._token(link)
            headers = {"Authorization": f"Bearer {token}"}
            status, said = await call(f"{self._base}{path}", body, method=method, headers=headers)
            if said.get("code") == 0:
                return said
            if said.get("code") in _TOKEN_IS_OVER and not is_last:
                self._tokens.pop(link.channel_id, None)
                continue
            reason = words(said.get("msg") or f"it answered {status}")
            if said.get("code") in _MAY_PASS:
                raise ProviderFailedError(said=reason)
            raise ProviderRefusedError(said=reason)
        raise AssertionError("the last round ends by itself")

    async def _token(self, link: Link) -> str:
        """The tenant access token, asked for anew when it is nearly over or of other credentials."""
        app_id, app_secret = link.settings["appId"], link.secrets["appSecret"]
        made_of = hashlib.sha256(f"{app_id}:{app_secret}".encode()).hexdigest()
        known = self._tokens.get(link.channel_id)
        if known is not None and known[0] == made_of and self._clock.now() < known[2]:
            return known[1]
        status, said = await call(
            f"{self._base}/open-apis/auth/v3/tenant_access_token/internal",
            {"app_id": app_id, "app_secret": app_secret},
        )
        token, seconds = said.get("tenant_access_token"), said.get("expire")
        if said.get("code") != 0 or not isinstance(token, str) or not isinstance(seconds, int):
            raise ProviderRefusedError(said=words(said.get("msg") or f"it answered {status}"))
        until = self._clock.now() + timedelta(seconds=seconds) - _TOKEN_MARGIN
        self._tokens[link.channel_id] = (made_of, token, until)
        return token


def _card(piece: Outgoing) -> dict[str, Any]:
    actions = [
        {
            "tag": "button",
            "text": {"tag": "plain_text", "content": each["label"]},
            "type": "primary" if each is piece.buttons[0] else "default",
            "value": {"data": each["data"]},
        }
        for each in piece.buttons
    ]
    text = {"tag": "div", "text": {"tag": "plain_text", "content": piece.text}}
    return {"elements": [text, {"tag": "action", "actions": actions}]}


def _opened(link: Link, outer: dict[str, Any]) -> dict[str, Any]:
    """What is sealed in a body: nobody without the key can make one that opens to sense."""
    sealed = outer.get("encrypt")
    if not isinstance(sealed, str):
        raise WrongDeliveryError(reason="it is not encrypted; the Encrypt Key is set in Feishu's console")
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise WrongDeliveryError(reason=_NOT_OURS) from None
    if len(data) < 2 * _BLOCK or len(data) % _BLOCK:
        raise WrongDeliveryError(reason=_NOT_OURS)
    key = hashlib.sha256(link.secrets["encryptKey"].encode()).digest()
    opener = Cipher(AES(key), CBC(data[:_BLOCK])).decryptor()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    try:
        padded = opener.update(data[_BLOCK:]) + opener.finalize()
        found = orjson.loads(unpadder.update(padded) + unpadder.finalize())
    except ValueError:
        raise WrongDeliveryError(reason=_NOT_OURS) from None
    return object_of(found)


def _check_signature(link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    time, nonce = headers.get("x-lark-request-timestamp", ""), headers.get("x-lark-request-nonce", "")
    given = headers.get("x-lark-signature", "")
    expected = hashlib.sha256(f"{time}{nonce}{link.secrets['encryptKey']}".encode() + body).hexdigest()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise WrongDeliveryError(reason="its signature does not fit")
    is_number = time.isascii() and time.isdigit() and len(time) <= 12
    if not is_number or abs(now.timestamp() - int(time)) > _TOLERANCE.total_seconds():
        raise WrongDeliveryError(reason="it is too old")


def _check_token(link: Link, token: Any) -> None:
    if not hmac.compare_digest(str(token).encode(), link.secrets["verificationToken"].encode()):
        raise WrongDeliveryError(reason=_NOT_OURS)


def _message(key: str, event: dict[str, Any]) -> Incoming | None:
    """A person's message; None for an app's."""
    sender, message = object_of(event.get("sender")), object_of(event.get("message"))
    if sender.get("sender_type") != "user":
        return None
    sender_id = text_of(object_of(sender.get("sender_id")).get("open_id"), "open_id")
    text = ""
    if message.get("message_type") == "text":
        try:
            said = object_of(orjson.loads(str(message.get("content"))))
        except ValueError:
            said = {}
        text = said["text"] if isinstance(said.get("text"), str) else ""
    return Incoming(
        key=key,
        sender_id=sender_id,
        sender_name=sender_id,
        chat_id=text_of(message.get("chat_id"), "chat_id"),
        is_private=message.get("chat_type") == "p2p",
        text=_without_mentions(text, message.get("mentions")),
    )


def _without_mentions(text: str, mentions: Any) -> str:
    """In a group the bot is spoken to by its name, which is a place holder in the text."""
    for mention in mentions if isinstance(mentions, list) else []:
        text = text.replace(str(object_of(mention).get("key") or "\0"), "")
    return text.strip()


def _pressed(key: str, event: dict[str, Any]) -> Incoming:
    """A pressed button. In which kind of chat is not said: it counts where the bound person was asked."""
    sender_id = text_of(object_of(event.get("operator")).get("open_id"), "open_id")
    context = object_of(event.get("context"))
    data = object_of(object_of(event.get("action")).get("value")).get("data")
    return Incoming(
        key=key,
        sender_id=sender_id,
        sender_name=sender_id,
        chat_id=text_of(context.get("open_chat_id"), "open_chat_id"),
        is_private=False,
        text="",
        button={"data": str(data or "")[:64]},
    )
