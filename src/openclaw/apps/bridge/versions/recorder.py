"""What one call changes, written down before it happens."""

import os
import sqlite3
from collections.abc import Sequence

from openclaw.apps.bridge.versions.folders import READING, Folder
from openclaw.apps.bridge.versions.states import ABSENT, NEW_FOLDER, Change, Lost, State
from openclaw.apps.bridge.versions.store import NotKeptError, Versions, inode_of


class Recorder:
    """The previous versions of one call's changes. ``lost`` says why not all of them could be kept."""

    def __init__(self, versions: Versions, *, call_id: str, device_id: str) -> None:
        self.versions = versions
        self.call_id = call_id
        self.device_id = device_id
        self.lost: Lost | None = None

    def keep(self, folder: Folder, name: str, *, after: State) -> list[Change]:
        """Keep what is at ``name`` and write down what it becomes."""
        return self.write_down(self.look(folder, name, after=after))

    def look(self, folder: Folder, name: str, *, after: State) -> Change:
        """The change of ``name`` to ``after``, with the bytes that are there kept. OSError when it cannot look."""
        before = folder.outline(name, folder.status(name))
        change = Change(path=os.path.join(folder.path, name), before=before, after=after)
        change.call_id = self.call_id
        if before.kind == "other":
            change.before = self._without(before, Lost.SPECIAL)
        if before.kind == "file":
            change.before = self._kept(folder, name, before, change)
        return change

    def move(self, folder: Folder, name: str, to: str) -> Change:
        """The change that moves ``name`` to the path ``to``."""
        status = folder.status(name)
        assert status is not None, "whoever moves has looked"
        change = Change(os.path.join(folder.path, name), State("other"), ABSENT, moved_to=to)
        change.inode, change.call_id = inode_of(status), self.call_id
        return change

    def folder_made(self, path: str) -> None:
        """Write down that the folder ``path`` is about to be made."""
        self.write_down(Change(path, ABSENT, NEW_FOLDER, call_id=self.call_id))

    def note_lost(self, folder: Folder, name: str, lost: Lost) -> None:
        """Write down that ``name`` goes and cannot come back."""
        before = self._without(folder.outline(name, folder.status(name)), lost)
        self.write_down(Change(os.path.join(folder.path, name), before, ABSENT, call_id=self.call_id))

    def write_down(self, *changes: Change) -> list[Change]:
        """Make the record durable. What cannot be recorded is noted as lost, and not in the answer."""
        try:
            self.versions.add(changes, device_id=self.device_id)
        except sqlite3.Error:
            self.lost = self.lost or Lost.STORE
            return []
        finally:
            self.versions.unpin(pin for change in changes for pin in change.pins)
        return list(changes)

    def drop(self, *changes: Change) -> None:
        """Let go of what ``look`` kept: the changes will not be written down."""
        self.versions.unpin(pin for change in changes for pin in change.pins)

    def forget(self, changes: Sequence[Change]) -> None:
        """These changes did not happen."""
        try:
            self.versions.remove(changes)
        except sqlite3.Error:
            self.lost = self.lost or Lost.STORE

    def settle(self) -> None:
        """The call has ended."""
        try:
            self.versions.settle(self.call_id)
        except sqlite3.Error:
            self.lost = self.lost or Lost.STORE

    def _kept(self, folder: Folder, name: str, before: State, change: Change) -> State:
        try:
            descriptor = folder.open(name, READING)
        except OSError:
            return self._without(before, Lost.UNREADABLE)
        try:
            sha256, size = self.versions.put(descriptor, call_id=self.call_id)
        except NotKeptError as error:
            return self._without(before, error.lost)
        finally:
            os.close(descriptor)
        change.pins.append(sha256)
        return State("file", sha256, size, before.mode, before.mtime_ns)

    def _without(self, before: State, lost: Lost) -> State:
        self.lost = self.lost or lost
        return State(before.kind, None, before.size, before.mode, before.mtime_ns, lost=lost)
