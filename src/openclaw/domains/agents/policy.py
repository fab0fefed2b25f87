"""What a tool call may do: run, ask, or never. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from openclaw.domains.devices.policy import Limits
from openclaw.protocol.grading import Assessment, Grade, covers

ANYTHING = Limits()
"""The widest limits: all but what is dangerous."""


class Verdict(StrEnum):
    """What happens with a call before it runs."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Denied:
    """What a run's system keeps it from calling: ``tools`` of machines, and plugins that have one of ``grants``."""

    tools: frozenset[str] = frozenset()
    grants: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """What the user allowed beyond one call."""

    device_id: UUID
    conversation_id: UUID | None
    program: str
    folder: str
    id: UUID | None = None


def judge(
    assessment: Assessment,
    *,
    rules: Sequence[Rule],
    device_id: UUID,
    conversation_id: UUID,
    limits: Limits = ANYTHING,
) -> Verdict:
    """Reading runs, dangerous never does, the rest asks unless rules cover every program of it.

    What goes beyond ``limits`` is refused.
    """
    if assessment.grade > limits.max_grade:
        return Verdict.REFUSE
    if assessment.grade == Grade.READ:
        return Verdict.ALLOW
    if not limits.standing_rules:
        return Verdict.ASK
    fitting = [
        rule
        for rule in rules
        if rule.device_id == device_id and rule.conversation_id in (None, conversation_id)
    ]
    return Verdict.ASK if deciding_rules(assessment, fitting) is None else Verdict.ALLOW


def deciding_rules(assessment: Assessment, rules: Sequence[Rule]) -> list[Rule] | None:
    """The rules that together let a call run, one for each program of it; None when they leave one to be asked for."""
    if assessment.grade != Grade.MODIFY or not assessment.programs:
        return None
    found: list[Rule] = []
    for program in assessment.programs:
        part = _only(assessment, program)
        rule = next((rule for rule in rules if covers(rule.program, rule.folder, part)), None)
        if rule is None:
            return None
        found.append(rule)
    return found


def possible_rules(assessment: Assessment) -> list[tuple[str, str]]:
    """The rules (program, folder) that together would cover this call; empty when none can.

    No rule covers a whole machine: that is also where a call is judged to run when its folder is not known.
    """
    folder = assessment.folder
    if folder in (None, "/") or not assessment.programs:
        return []
    rules = [(program, folder) for program in assessment.programs]
    if all(covers(program, folder, _only(assessment, program)) for program, folder in rules):
        return rules
    return []


def _only(assessment: Assessment, program: str) -> Assessment:
    """The part of the call that one program does; a segment without a name counts against every rule."""
    segments = tuple(
        segment
        for segment in assessment.segments
        if segment.grade != Grade.READ and segment.program in (program, "")
    )
    return replace(assessment, segments=segments)
