"""``fs.undo.preview`` and ``fs.undo``: what goes back, what cannot, and why."""

from collections.abc import Callable
from typing import Literal

import msgspec

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.undo.steps import Step, steps_of, walk
from openclaw.apps.bridge.tools.undo.world import Disk, Obstacle, Picture, StoppedError, World, read_kept
from openclaw.apps.bridge.tools.writing import diff_of
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.protocol.tools import FsUndo, FsUndoPreview

MAX_PATHS = 500
_MAX_COMPARED = 1_048_576
_MAX_DIFFS = 262_144

Action = Literal["restore", "bring_back", "remove", "move_back"]


class UndoPath(msgspec.Struct, frozen=True, rename="camel"):
    """One path of an undo. ``diff`` leads from what is there now to what comes back, empty for what is no text.

    ``obstacle`` says why it stays as it is (see Obstacle); with ``can_force`` a person may decide otherwise.
    """

    path: str
    action: Action
    kind: str
    moved_to: str | None = None
    diff: str = ""
    is_done: bool = False
    obstacle: Obstacle | None = None
    note: str | None = None
    can_force: bool = False


class Undo(msgspec.Struct, frozen=True, rename="camel"):
    """The paths, at most ``MAX_PATHS`` of them and ``more`` that are not listed.

    ``done`` (of a preview: to be done) and ``stopped`` count them all; ``unknown`` are calls of which nothing is
    kept (any more).
    """

    paths: list[UndoPath]
    more: int
    done: int
    stopped: int
    unknown: list[str]


def preview_undo(policy: Policy, arguments: FsUndoPreview, recorder: Recorder) -> Undo:
    """What ``fs.undo`` would do now. Nothing is changed."""
    picture, diffs = Picture(policy, recorder), _Diffs(recorder)
    steps, unknown = _steps(arguments.calls, recorder)
    walk(picture, steps, force=frozenset(), on_look=lambda step: diffs.note(picture, step))
    return _told(steps, unknown, diffs.of, is_real=False)


def undo(policy: Policy, arguments: FsUndo, recorder: Recorder) -> Undo:
    """Take every step that can be taken. Recorded like any other call: undoing this call's id brings all back."""
    versions = recorder.versions
    with versions.undoing:
        steps, unknown = _steps(arguments.calls, recorder)
        disk = Disk(policy, recorder)
        force = frozenset(step.path for step in steps if _text(step.path) in arguments.force)
        late: list[Step] = []

        def mark(step: Step) -> None:
            if step.before.kind == "folder":
                late.append(step)  # it gets its rights at the end
            else:
                versions.mark_undone(step.changes, by=recorder.call_id)

        walk(disk, steps, force=force, on_done=mark)
        disk.finish()
        versions.mark_undone([change for step in late for change in step.changes], by=recorder.call_id)
        versions.mark_standing(arguments.calls)
    return _told(steps, unknown, lambda _: "", is_real=True)


def _steps(calls: list[str], recorder: Recorder) -> tuple[list[Step], list[str]]:
    changes = recorder.versions.list_changes(calls, device_id=recorder.device_id)
    known = {change.call_id for change in changes}
    return steps_of(changes), [call_id for call_id in calls if call_id not in known]


def _told(steps: list[Step], unknown: list[str], diff: Callable[[Step], str], *, is_real: bool) -> Undo:
    told = [step for step in steps if step.has_acted or step.stopped is not None]
    # What needs a decision is never the part that is left out.
    shown = sorted(told, key=lambda step: step.stopped is None)[:MAX_PATHS]
    return Undo(
        paths=[_path(step, diff(step), is_done=is_real and step.has_acted) for step in told if step in shown],
        more=max(0, len(told) - MAX_PATHS),
        done=sum(step.has_acted for step in told),
        stopped=sum(step.stopped is not None for step in told),
        unknown=unknown,
    )


def _path(step: Step, diff: str, *, is_done: bool) -> UndoPath:
    stopped = step.stopped
    return UndoPath(
        path=_text(step.path),
        action=_action(step),
        kind=step.now.kind if step.before.kind in ("absent", "other") else step.before.kind,
        moved_to=step.moved_from and _text(step.moved_from),
        diff=diff,
        is_done=is_done,
        obstacle=stopped and stopped.obstacle,
        note=stopped and stopped.note and _text(stopped.note),
        can_force=stopped is not None and stopped.obstacle.can_be_forced,
    )


def _action(step: Step) -> Action:
    if step.moved_from is not None:
        return "move_back"
    if step.before.kind == "absent":
        return "remove"
    return "bring_back" if step.now.kind == "absent" else "restore"


class _Diffs:
    """Diffs of a preview, as long as there is room for them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._found: dict[int, str] = {}
        self._room = _MAX_DIFFS

    def note(self, world: World, step: Step) -> None:
        """Compare what is there now with what will be."""
        kinds = {step.now.kind, step.before.kind}
        if step.moved_from is not None or self._room <= 0 or not kinds <= {"file", "absent"}:
            return
        now = self._bytes(step.now.kind == "absent", lambda: self._present(world, step.path))
        then = self._bytes(
            step.before.kind == "absent", lambda: read_kept(self._recorder, step.before, _MAX_COMPARED)
        )
        if now is not None and then is not None:
            diff = diff_of(now, then, _text(step.path))
            self._room -= len(diff)
            self._found[step.order] = diff

    def of(self, step: Step) -> str:
        """The diff of a step, empty when there is none."""
        return self._found.get(step.order, "")

    @staticmethod
    def _bytes(is_absent: bool, read: Callable[[], bytes | None]) -> bytes | None:
        return b"" if is_absent else read()

    @staticmethod
    def _present(world: World, path: str) -> bytes | None:
        try:
            return world.read(path, _MAX_COMPARED)
        except StoppedError:
            return None


def _text(path: str) -> str:
    """A path in the form that travels: names that are no text are shown with a question mark."""
    return path.encode("utf-8", "replace").decode()
