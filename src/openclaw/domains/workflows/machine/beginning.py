"""How a step of each type begins, and how rounds and branches end."""

from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from openclaw.domains.workflows.language import expressions, texts
from openclaw.domains.workflows.language.definition import (
    AgentStep,
    ApprovalStep,
    ConditionStep,
    DelayStep,
    LoopStep,
    ParallelStep,
    Step,
    TransformStep,
)
from openclaw.domains.workflows.language.failures import StepError, limit_met
from openclaw.domains.workflows.language.graph import Plan
from openclaw.domains.workflows.language.limits import LONGEST_SECONDS, MAX_OUTPUT_BYTES
from openclaw.domains.workflows.language.values import resolve
from openclaw.domains.workflows.machine.frames import Frame, Node
from openclaw.domains.workflows.machine.messages import Outcome
from openclaw.infra.json_schema import data_errors


class Run(Protocol):
    """What the interpreter offers to a step that begins or ends."""

    now: datetime
    edited: dict[str, Any]
    passes_delays: bool

    def names(self, frame: Frame) -> dict[str, Any]:
        """What expressions in a frame see."""
        ...

    def plan(self, owner: Any) -> Plan:
        """The plan of a body or a branch."""
        ...

    def open_frame(self, frame: Frame) -> None:
        """Begin with a frame's first steps."""
        ...

    def conclude(self, node: Node, outcome: Outcome) -> None:
        """The step has this outcome."""
        ...

    def complete(self, node: Node, output: Any) -> None:
        """The step has done what it should."""
        ...

    def fail(self, node: Node, failure: StepError) -> None:
        """The step has failed."""
        ...

    def count(self, size: int) -> None:
        """So many bytes more are kept for the run."""
        ...

    def wait_until(self, node: Node, when: datetime) -> None:
        """A delay ends by itself."""
        ...


def is_work(step: Step) -> bool:
    """Whether somebody else carries the step out."""
    return not isinstance(step, ConditionStep | LoopStep | ParallelStep | DelayStep | TransformStep)


def inputs_of(run: Run, node: Node) -> Any:
    """The step's config with its values worked out; for loops and branches what they begin with. Raises StepError."""
    if node.path in run.edited:
        return run.edited[node.path]
    names, step = run.names(node.frame), node.step
    match step:
        case ConditionStep():
            return None
        case ParallelStep():
            return None
        case LoopStep():
            return {} if step.config.while_ is not None else {"items": resolve(step.config.items, names)}
        case AgentStep():
            config = step.config.model_dump(by_alias=True)
            for field in ("prompt", "system"):
                config[field] = texts.render(config[field], names) if config[field] else config[field]
            return config
        case ApprovalStep():
            config = step.config.model_dump(by_alias=True)
            return config | {"message": texts.render(step.config.message, names)}
        case _:
            inputs = resolve(step.config.model_dump(by_alias=True), names)
            check_size("The input of the step", inputs)
            return inputs


def begin(run: Run, node: Node) -> None:
    """Begin a step that the interpreter carries out itself. Raises StepError."""
    step = node.step
    match step:
        case TransformStep():
            variables = node.inputs["variables"]
            run.conclude(node, Outcome(node.inputs["set"], variables=variables))
        case ConditionStep():
            names = run.names(node.frame)
            cases = enumerate(step.config.cases)
            chosen = next((index for index, case in cases if expressions.is_true(case.when, names)), None)
            taken = step.config.default if chosen is None else step.config.cases[chosen].next_steps
            run.conclude(node, Outcome({"case": chosen, "taken": list(taken)}))
        case DelayStep():
            when = run.now if run.passes_delays else _due(node.inputs, run.now)
            run.wait_until(node, when)
        case LoopStep():
            _begin_loop(run, node, step)
        case ParallelStep():
            for branch in step.config.branches:
                prefix = f"{node.path}/{branch.id}/"
                run.open_frame(Frame(prefix, run.plan(branch), "branch", branch.id, node, {}))
        case _:
            raise AssertionError(step.type)


def check_output(node: Node, output: Any) -> int:
    """How many bytes it has. Raises StepError when it cannot be taken: too large, or not what the schema says."""
    size = check_size("The output of the step", output)
    if node.step.output_schema is not None and (wrong := data_errors(node.step.output_schema, output)):
        path, words = wrong[0]
        raise StepError("wrong_output", f"{path}: {words}")
    return size


def check_size(what: str, value: Any) -> int:
    """The bytes of ``value``. Raises StepError when they are more than a step may put out."""
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise StepError("wrong_output", f"{what} is no JSON: {error}", is_final=True) from None
    if size > MAX_OUTPUT_BYTES:
        raise limit_met(f"{what} ({size:,} bytes)", MAX_OUTPUT_BYTES)
    return size


