"""How a call that the model wants stands with the policies of the machines that it goes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import Struct

from openclaw.domains.agents import policy
from openclaw.domains.agents.jobs.entering import denied_by_system
from openclaw.domains.agents.models import RunRow
from openclaw.domains.agents.service import approvals
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import policies
from openclaw.infra.scope import Scope
from openclaw.protocol.grading import Assessment, Grade, grade_call
from openclaw.protocol.tools import decode_arguments

DENIED_BY_SYSTEM = "The system that this task works in does not allow this tool."


@dataclass(frozen=True)
class Plan:
    """The strictest verdict of all machines, the worst assessment among them, and why it is refused, if it is."""

    verdict: policy.Verdict
    assessment: Assessment
    refusal: str | None = None


_STRICTNESS = (policy.Verdict.ALLOW, policy.Verdict.ASK, policy.Verdict.REFUSE)


async def judge_on(
    scope: Scope,
    devices: Sequence[DeviceRow],
    tool: str,
    arguments: Struct,
    *,
    conversation_id: UUID,
) -> Plan:
    """Judge a call for each of the machines it goes to; the strictest word counts for all of them."""
    plans = [
        await judge_assessed(
            scope, device, tool, _graded(device, tool, arguments), conversation_id=conversation_id
        )
        for device in devices
    ]
    return max(plans, key=lambda plan: (_STRICTNESS.index(plan.verdict), plan.assessment.grade.rank))


async def judge_assessed(
    scope: Scope, device: DeviceRow, tool: str, assessment: Assessment, *, conversation_id: UUID
) -> Plan:
    """Judge a call of which it is known how risky it is."""
    limits = await policies.limits_of(scope, device)
    rules = await approvals.load_rules(scope) if assessment.grade == Grade.MODIFY else ()
    if tool in limits.denied_tools:
        return Plan(policy.Verdict.REFUSE, assessment, f"{tool} is switched off for {device.name}.")
    verdict = policy.judge(
        assessment, rules=rules, device_id=device.id, conversation_id=conversation_id, limits=limits
    )
    refusal = None
    if assessment.grade == Grade.DANGEROUS:
        why = "; ".join(s.why for s in assessment.segments if s.grade == Grade.DANGEROUS)
        refusal = f"This is never run: {why}."
    elif verdict is policy.Verdict.REFUSE:
        refusal = f"This is graded {assessment.grade}; the policy allows {limits.max_grade} on {device.name} at most."
    return Plan(verdict, assessment, refusal)


async def find_refusal(
    scope: Scope, run: RunRow, device: DeviceRow, tool: str, arguments: dict[str, Any]
) -> str | None:
    """Why the policies of now, or the run's system, refuse a call that was planned, and perhaps allowed, under earlier
    ones. Raises SystemNotFoundError.
    """
    if tool in (await denied_by_system(scope, run)).tools:
        return DENIED_BY_SYSTEM
    assessment = _graded(device, tool, decode_arguments(tool, arguments))
    plan = await judge_assessed(scope, device, tool, assessment, conversation_id=device.id)
    return plan.refusal


def _graded(device: DeviceRow, tool: str, arguments: Struct) -> Assessment:
    return grade_call(tool, arguments, home=device.home or "")


def with_exact_paths(arguments: dict[str, Any], home: str | None) -> dict[str, Any]:
    """``~`` as the machine's home folder, so that the user is asked about the path that is meant."""
    exact = dict(arguments)
    for name in ("path", "to", "cwd"):
        value = exact.get(name)
        if home and isinstance(value, str) and (value == "~" or value.startswith("~/")):
            exact[name] = home + value[1:]
    return exact
