"""The index of previous versions: which call changed which path, from what to what.

A change is written down, with the bytes that it will replace, before it happens. Both survive a power cut
(``synchronous=FULL``), so there is no moment at which a file is changed and its previous version is not there.
"""

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.versions.blobs import Blobs
from openclaw.apps.bridge.versions.folders import Folder, leftover_of
from openclaw.apps.bridge.versions.states import Change, Lost, State
from openclaw.kit.clock import Clock

KEPT = timedelta(days=30)
MAX_FILE_BYTES = 256 * 1_048_576
MAX_BYTES = 2 * 1_073_741_824

_SCHEMA = """
CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    path BLOB NOT NULL,
    moved_to BLOB,
    inode TEXT,
    before_kind TEXT NOT NULL,
    before_sha256 TEXT,
    before_size INTEGER NOT NULL,
    before_mode INTEGER NOT NULL,
    before_mtime_ns INTEGER NOT NULL,
    before_target BLOB,
    lost TEXT,
    after_kind TEXT NOT NULL,
    after_sha256 TEXT,
    after_target BLOB,
    is_settled INTEGER NOT NULL DEFAULT 0,
    undone_by TEXT,
    kept_at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_of_call ON changes (call_id);
CREATE INDEX IF NOT EXISTS changes_of_blob ON changes (before_sha256);
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = (
    "id, call_id, path, moved_to, inode, before_kind, before_sha256, before_size, before_mode, before_mtime_ns,"
    " before_target, lost, after_kind, after_sha256, after_target, undone_by"
)


class NotKeptError(Exception):
    """The bytes could not be kept."""

    def __init__(self, lost: Lost) -> None:
        super().__init__(lost.words)
        self.lost = lost


class Versions:
    """The previous versions on this machine. Used from several threads; one process opens it."""

    def __init__(
        self, folder: Path, *, clock: Clock, max_bytes: int = MAX_BYTES, max_file_bytes: int = MAX_FILE_BYTES
    ) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_file_bytes = max_file_bytes
        self._blobs = Blobs(folder / "blobs")
        self._lock = threading.RLock()
        self._pinned: Counter[str] = Counter()  # blobs whose change is not written down yet
        self.undoing = threading.Lock()  # one undo at a time
        path = folder / "index.sqlite3"
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._database.close()

    def put(self, source: int, *, call_id: str) -> tuple[str, int]:
        """Keep the rest of an open file; its hash and size. The blob stays pinned until ``unpin``.

        Versions of the oldest calls make room. NotKeptError when it does not fit, or cannot be read or stored.
        """
        size = os.fstat(source).st_size
        if size > self._max_file_bytes:
            raise NotKeptError(Lost.TOO_LARGE)
        try:
            os.lseek(source, 0, os.SEEK_SET)
            os.read(source, 1)
            os.lseek(source, 0, os.SEEK_SET)
        except OSError:
            raise NotKeptError(Lost.UNREADABLE) from None
        try:
            with self._blobs.copied(source) as copy, self._lock:
                if copy.size > self._max_file_bytes:  # it grew
                    raise NotKeptError(Lost.TOO_LARGE)
                if not self._has(copy.sha256):
                    self._make_room(copy.size, call_id)
                    copy.settle()
                    self._database.execute(
                        "INSERT OR IGNORE INTO blobs VALUES (?, ?)", (copy.sha256, copy.size)
                    )
                self._pinned[copy.sha256] += 1
                return copy.sha256, copy.size
        except (OSError, sqlite3.Error):
            raise NotKeptError(Lost.STORE) from None

    def unpin(self, hashes: Iterable[str]) -> None:
        """The changes that need these blobs are written down, or will never be."""
        with self._lock:
            self._pinned.subtract(hashes)

    def open_blob(self, sha256: str) -> int:
        """A read-only descriptor of kept bytes; OSError when they are gone."""
        return self._blobs.open(sha256)

    def add(self, changes: Sequence[Change], *, device_id: str) -> None:
        """Write changes down, all or none, before they happen. Sets their ids; sqlite3.Error if it cannot."""
        now = _ms(self._clock.now())
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                for change in changes:
                    change.id = self._insert(change, device_id, now)
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def remove(self, changes: Sequence[Change]) -> None:
        """Forget changes that did not happen."""
        with self._lock:
            self._database.executemany("DELETE FROM changes WHERE id = ?", [(c.id,) for c in changes])

    def settle(self, call_id: str) -> None:
        """Note that the call ended in this process: what it wrote down happened."""
        with self._lock:
            self._database.execute("UPDATE changes SET is_settled = 1 WHERE call_id = ?", (call_id,))

    def settle_interrupted(self) -> None:
        """Forget the changes that a killed bridge wrote down and did not get to make, and what it left half made."""
        with self._lock:
            rows = self._database.execute(f"SELECT {_COLUMNS} FROM changes WHERE is_settled = 0").fetchall()  # noqa: S608
            changes = [_change(row) for row in rows]
            for change in changes:
                _clear_leftovers(change)
            self.remove([change for change in changes if not _has_happened(change)])
            self._database.execute("UPDATE changes SET is_settled = 1")

    def list_changes(self, call_ids: Sequence[str], *, device_id: str) -> list[Change]:
        """What those calls of this device link changed, in order."""
        found: list[Change] = []
        with self._lock:
            for call_id in dict.fromkeys(call_ids):
                query = f"SELECT {_COLUMNS} FROM changes WHERE call_id = ? AND device_id = ?"  # noqa: S608
                found += map(_change, self._database.execute(query, (call_id, device_id)).fetchall())
        return sorted(found, key=lambda change: change.id)

    def mark_undone(self, changes: Sequence[Change], *, by: str) -> None:
        """Note that a call has undone changes. If they were an undo, what that one undid stands again."""
        with self._lock:
            self._database.executemany(
                "UPDATE changes SET undone_by = ? WHERE id = ?", [(by, change.id) for change in changes]
            )

    def mark_standing(self, undoers: Sequence[str]) -> None:
        """The undos ``undoers`` were undone: what they had undone can be undone again."""
        with self._lock:
            self._database.executemany(
                "UPDATE changes SET undone_by = NULL WHERE undone_by = ?", [(call_id,) for call_id in undoers]
            )

    def prune(self) -> None:
        """Forget what is older than 30 days, and whatever no change needs."""
        with self._lock:
            self._database.execute(
                "DELETE FROM changes WHERE kept_at_ms < ?", (_ms(self._clock.now() - KEPT),)
            )
            self._collect()
            known = self._database.execute("SELECT sha256 FROM blobs").fetchall()
            if not +self._pinned:
                self._blobs.sweep({row[0] for row in known})

    def _has(self, sha256: str) -> bool:
        return self._one("SELECT count(*) FROM blobs WHERE sha256 = ?", sha256) > 0

    def _one(self, query: str, *values: object) -> int:
        return self._database.execute(query, values).fetchone()[0]

    def _make_room(self, size: int, call_id: str) -> None:
        while self._one("SELECT coalesce(sum(size), 0) FROM blobs") + size > self._max_bytes:
            oldest = self._database.execute(
                "SELECT call_id FROM changes WHERE call_id <> ? AND before_sha256 IS NOT NULL AND lost IS NULL"
                " ORDER BY id LIMIT 1",
                (call_id,),
            ).fetchone()
            if oldest is None:
                raise NotKeptError(Lost.TOO_MUCH)
            self._database.execute(
                "UPDATE changes SET lost = ? WHERE call_id = ? AND before_sha256 IS NOT NULL",
                (Lost.DROPPED, oldest[0]),
            )
            self._collect()

    def _collect(self) -> None:
        unused = self._database.execute(
            "SELECT sha256 FROM blobs WHERE NOT EXISTS (SELECT 1 FROM changes"
            " WHERE before_sha256 = sha256 AND lost IS NULL)"
        ).fetchall()
        for (sha256,) in unused:
            if self._pinned[sha256] <= 0:
                self._database.execute("DELETE FROM blobs WHERE sha256 = ?", (sha256,))
                self._blobs.remove(sha256)

    def _insert(self, change: Change, device_id: str, now: int) -> int:
        before, after = change.before, change.after
        cursor = self._database.execute(
            "INSERT INTO changes (call_id, device_id, path, moved_to, inode, before_kind, before_sha256, before_size,"
            " before_mode, before_mtime_ns, before_target, lost, after_kind, after_sha256, after_target, kept_at_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                change.call_id,
                device_id,
                os.fsencode(change.path),
                _encoded(change.moved_to),
                change.inode,
                before.kind,
                before.sha256,
                before.size,
                before.mode,
                before.mtime_ns,
                _encoded(before.target),
                before.lost,
                after.kind,
                after.sha256,
                _encoded(after.target),
                now,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def inode_of(status: os.stat_result) -> str:
    """What tells one file from another while both exist."""
    return f"{status.st_dev}:{status.st_ino}"


def _change(row: tuple[Any, ...]) -> Change:
    (number, call_id, path, moved_to, inode, kind, sha256, size, mode, mtime_ns, target, lost) = row[:12]
    before = State(kind, sha256, size, mode, mtime_ns, _decoded(target), None if lost is None else Lost(lost))
    after = State(row[12], row[13], target=_decoded(row[14]))
    return Change(
        path=os.fsdecode(path),
        before=before,
        after=after,
        moved_to=_decoded(moved_to),
        inode=inode,
        id=number,
        call_id=call_id,
        undone_by=row[15],
    )


def _has_happened(change: Change) -> bool:
    """Whether what is on the disk is anything else than what was there before the change."""
    folder = Folder(-1, os.path.dirname(change.path))
    name = os.path.basename(change.path)
    try:
        status = folder.status(name)
        if change.moved_to is not None:
            return status is None or inode_of(status) != change.inode
        return not folder.look(name).is_like(change.before)
    except OSError:
        return True


def _clear_leftovers(change: Change) -> None:
    """Remove the file that was being written when the bridge was killed, and would have been renamed."""
    folder, name = os.path.split(change.path)
    leftover = leftover_of(name)
    with suppress(OSError):
        for found in os.listdir(folder):
            if leftover.fullmatch(found):
                os.unlink(os.path.join(folder, found))


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def _decoded(data: bytes | None) -> str | None:
    return None if data is None else os.fsdecode(data)


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
