"""What becomes of a call that the model wants: a step, with the question to the user if it needs one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from openclaw.domains.agents import policy, repository
from openclaw.domains.agents.jobs import plugin_calls, questions
from openclaw.domains.agents.jobs.context import RunContext
from openclaw.domains.agents.jobs.fan_out import MAX_TARGETS, TOOLS, as_targets
from openclaw.domains.agents.jobs.planning import DENIED_BY_SYSTEM, judge_on, with_exact_paths
from openclaw.domains.agents.jobs.results import SAVE, find_mistake
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.devices.errors import DeviceNotFoundError, NoDeviceError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import groups
from openclaw.domains.devices.service.pairing import NODE_HOST
from openclaw.domains.plugins.service.tools import PluginTool
from openclaw.infra.jsonb import checked, storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.protocol.grading import Grade
from openclaw.protocol.tools import COLLECT, decode_arguments
from openclaw.runtime.streaming import ToolCall
from openclaw.runtime.toolset import find_tool, split_device


class StepPlanner:
    """Makes steps of calls. ``approval_lifetime``: how long a question about one stands."""

    def __init__(self, *, approval_lifetime: timedelta) -> None:
        self._approval_lifetime = approval_lifetime

    async def plan(
        self,
        scope: Scope,
        ctx: RunContext,
        call: ToolCall,
        *,
        position: int,
        is_too_many: bool,
        denied: policy.Denied,
    ) -> RunStepRow:
        """Keep a call that the model wants as a step, with the question to the user if it needs one.

        ``denied``: what the run's system keeps it from calling by now.
        """
        said = _storable_arguments(call)
        tool = SAVE if call.name == SAVE else find_tool(call.name)
        of_plugin = None if tool else plugin_calls.find(ctx, call.name)
        device_name, arguments = (None, said) if of_plugin else split_device(said)
        step = RunStepRow(
            id=ids.new_id(),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            run_id=ctx.run_id,
            position=position,
            kind="tool",
            state="pending",
            name=tool or (of_plugin.tool if of_plugin else storable(call.name[:100])),
            tool_call_id=call.id,
            arguments=arguments,
            started_at=scope.now(),
        )
        await repository.add(scope, step)
        if is_too_many:
            return _failed(
                scope, step, "TOO_MANY_CALLS", "Too many calls in one reply. Ask for it again later."
            )
        if of_plugin is not None and plugin_calls.is_denied(of_plugin, denied):
            return _denied(scope, step, DENIED_BY_SYSTEM)
        if of_plugin is not None:
            return await self._plan_plugin(scope, ctx, step, of_plugin, call)
        if tool == SAVE:
            mistake = find_mistake(arguments if call.invalid is None else {})
            return step if mistake is None else _failed(scope, step, "INVALID_ARGUMENTS", mistake[:1000])
        if tool is None:
            return _failed(scope, step, "UNKNOWN_TOOL", f"There is no tool {call.name!r}.")
        if tool in denied.tools:
            return _denied(scope, step, DENIED_BY_SYSTEM)
        return await self._plan_on_machine(scope, ctx, step, tool, call, arguments, device_name)

    async def _plan_on_machine(
        self,
        scope: Scope,
        ctx: RunContext,
        step: RunStepRow,
        tool: str,
        call: ToolCall,
        arguments: dict[str, Any],
        device_name: str | None,
    ) -> RunStepRow:
        try:
            checked(call.arguments)
            decoded = decode_arguments(tool, arguments if call.invalid is None else call.invalid)
            if tool == COLLECT:  # how much may leave the machine is not for a model to say
                step.arguments = arguments = {**arguments, "mode": ctx.sync_mode}
        except ValueError as error:
            return _failed(scope, step, "INVALID_ARGUMENTS", str(error)[:1000])
        try:
            label, devices = await groups.choose_devices(
                scope, tool=tool, named=device_name, preferred_id=ctx.device_id
            )
        except (NoDeviceError, DeviceNotFoundError) as error:
            return _failed(scope, step, "NO_DEVICE", str(error))
        step.device_name = label
        if obstacle := _obstacle(tool, devices):
            return _failed(scope, step, *obstacle)
        if len(devices) > 1:
            step.targets = as_targets(devices)
        else:
            step.device_id = devices[0].id
            step.arguments = with_exact_paths(arguments, devices[0].home)
        plan = await judge_on(scope, devices, tool, decoded, conversation_id=ctx.conversation_id)
        if plan.verdict is policy.Verdict.REFUSE:
            step = _denied(scope, step, plan.refusal or "This is never run.")
        elif plan.verdict is policy.Verdict.ASK and ctx.denies_questions:
            step = _unasked(scope, step)
        elif plan.verdict is policy.Verdict.ASK:
            await questions.ask(
                scope, ctx, step, plan.assessment, devices=devices, lifetime=self._approval_lifetime
            )
        return step

    async def _plan_plugin(
        self, scope: Scope, ctx: RunContext, step: RunStepRow, tool: PluginTool, call: ToolCall
    ) -> RunStepRow:
        try:
            checked(call.arguments)
            problem = plugin_calls.find_problem(tool, None if call.invalid is not None else step.arguments)
        except ValueError as error:
            problem = str(error)[:1000]
        if problem is not None:
            return _failed(scope, step, "INVALID_ARGUMENTS", problem)
        if tool.assessment.grade > Grade.READ and ctx.denies_questions:
            return _unasked(scope, step)
        if tool.assessment.grade > Grade.READ:
            asked = tool.asked(step.arguments)
            lifetime = self._approval_lifetime
            await questions.ask(
                scope, ctx, step, tool.assessment, devices=(), lifetime=lifetime, arguments=asked
            )
        return step


def _obstacle(tool: str, devices: Sequence[DeviceRow]) -> tuple[str, str] | None:
    """Why a call cannot go to these machines: a code and words for the model."""
    if len(devices) > MAX_TARGETS:
        return "TOO_MANY_DEVICES", f"At most {MAX_TARGETS} devices can be asked at once."
    if len(devices) > 1 and tool not in TOOLS:
        return "ONE_DEVICE", f"{tool} acts on one device at a time: call it once for each."
    unable = [device for device in devices if not groups.offers(device, tool)]
    if len(unable) < len(devices):
        return None  # those that can do it; the result names the others
    hint = "; it runs commands with exec" if unable[0].client == NODE_HOST else ""
    return "NOT_OFFERED", f"{', '.join(device.name for device in unable)} cannot do {tool}{hint}."


def _storable_arguments(call: ToolCall) -> dict[str, Any]:
    try:
        return checked(call.arguments or {})
    except ValueError:
        return {}


def _unasked(scope: Scope, step: RunStepRow) -> RunStepRow:
    return _denied(scope, step, "Nobody is asked in this task, and this would need an answer.")


def _denied(scope: Scope, step: RunStepRow, message: str) -> RunStepRow:
    failed = _failed(scope, step, "REFUSED", message)
    failed.state = "denied"
    return failed


def _failed(scope: Scope, step: RunStepRow, code: str, message: str) -> RunStepRow:
    step.state, step.error, step.finished_at = "error", {"code": code, "message": message}, scope.now()
    return step
