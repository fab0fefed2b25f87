"""Questions to the user, put while a run goes on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from openclaw.domains.agents import policy, repository
from openclaw.domains.agents.jobs.context import RunContext
from openclaw.domains.agents.models import ApprovalRow, RunStepRow
from openclaw.domains.agents.service import approvals
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.protocol.grading import Assessment
from openclaw.protocol.runs import ANSWER, Answer

_ANSWER_TIME = timedelta(seconds=30)
_ANSWER_LIFETIME = timedelta(days=30)  # it waits for its machine as long as the turn does


async def ask(
    scope: Scope,
    ctx: RunContext,
    step: RunStepRow,
    assessment: Assessment,
    *,
    devices: Sequence[DeviceRow],
    lifetime: timedelta,
    arguments: dict[str, Any] | None = None,
    question: dict[str, Any] | None = None,
    can_be_ruled: bool = True,
) -> None:
    """Ask whether ``step`` may run on ``devices`` (none: it is a plugin's): it waits from now on.

    ``arguments``: what it would run with, where the step itself does not keep that. ``question``: what a machine's
    runtime waits for an answer to.
    """
    # A rule is for one machine, so an answer about several leaves none.
    possible = policy.possible_rules(assessment) if can_be_ruled and len(devices) == 1 else []
    segments = [
        {"text": s.text, "program": s.program, "grade": s.grade.value, "why": s.why}
        for s in assessment.segments
    ]
    worst = max(assessment.segments, key=lambda s: s.grade.rank, default=None)
    row = ApprovalRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        run_id=ctx.run_id,
        step_id=step.id,
        conversation_id=ctx.conversation_id,
        device_id=devices[0].id if devices else None,
        device_name=step.device_name or "",
        targets=step.targets,
        tool_call_id=step.tool_call_id or "",
        question=question,
        tool=step.name[:60],
        arguments=(step.arguments if arguments is None else arguments) or {},
        grade=assessment.grade.value,
        risk={"segments": segments, "summary": worst.why if worst else ""},
        folder=assessment.folder,
        programs=[program for program, _ in possible],
        state="pending",
        decision=None,
        reason=None,
        answer=None,
        is_told=False,
        requested_at=scope.now(),
        expires_at=scope.now() + lifetime,
    )
    step.state = "awaiting_approval"
    await repository.add(scope, row)
    await approvals.announce(scope, row)


async def send_answer(
    scope: Scope, ctx: RunContext, question: str, *, key: UUID, is_allowed: bool, text: str | None
) -> None:
    """Send the runtime an answer to its question; it arrives once, also after a lost connection."""
    assert ctx.device_id is not None
    answer = Answer(ctx.run_id.hex, question, is_allowed, text[:2000] if text else None)
    await calls.send_call(
        scope,
        call_id=_call_id(key),
        device_id=ctx.device_id,
        command=ANSWER,
        params=msgspec.to_builtins(answer),
        timeout=_ANSWER_TIME,
        wait=_ANSWER_LIFETIME,
    )


async def forget_answers(scope: Scope, ctx: RunContext) -> None:
    """Forget what the runtime was answered in a run that is over."""
    asked = [row.id for row in await repository.list_approvals_of_runs(scope, [ctx.run_id])]
    await calls.forget(scope, [_call_id(key) for key in (*asked, *(step.id for step in ctx.steps))])


def _call_id(key: UUID) -> UUID:
    return uuid5(key, "answer")
