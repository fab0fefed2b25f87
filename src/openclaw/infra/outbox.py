"""The transactional outbox: facts recorded with the change itself, carried to subscribers afterwards, at least once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson
import structlog
from sqlalchemy import CursorResult, ForeignKey, String, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import Base, Database
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import UnavailableError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import to_its_end

_log = structlog.get_logger(__name__)
TOPIC = "outbox"
_MOST_AT_ONCE = 20
Subscriber = Callable[[Scope, dict[str, Any]], Awaitable[None]]


class OutboxRow(Base):
    """A recorded fact that not every subscriber has seen yet."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[str]
    body: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)


async def record(scope: Scope, event: str, body: dict[str, Any], *, delay: timedelta = timedelta()) -> None:
    """Keep ``event`` (past tense, dotted: ``agents.run_requested``) for its subscribers, in this transaction.

    ``delay`` is for facts that the recording process acts on itself, and others only if it dies first.
    """
    due_at = scope.now() + delay
    await scope.session.execute(insert(OutboxRow).values(id=new_id(), event=event, body=body, due_at=due_at))
    if not delay:
        await publish(scope, TOPIC, {})


class InterestRow(Base):
    """Somebody wants to hear of a kind of fact about their own things that is otherwise not recorded."""

    __tablename__ = "outbox_interests"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    event: Mapped[str] = mapped_column(String(100), primary_key=True)


_WANTED = text(
    "INSERT INTO outbox (id, event, body, attempts, due_at) SELECT id, CAST(:event AS text), body, 0, :at"
    " FROM jsonb_to_recordset(CAST(:facts AS jsonb)) AS new(id uuid, body jsonb)"
    " WHERE EXISTS (SELECT FROM outbox_interests"
    " WHERE workspace_id = :workspace_id AND user_id = :user_id AND event = CAST(:event AS text))"
)


async def record_wanted(scope: Scope, event: str, *bodies: dict[str, Any]) -> None:
    """Keep facts about the scope's user in this transaction if the user takes an interest in such.

    For what happens so often that nobody should pay for it who does not want it.
    """
    if not bodies:
        return
    facts = [{"id": str(new_id()), "body": body} for body in bodies]
    values = {
        "event": event,
        "at": scope.now(),
        "facts": orjson.dumps(facts).decode(),
        "workspace_id": scope.workspace_id,
        "user_id": scope.user_id,
    }
    found = await scope.session.execute(_WANTED, values)
    if cast("CursorResult[Any]", found).rowcount:
        await publish(scope, TOPIC, {})


async def set_interests(scope: Scope, events: Collection[str]) -> None:
    """What the scope's user wants to hear of in the workspace: those, and no others."""
    mine = (InterestRow.workspace_id == scope.workspace_id, InterestRow.user_id == scope.user_id)
    await scope.session.execute(delete(InterestRow).where(*mine, InterestRow.event.not_in(events)))
    for event in events:
        values = {"workspace_id": scope.workspace_id, "user_id": scope.user_id, "event": event}
        await scope.session.execute(upsert(InterestRow).values(values).on_conflict_do_nothing())


class OutboxRelay:
    """Carries recorded facts to subscribers. Any number of processes may run one; each fact is taken by one."""

    def __init__(
        self, database: Database, bus: EventBus, clock: Clock, subscribers: Mapping[str, Sequence[Subscriber]]
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._subscribers = subscribers

    async def run(self) -> None:
        """Relay for ever: at each commit that recorded something, and every 5 s for what failed before."""
        async with self._bus.wakeups(TOPIC) as woken:
            while True:
                woken.clear()
                try:
                    while await to_its_end(self._relay(), name="outbox batch"):
                        pass
                except UnavailableError:
                    _log.warning("the outbox waits for the database")
                except Exception:  # noqa: BLE001  (the relay must outlive whatever it meets)
                    _log.exception("the outbox relay failed; it tries again")
                try:
                    async with asyncio.timeout(5):
                        await woken.wait()
                except TimeoutError:
                    continue

    async def _relay(self, most: int = _MOST_AT_ONCE) -> bool:
        """Carry facts that are due, in one transaction; False when none is.

        When one fails they are carried one by one, and it is put off: it blocks no other.
        """
        taken: list[tuple[UUID, str, int]] = []
        try:
            async with self._database.system() as scope:
                rows = await _next_due(scope, most)
                taken = [(row.id, row.event, row.attempts) for row in rows]
                for row in rows:
                    for subscriber in self._subscribers.get(row.event, ()):
                        await subscriber(scope, row.body)
                if rows:
                    known = OutboxRow.id.in_([row.id for row in rows])
                    await scope.session.execute(delete(OutboxRow).where(known))
        except Exception as error:
            if len(taken) > 1:
                for _ in taken:
                    await self._relay(1)
            elif taken:
                [(fact_id, event, attempts)] = taken
                _log.warning(
                    "a subscriber failed; the fact is kept", fact=event, attempts=attempts + 1, exc_info=error
                )
                await self._put_off(fact_id, attempts)
            else:
                raise
        return bool(taken)

    async def _put_off(self, fact_id: UUID, attempts: int) -> None:
        async with self._database.system() as scope:
            wait = timedelta(seconds=min(300, 2 ** min(attempts, 9)))
            await scope.session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == fact_id)
                .values(attempts=OutboxRow.attempts + 1, due_at=scope.now() + wait)
            )


async def _next_due(scope: Scope, most: int) -> Sequence[OutboxRow]:
    rows = await scope.session.scalars(
        select(OutboxRow)
        .where(OutboxRow.due_at <= scope.now())
        .order_by(OutboxRow.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return rows.all()
