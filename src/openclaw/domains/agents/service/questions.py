"""Questions of clients, about what they run themselves or want run on a machine: approvals without a run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import NeverRunError, QuestionIdInUseError, TooManyQuestionsError
from openclaw.domains.agents.models import ApprovalRow
from openclaw.domains.agents.policy import possible_rules
from openclaw.domains.agents.schemas import Approval
from openclaw.domains.agents.service import approvals
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.protocol.grading import Assessment, Grade
from openclaw.protocol.tools import Exec

MAX_OPEN = 50  # of one user in one workspace


@dataclass(frozen=True)
class Question:
    """A call that is made if the user lets ``asked_by``; on ``device``, if it is one of theirs."""

    id: UUID
    tool: str
    arguments: dict[str, Any]
    assessment: Assessment
    asked_by: str
    device: DeviceRow | None
    lifetime: timedelta


async def ask(scope: Scope, question: Question) -> tuple[Approval, bool]:
    """Ask on every surface; True when it was not asked before. The same question again is the one that was asked.

    Reading is asked about too: the client has said that it wants an answer. Raises NeverRunError for what is
    dangerous, TooManyQuestionsError, QuestionIdInUseError, NotAllowedError for viewers.
    """
    check_role(scope.who, Role.MEMBER)
    open_ones = await repository.count_open_questions(scope)
    known = await repository.find_approval(scope, question.id)
    if known is not None:
        device_id = question.device.id if question.device else None
        if (known.tool, known.arguments, known.device_id) != (question.tool, question.arguments, device_id):
            raise QuestionIdInUseError
        return approvals.view(known, scope.who.language, None), False
    why = [segment.why for segment in question.assessment.segments if segment.grade == Grade.DANGEROUS]
    if why:
        raise NeverRunError(reason="; ".join(why))
    if open_ones >= MAX_OPEN:
        raise TooManyQuestionsError(limit=MAX_OPEN)
    row = _row(scope, question)
    await repository.add(scope, row)
    await approvals.announce(scope, row)
    detail = {"tool": row.tool, "grade": row.grade, "askedBy": question.asked_by}
    await audit.append(scope, "agents.approval_asked", subject=ids.to_wire("appr", row.id), detail=detail)
    return approvals.view(row, scope.who.language, None), True


def shown_command(command: Exec) -> dict[str, Any]:
    """The arguments of ``exec`` as the user is shown them, and as a question keeps them."""
    words = {"command": command.command} if command.argv is None else {"argv": list(command.argv)}
    return words | {"cwd": command.cwd}


def _row(scope: Scope, question: Question) -> ApprovalRow:
    device, assessment = question.device, question.assessment
    worst = max(assessment.segments, key=lambda s: s.grade.rank, default=None)
    segments = [
        {"text": s.text, "program": s.program, "grade": s.grade.value, "why": s.why}
        for s in assessment.segments
    ]
    return ApprovalRow(
        id=question.id,
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        run_id=None,
        step_id=None,
        conversation_id=None,
        device_id=device.id if device else None,
        device_name=device.name if device else "",
        asked_by=question.asked_by,
        tool_call_id="",
        tool=question.tool,
        arguments=question.arguments,
        grade=Grade.HIGH.value if assessment.grade == Grade.HIGH else Grade.MODIFY.value,
        risk={"segments": segments, "summary": worst.why if worst else ""},
        folder=assessment.folder,
        programs=[program for program, _ in possible_rules(assessment)],
        state="pending",
        decision=None,
        reason=None,
        requested_at=scope.now(),
        expires_at=scope.now() + question.lifetime,
    )
