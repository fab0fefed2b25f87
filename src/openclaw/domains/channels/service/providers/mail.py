"""Mail: answers go out by the operator's mail server, and a mail gateway delivers to us what comes in, signed.

A sender's address is easily forged, so it proves nothing: each mail of ours has a word in its subject that only who has
read it can know, and only a mail with that word (which an answer has by itself) is that person's. So the address is
written to before it is paired, and told nothing else until it has answered.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError
from openclaw.domains.channels.service.providers.calling import text_of
from openclaw.domains.channels.service.providers.webhook import json_of
from openclaw.domains.channels.service.registry import (
    HOOK_SECRET,
    Account,
    Incoming,
    Link,
    Outgoing,
    Received,
)
from openclaw.infra.mail import (
    Mail,
    MailDeferredError,
    MailNotConfiguredError,
    MailRefusedError,
    MailServer,
    check_address,
)
from openclaw.infra.secrets import KeyRing
from openclaw.infra.signatures import check_signed
from openclaw.infra.wire import WireInput
from openclaw.kit.errors import InvalidInputError

_WORD = re.compile(r"\[oc-([0-9a-f]{24})\]")
_QUOTE = re.compile(
    r"^(On .{1,200} wrote:|在.{1,200}写道[：:]|-{2,}\s*Original Message.*|_{10,})\s*$", re.MULTILINE
)


class MailForm(WireInput):
    """The person's address, which answers go to; and the one that reaches the gateway."""

    address: Annotated[str, Field(min_length=3, max_length=254)]
    reply_to: Annotated[str, Field(min_length=3, max_length=254)]


class MailChannel:
    """Mail by the operator's server."""

    form = MailForm
    secrets = frozenset[str]()
    longest = 60_000
    hears = True
    is_polled = False

    def __init__(self, server: MailServer, keys: KeyRing) -> None:
        self._server = server
        self._keys = keys

    async def check(self, link: Link) -> Account:
        """Whether mail can be sent at all, and to addresses that are such."""
        try:
            for field in ("address", "replyTo"):
                check_address(link.settings[field], field=field)
        except InvalidInputError as error:
            raise ProviderRefusedError(said=str(error)) from None
        if not self._server.is_configured:
            raise ProviderRefusedError(said=str(MailNotConfiguredError()))
        return Account(
            key=None, shown={"name": link.settings["replyTo"]}, person=link.settings["address"].lower()
        )

    async def send(self, link: Link, piece: Outgoing) -> None:
        """A mail to the person's address, whoever has written to us."""
        mail = Mail(
            to=(link.settings["address"],),
            subject=f"OpenClaw [oc-{self._word(link)}]",
            text=piece.text,
            reply_to=link.settings["replyTo"],
        )
        try:
            sent = await self._server.send(mail, message_id=piece.key, at=piece.at)
        except MailDeferredError as error:
            raise ProviderFailedError(said=error.said) from None
        except (MailRefusedError, MailNotConfiguredError) as error:
            raise ProviderRefusedError(said=str(error)) from None
        if sent.refused:
            raise ProviderRefusedError(said="; ".join(sent.refused.values())[:200])
        if sent.deferred:
            raise ProviderFailedError(said="; ".join(sent.deferred.values())[:200])

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """Nothing is fetched."""
        return (), offset

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """``{"from", "subject", "text"}`` of one mail; a replay is refused."""
        delivery_id = check_signed(headers, body, [link.secrets[HOOK_SECRET]], now)
        said = json_of(body)
        sender = text_of(said.get("from"), "from", longest=254).lower()
        subject, text = said.get("subject", ""), said.get("text", "")
        if not isinstance(subject, str) or not isinstance(text, str):
            raise InvalidInputError(field="text", reason="is no text")
        words = _WORD.search(subject)
        address = link.settings["address"].lower()
        if sender != address or words is None or not hmac.compare_digest(words[1], self._word(link)):
            # Nobody is answered: that address may never have written to us.
            return Received(answer={"ok": True})
        item = Incoming(
            key=f"delivery:{delivery_id}",
            sender_id=address,
            sender_name=address,
            chat_id=address[:200],
            is_private=True,
            text=_unquoted(text),
        )
        return Received([item], answer={"ok": True}, refuses_replays=True)

    def _word(self, link: Link) -> str:
        # Another address has another one: who has read what went to one has read nothing of the other's.
        return self._keys.mac("channel-mail", f"{link.channel_id.hex}:{link.settings['address'].lower()}")[
            :24
        ]


def _unquoted(text: str) -> str:
    """What the person has written, without the mail that they answer."""
    head = _QUOTE.split(text, maxsplit=1)[0]
    lines = [line for line in head.splitlines() if not line.startswith(">")]
    return "\n".join(lines).strip()
