"""Approvals: asked by a run, answered once from any surface, remembered as rules."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import (
    AnswerNeededError,
    ApprovalDecidedError,
    ApprovalNotFoundError,
    ConfirmationNeededError,
    RuleNotFoundError,
    RuleNotPossibleError,
)
from openclaw.domains.agents.events import approval_topic, run_topic
from openclaw.domains.agents.models import ApprovalRow, ApprovalRuleRow
from openclaw.domains.agents.policy import Rule
from openclaw.domains.agents.repository import leading
from openclaw.domains.agents.schemas import (
    Approval,
    ApprovalRule,
    Coverage,
    Decide,
    DeviceRef,
    Question,
    Risk,
)
from openclaw.domains.agents.service import telling
from openclaw.domains.audit import service as audit
from openclaw.domains.devices.service import calls
from openclaw.domains.devices.service import registry as devices
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.feed import amend, tell
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.protocol.grading import why_in


async def list_approvals(scope: Scope, *, state: str | None, limit: int) -> list[Approval]:
    """The user's approvals, newest first."""
    return await _shown(scope, await repository.list_approvals(scope, state=state, limit=limit))


async def get_approval(scope: Scope, approval_id: UUID) -> Approval:
    """One approval. Raises ApprovalNotFoundError.

    A client's question is ended by whoever looks when its time is over: there may be nobody left who waits for it.
    """
    row = await repository.find_approval(scope, approval_id)
    if row is None:
        raise ApprovalNotFoundError
    if row.run_id is None and row.state == "pending" and row.expires_at <= scope.now():
        await expire(scope, row.id)
        row = await repository.find_approval(scope, approval_id)
        assert row is not None
    return await _show(scope, row)


async def decide(scope: Scope, approval_id: UUID, data: Decide) -> Approval:
    """Answer an approval: the first answer counts, and the run goes on wherever it is.

    Raises ApprovalNotFoundError, ApprovalDecidedError, ConfirmationNeededError (high risk, first step),
    RuleNotPossibleError, AnswerNeededError, NotAllowedError for viewers.
    """
    row = await repository.lock_approval(scope, approval_id)
    if row is None:
        raise ApprovalNotFoundError
    check_role(scope.who, Role.MEMBER)
    if row.state == "pending" and row.expires_at <= scope.now():
        raise ApprovalDecidedError(state="expired")
    if row.state != "pending":
        raise ApprovalDecidedError(state=row.state)
    is_allowed = data.decision != "deny"
    if is_allowed and row.grade == "high" and not data.confirm:
        raise ConfirmationNeededError
    if is_allowed:
        row.answer = _checked_answer(row, data.answer)
    if data.decision in ("allow_always", "allow_conversation"):
        await _add_rules(scope, row, data)
    row.decision, row.reason = data.decision, data.reason
    await _end(scope, row, state="allowed" if is_allowed else "denied", by=scope.user_id)
    detail = {
        "tool": row.tool,
        "decision": data.decision,
        "grade": row.grade,
        "runId": ids.to_wire("run", row.run_id) if row.run_id else None,
    }
    await audit.append(scope, "agents.approval_decided", subject=ids.to_wire("appr", row.id), detail=detail)
    return await _show(scope, row)


async def expire(scope: Scope, approval_id: UUID) -> None:
    """Nobody answered in time: that is a denial."""
    row = await repository.lock_approval(scope, approval_id)
    if row is not None and row.state == "pending":
        await _end(scope, row, state="expired", by=None)
        await audit.append(
            scope, "agents.approval_expired", subject=ids.to_wire("appr", row.id), detail={"tool": row.tool}
        )


async def withdraw(scope: Scope, row: ApprovalRow) -> None:
    """Nobody waits for the answer any more."""
    row.is_told = True
    await _end(scope, row, state="cancelled", by=None)


async def forget_subjects(scope: Scope, run_id: UUID) -> None:
    """Forget what the run's answered questions were about; that they were asked, and how risky it was, stays."""
    for row in await repository.list_approvals_of_runs(scope, [run_id]):
        question = row.question or {}
        kept = {key: question[key] for key in ("id", "method") if key in question}
        if row.state != "pending" and (row.arguments or row.answer or row.reason or question != kept):
            row.question = kept
            row.risk = {**row.risk, "segments": []}
            row.arguments, row.folder, row.answer, row.reason = {}, None, None, None
            left = asked(await _show(scope, row))
            await amend(scope, left["id"], request=left["request"], approval=left["approval"])


