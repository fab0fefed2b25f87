"""The two places that an undo happens in: the disk, and a picture of it on which nothing is changed."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import Place, Target, open_parent
from openclaw.apps.bridge.versions.folders import READING, Folder, temporary_name
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.states import ABSENT, Lost, State

_CHUNK = 1_048_576
Answer = TypeVar("Answer")


class Obstacle(StrEnum):
    """Why a path cannot be brought back to what it was. The first three can be forced."""

    CHANGED = "changed"
    CHANGED_BETWEEN = "changed_between"
    OCCUPIED = "occupied"
    NOT_EMPTY = "not_empty"
    GONE = "gone"
    DENIED = "denied"
    NOT_KEPT = "not_kept"
    FAILED = "failed"

    @property
    def can_be_forced(self) -> bool:
        """Whether a person can decide to go on: what is there now is kept as a version."""
        return self in (Obstacle.CHANGED, Obstacle.CHANGED_BETWEEN, Obstacle.OCCUPIED)


class StoppedError(Exception):
    """A path stays as it is; ``note`` is a sentence for the person, if there is one."""

    def __init__(self, obstacle: Obstacle, note: str | None = None) -> None:
        super().__init__(note or obstacle)
        self.obstacle = obstacle
        self.note = note


class World(Protocol):
    """Paths and what is at them. Every method raises StoppedError."""

    def look(self, path: str) -> State:
        """What is at ``path``."""
        ...

    def read(self, path: str, limit: int) -> bytes | None:
        """The bytes of the file at ``path``, None when there are more than ``limit`` of them."""
        ...

    def put(self, path: str, state: State) -> None:
        """Make ``path`` what it was; missing parent folders are made."""
        ...

    def move(self, path: str, to: str) -> None:
        """Move what is at ``path`` to ``to``, where nothing is."""
        ...


class Disk:
    """The machine's own files, within its policy. Each change is recorded, so that an undo can be undone."""

    def __init__(self, policy: Policy, recorder: Recorder) -> None:
        self._policy = policy
        self._recorder = recorder
        self._late: list[tuple[str, State]] = []  # folders get their rights back when all is in them

    def look(self, path: str) -> State:
        """What is at ``path``."""
        return _looked(self._policy, path)

    def read(self, path: str, limit: int) -> bytes | None:
        """The bytes of the file at ``path``, None when there are more than ``limit``."""
        return _on(self._policy, path, lambda folder, name: _read(folder, name, limit))

    def put(self, path: str, state: State) -> None:
        """Make ``path`` what it was; missing parent folders are made."""
        _on(self._policy, path, lambda folder, name: self._put(folder, name, state), self._recorder)
        if state.kind == "folder":
            self._late.append((path, state))

    def move(self, path: str, to: str) -> None:
        """Move what is at ``path`` to ``to``, where nothing is."""

        def work(folder: Folder, name: str) -> None:
            def arrive(other: Folder, new_name: str) -> None:
                written = self._recorder.write_down(self._recorder.move(folder, name, to))
                try:
                    folder.rename(name, other, new_name)
                except BaseException:
                    self._recorder.forget(written)
                    raise

            _on(self._policy, to, arrive, self._recorder)

        _on(self._policy, path, work)
        self._late = [(_carried(late, path, to), state) for late, state in self._late]

    def finish(self) -> None:
        """Give folders that came back their rights and times; before that they are not wholly back."""
        for path, state in reversed(self._late):
            if state.mtime_ns:
                with suppress(StoppedError):
                    _on(self._policy, path, lambda folder, name, state=state: _dress(folder, name, state))

    def _put(self, folder: Folder, name: str, state: State) -> None:
        status = folder.status(name)
        if state.kind == "folder" and status is not None and stat.S_ISDIR(status.st_mode):
            return
        if status is not None and stat.S_ISDIR(status.st_mode) and _names(folder, name):
            raise StoppedError(Obstacle.NOT_EMPTY)
        change = self._recorder.look(folder, name, after=state)
        if change.before.lost is not None:
            self._recorder.drop(change)
            raise StoppedError(Obstacle.NOT_KEPT, change.before.lost.words)
        if not (written := self._recorder.write_down(change)):
            raise StoppedError(Obstacle.NOT_KEPT, Lost.STORE.words)
        try:
            self._replace(folder, name, status, state)
        except BaseException:
            self._recorder.forget(written)
            raise

    def _replace(self, folder: Folder, name: str, status: os.stat_result | None, state: State) -> None:
        if status is not None and stat.S_ISDIR(status.st_mode):
            folder.remove_folder(name)
            status = None
        if state.kind == "file":
            assert state.sha256 is not None
            self._restore(Target(folder, name, status), state, state.sha256)
        elif state.kind == "link":
            temporary = temporary_name(name)
            folder.make_link(state.target or "", temporary)
            folder.rename(temporary, folder, name)
        else:
            if status is not None:
                folder.remove(name)
            if state.kind == "folder":
                folder.make_folder(name, 0o700)

    def _restore(self, target: Target, state: State, sha256: str) -> None:
        blob = self._recorder.versions.open_blob(sha256)
        try:

            def fill(descriptor: int) -> None:
                while piece := os.read(blob, _CHUNK):
                    left = memoryview(piece)
                    while left:
                        left = left[os.write(descriptor, left) :]
                # What was deleted comes back with its date; what was edited is new to every build tool.
                if target.status is None and os.utime in os.supports_fd:
                    os.utime(descriptor, ns=(state.mtime_ns, state.mtime_ns))

            target.replace_by(fill, mode=state.mode)
        finally:
            os.close(blob)


