"""What the agent's run has done since the log was written last, as entries of the log. Words stay where they are."""

from typing import Any
from uuid import UUID

from openclaw.domains.agents.service import leading
from openclaw.domains.agents.service.leading import Seen, StepSeen
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.policy import STATE_OF_AGENT, stage_begun
from openclaw.domains.tasks.service.log import Log
from openclaw.infra.scope import Scope
from openclaw.kit import ids

_ASKED = "asked"


async def see(scope: Scope, run: TaskRunRow, log: Log) -> Seen | None:
    """Note what is new in the run of the agent, and what it is doing now. None when it is gone."""
    assert run.agent_run_id is not None
    open_ids = [UUID(hex=digits) for digits in run.seen_open]
    seen = await leading.look(scope, run.agent_run_id, after=run.seen_position, among=open_ids)
    if seen is None:
        return None
    known: dict[str, Any] = dict(run.seen_open)
    for step in seen.steps:
        await _note(run, log, step, known)
    run.seen_open = known
    if not seen.is_over and seen.state != "queued":
        await log.move(STATE_OF_AGENT[seen.state])
    if run.state != "dispatched":
        forget_told(run)
    return seen


def forget_told(run: TaskRunRow) -> None:
    """What a sync mode keeps on a machine is not kept here once the machine has it; a retry takes the task's own."""
    if run.target["sync_mode"] != "full":
        run.text, run.instructions = "", None


async def _note(run: TaskRunRow, log: Log, step: StepSeen, known: dict[str, Any]) -> None:
    is_new = step.position > run.seen_position
    run.seen_position = max(run.seen_position, step.position)
    if run.state == "dispatched":
        await log.move("running")
    name = ids.to_wire("step", step.id)
    if step.kind == "model":
        stage = stage_begun(step.said, f"{run.instructions or ''}\n{run.text}") if run.system_id else None
        log.add("model_replied", {"stepId": name, **({} if stage is None else {"stage": stage})})
        return
    about: dict[str, Any] = {"stepId": name, "tool": step.name}
    if step.device_id is not None:
        about["deviceId"] = ids.to_wire("dev", step.device_id)
    if is_new:
        log.add("tool_started", about)
    state = known.get(step.id.hex, "")
    if step.question_id is not None:
        asked = {"stepId": name, "approvalId": ids.to_wire("appr", step.question_id)}
        if not state:
            log.add("approval_asked", asked)
            state = _ASKED
        if state == _ASKED and step.question != "pending":
            log.add("approval_answered", {**asked, "state": step.question})
            state = "answered"
    if step.is_over:
        known.pop(step.id.hex, None)
        ended = {"stepId": name, "tool": step.name, "state": step.state}
        log.add("tool_ended", {**ended, **({"code": step.error_code} if step.error_code else {})})
    else:
        known[step.id.hex] = state or "started"