async def cancel_of_run(scope: Scope, run_id: UUID) -> None:
    """The run ended: its open questions end with it."""
    for row in await repository.list_pending_of_run(scope, run_id):
        await _end(scope, row, state="cancelled", by=None)


async def announce(scope: Scope, row: ApprovalRow) -> None:
    """Tell every surface of the user about a new question."""
    payload = asked(await _show(scope, row))
    await tell(scope, row.user_id, row.workspace_id, {"event": "exec.approval.requested", "payload": payload})
    await telling.tell_asked(scope, row, payload["request"]["command"])


def asked(approval: Approval) -> dict[str, Any]:
    """A question as ``exec.approval.requested`` tells it, and ``exec.approval.list``."""
    return {
        "id": ids.to_wire("appr", approval.id),
        "approvalKind": "exec",
        "request": _request(approval),
        "approval": approval.model_dump(mode="json", by_alias=True),
        "createdAtMs": int(approval.requested_at.timestamp() * 1000),
        "expiresAtMs": int(approval.expires_at.timestamp() * 1000),
    }


async def list_awaited_calls(scope: Scope, device_id: UUID) -> list[dict[str, Any]]:
    """The calls to a machine that wait for an answer, as gateways pass them on."""
    return [
        calls.invoke_request(
            row.id if row.step_id is None else call_id_of(row.step_id, device_id, row.targets),
            command=row.tool,
            params=row.arguments,
            timeout_ms=0,
        )
        for row in await repository.list_pending_of_device(scope, device_id)
        if row.question is None  # a machine's own runtime looks for itself
    ]


