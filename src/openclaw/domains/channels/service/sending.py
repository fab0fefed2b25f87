"""Messages to chats: kept once, and queued."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from openclaw.domains.channels import repository
from openclaw.domains.channels.events import SEND_KIND
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.service.registry import Channels
from openclaw.durable.jobs import JobSpec
from openclaw.infra.scope import Scope
from openclaw.kit import ids

_TRIES = 8
_RETRY = timedelta(seconds=10)
_LONGEST = 200_000


async def queue_message(
    scope: Scope,
    channels: Channels,
    row: ChannelRow,
    *,
    chat_id: str,
    text: str,
    key: str,
    code: str | None = None,
    approval_id: UUID | None = None,
    buttons: Sequence[Mapping[str, str]] = (),
    reply_to: str | None = None,
    callback: str | None = None,
    start_at: datetime | None = None,
) -> None:
    """Have a message sent with the transaction of ``scope``, which acts for the channel's user.

    The same ``key`` again is not sent again. Raises TooManyJobsError.
    """
    message_id = ids.new_id()
    values = {
        "id": message_id,
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "channel_id": row.id,
        "key": key[:300],
        "chat_id": chat_id,
        "text": text.replace("\0", "␀")[:_LONGEST],
        "code": code,
        "approval_id": approval_id,
        "buttons": [dict(each) for each in buttons],
        "reply_to": reply_to,
        "callback": callback,
        "state": "queued",
        "pieces_sent": 0,
        "created_at": scope.now(),
    }
    if await repository.add_message(scope, values):
        payload = {"messageId": message_id.hex}
        spec = JobSpec(payload=payload, title=row.name, tries=_TRIES, retry_after=_RETRY, start_at=start_at)
        await channels.queue.submit(scope, SEND_KIND, spec)
