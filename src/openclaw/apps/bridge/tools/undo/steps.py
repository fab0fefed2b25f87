"""The steps of an undo: what the calls changed, path by path, backwards."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openclaw.apps.bridge.tools.undo.world import Obstacle, StoppedError, World
from openclaw.apps.bridge.versions.states import ABSENT, Change, State


@dataclass
class Step:
    """One path with all that happened to it between two moves that concern it, or one move."""

    changes: list[Change]
    is_done: bool = False  # also when there was nothing to do
    has_acted: bool = False
    stopped: StoppedError | None = None
    now: State = field(default_factory=lambda: ABSENT)

    @property
    def path(self) -> str:
        """The path, of a move the one that it went to."""
        return self._last.moved_to or self._last.path

    @property
    def moved_from(self) -> str | None:
        """Where a move came from."""
        return self._last.path if self._last.moved_to is not None else None

    @property
    def before(self) -> State:
        """What was there before the first change."""
        return self.changes[0].before

    @property
    def after(self) -> State:
        """What the last change left."""
        return self._last.after

    @property
    def order(self) -> int:
        """When it happened, by its last change."""
        return self._last.id

    @property
    def was_touched_between(self) -> bool:
        """Whether somebody else changed the path between two changes of the calls."""
        pairs = zip(self.changes, self.changes[1:], strict=False)
        return any(not earlier.after.is_like(later.before) for earlier, later in pairs)

    @property
    def _last(self) -> Change:
        return self.changes[-1]


def steps_of(changes: Sequence[Change]) -> list[Step]:
    """The steps that undo ``changes`` (in order of time; undone ones are left out), the last one first."""
    standing = [change for change in changes if change.undone_by is None]
    moves = [change for change in standing if change.moved_to is not None]
    steps: dict[tuple[str, int, str], Step] = {}
    for change in standing:
        if change.moved_to is not None:
            steps[change.path, change.id, change.moved_to] = Step([change])
            continue
        epoch = sum(move.id < change.id and _concerns(move, change.path) for move in moves)
        steps.setdefault((change.path, epoch, ""), Step([])).changes.append(change)
    return sorted(steps.values(), key=lambda step: step.order, reverse=True)


def walk(
    world: World,
    steps: Sequence[Step],
    *,
    force: frozenset[str],
    on_done: Callable[[Step], None] = lambda _: None,
    on_look: Callable[[Step], None] = lambda _: None,
) -> None:
    """Take the steps in ``world``. A path that is not as the calls left it stops its step, unless forced."""
    for step in steps:
        try:
            if step.moved_from is not None:
                _move_back(world, step, step.moved_from, force, on_look)
            else:
                _put_back(world, step, force, on_look)
        except StoppedError as stopped:
            step.stopped = stopped
            continue
        step.is_done = True
        on_done(step)


def _put_back(world: World, step: Step, force: frozenset[str], on_look: Callable[[Step], None]) -> None:
    step.now = world.look(step.path)
    if step.now.is_like(step.before):
        if step.before.kind == "folder":
            world.put(step.path, step.before)  # its rights may be missing still
        return
    if step.before.lost is not None or step.before.kind == "other":
        lost = step.before.lost
        raise StoppedError(Obstacle.NOT_KEPT, lost and lost.words)
    on_look(step)
    if step.path not in force:
        if not step.now.is_like(step.after):
            raise StoppedError(Obstacle.CHANGED)
        if step.was_touched_between:
            raise StoppedError(Obstacle.CHANGED_BETWEEN)
    world.put(step.path, step.before)
    step.has_acted = True


def _move_back(
    world: World, step: Step, origin: str, force: frozenset[str], on_look: Callable[[Step], None]
) -> None:
    step.now, there = world.look(step.path), world.look(origin)
    if step.now.kind == "absent":
        if there.kind == "absent":
            raise StoppedError(Obstacle.GONE)
        return  # it is back already
    on_look(step)
    # Where letter case does not count, another spelling of the name is the thing itself.
    is_respelled = step.path.casefold() == origin.casefold() and there.is_like(step.now)
    if there.kind != "absent" and not is_respelled:
        if step.path not in force:
            raise StoppedError(Obstacle.OCCUPIED)
        world.put(origin, ABSENT)
    world.move(step.path, origin)
    step.has_acted = True


def _concerns(move: Change, path: str) -> bool:
    assert move.moved_to is not None
    return any(_is_within(path, end) or _is_within(end, path) for end in (move.path, move.moved_to))


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
