"""The durable record of every call: an id is never run twice, and a result is kept until it has arrived.

A call is written down before it starts and again when it has ended, each in its own commit. WAL with
``synchronous=NORMAL`` keeps every commit when the process is killed; only a power cut can lose the last ones.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailure
from openclaw.apps.bridge.tools.premises import Premises
from openclaw.kit.clock import Clock

RESULT_KEPT = timedelta(days=1)  # after it was acknowledged
UNCLAIMED_KEPT = timedelta(days=30)  # a result that nobody ever fetched
CALL_REMEMBERED = timedelta(days=90)  # the bare fact that an id was run

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('started', 'finished')),
    result BLOB,
    started_at_ms INTEGER NOT NULL,
    finished_at_ms INTEGER,
    acknowledged_at_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unacknowledged ON calls (device_id, finished_at_ms)
    WHERE acknowledged_at_ms IS NULL;
CREATE TABLE IF NOT EXISTS premises (
    call_id TEXT PRIMARY KEY,
    found BLOB NOT NULL,
    seen_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
"""


class Outcome(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How a call ended: ``payload_json`` when ``ok``, else ``error``."""

    ok: bool
    payload_json: str | None = None
    error: ToolFailure | None = None


class CallState(StrEnum):
    """What the journal knows of an id."""

    STARTED = "started"
    FINISHED = "finished"


@dataclass(frozen=True)
class Call:
    """One recorded call; ``outcome`` is None while it runs, and after its result was pruned."""

    id: str
    state: CallState
    outcome: Outcome | None


INTERRUPTED = Outcome(
    ok=False,
    error=ToolFailure(
        FailureCode.INTERRUPTED,
        "The bridge stopped while this call ran. It may have taken effect in part.",
    ),
)


class Journal:
    """The calls of this machine, in one SQLite file that only this process opens."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        path.touch(mode=0o600)  # SQLite gives its side files the same mode
        path.chmod(0o600)
        self._clock = clock
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def find(self, call_id: str) -> Call | None:
        """What is known of ``call_id``, or None when it was never seen."""
        row = self._database.execute("SELECT state, result FROM calls WHERE id = ?", (call_id,)).fetchone()
        if row is None:
            return None
        return Call(call_id, CallState(row[0]), _decoded(row[1]))

    def start(self, call_id: str, *, device_id: str, tool: str) -> bool:
        """Write down that ``call_id`` starts now; False when it was already there, and must not run."""
        cursor = self._database.execute(
            "INSERT INTO calls (id, device_id, tool, state, started_at_ms) VALUES (?, ?, ?, 'started', ?)"
            " ON CONFLICT (id) DO NOTHING",
            (call_id, device_id, tool, self._now_ms()),
        )
        return cursor.rowcount == 1

    def finish(self, call_id: str, outcome: Outcome) -> None:
        """Keep how ``call_id`` ended. A call that has ended once keeps its first outcome."""
        self._database.execute(
            "UPDATE calls SET state = 'finished', result = ?, finished_at_ms = ?"
            " WHERE id = ? AND state = 'started'",
            (msgspec.json.encode(outcome), self._now_ms(), call_id),
        )

    def keep_premises(self, call_id: str, premises: Premises) -> None:
        """Keep what was found when the machine first heard of a call that its owner is asked about."""
        self._database.execute(
            "INSERT INTO premises VALUES (?, ?, ?) ON CONFLICT (call_id) DO NOTHING",
            (call_id, msgspec.json.encode(premises), self._now_ms()),
        )

    def find_premises(self, call_id: str) -> Premises | None:
        """What was found then; None for a call that the machine has heard nothing of before."""
        row = self._database.execute("SELECT found FROM premises WHERE call_id = ?", (call_id,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Premises)

    def interrupt_unfinished(self) -> int:
        """End the calls that an earlier process left running; how many there were."""
        return self._database.execute(
            "UPDATE calls SET state = 'finished', result = ?, finished_at_ms = ? WHERE state = 'started'",
            (msgspec.json.encode(INTERRUPTED), self._now_ms()),
        ).rowcount

    def unacknowledged(self, device_id: str) -> list[tuple[str, Outcome]]:
        """Results of this device link that the server has not confirmed, oldest first."""
        rows = self._database.execute(
            "SELECT id, result FROM calls WHERE device_id = ? AND acknowledged_at_ms IS NULL"
            " AND state = 'finished' AND result IS NOT NULL ORDER BY finished_at_ms",
            (device_id,),
        ).fetchall()
        return [(row[0], msgspec.json.decode(row[1], type=Outcome)) for row in rows]

    def acknowledge(self, call_id: str) -> None:
        """Note that the server has the result of ``call_id``."""
        self._database.execute(
            "UPDATE calls SET acknowledged_at_ms = ? WHERE id = ? AND acknowledged_at_ms IS NULL",
            (self._now_ms(), call_id),
        )

    def forget_results(self) -> None:
        """Drop every result, after the link has ended: they belong to the old owner. The ids stay."""
        now = self._now_ms()
        self._database.execute("PRAGMA secure_delete=ON")  # overwritten, not only unlinked
        self._database.execute(
            "UPDATE calls SET state = 'finished', result = NULL, acknowledged_at_ms = ?,"
            " finished_at_ms = coalesce(finished_at_ms, ?)",
            (now, now),
        )
        self._database.execute("DELETE FROM premises")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def prune(self) -> None:
        """Drop results and ids whose time is over."""
        now = self._clock.now()
        self._database.execute(
            "UPDATE calls SET result = NULL, acknowledged_at_ms = coalesce(acknowledged_at_ms, finished_at_ms)"
            " WHERE result IS NOT NULL AND (acknowledged_at_ms < ? OR finished_at_ms < ?)",
            (_ms(now - RESULT_KEPT), _ms(now - UNCLAIMED_KEPT)),
        )
        self._database.execute("DELETE FROM premises WHERE seen_at_ms < ?", (_ms(now - UNCLAIMED_KEPT),))
        self._database.execute(
            "DELETE FROM calls WHERE result IS NULL AND finished_at_ms < ?", (_ms(now - CALL_REMEMBERED),)
        )

    def _now_ms(self) -> int:
        return _ms(self._clock.now())


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _decoded(stored: bytes | None) -> Outcome | None:
    return None if stored is None else msgspec.json.decode(stored, type=Outcome)
