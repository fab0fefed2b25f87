"""Delivers what is due: any number of processes may, each delivery is with one, and a dead one's goes to the next."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from openclaw.domains.notifications.events import CHANGED, DELIVERIES_TOPIC
from openclaw.domains.notifications.jobs.pushing import Push, push_of
from openclaw.domains.notifications.models import DeliveryRow, NotificationRow
from openclaw.domains.notifications.policy.plans import CHANNELS, Channel
from openclaw.domains.notifications.repository import deliveries, notices, reaching
from openclaw.domains.notifications.service.deliveries import wait_after
from openclaw.domains.notifications.service.mails import mail_in, mail_of
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.feed import tell
from openclaw.infra.mail import Mail, MailDeferredError, MailRefusedError, MailServer
from openclaw.infra.metrics import DELIVERIES
from openclaw.infra.web_push import PushDeferredError, PushGoneError, PushSender
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, Kind, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn, to_its_end

_log = structlog.get_logger(__name__)
_AT_ONCE = 10
_LEASE = timedelta(minutes=5)
_LOOK = timedelta(seconds=30)
_MOST_ATTEMPTS = {"mail": 14, "push": 6}


class Deliverer:
    """One per process that does work for others. ``origin``: where links in mail lead to."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        clock: Clock,
        *,
        mail: MailServer,
        push: PushSender,
        origin: str,
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._mail = mail
        self._push = push
        self._origin = origin

    async def run(self) -> None:
        """Deliver for ever, each channel by itself: a mail server that hangs holds up no push."""
        async with asyncio.TaskGroup() as both:
            for channel in CHANNELS:
                both.create_task(self._run(channel))

    async def _run(self, channel: Channel) -> None:
        """At each commit that planned something, and when the next is due."""
        async with self._bus.wakeups(DELIVERIES_TOPIC) as woken:
            while True:
                woken.clear()
                look_at = self._clock.now() + _LOOK
                try:
                    next_at = await self._deliver_due(channel)
                    look_at = min(look_at, next_at or look_at)
                except UnavailableError:
                    _log.warning("deliveries wait for the database")
                except Exception:  # noqa: BLE001  (the loop must outlive whatever it meets)
                    _log.exception("deliveries failed; they are tried again")
                timer = spawn(self._ring_at(look_at, woken), name="deliveries timer")
                try:
                    await woken.wait()
                finally:
                    await cancel_and_wait(timer)

    async def _ring_at(self, instant: datetime, woken: asyncio.Event) -> None:
        await self._clock.sleep(instant - self._clock.now())
        woken.set()

    async def _deliver_due(self, channel: Channel) -> datetime | None:
        """Deliver all that is due; when the next one is."""
        while True:
            rows, next_at = await to_its_end(self._claim(channel), name="deliveries claim")
            if not rows:
                return next_at
            await asyncio.gather(*(self._deliver(row) for row in rows))

    async def _claim(self, channel: Channel) -> tuple[Sequence[DeliveryRow], datetime | None]:
        """What is due, or when something is."""
        async with self._database.system(is_quiet=True) as scope:
            rows = await deliveries.claim(scope, channel=channel, lease=_LEASE, limit=_AT_ONCE)
            return rows, None if rows else await deliveries.find_next_due(scope, channel)

    async def _deliver(self, row: DeliveryRow) -> None:
        try:
            values = await self._try(row)
        except OpenClawError as error:
            values = self._failed(row, error)
        except Exception as error:  # noqa: BLE001  (a defect fails its own delivery and no other)
            _log.exception("a delivery failed", delivery=row.id.hex, exc_info=error)
            values = self._failed(row, InternalError(request_id=row.id.hex))
        DELIVERIES.labels(row.channel, values.get("state", "deferred")).inc()
        with contextlib.suppress(UnavailableError):  # then its lease ends, and it is delivered again
            await to_its_end(self._put_down(row, values), name="delivery end")

    async def _put_down(self, row: DeliveryRow, values: dict[str, Any]) -> None:
        async with self._database.system(is_quiet=True) as scope:
            await deliveries.put_down(scope, row, **values)
            if values.get("finished_at") is not None:
                payload = {"reason": values["state"], "id": ids.to_wire("dlv", row.id)}
                await tell(scope, row.user_id, row.workspace_id, {"event": CHANGED, "payload": payload})

    async def _try(self, row: DeliveryRow) -> dict[str, Any]:
        """How it went, as values of the row. Raises OpenClawError."""
        if row.notification_id is None:
            return await self._mail_out(row, mail_in(row))
        made = await to_its_end(self._make(row, row.notification_id), name="delivery made")
        if isinstance(made, Mail):
            return await self._mail_out(row, made)
        if not isinstance(made, Push):
            return made
        try:
            await made.send(self._push, now=self._clock.now(), is_urgent=row.is_urgent)
        except PushGoneError as error:
            await to_its_end(self._note(row, made.browser_id, is_gone=True), name="browser gone")
            return self._ended("failed", error)
        await to_its_end(self._note(row, made.browser_id, is_gone=False), name="browser used")
        return self._ended("sent")

    async def _make(self, row: DeliveryRow, notification_id: UUID) -> Mail | Push | dict[str, Any]:
        """What to send, or how it ends without."""
        async with self._database.system(is_quiet=True) as scope:
            notification = await notices.get_any(scope, notification_id)
            user = await reaching.find_recipient(scope, user_id=row.user_id, workspace_id=row.workspace_id)
            if user is None or notification is None or _is_done(notification, row):
                return self._ended("cancelled")
            if row.channel == "mail":
                return mail_of(notification, user, origin=self._origin)
            wanted = UUID(hex=row.target["subscription"])
            subscriptions = await reaching.list_subscriptions(scope, row.user_id)
            browser = next((each for each in subscriptions if each.id == wanted), None)
            if browser is None:
                return self._ended("cancelled", PushGoneError())
            return await push_of(scope, notification, user, browser)

    async def _note(self, row: DeliveryRow, browser_id: UUID, *, is_gone: bool) -> None:
        async with self._database.system(is_quiet=True) as scope:
            if is_gone:
                await reaching.delete_subscription(scope, browser_id, row.user_id)
            else:
                await reaching.note_used(scope, browser_id)

    async def _mail_out(self, row: DeliveryRow, mail: Mail) -> dict[str, Any]:
        sent = await self._mail.send(mail, message_id=row.id.hex, at=row.created_at)
        refused = {**row.target.get("refused", {}), **sent.refused}
        if sent.deferred and row.attempts < _MOST_ATTEMPTS["mail"]:
            # Who has it does not get it again: the next try is for the others.
            target = {"to": sorted(sent.deferred), "refused": refused}
            return {**self._failed(row, MailDeferredError(said=_listed(sent.deferred))), "target": target}
        refused |= sent.deferred
        return (
            self._ended("failed", MailRefusedError(said=_listed(refused))) if refused else self._ended("sent")
        )

    def _failed(self, row: DeliveryRow, error: OpenClawError) -> dict[str, Any]:
        may_pass = error.kind in (Kind.UNAVAILABLE, Kind.INTERNAL)
        if not may_pass or row.attempts >= _MOST_ATTEMPTS[row.channel]:
            return self._ended("failed", error)
        asked = error.seconds if isinstance(error, PushDeferredError) else 0
        due_at = self._clock.now() + wait_after(row.attempts, asked=asked)
        return {"due_at": due_at, "error": error.to_wire()}

    def _ended(self, state: str, error: OpenClawError | None = None) -> dict[str, Any]:
        now: datetime = self._clock.now()
        return {"state": state, "finished_at": now, "error": error.to_wire() if error else None}


def _is_done(notification: NotificationRow, delivery: DeliveryRow) -> bool:
    """Nobody needs to be told any more. What is urgent is about an answer, and reading is none."""
    is_read = notification.read_at is not None and not delivery.is_urgent
    return bool(notification.settled_at or notification.dismissed_at or is_read)


def _listed(answers: dict[str, str]) -> str:
    return "; ".join(f"{who}: {said}" for who, said in sorted(answers.items()))[:500]
