"""``device``: a tool on one of the user's machines, judged and asked about like every other call, and run once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents import policy
from openclaw.domains.agents.errors import ApprovalNotFoundError
from openclaw.domains.agents.events import approval_topic
from openclaw.domains.agents.service import approvals, questions
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls, policies, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workflows.jobs.carrying import Log, StepCall, Waits
from openclaw.domains.workflows.language.definition import timeout_of
from openclaw.domains.workflows.language.failures import StepError
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Actor, Scope
from openclaw.protocol.grading import Assessment, grade_call
from openclaw.protocol.tools import decode_arguments


@dataclass(frozen=True)
class DeviceCall:
    """A tool on a machine, for a step or for a plugin that a step runs. The same id is the same call.

    ``waits`` is told of the approval that it waits for, and None once it goes on; ``log`` of what was done.
    """

    id: UUID
    actor: Actor
    device: Any  # an id or a name; None: the primary one, or the only one
    tool: str
    arguments: Any
    timeout: timedelta
    waits: Waits
    log: Log
    asked_by: str = "workflow"


class DeviceCarrier:
    """Calls machines."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def carry(self, call: StepCall) -> Any:
        """The machine's result. Raises StepError."""
        seconds = timeout_of(call.work.step)
        assert seconds is not None, "device steps are timed"
        inputs = call.inputs
        return await self.call(
            DeviceCall(
                id=call.attempt_id,
                actor=call.actor,
                device=inputs["device"],
                tool=inputs["tool"],
                arguments=inputs["arguments"],
                timeout=timedelta(seconds=seconds),
                waits=call.waits,
                log=call.log,
            )
        )

    async def stop(self, call: StepCall) -> None:
        """Nobody waits for the step any more."""
        await self.stop_call(call.actor, call.attempt_id)

    async def call(self, wanted: DeviceCall) -> Any:
        """The machine's result. Raises StepError."""
        async with self._database.transaction(wanted.actor) as scope:
            device = await _find_device(scope, wanted.device)
            assessment = _judge(wanted.tool, wanted.arguments, home=device.home or "")
            await self._ask(scope, wanted, device, assessment)
        await wait_for_answer(self._database, self._bus, wanted.actor, wanted.id, waits=wanted.waits)
        wanted.log(f"{wanted.tool} on {device.name}")
        with watching(self._bus, wanted.id) as watch:
            async with self._database.transaction(wanted.actor) as scope:
                await calls.send_call(
                    scope,
                    call_id=wanted.id,
                    device_id=device.id,
                    command=wanted.tool,
                    params=wanted.arguments,
                    timeout=wanted.timeout,
                    wait=wanted.timeout,
                )

            async def find_end() -> calls.CallEnd | None:
                async with self._database.transaction(wanted.actor, is_quiet=True) as scope:
                    return await calls.find_end(scope, wanted.id)

            end = await watch.wait(find_end, timeout=wanted.timeout, is_fresh=False)
        if end is None:
            await self.stop_call(wanted.actor, wanted.id)
            raise StepError("device_timeout", "The device did not answer in time.")
        wanted.log(f"{device.name} answered: {'done' if end.error is None else end.error.get('code')}")
        if end.error is not None:
            raise StepError(str(end.error.get("code", "device")), str(end.error.get("message", ""))[:500])
        return end.result

    async def stop_call(self, actor: Actor, call_id: UUID) -> None:
        """Nobody waits for the call any more: the machine kills what it runs for it, and no question stays open."""
        async with self._database.transaction(actor) as scope:
            await calls.cancel_call(scope, call_id)
            await approvals.expire(scope, call_id)

    async def _ask(self, scope: Scope, wanted: DeviceCall, device: DeviceRow, assessment: Assessment) -> None:
        """Park a question, once, unless the call may run just so. Raises StepError for what never may."""
        limits = await policies.limits_of(scope, device)
        rules = await approvals.load_rules(scope)
        verdict = policy.judge(
            assessment, rules=rules, device_id=device.id, conversation_id=device.id, limits=limits
        )
        if wanted.tool in limits.denied_tools or verdict is policy.Verdict.REFUSE:
            raise StepError(
                "refused", "The policy of the workspace or the device refuses this.", is_final=True
            )
        if verdict is policy.Verdict.ASK:
            question = questions.Question(
                id=wanted.id,
                tool=wanted.tool,
                arguments=wanted.arguments,
                assessment=assessment,
                asked_by=wanted.asked_by,
                device=device,
                lifetime=wanted.timeout,
            )
            await questions.ask(scope, question)


async def wait_for_answer(
    database: Database, bus: EventBus, actor: Actor, call_id: UUID, *, waits: Waits
) -> None:
    """Until the call may be made; ``waits`` is told when that takes a person. Raises StepError when it may not."""
    is_told = False
    async with bus.wakeups(approval_topic(call_id)) as woken:
        while True:
            woken.clear()
            async with database.transaction(actor, is_quiet=True) as scope:
                try:
                    asked = await approvals.get_approval(scope, call_id)
                except ApprovalNotFoundError:
                    return  # it may run just so
            if asked.state == "pending":
                if not is_told:
                    waits(call_id)
                    is_told = True
                await woken.wait()
                continue
            if is_told:
                waits(None)
            if asked.state != "allowed":
                reason = asked.reason or f"It was {asked.state}."
                raise StepError("refused", reason, is_final=True)
            return


def _judge(tool: str, arguments: Any, *, home: str) -> Assessment:
    try:
        return grade_call(tool, decode_arguments(tool, checked(arguments)), home=home)
    except ValueError as error:
        raise StepError("wrong_arguments", str(error)[:300], is_final=True) from None


async def _find_device(scope: Scope, wanted: Any) -> DeviceRow:
    """By id or name; the primary one, or the only one, when none is named. Raises StepError."""
    rows = await registry.list_rows(scope)
    if wanted is None:
        found = [row for row in rows if row.is_primary] or (rows if len(rows) == 1 else [])
    else:
        found = [row for row in rows if wanted in (row.name, f"dev_{row.id.hex}")]
    if len(found) != 1:
        named = "no device is the primary one" if wanted is None else f"there is no device {wanted}"
        raise StepError("no_such_device", named, is_final=True)
    return found[0]
