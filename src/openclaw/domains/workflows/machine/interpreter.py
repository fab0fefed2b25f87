"""The state machine of one run. It is fed events and says which steps to begin, what to record, and when it has ended.

What it says depends on the definition, the input and the events with their times alone: fed the same again, it stands
where it stood. A step with several ways to it waits until each is known to be taken or not, and begins once if any is.
"""

import heapq
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from openclaw.domains.workflows.language.definition import Definition, timeout_of
from openclaw.domains.workflows.language.failures import TIMED_OUT, StepError, limit_met
from openclaw.domains.workflows.language.graph import Plan, plan_of
from openclaw.domains.workflows.language.limits import MAX_EXECUTIONS, MAX_RUN_BYTES
from openclaw.domains.workflows.language.values import resolve
from openclaw.domains.workflows.machine import beginning
from openclaw.domains.workflows.machine.frames import Frame, Node, edges
from openclaw.domains.workflows.machine.messages import (
    Cancelled,
    Command,
    Drop,
    End,
    Ended,
    Event,
    Outcome,
    Passed,
    StepState,
    Work,
)

_BUDGET = 500
_PART_SECONDS = 0.02  # an expression over much data takes long, and others wait meanwhile
Recorded = Callable[[str, str], Outcome | None]


def _nothing(_path: str, _step_id: str) -> Outcome | None:
    return None


