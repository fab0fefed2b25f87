"""QQ's official bots (https://bot.q.qq.com/wiki): events delivered to us and signed by Ed25519, messages by HTTP.

The key pair comes from the bot's secret, which is repeated to 32 bytes. An answer names the message that it answers:
without one QQ lets a bot say a few things a month only.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError, WrongDeliveryError
from openclaw.domains.channels.service.providers.calling import call, object_of, text_of, words
from openclaw.domains.channels.service.providers.webhook import json_of
from openclaw.domains.channels.service.registry import Account, Incoming, Link, Outgoing, Received
from openclaw.infra.wire import WireInput
from openclaw.kit.clock import Clock

_SEED = 32
_TOLERANCE = timedelta(minutes=10)
_TOKEN_MARGIN = timedelta(minutes=1)
_ANSWERABLE = {"c2c": timedelta(minutes=59), "group": timedelta(minutes=4, seconds=45)}
_EVENT, _ACK, _VALIDATE = 0, 12, 13
_KINDS = {"C2C_MESSAGE_CREATE": "c2c", "GROUP_AT_MESSAGE_CREATE": "group"}


class QqForm(WireInput):
    """Of a bot at q.qq.com."""

    app_id: Annotated[str, Field(pattern=r"^[0-9]{4,20}$")]
    app_secret: Annotated[str, Field(min_length=8, max_length=200)]


class Qq:
    """``base``: where the API is; ``token_url``: where access tokens are."""

    form = QqForm
    secrets = frozenset({"appSecret"})
    longest = 1_500
    hears = True
    is_polled = False

    def __init__(self, base: str, token_url: str, clock: Clock) -> None:
        self._base = base
        self._token_url = token_url
        self._clock = clock
        self._tokens: dict[UUID, tuple[str, str, datetime]] = {}

    async def check(self, link: Link) -> Account:
        """Who the bot is."""
        self._tokens.pop(link.channel_id, None)
        me = await self._ask(link, "GET", "/users/@me", None)
        return Account(key=f"qq:{link.settings['appId']}", shown={"name": words(me.get("username"))})

    async def send(self, link: Link, piece: Outgoing) -> None:
        """A text. Chats are ``c2c:<openid>`` and ``group:<openid>``; buttons there are none, so codes are written."""
        kind, _, openid = piece.chat_id.partition(":")
        body: dict[str, Any] = {"content": piece.text, "msg_type": 0}
        message_id, _, at = (piece.reply_to or "").rpartition("@")
        if message_id and self._clock.now().timestamp() - int(at) < _ANSWERABLE[kind].total_seconds():
            # The number tells several answers to one message apart, and the same one sent again from another.
            digest = int.from_bytes(hashlib.sha256(piece.key.encode()).digest()[:4], "big")
            body |= {"msg_id": message_id, "msg_seq": digest % 1_000_000 + 1}
        place = "users" if kind == "c2c" else "groups"
        await self._ask(link, "POST", f"/v2/{place}/{openid}/messages", body)

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Nothing is fetched."""
        return (), offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """An event, or the question of a new address, which is answered by our signature."""
        key = _key_of(link)
        time = headers.get("x-signature-timestamp", "")
        try:
            signature = bytes.fromhex(headers.get("x-signature-ed25519", ""))
            key.public_key().verify(signature, time.encode() + body)
        except (ValueError, InvalidSignature):
            raise WrongDeliveryError(reason="its signature does not fit") from None
        is_number = time.isascii() and time.isdigit() and len(time) <= 12
        if not is_number or abs(now.timestamp() - int(time)) > _TOLERANCE.total_seconds():
            raise WrongDeliveryError(reason="it is too old")
        said = json_of(body)
        content = object_of(said.get("d"))
        if said.get("op") == _VALIDATE:
            token = text_of(content.get("plain_token"), "d.plain_token")
            stamp = text_of(content.get("event_ts"), "d.event_ts")
            return Received(
                answer={"plain_token": token, "signature": key.sign(f"{stamp}{token}".encode()).hex()}
            )
        kind = _KINDS.get(str(said.get("t")))
        if said.get("op") != _EVENT or kind is None:
            return Received(answer={"op": _ACK})
        return Received([_message(kind, content, int(time))], answer={"op": _ACK})

    async def _ask(self, link: Link, method: str, path: str, body: Any) -> dict[str, Any]:
        for is_last in (False, True):
            headers = {"Authorization": f"QQBot {await self._token(link)}"}
            status, said = await call(f"{self._base}{path}", body, method=method, headers=headers)
            if status < 300:
                return said
            if status == 401 and not is_last:
                self._tokens.pop(link.channel_id, None)
                continue
            reason = words(said.get("message") or f"it answered {status}")
            raise ProviderRefusedError(said=reason)
        raise AssertionError("the last round ends by itself")

    async def _token(self, link: Link) -> str:
        """The access token, asked for anew when it is nearly over or of other credentials."""
        app_id, app_secret = link.settings["appId"], link.secrets["appSecret"]
        made_of = hashlib.sha256(f"{app_id}:{app_secret}".encode()).hexdigest()
        known = self._tokens.get(link.channel_id)
        if known is not None and known[0] == made_of and self._clock.now() < known[2]:
            return known[1]
        status, said = await call(self._token_url, {"appId": app_id, "clientSecret": app_secret})
        token, seconds = said.get("access_token"), str(said.get("expires_in", ""))
        if not isinstance(token, str) or not (seconds.isascii() and seconds.isdigit()):
            if status < 400 and not said:
                raise ProviderFailedError(said=f"it answered {status}")
            raise ProviderRefusedError(said=words(said.get("message") or f"it answered {status}"))
        until = self._clock.now() + timedelta(seconds=int(seconds)) - _TOKEN_MARGIN
        self._tokens[link.channel_id] = (made_of, token, until)
        return token


def _key_of(link: Link) -> Ed25519PrivateKey:
    seed = link.secrets["appSecret"].encode()
    while len(seed) < _SEED:
        seed *= 2
    return Ed25519PrivateKey.from_private_bytes(seed[:_SEED])


def _message(kind: str, content: dict[str, Any], at: int) -> Incoming:
    """A message to the bot. A person has another id in each group than alone with it."""
    author = object_of(content.get("author"))
    name = "user_openid" if kind == "c2c" else "member_openid"
    sender = text_of(author.get(name), f"author.{name}")
    openid = sender if kind == "c2c" else text_of(content.get("group_openid"), "group_openid")
    message_id = text_of(content.get("id"), "d.id", longest=150)
    text = content.get("content", "")
    return Incoming(
        key=f"message:{message_id}",
        sender_id=f"{kind}:{sender}",
        sender_name=words(author.get("username") or sender),
        chat_id=f"{kind}:{openid}"[:200],
        is_private=kind == "c2c",
        text=text.strip() if isinstance(text, str) else "",
        reply_to=f"{message_id}@{at}",
    )
