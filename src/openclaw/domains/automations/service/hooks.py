"""Deliveries of webhooks: those that come at the same time are kept by one transaction, and then acknowledged."""

import asyncio
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
from openclaw.infra.buckets import Buckets
from openclaw.infra.db import Database
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Scope
from openclaw.infra.signatures import check_signed
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError, OpenClawError, RateLimitedError, UnavailableError

_MOST_AT_ONCE = 200
_MOST_DEEP = 64


@dataclass(frozen=True)
class Delivery:
    """What somebody has sent to an automation's address. Names of ``headers`` are in small letters."""

    automation_id: UUID
    headers: Mapping[str, str]
    body: bytes
    address: str | None


@dataclass(eq=False)
class _Asked:
    delivery: Delivery
    run_id: UUID | None = None
    failure: BaseException | None = None
    is_done: bool = False


class Hooks:
    """One per process. What is accepted is a row before `accept` returns."""

    def __init__(self, database: Database, clock: Clock, automations: Automations) -> None:
        self._database = database
        self._clock = clock
        self._automations = automations
        self._lock = asyncio.Lock()
        self._waiting: list[_Asked] = []
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
        asked = _Asked(delivery)
        self._waiting.append(asked)
        try:
            async with self._lock:
                while not asked.is_done:  # else who had the lock before has taken it along
                    await self._carry()
        finally:
            if not asked.is_done:
                self._waiting.remove(asked)
        if asked.failure is not None:
            raise asked.failure
        assert asked.run_id is not None
        return asked.run_id

    async def _carry(self) -> None:
        batch = self._waiting[:_MOST_AT_ONCE]
        try:
            await self._keep(batch)
        except UnavailableError as error:
            for asked in batch:
                asked.failure, asked.run_id = error, None
        except Exception:  # noqa: BLE001  (what cannot be kept must not stand in the way of others)
            for asked in batch:
                await self._keep_alone(asked)
        for asked in batch:
            asked.is_done = True
        self._waiting = [asked for asked in self._waiting if not asked.is_done]

    async def _keep_alone(self, asked: _Asked) -> None:
        asked.failure = asked.run_id = None
        try:
            await self._keep([asked])
        except Exception as error:  # noqa: BLE001  (raised where it was asked)
            asked.failure, asked.run_id = error, None

    async def _keep(self, batch: Sequence[_Asked]) -> None:
        async with self._database.system(is_quiet=True) as scope:
            wanted = {asked.delivery.automation_id for asked in batch}
            rows = await repository.list_by_id(scope, wanted)
            secrets = {i: secrets_of(row, self._automations.keys, scope.now()) for i, row in rows.items()}
            offers: list[tuple[_Asked, Offer]] = []
            for asked in batch:
                row = rows.get(asked.delivery.automation_id)
                try:
                    offers.append((asked, self._offer(asked.delivery, row, secrets, scope.now())))
                except OpenClawError as error:
                    asked.failure = error
            kept = await accept(
                scope,
                [offer for _, offer in offers],
                queued_at_most=self._automations.queued_at_most,
            )
            await self._note(scope, offers, kept)
            of_known = [asked for asked in batch if asked.delivery.automation_id in rows]
            for automation_id, asked in self._worth_showing(of_known):
                await _note_refusal(scope, rows[automation_id], asked)

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

    async def _note(self, scope: Scope, offers: Sequence[tuple[_Asked, Offer]], kept: set[UUID]) -> None:
        """Who was kept; of the others, whether the delivery had come before or the queue is full."""
        before = {(offer.automation_id, offer.key) for _, offer in offers if offer.run_id in kept}
        for asked, offer in offers:
            if offer.run_id in kept:
                asked.run_id = offer.run_id
            elif (offer.automation_id, offer.key) in before or await repository.find_run_id(
                scope, offer.automation_id, offer.key
            ):
                asked.failure = ReplayedDeliveryError()
            else:
                asked.failure = TooManyJobsError(limit=self._automations.queued_at_most)

    def _worth_showing(self, batch: Sequence[_Asked]) -> list[tuple[UUID, _Asked]]:
        """Refused deliveries that the test console is to show: a few, whatever a stranger sends."""
        shown: list[tuple[UUID, _Asked]] = []
        for asked in batch:
            if asked.failure is None or isinstance(asked.failure, AutomationNotFoundError):
                continue
            try:
                self._of_samples.take(asked.delivery.automation_id, self._clock.now())
            except RateLimitedError:
                continue
            shown.append((asked.delivery.automation_id, asked))
        return shown


async def _note_refusal(scope: Scope, row: AutomationRow, asked: _Asked) -> None:
    assert isinstance(asked.failure, OpenClawError)
    refused = RefusedDeliveryRow(
        id=ids.new_id(),
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        automation_id=row.id,
        error=asked.failure.to_wire(),
        headers=shown_headers(asked.delivery.headers),
        body=shown_text(asked.delivery.body[:8_000].decode("utf-8", "replace").replace("\0", "␀")),
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