class Interpreter:
    """One run. ``feed`` it, then take commands from ``proceed`` until it has no more."""

    def __init__(
        self,
        definition: Definition,
        *,
        data: Any,
        at: datetime,
        run: Mapping[str, Any] | None = None,
        recorded: Recorded = _nothing,
        edited: Mapping[str, Any] | None = None,
        passes_delays: bool = False,
    ) -> None:
        """``recorded`` outcomes stand for carrying steps out, ``edited`` inputs (by path) for working them out."""
        self.definition = definition
        self.now = at
        self.end: End | None = None
        self.variables = dict(definition.variables)
        self.recorded = recorded
        self.edited = dict(edited or {})
        self.passes_delays = passes_delays
        self.plans: dict[int, Plan] = {}
        self._data = data
        self._run = dict(run or {})
        self._executions = self._bytes = 0
        self._agenda: deque[Callable[[], None]] = deque()
        self._inbox: deque[Event] = deque()
        self._event: Event | None = None
        self._target = at
        self._timers: list[tuple[datetime, int, Node | None, str]] = []
        self._numbers = 0
        self._commands: list[Command] = []
        self._work: dict[str, Node] = {}
        root = Frame("", plan_of(definition.steps), "run", "", None, {})
        self._root = root
        if definition.timeout is not None:
            self._set_timer(None, at + timedelta(seconds=definition.timeout), "deadline")
        self._agenda.append(lambda: self.open_frame(root))

    # Outside

    def feed(self, event: Event) -> None:
        """Tell what has happened. Times must not go back."""
        if isinstance(event, Cancelled):
            self._agenda.clear()  # what was to begin by itself no longer does
        self._inbox.append(event)

    def proceed(self) -> list[Command]:
        """What to do now; a long run of quick steps comes in parts (``has_more``)."""
        budget, ends_at = _BUDGET, time.perf_counter() + _PART_SECONDS
        while budget and self.end is None:
            if self._agenda:
                self._agenda.popleft()()
                budget = budget - 1 if time.perf_counter() < ends_at else 0
            elif self._timers and self._timers[0][0] <= self._target:
                self._fire()
            elif self._event is not None:
                event, self._event = self._event, None
                self.now = max(self.now, self._target)
                self._take(event)
            elif self._inbox:
                self._event = self._inbox.popleft()
                self._target = max(self._target, self._event.at)
            else:
                break
        said, self._commands = self._commands, []
        return said

    @property
    def has_more(self) -> bool:
        """True while ``proceed`` would go on by itself."""
        return self.end is None and bool(self._agenda or self._inbox or self._event is not None)

    @property
    def due_at(self) -> datetime | None:
        """When to feed that time has passed, if nothing else happens before."""
        while self._timers and not self._is_set(self._timers[0]):
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    @property
    def waits_for(self) -> set[str]:
        """Paths of the work that has begun and not ended."""
        return set(self._work)

    # What happened

    def _take(self, event: Event) -> None:
        match event:
            case Ended():
                node = self._work.get(event.path)
                if node is not None and node.state == "active" and node.attempt == event.attempt:
                    self.conclude(node, event.outcome)
            case Cancelled():
                self._cancel_frame(self._root)
                self._finish(End("cancelled", self.now))
            case Passed():
                pass

    def conclude(self, node: Node, outcome: Outcome) -> None:
        """The step has this outcome."""
        try:
            if outcome.failure is not None:
                raise outcome.failure
            self.count(beginning.check_output(node, outcome.output))
        except StepError as failure:
            self.fail(node, failure)
            return
        if outcome.variables:
            self.variables.update(outcome.variables)
            self.count(beginning.check_size("The variables", outcome.variables))
        self.complete(node, outcome.output)
        if self._bytes > MAX_RUN_BYTES:
            self._stop("What the steps of the run put out (bytes)", MAX_RUN_BYTES, node)

    def count(self, size: int) -> None:
        """So many bytes more are kept for the run."""
        self._bytes += size

    def _fire(self) -> None:
        when, _, node, kind = entry = heapq.heappop(self._timers)
        if not self._is_set(entry):
            return
        self.now = max(self.now, when)
        if node is None:
            self._cancel_frame(self._root)
            self._finish(End("failed", self.now, failure=TIMED_OUT))
            return
        node.timer = None
        if kind == "retry":
            node.state = "active"
            self._work_on(node)
        elif kind == "due":
            self.complete(node, {"until": when.isoformat()})
        else:
            self._drop_inside(node)
            self.fail(node, TIMED_OUT)

    def _is_set(self, entry: tuple[datetime, int, Node | None, str]) -> bool:
        when, _, node, kind = entry
        return node is None or node.timer == (when, kind)

    def _set_timer(self, node: Node | None, when: datetime, kind: str) -> None:
        if node is not None:
            node.timer = (when, kind)
        self._numbers += 1
        heapq.heappush(self._timers, (when, self._numbers, node, kind))

    # Frames

    def plan(self, owner: Any) -> Plan:
        """The plan of a body or a branch, made once."""
        if id(owner) not in self.plans:
            self.plans[id(owner)] = plan_of(owner.steps)
        return self.plans[id(owner)]

    def open_frame(self, frame: Frame) -> None:
        """Begin with a frame's first steps."""
        if frame.owner is not None:
            frame.owner.frames[frame.key] = frame
        for name in frame.plan.starts:
            self._agenda.append(lambda node=frame.nodes[name]: self._begin(node))

    def names(self, frame: Frame) -> dict[str, Any]:
        """What expressions in a frame see."""
        steps, names = frame.visible()
        return {
            "input": self._data,
            "variables": self.variables,
            "run": self._run,
            "steps": steps,
            **names,
        }

    def _begin(self, node: Node) -> None:
        if node.frame.is_closed or node.state != "idle":
            return
        self._executions += 1
        if self._executions > MAX_EXECUTIONS:
            self._stop("The number of steps carried out", MAX_EXECUTIONS, node)
            return
        node.state, node.started_at = "active", self.now
        try:
            node.inputs = beginning.inputs_of(self, node)
            known = self.recorded(node.path, node.step.id)
            if known is not None:
                node.is_reused = True
                self.conclude(node, known)
            elif beginning.is_work(node.step):
                self._work_on(node)
            else:
                if (seconds := timeout_of(node.step)) is not None:
                    self._set_timer(node, self.now + timedelta(seconds=seconds), "deadline")
                beginning.begin(self, node)
        except StepError as failure:
            self.fail(node, failure)

    def _stop(self, what: str, limit: int, node: Node) -> None:
        """The whole run has met a limit, at a step; nothing handles that."""
        self._cancel_frame(self._root)
        self._finish(End("failed", self.now, failure=limit_met(what, limit), path=node.path))

    def _work_on(self, node: Node) -> None:
        self._work[node.path] = node
        if (seconds := timeout_of(node.step)) is not None:
            self._set_timer(node, self.now + timedelta(seconds=seconds), "deadline")
        self._commands.append(Work(node.path, node.step, node.attempt, node.inputs, self.now))

    def wait_until(self, node: Node, when: datetime) -> None:
        """A delay ends by itself, if it may still take that long."""
        if node.timer is not None and node.timer[0] <= when:
            return
        self._set_timer(node, when, "due")
        self._record(node, "waiting", due_at=when)

    # Ends of steps

    def complete(self, node: Node, output: Any) -> None:
        """The step has done what it should."""
        self._close(node, "completed")
        node.output = output
        self._record(node, "completed")
        self._settle(node)

    def fail(self, node: Node, failure: StepError) -> None:
        """The step has failed: it is tried again, or handled, or the frame fails with it."""
        if not node.is_open:
            return
        node.attempts.append({"at": self.now.isoformat(), "isFinal": failure.is_final, **failure.to_json()})
        retries = node.step.retries
        if retries is not None and node.attempt <= retries.max and not failure.is_final:
            self._work.pop(node.path, None)
            node.state = "delayed"
            name = f"{self._run.get('id', '')}:{node.path}"
            due_at = self.now + timedelta(seconds=retries.seconds(node.attempt, of=name))
            node.attempt += 1
            self._set_timer(node, due_at, "retry")
            self._record(node, "delayed", due_at=due_at)
            return
        self._close(node, "failed")
        node.failure = failure
        self._record(node, "failed")
        if (handler := node.step.on_failure) is None:
            self._fail_frame(node.frame, node.path, failure)
            return
        node.state = "handling"
        names = {"error": {**failure.to_json(), "step": node.step.id, "path": node.path}}
        plan = node.frame.plan.handlers[handler]
        self.open_frame(Frame(f"{node.path}!/", plan, "handler", "!", node, names))

    def _close(self, node: Node, state: Any) -> None:
        for inner in list(node.frames.values()):
            self._cancel_frame(inner)
        node.frames.clear()
        self._work.pop(node.path, None)
        node.state, node.timer = state, None

    def _settle(self, node: Node) -> None:
        """The node has ended for good: what it leads to may begin, or never will."""
        frame = node.frame
        frame.views[node.step.id] = node.view()
        for target, is_taken in edges(node):
            following = frame.nodes[target]
            following.unresolved -= 1
            following.is_taken = following.is_taken or is_taken
            if not following.unresolved:
                action = self._begin if following.is_taken else self._skip
                self._agenda.append(lambda node=following, action=action: action(node))
        frame.open -= 1
        if not frame.open:
            self._agenda.append(lambda: self._end_frame(frame))

    def _skip(self, node: Node) -> None:
        if node.frame.is_closed:
            return
        node.state, node.started_at = "skipped", self.now
        self._record(node, "skipped")
        self._settle(node)

    def _end_frame(self, frame: Frame) -> None:
        if frame.is_closed:
            return
        frame.is_closed = True
        owner = frame.owner
        if owner is None:
            self._end_run(frame)
            return
        owner.frames.pop(frame.key, None)
        try:
            if frame.role == "handler":
                owner.state = "failed"
                owner.frame.views.update(frame.views)
                self._settle(owner)
            elif frame.role == "round":
                beginning.end_round(self, owner, frame)
            else:
                beginning.end_branch(self, owner, frame)
        except StepError as failure:
            self.fail(owner, failure)

    def _end_run(self, frame: Frame) -> None:
        output = frame.result()
        try:
            if self.definition.output is not None:
                output = resolve(self.definition.output, self.names(frame))
            beginning.check_size("The output of the run", output)
        except StepError as failure:
            self._finish(End("failed", self.now, failure=failure))
            return
        self._finish(End("completed", self.now, output=output))

    def _fail_frame(self, frame: Frame, path: str, failure: StepError) -> None:
        """A step of the frame failed and nothing handled it."""
        if frame.is_closed:
            return
        self._cancel_frame(frame)
        owner = frame.owner
        if owner is None:
            self._finish(End("failed", self.now, failure=failure, path=path))
            return
        owner.frames.pop(frame.key, None)
        if frame.role == "handler":
            owner.state = "failed"
            self._fail_frame(owner.frame, path, failure)
        elif frame.role == "round":
            beginning.lose_round(self, owner, frame, failure)
        else:
            beginning.lose_branch(self, owner, failure)

    def _cancel_frame(self, frame: Frame) -> None:
        frame.is_closed = True
        for node in frame.nodes.values():
            if not node.is_open:
                continue
            was_handling = node.state == "handling"
            self._drop_inside(node)
            self._close(node, "failed" if was_handling else "cancelled")
            if not was_handling:
                self._record(node, "cancelled")

    def _drop_inside(self, node: Node) -> None:
        if node.path in self._work:
            self._commands.append(Drop(node.path))

    def _finish(self, end: End) -> None:
        self.end = end
        self._agenda.clear()
        self._commands.append(end)

    def _record(self, node: Node, state: StepState, *, due_at: datetime | None = None) -> None:
        self._commands.append(node.record(state, self.now, due_at))
