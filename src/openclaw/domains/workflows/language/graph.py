"""Steps as a graph: where a frame begins, what leads where, and which steps only run when another fails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from openclaw.domains.workflows.language.definition import ConditionStep, Step


@dataclass(frozen=True)
class Links:
    """Where a step leads. ``targets`` has every edge: those of its cases, then its own."""

    id: str
    targets: tuple[str, ...]
    on_failure: str | None


@dataclass(frozen=True)
class Plan:
    """A frame: steps that are carried out together. ``handlers`` are frames of their own, by their first step."""

    steps: Mapping[str, Step]
    starts: Sequence[str]
    incoming: Mapping[str, int]
    sinks: Sequence[str]
    handlers: Mapping[str, "Plan"] = field(default_factory=dict[str, "Plan"])


def links_of(step: Step) -> Links:
    """The edges of a step."""
    targets = list(step.next_steps)
    if isinstance(step, ConditionStep):
        targets = [t for case in step.config.cases for t in case.next_steps] + [
            *step.config.default,
            *targets,
        ]
    return Links(step.id, tuple(targets), step.on_failure)


def raw_links(step: Mapping[str, Any]) -> Links:
    """The edges of a step that may not be of the right form yet."""
    targets = _texts(step.get("next_steps"))
    config = step.get("config")
    if step.get("type") == "condition" and isinstance(config, Mapping):
        cases = config.get("cases")
        for case in cases if isinstance(cases, list) else ():
            targets += _texts(case.get("next_steps")) if isinstance(case, Mapping) else []
        targets += _texts(config.get("default"))
    handler = step.get("on_failure")
    return Links(str(step.get("id")), tuple(targets), handler if isinstance(handler, str) else None)


def closure(first: Iterable[str], links: Mapping[str, Links]) -> set[str]:
    """Those steps and all that they lead to, failures left out."""
    found: set[str] = set()
    stack = [name for name in first if name in links]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(target for target in links[name].targets if target in links)
    return found


def starts_of(links: Mapping[str, Links]) -> list[str]:
    """Steps that nothing leads to."""
    led_to = {t for link in links.values() for t in (*link.targets, link.on_failure) if t}
    return [name for name in links if name not in led_to]


def ancestors(links: Mapping[str, Links]) -> dict[str, set[str]]:
    """For each step all that may have ended before it starts: what leads to it, and the handlers of those.

    The graph must have no circles.
    """
    before: dict[str, set[str]] = {name: set() for name in links}
    for link in links.values():
        for target in (*link.targets, link.on_failure):
            if target in before:
                before[target].add(link.id)
    handled = {h: closure([h], links) for link in links.values() if (h := link.on_failure) in links and h}
    order = TopologicalSorter(before).static_order()
    found: dict[str, set[str]] = {}
    for name in order:
        found[name] = before[name].union(*(found[one] for one in before[name]))
    return {
        name: seen.union(*(handled[h] for one in seen if (h := links[one].on_failure) in handled)) - {name}
        for name, seen in found.items()
    }


def has_cycle(names: Iterable[str], links: Mapping[str, Links]) -> str | None:
    """A step of a circle, or None."""
    state: dict[str, int] = {}
    for root in names:
        stack: list[tuple[str, int]] = [(root, 0)]
        while stack:
            name, position = stack.pop()
            if position == 0:
                if state.get(name) == 2:
                    continue
                state[name] = 1
            following = [t for t in (*links[name].targets, links[name].on_failure or "") if t in links]
            if position < len(following):
                stack.append((name, position + 1))
                target = following[position]
                if state.get(target) == 1:
                    return target
                if target not in state:
                    stack.append((target, 0))
            else:
                state[name] = 2
    return None


def handler_depth(links: Mapping[str, Links]) -> int:
    """How many handlers may run inside one another, in a graph without cycles."""
    known: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in known:
            inside = [links[n].on_failure for n in closure([name], links)]
            known[name] = 1 + max((depth(h) for h in inside if h in links), default=0)  # type: ignore[arg-type]
        return known[name]

    return max((depth(h) for link in links.values() if (h := link.on_failure) in links), default=0)  # type: ignore[arg-type]


def plan_of(steps: Sequence[Step]) -> Plan:
    """The frame of a valid list of steps."""
    by_id = {step.id: step for step in steps}
    links = {step.id: links_of(step) for step in steps}
    return _plan(starts_of(links), by_id, links, {})


def _plan(
    starts: Sequence[str], steps: Mapping[str, Step], links: Mapping[str, Links], made: dict[str, Plan]
) -> Plan:
    inside = closure(starts, links)
    members = [name for name in steps if name in inside]
    incoming = dict.fromkeys(members, 0)
    for name in members:
        for target in links[name].targets:
            incoming[target] += 1
    handlers: dict[str, Plan] = {}
    for name in members:
        if (handler := links[name].on_failure) is not None:
            if handler not in made:  # handlers may share handlers
                made[handler] = _plan([handler], steps, links, made)
            handlers[handler] = made[handler]
    sinks = [name for name in members if not links[name].targets]
    return Plan({name: steps[name] for name in members}, starts, incoming, sinks, handlers)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
