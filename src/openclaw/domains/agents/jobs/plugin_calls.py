"""Calls of the workspace's plugins that a chat's model wants: checked, asked about, made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from openclaw.domains.agents import repository
from openclaw.domains.agents.jobs.context import RunContext, RunSuperseded
from openclaw.domains.agents.jobs.entering import denied_by_system
from openclaw.domains.agents.jobs.planning import DENIED_BY_SYSTEM
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.agents.policy import Denied
from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.service import tools
from openclaw.domains.plugins.service.running import ActionCall, Done, PluginFile
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.plugins.service.tools import PluginTool
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.db import Database
from openclaw.infra.json_schema import data_errors
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError, UnavailableError
from openclaw.protocol.grading import Grade
from openclaw.runtime.toolset import tool_definitions

_SECONDS = 900  # at most; the package says how long a call of it may take
_MOST_AS_JSON = 100_000
_MOST_OF_FILES = 40_000  # characters


@dataclass(frozen=True)
class CallEnd:
    """What came of a call: one of them is None."""

    result: dict[str, Any] | None
    error: dict[str, Any] | None


def offered(ctx: RunContext) -> list[PluginTool]:
    """As many of the workspace's actions as providers take besides the tools of machines, and the system allows."""
    allowed = [tool for tool in ctx.plugin_tools.values() if not is_denied(tool, ctx.denied)]
    return allowed[: tools.MOST_OFFERED - len(tool_definitions())]


def find(ctx: RunContext, name: str) -> PluginTool | None:
    """An action by the name that models know it by, or that people give it; also one that was not offered."""
    return next((tool for tool in ctx.plugin_tools.values() if name in (tool.model_name, tool.tool)), None)


def is_denied(tool: PluginTool, denied: Denied) -> bool:
    """Whether a run's system keeps it from calling the action, for what its plugin was granted."""
    return not tool.grants.isdisjoint(denied.grants)


def find_problem(tool: PluginTool, arguments: dict[str, Any] | None) -> str | None:
    """Why a call cannot be made, in words for the model; arguments that are no JSON object are None."""
    if arguments is None:
        return "The arguments are no JSON object."
    wrong = next(iter(data_errors(tool.action.input, arguments)), None)
    return f"{wrong[0]}: {wrong[1]}"[:1000] if wrong else None


class PluginCalls:
    """Makes the calls of one process's runs. Made again after a crash, with the same key."""

    def __init__(self, database: Database, runtime: PluginRuntime) -> None:
        self._database = database
        self._runtime = runtime

    async def call(self, ctx: RunContext, step: RunStepRow) -> CallEnd:
        """Make a call that may be made, and say what came of it. Raises RunSuperseded, UnavailableError."""
        async with self._database.transaction(ctx.actor) as scope:
            run = await repository.lock_run(scope, ctx.run_id, epoch=ctx.epoch)
            if run is None:
                raise RunSuperseded
            await workspaces.check_still_member(scope)
            tool = await self._find_allowed(scope, step)
            if tool is None:
                return _failed("CHANGED", "The plugin is gone, or is not what it was. It was not called.")
            if is_denied(tool, await denied_by_system(scope, run)):
                return _failed("REFUSED", DENIED_BY_SYSTEM)
            if step.state != "running":
                await self._note_begun(scope, ctx, step)
            run.state = "running"
            await ctx.live.tool_with(scope, step, "update")
        wanted = ActionCall(
            actor=ctx.actor,
            plugin=tool.plugin,
            action=tool.name,
            inputs=step.arguments or {},
            key=f"chat:{step.id.hex}",
            seconds=_SECONDS,
            id=step.id,
        )
        try:
            done = await self._runtime.call(wanted, {})
        except UnavailableError:
            raise
        except OpenClawError as error:
            return _failed(error.code, error.words(ctx.actor.language)[:4000])
        return CallEnd(_result(done), None)

    async def _find_allowed(self, scope: Scope, step: RunStepRow) -> PluginTool | None:
        """The action as it is now, unless it may do more than the user was asked about, or not asked about."""
        found = await tools.find_installed(scope)
        tool = next((tool for tool in found.values() if tool.tool == step.name), None)
        asked = await repository.find_approval_of_step(scope, step.id)
        allowed = Grade(asked.grade) if asked is not None and asked.state == "allowed" else Grade.READ
        return tool if tool is not None and tool.assessment.grade <= allowed else None

    async def _note_begun(self, scope: Scope, ctx: RunContext, step: RunStepRow) -> None:
        step.state = "running"
        await repository.update_step(scope, step.id, state="running")
        detail = {"tool": step.name, "runId": ids.to_wire("run", ctx.run_id)}
        await audit.append(scope, "agents.plugin_called", subject=ids.to_wire("step", step.id), detail=detail)


def _result(done: Done) -> dict[str, Any]:
    output = done.output if isinstance(done.output, dict) else {"value": done.output}
    whole = orjson.dumps(output)
    if len(whole) > _MOST_AS_JSON:  # as a text it can be shortened
        output = {"text": whole.decode()}
    return storable({**output, "files": _told(done.files)} if done.files else output)


def _told(files: Sequence[PluginFile]) -> list[dict[str, Any]]:
    """Files as the model reads them: texts as they are, of others what they are."""
    told: list[dict[str, Any]] = []
    left = _MOST_OF_FILES
    for file in files:
        about: dict[str, Any] = {"name": file.name, "type": file.type, "bytes": len(file.body)}
        text = _text_of(file)
        if text is not None and len(text) <= left:
            about["text"] = text
            left -= len(text)
        told.append(about)
    return told


def _text_of(file: PluginFile) -> str | None:
    try:
        return file.body.decode()
    except UnicodeDecodeError:
        return None


def _failed(code: str, message: str) -> CallEnd:
    return CallEnd(None, {"code": code, "message": message})
