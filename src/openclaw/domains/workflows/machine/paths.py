"""Paths of steps in a run: ``loop/0/fetch``, ``both/left/say``, and ``pay!/tell`` for what handles a failure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openclaw.domains.workflows.language.definition import Definition, LoopStep, ParallelStep, Step
from openclaw.domains.workflows.language.graph import closure, links_of


@dataclass(frozen=True)
class Place:
    """A step on the way to another: its frame's prefix, itself, and through which round, branch or handler (``!``)."""

    prefix: str
    step_id: str
    key: str | None

    @property
    def path(self) -> str:
        """The path of the step itself."""
        return f"{self.prefix}{self.step_id}"


def places_of(path: str) -> list[Place]:
    """The steps that a path leads through, the outermost first; the last has no key. Raises ValueError."""
    tokens = path.split("/")
    found: list[Place] = []
    prefix = ""
    while tokens:
        name = tokens.pop(0)
        key: str | None = None
        if name.endswith("!"):
            name, key = name[:-1], "!"
        elif tokens:
            key = tokens.pop(0)
        if not name or (key is not None and not tokens):
            raise ValueError(f"not a step's path: {path!r}")
        found.append(Place(prefix, name, key))
        prefix = f"{prefix}{name}!/" if key == "!" else f"{prefix}{name}/{key}/"
    return found


class Redone:
    """What is carried out again when a run is repeated from ``path``: that step and all that follows from it."""

    def __init__(self, definition: Definition, path: str) -> None:
        """Raises ValueError when the definition has no such step."""
        self._prefixes: list[str] = []
        self._rounds: list[tuple[str, int]] = []
        steps: list[Step] = list(definition.steps)
        for place in places_of(path):
            by_id = {step.id: step for step in steps}
            if place.step_id not in by_id:
                raise ValueError(f"there is no step {place.step_id}")
            self._add(place, by_id)
            step = by_id[place.step_id]
            if isinstance(step, LoopStep) and place.key not in (None, "!"):
                if not re.fullmatch(r"0|[1-9][0-9]{0,5}", place.key or ""):
                    raise ValueError(f"{place.key} is no round of {place.step_id}")
                steps = list(step.config.steps)
                self._rounds.append((f"{place.path}/", int(place.key or 0)))
            elif isinstance(step, ParallelStep) and place.key not in (None, "!"):
                steps = next((list(b.steps) for b in step.config.branches if b.id == place.key), [])

    def _add(self, place: Place, steps: Mapping[str, Step]) -> None:
        links = {name: links_of(step) for name, step in steps.items()}
        after = closure(links[place.step_id].targets, links)
        self._prefixes += [f"{place.prefix}{name}" for name in after]
        if place.key is None:
            self._prefixes.append(place.path)
        self._inside = place.path if place.key not in (None, "!") else None
        if self._inside is not None:
            self._rounds.append((self._inside, -1))  # the loop or parallel step itself ends anew

    def __contains__(self, path: str) -> bool:
        """Whether the step at ``path`` is carried out again."""
        for prefix in self._prefixes:
            if path == prefix or path.startswith((f"{prefix}/", f"{prefix}!/")):
                return True
        for prefix, after in self._rounds:
            if after < 0:
                if path == prefix:
                    return True
            elif path.startswith(prefix) and int(path[len(prefix) :].partition("/")[0]) > after:
                return True
        return False
