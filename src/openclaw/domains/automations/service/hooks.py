"""Deliveries of webhooks: those that come at the same time are kept by one transaction, and then acknowledged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.errors import (
    AutomationNotFoundError,
    ReplayedDeliveryError,
)
from openclaw.domains.automations.models import AutomationRow, RefusedDeliveryRow
from openclaw.domains.automations.policy.masking import shown_headers, shown_text
from openclaw.domains.automations.service.accepting import Offer, accept
from openclaw.domains.automations.service.registry import Automations
from openclaw.domains.automations.service.secrets import secrets_of
from openclaw.durable.errors import TooManyJobsError
from openclaw.durable.together import Together
from openclaw.infra.buckets import Buckets
from openclaw.infra.db import Database
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Scope
from openclaw.infra.signatures import check_signed
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError, OpenClawError, RateLimitedError

_MOST_DEEP = 64


@dataclass(frozen=True)
class Delivery:
    """What somebody has sent to an automation's address. Names of ``headers`` are in small letters."""

    automation_id: UUID
    headers: Mapping[str, str]
    body: bytes
    address: str | None


class Hooks:
    """One per process. What is accepted is a row before `accept` returns."""

    def __init__(self, database: Database, clock: Clock, automations: Automations) -> None:
        self._database = database
        self._clock = clock
        self._automations = automations
        self._together = Together[None, Delivery, UUID](self._keep, subject_of=id)
        # Only what is well signed counts against an automation: a stranger cannot use up what is its owner's.
        self._of_automation = Buckets(burst=2_000, per_second=20)
        self._of_workspace = Buckets(burst=4_000, per_second=50)
        self._of_strangers = Buckets(burst=60, per_second=0.5)
        self._of_samples = Buckets(burst=10, per_second=0.2)

    async def accept(self, delivery: Delivery) -> UUID:
        """Keep a delivery; the run's id. The same delivery again is refused.

        Raises AutomationNotFoundError, WrongSignatureError, StaleDeliveryError, ReplayedDeliveryError,
        InvalidInputError, RateLimitedError, TooManyJobsError, UnavailableError.
        """
        return await self._together.ask(None, delivery)

    async def _keep(self, _of: None, batch: Sequence[Delivery]) -> Sequence[UUID | BaseException]:
        """What became of each: its run, or why there is none."""
        async with self._database.system(is_quiet=True) as scope:
            rows = await repository.list_by_id(scope, {delivery.automation_id for delivery in batch})
            secrets = {i: secrets_of(row, self._automations.keys, scope.now()) for i, row in rows.items()}
            offers: list[Offer | OpenClawError] = []
            for delivery in batch:
                try:
                    offers.append(
                        self._offer(delivery, rows.get(delivery.automation_id), secrets, scope.now())
                    )
                except OpenClawError as error:
                    offers.append(error)
            became = await self._accept(scope, offers)
            for delivery, error in zip(batch, became, strict=True):
                row = rows.get(delivery.automation_id)
                if (
                    row is not None
                    and isinstance(error, OpenClawError)
                    and self._is_worth_showing(row, error)
                ):
                    await _note_refusal(scope, row, delivery, error)
        return became

    def _offer(
        self,
        delivery: Delivery,
        row: AutomationRow | None,
        secrets: Mapping[UUID, Sequence[str]],
        now: datetime,
    ) -> Offer:
        try:
            if row is None or not row.is_enabled or row.trigger["kind"] != "webhook":
                raise AutomationNotFoundError
            delivery_id = check_signed(delivery.headers, delivery.body, secrets[row.id], now)
        except OpenClawError:
            self._of_strangers.take(delivery.address or "", now)
            raise
        self._of_automation.take(row.id, now)
        self._of_workspace.take(row.workspace_id, now)
        content_type = delivery.headers.get("content-type", "")
        return Offer(
            automation_id=row.id,
            workspace_id=row.workspace_id,
            user_id=row.user_id,
            name=row.name,
            reason={
                "kind": "webhook",
                "at": now.isoformat(),
                "deliveryId": delivery_id,
                "headers": shown_headers(delivery.headers),
            },
            key=f"delivery:{delivery_id}",
            input={"body": _read(delivery.body, content_type), "contentType": content_type[:200]},
        )

    async def _accept(
        self, scope: Scope, offers: Sequence[Offer | OpenClawError]
    ) -> list[UUID | OpenClawError]:
        """The run of each that was kept; of the others, whether the delivery had come before or the queue is full."""
        good = [offer for offer in offers if isinstance(offer, Offer)]
        kept = await accept(scope, good, queued_at_most=self._automations.queued_at_most)
        before = {(offer.automation_id, offer.key) for offer in good if offer.run_id in kept}
        became: list[UUID | OpenClawError] = []
        for offer in offers:
            if isinstance(offer, OpenClawError):
                became.append(offer)
            elif offer.run_id in kept:
                became.append(offer.run_id)
            elif (offer.automation_id, offer.key) in before or await repository.find_run_id(
                scope, offer.automation_id, offer.key
            ):
                became.append(ReplayedDeliveryError())
            else:
                became.append(TooManyJobsError(limit=self._automations.queued_at_most))
        return became

    def _is_worth_showing(self, row: AutomationRow, error: OpenClawError) -> bool:
        """Whether the test console is to show a refused delivery: a few, whatever a stranger sends."""
        if isinstance(error, AutomationNotFoundError):
            return False
        try:
            self._of_samples.take(row.id, self._clock.now())
        except RateLimitedError:
            return False
        return True


async def _note_refusal(scope: Scope, row: AutomationRow, delivery: Delivery, error: OpenClawError) -> None:
    refused = RefusedDeliveryRow(
        id=ids.new_id(),
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        automation_id=row.id,
        error=error.to_wire(),
        headers=shown_headers(delivery.headers),
        body=shown_text(delivery.body[:8_000].decode("utf-8", "replace").replace("\0", "␀")),
        created_at=scope.now(),
    )
    await repository.add(scope, refused)
    await repository.keep_last_refusals(scope, row.id)


def _read(body: bytes, content_type: str) -> Any:
    """JSON where it says so and is, else the text. Raises InvalidInputError for what no row could hold."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise InvalidInputError(field="body", reason="is not UTF-8") from None
    if "json" not in content_type.lower():
        return text
    try:
        value = checked(json.loads(text))
    except RecursionError:
        value = None
    except ValueError as error:
        raise InvalidInputError(field="body", reason=f"is not JSON: {error}"[:200]) from None
    if (value is None and text.strip() != "null") or _is_deep(value):
        raise InvalidInputError(field="body", reason="is nested too deeply")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_MOST_DEEP):
        level = [
            item
            for each in level
            for item in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
        if not level:
            return False
    return True
