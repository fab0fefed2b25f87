"""Whether a direct call may be made: what only reads runs, the rest is asked about on every surface of its user."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.errors import BeyondPolicyError, CallDeniedError, CommandNotAllowedError
from openclaw.apps.gateway.methods.waiting import wait_for
from openclaw.domains.agents import policy
from openclaw.domains.agents.events import approval_topic
from openclaw.domains.agents.policy import Rule
from openclaw.domains.agents.schemas import Approval
from openclaw.domains.agents.service import approvals, questions
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.policy import Limits
from openclaw.domains.devices.service import calls, pairing, policies
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol import node_host
from openclaw.protocol.gateway import params as p
from openclaw.protocol.grading import Assessment, Grade, Segment, grade_call
from openclaw.protocol.tools import decode_arguments

_SHORTEST_WAIT = timedelta(minutes=2)
TOO_LATE = "nobody allowed it in time"
_USABLE = timedelta(
    minutes=10
)  # after the answer: a client that lost its connection comes back with the same key


@dataclass(frozen=True)
class DirectCall:
    """A call as its client said it, and what it amounts to: ``tool`` and ``shown`` are in our words."""

    arguments: dict[str, Any]
    tool: str
    shown: dict[str, Any]
    assessment: Assessment


def read_call(row: DeviceRow, params: p.NodeInvokeParams) -> DirectCall:
    """Judge what a client wants of a machine. Raises InvalidInputError for what is not of the command's form."""
    arguments = params.params if isinstance(params.params, dict) else {}
    tool, shown = params.command, arguments
    try:
        arguments = checked(arguments)
        if row.client != pairing.NODE_HOST:
            decoded = decode_arguments(tool, arguments)
        elif tool == node_host.RUN:
            decoded = node_host.read_run(arguments)
            tool, shown = "exec", questions.shown_command(decoded)
        else:
            return DirectCall(arguments, tool, shown, _of_node_host(tool))
    except (ValueError, node_host.UntranslatableError) as error:
        # Not of the command's form, or what no row holds.
        raise InvalidInputError(field="params", reason=str(error)[:500]) from None
    return DirectCall(arguments, tool, shown, grade_call(tool, decoded, home=row.home or ""))


def check_limits(row: DeviceRow, call: DirectCall, limits: Limits) -> None:
    """Raise CommandNotAllowedError or BeyondPolicyError for what the policies refuse, whoever would allow it."""
    if call.tool in limits.denied_tools:
        raise CommandNotAllowedError(command=call.tool)
    grade = call.assessment.grade
    if grade != Grade.DANGEROUS and grade > limits.max_grade:
        raise BeyondPolicyError(grade=grade.value, most=limits.max_grade.value, machine=row.name)


def verdict_of(row: DeviceRow, call: DirectCall, limits: Limits, rules: list[Rule]) -> policy.Verdict:
    """Whether the call runs just so."""
    # No rule of a conversation covers what is asked for outside of one.
    return policy.judge(call.assessment, rules=rules, device_id=row.id, conversation_id=row.id, limits=limits)


async def find_question(
    scope: Scope,
    connection: Connection,
    call_id: UUID,
    row: DeviceRow,
    call: DirectCall,
    *,
    timeout: timedelta,
) -> Approval | None:
    """The question that the call waits for; None when it may be made. Asked once for each call.

    Raises CallDeniedError, CommandNotAllowedError, BeyondPolicyError, NeverRunError, TooManyQuestionsError.
    """
    limits = await policies.limits_of(scope, row)
    check_limits(row, call, limits)
    if verdict_of(row, call, limits, await approvals.load_rules(scope)) is policy.Verdict.ALLOW:
        return None
    question = questions.Question(
        id=call_id,
        tool=call.tool,
        arguments=call.shown,
        assessment=call.assessment,
        asked_by=name_of(connection),
        device=row,
        lifetime=max(timeout, _SHORTEST_WAIT),
    )
    approval, is_new = await questions.ask(scope, question)
    if approval.state == "pending" and approval.expires_at > scope.now():
        if is_new:
            await calls.announce_call(
                scope, call_id=call_id, device_id=row.id, command=call.tool, params=call.arguments
            )
        return approval
    if approval.state == "allowed" and approval.decided_at and scope.now() - approval.decided_at < _USABLE:
        return None
    raise CallDeniedError(reason=_why_not(approval))


async def wait_for_answer(platform: Platform, connection: Connection, asked: Approval) -> None:
    """Return when the question was answered, or its time is over: then it is withdrawn."""

    async def answered() -> bool | None:
        async with platform.database.transaction(connection.actor) as scope:
            return (await approvals.get_approval(scope, asked.id)).state != "pending" or None

    left = max(asked.expires_at - platform.clock.now(), timedelta())
    if await wait_for(platform.bus, approval_topic(asked.id), answered, timeout=left) is None:
        async with platform.database.transaction(connection.actor) as scope:
            await approvals.expire(scope, asked.id)


def name_of(connection: Connection) -> str:
    """Who asks, as the person is shown it."""
    client = connection.connect.client
    name = "".join(filter(str.isprintable, client.display_name or "")).strip()
    return (name or client.id)[:100]


def _of_node_host(command: str) -> Assessment:
    """What is known of the commands of released machines besides running a program."""
    if command in node_host.READING:
        grade, why = Grade.READ, "only tells about the machine"
    elif command == node_host.BROWSER:
        grade, why = Grade.MODIFY, "drives the browser on the machine"
    else:
        grade, why = Grade.HIGH, "is a command of the machine whose effect is not known here"
    return Assessment(grade, (Segment(command, command, grade, why, ()),), folder=None, programs=())


def _why_not(approval: Approval) -> str:
    if approval.state == "denied":
        return "it was denied" + (f": {approval.reason}" if approval.reason else "")
    return TOO_LATE
