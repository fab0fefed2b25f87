"""The job that hands a message to its provider, piece by piece: what was sent is not sent again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import ProviderFailedError
from openclaw.domains.channels.models import ChannelMessageRow
from openclaw.domains.channels.policy.pieces import pieces
from openclaw.domains.channels.service.channels import link_of, tell_changed
from openclaw.domains.channels.service.registry import Channels, Link, Outgoing
from openclaw.durable.jobs import Job
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import Clock
from openclaw.kit.errors import Kind, OpenClawError, UnavailableError

_FINAL = frozenset({Kind.INVALID, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND})
_LONGEST_WAIT = 120


class SendMessage:
    """Sends messages."""

    def __init__(self, database: Database, clock: Clock, channels: Channels) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Send what is left of it. Raises what the provider failed with while there are tries left."""
        actor = Actor(user_id=job.user_id, workspace_id=job.workspace_id, role=Role.MEMBER)
        message_id = UUID(hex=job.payload["messageId"])
        found = await self._load(actor, message_id)
        if found is None:
            return None
        kind, link, message = found
        try:
            await self._send(actor, kind, link, message)
        except UnavailableError:
            raise
        except OpenClawError as error:
            if error.kind not in _FINAL and job.attempt < job.max_attempts:
                if isinstance(error, ProviderFailedError) and error.seconds:
                    await self._clock.sleep(timedelta(seconds=min(error.seconds, _LONGEST_WAIT)))
                raise
            await self._end(actor, message_id, error)
        else:
            await self._end(actor, message_id, None)
        return None

    async def _load(self, actor: Actor, message_id: UUID) -> tuple[str, Link, ChannelMessageRow] | None:
        async with self._database.transaction(actor, is_quiet=True) as scope:
            message = await repository.find_message(scope, message_id)
            row = await repository.find(scope, message.channel_id) if message else None
            if row is None or message is None or message.state != "queued":
                return None
            if row.is_paused and not message.key.startswith("bound:"):
                message.state, message.text = "failed", ""
                return None
            return row.kind, link_of(row, self._channels.keys), message

    async def _send(self, actor: Actor, kind: str, link: Link, message: ChannelMessageRow) -> None:
        provider = self._channels.providers[kind]
        parts = pieces(message.text, provider.longest)
        for number in range(message.pieces_sent, len(parts)):
            is_last = number == len(parts) - 1
            await provider.send(
                link,
                Outgoing(
                    key=f"{message.id.hex}-{number}",
                    chat_id=message.chat_id,
                    text=parts[number],
                    at=message.created_at,
                    number=number,
                    buttons=message.buttons if is_last else (),
                    reply_to=message.reply_to,
                    callback=message.callback if number == 0 else None,
                ),
            )
            if not is_last:
                async with self._database.transaction(actor, is_quiet=True) as scope:
                    row = await repository.find_message(scope, message.id)
                    if row is None:
                        return
                    row.pieces_sent = number + 1

    async def _end(self, actor: Actor, message_id: UUID, error: OpenClawError | None) -> None:
        """Note how it went, also with the channel: the person sees there that something does not arrive."""
        async with self._database.transaction(actor) as scope:
            message = await repository.find_message(scope, message_id)
            row = await repository.find(scope, message.channel_id, lock=True) if message else None
            if message is None or row is None:
                return
            message.state, message.text = "failed" if error else "sent", ""
            message.error = error.to_wire() if error else None
            if error is None:
                message.sent_at = row.sent_at = scope.now()
            if row.state == "connected":  # else it says already why it does not work
                row.error = message.error
            await tell_changed(scope, row)