async def list_rules(scope: Scope) -> list[ApprovalRule]:
    """The user's live rules."""
    names = {device.id: device.name for device in await devices.list_devices(scope)}
    return [
        ApprovalRule(
            id=row.id,
            program=row.program,
            folder=row.folder,
            conversation_id=row.conversation_id,
            device=DeviceRef(id=row.device_id, name=names.get(row.device_id, "")),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in await repository.list_rules(scope)
    ]


async def load_rules(scope: Scope) -> list[Rule]:
    """The user's live rules in the form that the policy judges by."""
    return [
        Rule(
            device_id=row.device_id,
            conversation_id=row.conversation_id,
            program=row.program,
            folder=row.folder,
            id=row.id,
        )
        for row in await repository.list_rules(scope)
    ]


async def revoke_rule(scope: Scope, rule_id: UUID) -> None:
    """End a rule: what it covered asks again. Raises RuleNotFoundError."""
    if not await repository.revoke_rule(scope, rule_id):
        raise RuleNotFoundError
    await audit.append(scope, "agents.rule_revoked", subject=ids.to_wire("rule", rule_id))


async def _shown(scope: Scope, rows: Sequence[ApprovalRow]) -> list[Approval]:
    of_tasks = await leading.list_task_runs(scope, {row.run_id for row in rows if row.run_id is not None})
    return [view(row, scope.who.language, of_tasks.get(row.run_id) if row.run_id else None) for row in rows]


async def _show(scope: Scope, row: ApprovalRow) -> Approval:
    return (await _shown(scope, [row]))[0]


def view(row: ApprovalRow, language: str, task_run_id: UUID | None) -> Approval:
    """An approval as its user sees it, its reasons in ``language``. ``task_run_id``: the run of a task that asks."""
    device = DeviceRef(id=row.device_id, name=row.device_name) if row.device_id else None
    return Approval(
        id=row.id,
        link=f"/approvals/{ids.to_wire('appr', row.id)}",
        run_id=row.run_id,
        task_run_id=task_run_id,
        conversation_id=row.conversation_id,
        asked_by=row.asked_by,
        tool_call_id=row.tool_call_id,
        tool=row.tool,
        arguments=row.arguments,
        question=_question(row),
        device=device,
        targets=target_refs(row.targets),
        grade=row.grade,  # type: ignore[arg-type]
        risk=_risk(row, language),
        folder=row.folder,
        coverage=_coverage(row, language),
        state=row.state,  # type: ignore[arg-type]
        decision=row.decision,  # pyright: ignore[reportArgumentType]
        reason=row.reason,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
    )


def call_id_of(step_id: UUID, device_id: UUID, targets: list[Any] | None) -> UUID:
    """The id of a step's call on one of its machines: its own where there are several, the step's for a single one."""
    return uuid5(step_id, device_id.hex) if targets else step_id


def target_refs(targets: list[Any] | None) -> list[DeviceRef]:
    """The machines of a call to several, as they travel."""
    return [DeviceRef(id=UUID(hex=target["id"]), name=target["name"]) for target in targets or ()]


def _question(row: ApprovalRow) -> Question | None:
    if row.question is None or row.question["method"] == "gate":
        return None
    return Question.model_validate({"title": "", "message": "", "options": [], **row.question})


def _checked_answer(row: ApprovalRow, answer: str | None) -> str | None:
    """What the user chose or wrote, where the question is one of that kind."""
    question = _question(row)
    if question is None or question.method == "confirm":
        return None
    if answer is None:
        raise AnswerNeededError(reason="a choice" if question.method == "select" else "a text")
    if question.method == "select" and question.options and answer not in question.options:
        raise AnswerNeededError(reason="one of the choices")
    return answer


def _risk(row: ApprovalRow, language: str) -> Risk:
    risk = Risk.model_validate(row.risk)
    segments = [
        segment.model_copy(update={"why": why_in(language, segment.why)}) for segment in risk.segments
    ]
    return Risk(segments=segments, summary=why_in(language, risk.summary))


def _coverage(row: ApprovalRow, language: str) -> Coverage | None:
    if not row.programs or row.folder is None or row.device_id is None:
        return None
    program = ", ".join(row.programs)
    words = {"en": "{0} in {1} and below, on {2}", "zh": "{2} 上 {1} 及其子文件夹中的 {0}"}
    text = words[language].format(program, row.folder, row.device_name)
    return Coverage(program=program, folder=row.folder, text=text)


async def _add_rules(scope: Scope, row: ApprovalRow, data: Decide) -> None:
    only_here = data.decision == "allow_conversation"
    if not row.programs or row.folder is None or row.device_id is None:
        raise RuleNotPossibleError
    if only_here and row.conversation_id is None:
        raise RuleNotPossibleError
    rules: Sequence[ApprovalRuleRow] = [
        ApprovalRuleRow(
            id=ids.new_id(),
            workspace_id=row.workspace_id,
            user_id=row.user_id,
            approval_id=row.id,
            device_id=row.device_id,
            conversation_id=row.conversation_id if only_here else None,
            program=program,
            folder=row.folder,
            created_at=scope.now(),
            expires_at=scope.now() + timedelta(days=data.rule_days) if data.rule_days else None,
            revoked_at=None,
        )
        for program in row.programs
    ]
    await repository.add(scope, *rules)


async def _end(scope: Scope, row: ApprovalRow, *, state: str, by: UUID | None) -> None:
    row.state, row.decided_at, row.decided_by_user_id = state, scope.now(), by
    topic = run_topic(row.run_id) if row.run_id else approval_topic(row.id)
    await publish(scope, topic, {"kind": "approval", "state": state})
    payload = {
        "id": ids.to_wire("appr", row.id),
        "decision": _wire_decision(row),
        "resolvedBy": ids.to_wire("user", by) if by else None,
        "ts": int(scope.now().timestamp() * 1000),
        "approval": (await _show(scope, row)).model_dump(mode="json", by_alias=True),
    }
    await tell(scope, row.user_id, row.workspace_id, {"event": "exec.approval.resolved", "payload": payload})
    await telling.settle(scope, row)


def _wire_decision(row: ApprovalRow) -> str | None:
    if row.state == "allowed":
        return (row.decision or "allow_once").replace("_", "-")
    return "deny" if row.state in ("denied", "expired") else None


def _request(approval: Approval) -> dict[str, Any]:
    arguments = approval.arguments
    command = (
        arguments.get("command")
        or " ".join(arguments.get("argv") or [])
        or f"{approval.tool} {arguments.get('path', '')}"
    )
    conversation_id = approval.conversation_id
    return {
        "command": command,
        "cwd": arguments.get("cwd"),
        "host": approval.device.name if approval.device else approval.asked_by,
        "security": approval.grade,
        "ask": "always",
        "agentId": "main",
        "resolvedPath": None,
        "sessionKey": ids.to_wire("conv", conversation_id) if conversation_id else None,
    }
