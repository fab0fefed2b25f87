"""What providers deliver: read by their own rules, kept, and then acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import ChannelNotFoundError, ReplayedUpdateError
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.service.channels import link_of
from openclaw.domains.channels.service.receiving import Receiver
from openclaw.domains.channels.service.registry import Channels, Received
from openclaw.infra.buckets import Buckets
from openclaw.infra.db import Database
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError


@dataclass(frozen=True)
class Delivery:
    """What somebody has sent to a channel's address. Names of ``headers`` are in small letters."""

    channel_id: UUID
    headers: Mapping[str, str]
    body: bytes
    address: str | None


class ChannelHooks:
    """One per process. What is accepted is a row before `accept` returns."""

    def __init__(self, database: Database, clock: Clock, channels: Channels, receiver: Receiver) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._receiver = receiver
        self._of_strangers = Buckets(burst=60, per_second=0.5)

    async def accept(self, delivery: Delivery) -> Mapping[str, Any]:
        """Keep a delivery; what its sender is answered.

        Raises ChannelNotFoundError, ChannelNotReadyError, WrongDeliveryError, WrongSignatureError, StaleDeliveryError,
        ReplayedUpdateError, InvalidInputError, RateLimitedError, TooManyJobsError, UnavailableError.
        """
        async with self._database.system() as scope:
            row = await repository.find_any(scope, delivery.channel_id)
            provider = self._channels.providers[row.kind] if row is not None else None
            try:
                if row is None or provider is None or provider.is_polled or row.state == "draft":
                    raise ChannelNotFoundError
                link = link_of(row, self._channels.keys)
                received = provider.read(link, delivery.headers, delivery.body, scope.now())
            except OpenClawError:
                # Only who does not know the secret counts: a stranger cannot use up what is the provider's.
                self._of_strangers.take(delivery.address or "", scope.now())
                raise
            if received.items:
                # Only now: who does not know the secret holds nobody up.
                row = await repository.find_any(scope, delivery.channel_id, lock=True)
                if row is None:
                    raise ChannelNotFoundError
                new = await self._receiver.take_in(scope, row, received.items)
                if received.refuses_replays and not new and await self._is_known(scope, row, received):
                    raise ReplayedUpdateError
            return received.answer

    async def _is_known(self, scope: Scope, row: ChannelRow, received: Received) -> bool:
        return await repository.has_update(scope, row.id, [item.key for item in received.items])
