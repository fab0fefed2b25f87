"""A simple model of the language: recursion over dicts, no time, no queue; it shares no code with the interpreter.

It knows transform, condition, delay, http (which the test carries out), loops over items and while an expression holds,
and parallel that waits for all, any or some; failures, tries and handlers. ``tries(id)`` of work fail at first.
"""

from collections.abc import Callable
from typing import Any

Tries = Callable[[str], int]


class Lost(Exception):
    """A step failed and nothing handled it."""


CUT_SHORT = "cut short"


def run(definition: dict[str, Any], tries: Tries) -> tuple[str, dict[str, str]]:
    """How the run ends, and how each path ended; a path of CUT_SHORT stands for all below it, which may not have."""
    ends: dict[str, str] = {}
    try:
        _frame(definition["steps"], "", ends, tries, main=_main(definition["steps"]))
    except Lost:
        return "failed", ends
    return "completed", ends


def _targets(step: dict[str, Any]) -> list[str]:
    config = step["config"]
    cases = [t for case in config.get("cases", []) for t in case["next_steps"]]
    return [*cases, *config.get("default", []), *step.get("next_steps", [])]


def _reach(names: list[str], by_id: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for name in names:
        if name not in found:
            found |= {name} | _reach(_targets(by_id[name]), by_id)
    return found


def _main(steps: list[dict[str, Any]]) -> set[str]:
    by_id = {step["id"]: step for step in steps}
    led_to = {t for step in steps for t in _targets(step)} | {step.get("on_failure") for step in steps}
    return _reach([name for name in by_id if name not in led_to], by_id)


def _frame(
    steps: list[dict[str, Any]], prefix: str, ends: dict[str, str], tries: Tries, *, main: set[str]
) -> None:
    by_id = {step["id"]: step for step in steps}
    taken: dict[str, list[bool]] = {name: [] for name in main}
    led_to = {t for name in main for t in _targets(by_id[name])}
    wanted = {name: sum(_targets(by_id[n]).count(name) for n in main) for name in main}
    ready = [name for name in by_id if name in main and name not in led_to]
    for name in ready:
        taken[name].append(True)
    lost = False
    while ready:
        name = ready.pop(0)
        step, path = by_id[name], prefix + name
        chosen: Any = "none"
        if not any(taken[name]):
            ends[path] = "skipped"
            is_on = False
        else:
            is_on = True
            try:
                chosen = _step(step, path, ends, tries)
                ends[path] = "completed"
            except Lost:
                ends[path] = "failed"
                if step["type"] in ("loop", "parallel"):
                    ends[f"{path}/"] = CUT_SHORT
                handler = step.get("on_failure")
                if handler is None:
                    lost = True
                    continue
                try:
                    _frame(steps, f"{path}!/", ends, tries, main=_reach([handler], by_id))
                except Lost:
                    lost = True
                    continue
        config = step["config"]
        edges = [(t, chosen == i) for i, c in enumerate(config.get("cases", [])) for t in c["next_steps"]]
        edges += [(t, chosen is None) for t in config.get("default", [])]
        edges += [(t, is_on) for t in step.get("next_steps", [])]
        for target, is_taken in edges:
            taken[target].append(is_taken)
            if len(taken[target]) == wanted[target]:
                ready.append(target)
    if lost:
        raise Lost


def _step(step: dict[str, Any], path: str, ends: dict[str, str], tries: Tries) -> Any:
    config = step["config"]
    match step["type"]:
        case "http":
            if tries(step["id"]) > (step.get("retries") or {"max": 0})["max"]:
                raise Lost
        case "condition":
            truths = [case["when"] == "true" for case in config["cases"]]
            return truths.index(True) if True in truths else None
        case "loop":
            count = len(config["items"]) if "items" in config else int(config["while"].split()[-1])
            for index in range(count):
                inside = f"{path}/{index}/"
                try:
                    _frame(config["steps"], inside, ends, tries, main=_main(config["steps"]))
                except Lost:
                    if config.get("on_error") != "continue":
                        raise
                    ends[inside] = CUT_SHORT
        case "parallel":
            _parallel(config, path, ends, tries)
        case _:
            pass
    return "done"


def _parallel(config: dict[str, Any], path: str, ends: dict[str, str], tries: Tries) -> None:
    branches, wait = config["branches"], config.get("wait", "all")
    needed = len(branches) if wait == "all" else 1 if wait == "any" else wait
    lost = 0
    for branch in branches:
        inner = branch["steps"]
        try:
            _frame(inner, f"{path}/{branch['id']}/", ends, tries, main=_main(inner))
        except Lost:
            lost += 1
    if len(branches) - lost < needed:
        raise Lost
    if lost or needed < len(branches):
        ends[f"{path}/"] = CUT_SHORT