def _became(run: Run, frame: Frame, output: Any) -> Any:
    """What a round or a branch became, which is kept like an output. Raises StepError."""
    if output is None:
        return frame.result()
    value = resolve(output, run.names(frame))
    run.count(check_size("The output of the round or branch", value))
    return value


def _due(inputs: dict[str, Any], now: datetime) -> datetime:
    if (seconds := inputs.get("for")) is not None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise StepError("wrong_delay", "`for` must be a number of seconds, not below 0", is_final=True)
        if seconds > LONGEST_SECONDS:
            raise limit_met("The delay", LONGEST_SECONDS)
        return now + timedelta(seconds=seconds)
    try:
        until = datetime.fromisoformat(inputs["until"])
    except (ValueError, TypeError):
        until = None
    if until is None or until.tzinfo is None:
        raise StepError(
            "wrong_delay", "`until` must be an instant such as 2026-01-31T09:00:00Z", is_final=True
        )
    if until - now > timedelta(seconds=LONGEST_SECONDS):
        raise limit_met("The delay", LONGEST_SECONDS)
    return max(until, now)


# Loops


def _begin_loop(run: Run, node: Node, step: LoopStep) -> None:
    config = step.config
    if config.while_ is None:
        items = node.inputs["items"]
        if not isinstance(items, list):
            raise StepError("not_a_list", "`items` must be a list", is_final=True)
        if len(items) > config.max_iterations:
            raise limit_met(f"The loop has {len(items):,} rounds and", config.max_iterations)
        node.items = items
        node.results = [None] * len(items)
        if not items:
            run.complete(node, [])
            return
        for _ in range(min(config.concurrency, len(items))):
            _next_round(run, node)
    else:
        _next_round(run, node)


def _next_round(run: Run, node: Node) -> None:
    """Begin the next round, or end the loop. Raises StepError."""
    step = node.step
    assert isinstance(step, LoopStep)
    index, config = node.begun, step.config
    previous = node.results[index - 1] if index and config.concurrency == 1 else None
    names: dict[str, Any] = {"index": index, "previous": previous}
    if node.items is not None:
        if index >= len(node.items):
            if not node.frames:
                run.conclude(node, Outcome(node.results))
            return
        names[config.as_] = node.items[index]
    else:
        names[config.as_] = None
        assert config.while_ is not None
        if not expressions.is_true(config.while_, {**run.names(node.frame), **names}):
            run.conclude(node, Outcome(node.results))
            return
        if index >= config.max_iterations:
            raise limit_met("The number of rounds", config.max_iterations)
        node.results.append(None)
    node.begun += 1
    prefix = f"{node.path}/{index}/"
    run.open_frame(Frame(prefix, run.plan(config), "round", str(index), node, names))


def end_round(run: Run, node: Node, frame: Frame) -> None:
    """A round has come to its end; one that cannot say what it became has failed. Raises StepError."""
    assert isinstance(node.step, LoopStep)
    try:
        node.results[int(frame.key)] = _became(run, frame, node.step.config.output)
    except StepError as failure:
        lose_round(run, node, frame, failure)
        return
    _next_round(run, node)


def lose_round(run: Run, node: Node, frame: Frame, failure: StepError) -> None:
    """A round has failed: the loop with it, or it goes on with the next."""
    assert isinstance(node.step, LoopStep)
    if node.step.config.on_error == "stop":
        run.fail(node, failure)
        return
    node.results[int(frame.key)] = {"error": failure.to_json()}
    try:
        _next_round(run, node)
    except StepError as another:
        run.fail(node, another)


# Branches


def end_branch(run: Run, node: Node, frame: Frame) -> None:
    """A branch has come to its end; one that cannot say what it became has failed."""
    assert isinstance(node.step, ParallelStep)
    config = node.step.config
    output = next(branch.output for branch in config.branches if branch.id == frame.key)
    try:
        node.branches[frame.key] = _became(run, frame, output)
    except StepError as failure:
        lose_branch(run, node, failure)
        return
    if len(node.branches) >= config.needed:
        ordered = {b.id: node.branches[b.id] for b in config.branches if b.id in node.branches}
        run.conclude(node, Outcome(ordered))


def lose_branch(run: Run, node: Node, failure: StepError) -> None:
    """A branch has failed; the step with it when too few are left."""
    assert isinstance(node.step, ParallelStep)
    node.lost += 1
    if len(node.step.config.branches) - node.lost < node.step.config.needed:
        run.fail(node, failure)
