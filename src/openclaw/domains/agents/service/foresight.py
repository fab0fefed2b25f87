"""What rules and policies would do: to calls of the past, and to one that somebody only thinks of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents import policy, repository
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.agents.policy import Rule
from openclaw.domains.agents.schemas import (
    CoveredCall,
    DeviceWord,
    PreviewRule,
    RulePreview,
    Segment,
    SimulateCall,
    Simulation,
)
from openclaw.domains.agents.service import approvals
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.policy import Limits
from openclaw.domains.devices.service import calls, policies, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol import places
from openclaw.protocol.grading import Assessment, Grade, grade_call, why_in
from openclaw.protocol.tools import POLICY_CHECK, decode_arguments

LOOKED_BACK = timedelta(days=30)
MOST_CALLS = 2_000
_SHOWN = 20
_DEVICE_ANSWERS_IN = timedelta(seconds=5)


async def preview_rule(scope: Scope, data: PreviewRule) -> RulePreview:
    """Which calls of the last 30 days the rule would have let through. Raises DeviceNotFoundError."""
    device = await registry.access_device(scope, data.device_id)
    folder = places.normalise(data.folder, cwd="/", home=device.home or "")
    rules = [Rule(device.id, None, program, folder) for program in data.programs]
    steps = await repository.list_recent_tools(
        scope, device.id, since=scope.now() - LOOKED_BACK, limit=MOST_CALLS + 1
    )
    covered = [(step, talk) for step, talk in steps[:MOST_CALLS] if _is_covered(step, device, rules)]
    shown = covered[:_SHOWN]
    asked = {
        row.step_id
        for row in await repository.list_approvals_of_runs(scope, [step.run_id for step, _ in shown])
    }
    return RulePreview(
        items=[
            CoveredCall(
                step_id=step.id,
                run_id=step.run_id,
                conversation_id=talk,
                tool=step.name,
                text=_words_of(step.arguments or {}),
                at=step.started_at,
                was_asked=step.id in asked,
            )
            for step, talk in shown
        ],
        total=len(covered),
        is_partial=len(steps) > MOST_CALLS,
    )


async def simulate(database: Database, bus: EventBus, actor: Actor, data: SimulateCall) -> Simulation:
    """Judge a call without running it, here and at the machine. Raises DeviceNotFoundError, InvalidInputError."""
    async with database.transaction(actor) as scope:
        check_role(scope.who, Role.MEMBER)
        device = await registry.access_device(scope, data.device_id)
        tool, arguments = _call_of(data)
        try:
            decoded = decode_arguments(tool, checked(arguments))
        except ValueError as error:
            raise InvalidInputError(field="arguments", reason=str(error)[:500]) from None
        assessment = grade_call(tool, decoded, home=device.home or "")
        limits = await policies.limits_of(scope, device)
        rules = [
            rule
            for rule in await approvals.load_rules(scope)
            if rule.device_id == device.id and rule.conversation_id is None
        ]
        outcome, decided_by, deciding = _verdict(tool, assessment, limits, rules)
        named = [rule for rule in await approvals.list_rules(scope) if rule.id in {r.id for r in deciding}]
        can_ask = registry.is_online(device, scope.now()) and POLICY_CHECK in device.commands
        state = "unknown" if registry.is_online(device, scope.now()) else "offline"
    word = DeviceWord(state=state, message=None)
    if can_ask:
        word = await _ask_device(database, bus, actor, device, tool, arguments)
    return Simulation(
        grade=assessment.grade.value,
        segments=[
            Segment(text=s.text, program=s.program, grade=s.grade.value, why=why_in(actor.language, s.why))
            for s in assessment.segments
        ],
        folder=assessment.folder,
        outcome=outcome,  # pyright: ignore[reportArgumentType]
        decided_by=decided_by,  # pyright: ignore[reportArgumentType]
        rules=named,
        max_grade=limits.max_grade.value,  # pyright: ignore[reportArgumentType]
        device=word,
    )


def _verdict(
    tool: str, assessment: Assessment, limits: Limits, rules: Sequence[Rule]
) -> tuple[str, str, list[Rule]]:
    """What would happen, who decides it, and the rules that do."""
    if tool in limits.denied_tools:
        return "refuse", "tool_off", []
    if assessment.grade == Grade.DANGEROUS:
        return "refuse", "grade", []
    if assessment.grade > limits.max_grade:
        return "refuse", "policy", []
    if assessment.grade == Grade.READ:
        return "run", "grade", []
    deciding = policy.deciding_rules(assessment, rules)
    if deciding is not None:
        return ("run", "rules", deciding) if limits.standing_rules else ("ask", "policy", [])
    return ("ask_twice" if assessment.grade == Grade.HIGH else "ask"), "grade", []


async def _ask_device(
    database: Database, bus: EventBus, actor: Actor, device: DeviceRow, tool: str, arguments: dict[str, Any]
) -> DeviceWord:
    call_id = ids.new_id()
    with watching(bus, call_id) as watch:
        async with database.transaction(actor) as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=device.id,
                command=POLICY_CHECK,
                params={"tool": tool, "arguments": arguments},
                timeout=_DEVICE_ANSWERS_IN,
                wait=_DEVICE_ANSWERS_IN,
            )
        end = await watch.wait(
            lambda: _find_end(database, actor, call_id), timeout=_DEVICE_ANSWERS_IN, is_fresh=True
        )
    if end is None or end.result is None or not isinstance(end.result.get("allowed"), bool):
        return DeviceWord(state="unknown", message=None)
    message = end.result.get("message")
    return DeviceWord(
        state="allowed" if end.result["allowed"] else "refused",
        message=message[:2000] if isinstance(message, str) else None,
    )


async def _find_end(database: Database, actor: Actor, call_id: UUID) -> calls.CallEnd | None:
    async with database.transaction(actor) as scope:
        return await calls.find_end(scope, call_id)


def _call_of(data: SimulateCall) -> tuple[str, dict[str, Any]]:
    if data.command is not None:
        return "exec", {"command": data.command, "cwd": data.folder}
    if data.arguments is None:
        raise InvalidInputError(field="command", reason="either a command or arguments are needed")
    return data.tool, data.arguments


def _is_covered(step: RunStepRow, device: DeviceRow, rules: Sequence[Rule]) -> bool:
    try:
        decoded = decode_arguments(step.name, step.arguments or {})
    except ValueError:
        return False
    assessment = grade_call(step.name, decoded, home=device.home or "")
    return policy.deciding_rules(assessment, rules) is not None


def _words_of(arguments: dict[str, Any]) -> str:
    words = arguments.get("command") or " ".join(map(str, arguments.get("argv") or ()))
    return str(words or arguments.get("path") or "")[:500]
