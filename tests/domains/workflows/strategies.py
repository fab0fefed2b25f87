"""Random valid definitions."""

from typing import Any

from hypothesis import strategies as st

_KINDS = ("transform", "http", "condition", "delay", "loop", "parallel")


def definitions(*, depth: int = 2, handlers: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Workflows of up to a few dozen steps, nested ``depth`` deep."""
    return _steps(depth, handlers).map(
        lambda steps: {"openclaw": "openclaw.workflow/1", "name": "random", "steps": _named(steps, [0])}
    )


@st.composite
def _steps(draw: st.DrawFn, depth: int, handlers: bool) -> list[dict[str, Any]]:
    """A frame; steps are named later, so targets are positions: ``next_steps`` lead forward only."""
    count = draw(st.integers(1, 5))
    kinds = _KINDS if depth else _KINDS[:4]
    steps: list[dict[str, Any]] = []
    for position in range(count):
        later = (
            st.lists(st.integers(position + 1, count - 1), max_size=2)
            if position + 1 < count
            else st.just([])
        )
        kind = draw(st.sampled_from(kinds))
        step: dict[str, Any] = {"type": kind, "next_steps": draw(later), "config": {}}
        match kind:
            case "transform":
                step["config"] = {"set": draw(st.integers(0, 9))}
            case "http":
                step["config"] = {"url": "http://example.com"}
                if draw(st.booleans()):
                    step["retries"] = {"max": draw(st.integers(1, 2)), "delay": draw(st.integers(0, 90))}
            case "delay":
                step["config"] = {"for": draw(st.integers(0, 900))}
            case "condition":
                cases = draw(st.lists(st.tuples(st.booleans(), later), min_size=1, max_size=2))
                step["config"] = {
                    "cases": [{"when": str(truth).lower(), "next_steps": to} for truth, to in cases],
                    "default": draw(later),
                }
            case "loop":
                rounds = draw(st.integers(0, 2))
                over = draw(
                    st.sampled_from(
                        (
                            {"items": [1] * rounds, "concurrency": 1},
                            {"items": [1] * rounds, "concurrency": 2},
                            {"while": f"index < {rounds}"},
                        )
                    )
                )
                step["config"] = {
                    **over,
                    "on_error": draw(st.sampled_from(("stop", "continue"))),
                    "steps": draw(_steps(depth - 1, handlers)),
                }
            case _:
                count_of = draw(st.integers(1, 3))
                names = [{"id": f"b{n}", "steps": draw(_steps(depth - 1, handlers))} for n in range(count_of)]
                waits = st.one_of(st.sampled_from(("all", "any")), st.integers(1, count_of))
                step["config"] = {"branches": names, "wait": draw(waits)}
        steps.append(step)
    if handlers and draw(st.booleans()):
        handler = {"type": draw(st.sampled_from(("http", "transform"))), "next_steps": [], "config": {}}
        handler["config"] = {"url": "http://example.com"} if handler["type"] == "http" else {"set": 0}
        for step in steps:
            if draw(st.booleans()):
                step["on_failure"] = count
        if any("on_failure" in step for step in steps):
            steps.append(handler)
    return steps


def _named(steps: list[dict[str, Any]], counter: list[int]) -> list[dict[str, Any]]:
    names = []
    for _ in steps:
        counter[0] += 1
        names.append(f"s{counter[0]}")

    def of(targets: list[int]) -> list[str]:
        return [names[target] for target in targets]

    found: list[dict[str, Any]] = []
    for name, step in zip(names, steps, strict=True):
        config = dict(step["config"])
        if step["type"] == "condition":
            config["cases"] = [c | {"next_steps": of(c["next_steps"])} for c in config["cases"]]
            config["default"] = of(config["default"])
        if step["type"] == "loop":
            config["steps"] = _named(config["steps"], counter)
        if step["type"] == "parallel":
            config["branches"] = [b | {"steps": _named(b["steps"], counter)} for b in config["branches"]]
        made = {"id": name, "type": step["type"], "config": config, "next_steps": of(step["next_steps"])}
        if "retries" in step:
            made["retries"] = step["retries"]
        if "on_failure" in step:
            made["on_failure"] = names[step["on_failure"]]
        found.append(made)
    return found
