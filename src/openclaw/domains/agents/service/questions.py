"""Questions of clients that run something themselves and want their user to decide: approvals without a run."""

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
from openclaw.protocol.grading import Assessment, Grade, grade_call
from openclaw.protocol.tools import Exec

MAX_OPEN = 50  # of one user in one workspace


@dataclass(frozen=True)
class Question:
    """A command that ``asked_by`` runs if the user lets it; on ``device``, if it is one of theirs."""

    id: UUID
    command: Exec
    asked_by: str
    device: DeviceRow | None
    lifetime: timedelta


async def ask(scope: Scope, question: Question) -> Approval:
    """Ask on every surface. The same question again is the one that was asked before.

    Reading is asked about too: the client has said that it wants an answer. Raises NeverRunError for what is
    dangerous, TooManyQuestionsError, QuestionIdInUseError, NotAllowedError for viewers.
    """
    check_role(scope.who, Role.MEMBER)
    arguments = _arguments(question.command)
    open_ones = await repository.count_open_questions(scope)
    known = await repository.find_approval(scope, question.id)
    if known is not None:
        if known.arguments != arguments:
            raise QuestionIdInUseError
        return approvals.view(known, scope.who.language)
    device = question.device
    assessment = grade_call("exec", question.command, home=(device.home if device else None) or "")
    why = [segment.why for segment in assessment.segments if segment.grade == Grade.DANGEROUS]
    if why:
        raise NeverRunError(reason="; ".join(why))
    if open_ones >= MAX_OPEN:
        raise TooManyQuestionsError(limit=MAX_OPEN)
    row = _row(scope, question, arguments, assessment)
    await repository.add(scope, row)
    await approvals.announce(scope, row)
    detail = {"tool": row.tool, "grade": row.grade, "askedBy": question.asked_by}
    await audit.append(scope, "agents.approval_asked", subject=ids.to_wire("appr", row.id), detail=detail)
    return approvals.view(row, scope.who.language)


def _row(scope: Scope, question: Question, arguments: dict[str, Any], assessment: Assessment) -> ApprovalRow:
    device = question.device
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
        tool="exec",
        arguments=arguments,
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


def _arguments(command: Exec) -> dict[str, Any]:
    words = {"command": command.command} if command.argv is None else {"argv": list(command.argv)}
    return words | {"cwd": command.cwd}
