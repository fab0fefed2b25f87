"""What comes in: the bound person's is kept, who sends the code is paired, and anyone else is refused."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from openclaw.domains.audit import service as audit
from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import ChannelNotReadyError
from openclaw.domains.channels.events import HANDLE_KIND
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.policy.codes import pairing_code_in
from openclaw.domains.channels.policy.words import say
from openclaw.domains.channels.service.asking import pressed
from openclaw.domains.channels.service.channels import code_mac, tell_changed
from openclaw.domains.channels.service.registry import Channels, Incoming
from openclaw.domains.channels.service.sending import queue_message
from openclaw.domains.identity.service import accounts as identity
from openclaw.durable.jobs import JobSpec
from openclaw.infra.buckets import Buckets
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import RateLimitedError

LONGEST_TEXT = 20_000
_QUIET = timedelta(hours=1)
_LONGEST_ID = 200


class Receiver:
    """One per process: strangers are counted in it."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._of_codes = Buckets(burst=30, per_second=0.5)
        self._of_strangers = Buckets(burst=10, per_second=0.1)
        self._of_bound = Buckets(burst=60, per_second=1)

    async def take_in(self, scope: Scope, row: ChannelRow, items: Sequence[Incoming]) -> int:
        """Keep what the bound person has sent, with the transaction of ``scope`` (a system's); how much was new.

        The channel is locked. Raises ChannelNotReadyError, RateLimitedError, TooManyJobsError.
        """
        if row.is_paused or row.state not in ("pairing", "connected"):
            raise ChannelNotReadyError(state="paused" if row.is_paused else row.state)
        owner = acting(scope, row)
        new = 0
        for given in items:
            # Who uses a client of their own may press what was never offered.
            item = replace(given, button=storable(given.button))
            if _is_bound(row, item) or await _is_where_asked(owner, row, item):
                new += await self._keep(owner, row, item)
            elif not await self._pair(owner, row, item):
                await self._refuse(owner, row, item)
        return new

    async def _keep(self, scope: Scope, row: ChannelRow, item: Incoming) -> int:
        self._of_bound.take(row.id, scope.now())
        update_id = ids.new_id()
        values = {
            "id": update_id,
            "workspace_id": row.workspace_id,
            "user_id": row.user_id,
            "channel_id": row.id,
            "key": item.key[:_LONGEST_ID],
            "chat_id": item.chat_id,
            "text": item.text.replace("\0", "␀")[: LONGEST_TEXT + 1],
            "button": item.button,
            "reply_to": item.reply_to,
            "received_at": scope.now(),
        }
        if not await repository.add_update(scope, values):
            return 0
        row.received_at = scope.now()
        payload = {"updateId": update_id.hex, "channelId": row.id.hex}
        spec = JobSpec(payload=payload, title=row.name, id=update_id, timeout=None)
        await self._channels.queue.submit(scope, HANDLE_KIND, spec)
        return 1

    async def _pair(self, scope: Scope, row: ChannelRow, item: Incoming) -> bool:
        """Bind who has sent the code, in that chat. A code is good once."""
        code = pairing_code_in(item.text) if row.state == "pairing" else None
        if code is None or row.code_mac is None or row.code_until is None or row.code_until < scope.now():
            return False
        if not _has_room(self._of_codes, row, scope) or not hmac.compare_digest(
            row.code_mac, code_mac(self._channels.keys, row, code)
        ):
            return False
        row.state, row.code_mac, row.code_until = "connected", None, None
        row.sender_id, row.sender_name, row.chat_id = item.sender_id, item.sender_name[:200], item.chat_id
        row.received_at = scope.now()
        detail = {"name": row.name, "kind": row.kind, "sender": row.sender_name}
        await audit.append(scope, "channels.bound", subject=ids.to_wire("chan", row.id), detail=detail)
        user = await identity.find_user(scope, row.user_id)
        assert user is not None, "channels go with their user's account"
        text = say("bound", user.language, name=user.username)
        await queue_message(
            scope,
            self._channels,
            row,
            chat_id=item.chat_id,
            text=text,
            key=f"bound:{ids.new_id().hex}",
            reply_to=item.reply_to,
        )
        await tell_changed(scope, row)
        return True

    async def _refuse(self, scope: Scope, row: ChannelRow, item: Incoming) -> None:
        """One polite line for each sender and hour, and nothing else of it is kept."""
        key = f"stranger:{item.sender_id}:"
        if not item.is_private:
            return
        if await repository.was_told(scope, row.id, key, since=scope.now() - _QUIET):
            return
        if not _has_room(self._of_strangers, row, scope):
            return
        user = await identity.find_user(scope, row.user_id)
        text = say("pairing" if row.state == "pairing" else "stranger", user.language if user else "en")
        await queue_message(
            scope,
            self._channels,
            row,
            chat_id=item.chat_id,
            text=text,
            key=f"{key}{ids.new_id().hex}",
            reply_to=item.reply_to,
            callback=(item.button or {}).get("callback"),
        )


def acting(scope: Scope, row: ChannelRow) -> Scope:
    """A system scope that acts for a channel's user: what it writes is theirs."""
    return replace(scope, actor=Actor(row.user_id, row.workspace_id, Role.MEMBER))


def _is_bound(row: ChannelRow, item: Incoming) -> bool:
    """The bound person, where nobody else reads or where they have paired it themselves."""
    if row.state != "connected" or row.sender_id is None or row.sender_id != item.sender_id:
        return False
    return item.is_private or item.chat_id == row.chat_id


async def _is_where_asked(scope: Scope, row: ChannelRow, item: Incoming) -> bool:
    """The bound person presses a button in the very chat that its question was put to."""
    answer = pressed(item.button["data"]) if item.button else None
    if answer is None or row.state != "connected" or row.sender_id != item.sender_id:
        return False
    asked = await repository.find_question(scope, row.id, answer.code)
    return asked is not None and asked.chat_id == item.chat_id


def _has_room(buckets: Buckets, row: ChannelRow, scope: Scope) -> bool:
    try:
        buckets.take(row.id, scope.now())
    except RateLimitedError:
        return False
    return True