@dataclass
class _Node:
    """A path of the picture: as it is at ``real`` on the disk, or ``state``; ``children`` that differ from that."""

    real: str | None = None
    state: State | None = None
    children: dict[str, "_Node"] = field(default_factory=dict[str, "_Node"])


class Picture:
    """The disk as it would become: read from the disk, changed in memory only."""

    def __init__(self, policy: Policy, recorder: Recorder) -> None:
        self._policy = policy
        self._recorder = recorder
        self._root = _Node(real=os.sep if os.sep == "/" else "")

    def look(self, path: str) -> State:
        """What would be at ``path``."""
        _check(self._policy, path)
        node = self._find(path)
        if node is None:
            return ABSENT
        if node.state is not None:
            return node.state
        assert node.real is not None
        return _looked(self._policy, node.real)

    def read(self, path: str, limit: int) -> bytes | None:
        """The bytes that would be at ``path``, None when there are more than ``limit``."""
        node = self._find(path)
        if node is None or (node.real is None and (node.state is None or node.state.sha256 is None)):
            return None
        if node.real is not None:
            return _on(self._policy, node.real, lambda folder, name: _read(folder, name, limit))
        assert node.state is not None
        return read_kept(self._recorder, node.state, limit)

    def put(self, path: str, state: State) -> None:
        """Imagine ``state`` at ``path``."""
        now = self.look(path)
        if now.kind == "folder" and state.kind == "folder":
            return
        if now.kind == "folder" and self._is_filled(path):
            raise StoppedError(Obstacle.NOT_EMPTY)
        self._place(path, _Node(state=state))

    def move(self, path: str, to: str) -> None:
        """Imagine what is at ``path`` at ``to``."""
        _check(self._policy, to)
        node = self._find(path)
        assert node is not None, "whoever moves has looked"
        self._place(path, _Node(state=ABSENT))
        self._place(to, node)

    def _find(self, path: str) -> _Node | None:
        node = self._root
        for part in _parts(path):
            if part in node.children:
                node = node.children[part]
            elif node.real is not None:
                node = _Node(real=_inside(node.real, part))
            else:
                return None
        return node

    def _place(self, path: str, new: _Node) -> None:
        *parents, name = _parts(path)
        node = self._root
        for part in parents:
            if part not in node.children:
                inner = _Node(state=State("folder"))
                if node.real is not None:
                    inner = _Node(real=_inside(node.real, part))
                node.children[part] = inner
            node = node.children[part]
        node.children[name] = new

    def _is_filled(self, path: str) -> bool:
        node = self._find(path)
        assert node is not None
        names = set(node.children)
        if node.real is not None:
            names |= set(_on(self._policy, node.real, _names))
        return any(self.look(os.path.join(path, name)).kind != "absent" for name in names)


def read_kept(recorder: Recorder, state: State, limit: int) -> bytes | None:
    """The kept bytes of a file's state, None when there are more than ``limit`` or none."""
    if state.sha256 is None or state.lost is not None or state.size > limit:
        return None
    try:
        descriptor = recorder.versions.open_blob(state.sha256)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit)


def _looked(policy: Policy, path: str) -> State:
    try:
        return _on(policy, path, lambda folder, name: folder.look(name))
    except StoppedError as stopped:
        if stopped.obstacle is Obstacle.GONE:
            return ABSENT
        raise


def _on(
    policy: Policy, path: str, work: Callable[[Folder, str], Answer], recorder: Recorder | None = None
) -> Answer:
    """``work`` in the opened parent folder of ``path``, made if ``recorder`` is there to note that."""
    _check(policy, path)
    place = Place(real=path, shown=path)
    on_make = None if recorder is None else recorder.folder_made
    try:
        with open_parent(place, create=recorder is not None, on_make=on_make) as folder:
            return work(folder, os.path.basename(path))
    except ToolFailedError as failed:
        raise StoppedError(_obstacle(failed.failure.code), failed.failure.message) from None


def _obstacle(code: str) -> Obstacle:
    match code:
        case FailureCode.NOT_FOUND | FailureCode.NOT_A_FOLDER:
            return Obstacle.GONE
        case FailureCode.DENIED_BY_LOCAL_POLICY:
            return Obstacle.DENIED
        case _:
            return Obstacle.FAILED


def _check(policy: Policy, path: str) -> None:
    if (refusal := policy.refusal(path)) is not None:
        raise StoppedError(Obstacle.DENIED, refusal)


def _read(folder: Folder, name: str, limit: int) -> bytes | None:
    descriptor = folder.open(name, READING)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


def _names(folder: Folder, name: str) -> list[str]:
    with folder.inside(name) as inner:
        return inner.names()


def _dress(folder: Folder, name: str, state: State) -> None:
    folder.set_mode_and_time(name, mode=state.mode, mtime_ns=state.mtime_ns)


def _carried(path: str, source: str, to: str) -> str:
    """Where ``path`` is after ``source`` was moved."""
    return to + path[len(source) :] if (path + os.sep).startswith(source + os.sep) else path


def _inside(real: str, name: str) -> str:
    return os.path.join(real, name) if real else name + os.sep  # a drive


def _parts(path: str) -> list[str]:
    return [part for part in path.split(os.sep) if part]
