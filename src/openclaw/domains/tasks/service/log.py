"""The log of a run: what happened, in order, each entry bound to the one before by its hash."""

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import inspect

from openclaw.domains.tasks import repository
from openclaw.domains.tasks.events import changed_topic
from openclaw.domains.tasks.models import TaskRunEventRow, TaskRunRow
from openclaw.domains.tasks.policy import way
from openclaw.domains.tasks.schemas import EventKind, State, TaskEvent, TaskEvents
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.scope import Scope
from openclaw.kit import ids

GENESIS = hashlib.sha256(b"").digest()


class Log:
    """What one transaction adds to the log of a run that it has locked. ``write`` it before the transaction ends."""

    def __init__(self, scope: Scope, run: TaskRunRow) -> None:
        self._scope = scope
        self._run = run
        self._added: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []

    def add(self, kind: EventKind, data: dict[str, Any] | None = None) -> None:
        """Something has happened."""
        run = self._run
        run.event_seq += 1
        event = {
            "seq": run.event_seq,
            "at": self._scope.now().astimezone(UTC).isoformat(),
            "kind": kind,
            "data": data or {},
        }
        text = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
        previous, run.event_hash = run.event_hash, hashlib.sha256(run.event_hash + text).digest()
        self._events.append(event)
        self._added.append(
            {
                "run_id": run.id,
                "seq": run.event_seq,
                "workspace_id": run.workspace_id,
                "user_id": run.user_id,
                "event": text.decode(),
                "previous_hash": previous,
                "hash": run.event_hash,
            }
        )

    async def move(self, state: State) -> None:
        """The run is in that state now, by the shortest legal way; each step of it is kept."""
        run = self._run
        before: State = run.state  # pyright: ignore[reportAssignmentType]
        for step in way(before, state):
            if inspect(run).attrs.state.history.has_changes():
                await self._scope.session.flush()  # one by one: the database judges each step
            self.add("state", {"from": run.state, "to": step})
            run.state = step
            if step == "dispatched":
                run.dispatched_at = self._scope.now()
            elif step == "running" and run.started_at is None:
                run.started_at = self._scope.now()

    async def write(self) -> None:
        """Keep what was added, and tell it to whoever watches."""
        await write_logs(self._scope, [self])

    def take(self) -> list[dict[str, Any]]:
        """What was added, as rows."""
        added, self._added = self._added, []
        return added

    async def tell(self) -> None:
        """Tell what was added to whoever watches."""
        run, events = self._run, self._events
        if not events:
            return
        self._events = []
        await publish(self._scope, changed_topic(run.id), {})
        payload = {
            "id": ids.to_wire("trun", run.id),
            "taskId": ids.to_wire("task", run.task_id),
            "state": run.state,
            "isPaused": run.paused_at is not None,
            "events": events,
        }
        body = {"event": "task.changed", "payload": payload}
        await tell(self._scope, run.user_id, run.workspace_id, body)


async def write_logs(scope: Scope, logs: Sequence[Log]) -> None:
    """Keep what was added to logs, and tell it."""
    if added := [row for log in logs for row in log.take()]:
        await repository.add_events(scope, added)
    for log in logs:
        await log.tell()


async def list_events(scope: Scope, run_id: UUID, *, after: int, limit: int) -> TaskEvents:
    """A run's log after an entry."""
    rows = await repository.list_events(scope, run_id, after=after, limit=limit + 1)
    return TaskEvents(items=[view(row) for row in rows[:limit]], is_more=len(rows) > limit)


def is_whole(events: Sequence[TaskEvent]) -> bool:
    """Whether these entries, from the first on, are the log as it was written."""
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        content = {
            "seq": event.seq,
            "at": event.at.astimezone(UTC).isoformat(),
            "kind": event.kind,
            "data": event.data,
        }
        text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        found = hashlib.sha256(previous + text).digest()
        if (event.seq, event.previous_hash, event.hash) != (number, previous.hex(), found.hex()):
            return False
        previous = found
    return True


def view(row: TaskRunEventRow) -> TaskEvent:
    """An entry as it travels."""
    return TaskEvent.model_validate(
        {**orjson.loads(row.event), "previous_hash": row.previous_hash.hex(), "hash": row.hash.hex()}
    )
