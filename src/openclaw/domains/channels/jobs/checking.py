"""The job that asks a provider whether a channel's settings are good."""

from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import ChannelTakenError
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.service.channels import link_of, tell_changed
from openclaw.domains.channels.service.receiving import acting
from openclaw.domains.channels.service.registry import Account, Channels
from openclaw.durable.jobs import Job
from openclaw.infra.db import Database
from openclaw.kit.errors import Kind, OpenClawError, UnavailableError


class CheckChannel:
    """Checks channels. What was changed in between is checked by another job."""

    def __init__(self, database: Database, channels: Channels) -> None:
        self._database = database
        self._channels = channels

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Ask, and note the answer. Raises what the provider failed with while there are tries left."""
        channel_id = UUID(hex=job.payload["channelId"])
        at = datetime.fromisoformat(job.payload["at"])
        async with self._database.system(is_quiet=True) as scope:
            row = await repository.find_any(scope, channel_id)
            if row is None or row.updated_at != at or row.state != "checking":
                return None
            kind, link = row.kind, link_of(row, self._channels.keys)
        account: Account | None = None
        failure: OpenClawError | None = None
        try:
            account = await self._channels.providers[kind].check(link)
        except UnavailableError:
            raise
        except OpenClawError as error:
            if error.kind != Kind.INVALID and job.attempt < job.max_attempts:
                raise
            failure = error
        async with self._database.system() as scope:
            row = await repository.find_any(scope, channel_id, lock=True)
            if row is None or row.updated_at != at or row.state != "checking":
                return None
            if account is not None and account.key is not None:
                # One at a time: two who check the same account now do not both find it free.
                await repository.lock_account(scope, account.key)
                if await repository.is_account_taken(scope, account.key, but=row.id):
                    account, failure = None, ChannelTakenError()
            if account is not None and _is_other(row, account):
                # Nobody has paired with that one, and its updates are numbered anew.
                row.sender_id = row.sender_name = row.chat_id = None
                row.poll_offset = 0
                await repository.leave_chats(scope, row.id)
            _note(row, account, failure)
            await tell_changed(acting(scope, row), row)
        return None


def _is_other(row: ChannelRow, account: Account) -> bool:
    """Whether whoever is bound was bound to another account, or is not who can be bound now."""
    if row.account_key is not None and row.account_key != account.key:
        return True
    return account.person is not None and row.sender_id not in (None, account.person)


def _note(row: ChannelRow, account: Account | None, failure: OpenClawError | None) -> None:
    if account is None:
        # The account that was is remembered: whether the next one is another is judged by it.
        row.state, row.error = "failed", failure.to_wire() if failure else None
        row.account = None
        return
    row.account, row.account_key, row.error = account.shown, account.key, None
    if account.sender is not None:
        row.sender_id, row.sender_name = account.sender
        row.chat_id = row.sender_id
    row.state = "connected" if row.sender_id is not None else "pairing"
