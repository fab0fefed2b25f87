"""The tools of one user in one workspace: each active workflow, and a look at a run that takes its time."""

import json
from typing import Any
from uuid import UUID

from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from openclaw import __version__
from openclaw.domains.workflows.schemas import StartRun, WorkflowRun
from openclaw.domains.workflows.service import history, tools
from openclaw.domains.workflows.service.watching import watch_run
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

LOOK = "get_workflow_run"
_PATIENCE_SECONDS = 45  # clients give up at a minute
_INSTRUCTIONS = (
    "Each tool runs a workflow of the user's OpenClaw server to its end. A run that takes longer than a call may wait "
    f"(a person is asked, a delay) answers with its id: ask {LOOK} for it later, and do not start it again."
)
_LOOK_TOOL = Tool(
    name=LOOK,
    title="Look at a workflow run",
    description="How a run stands and what came of it; waits a little for its end.",
    input_schema={
        "type": "object",
        "properties": {"run_id": {"type": "string", "description": "wrun_…"}},
        "required": ["run_id"],
    },
    annotations=ToolAnnotations(read_only_hint=True),
)
Context = ServerRequestContext[Any, Any]


def tool_server(platform: Platform, actor: Actor) -> Server[Any]:
    """A protocol server that acts for ``actor``."""
    offered = _Tools(platform, actor)
    return Server(
        "openclaw",
        version=__version__,
        title="OpenClaw",
        instructions=_INSTRUCTIONS,
        on_list_tools=offered.list_tools,
        on_call_tool=offered.call_tool,
    )


class _Tools:
    def __init__(self, platform: Platform, actor: Actor) -> None:
        self._platform = platform
        self._actor = actor

    async def list_tools(self, _context: Context, _page: PaginatedRequestParams | None) -> ListToolsResult:
        offered = [
            Tool(
                name=tool.name,
                title=tool.title,
                description=tool.description or tool.title,
                input_schema=tool.input_schema,
                annotations=ToolAnnotations(read_only_hint=False),
            )
            for tool in await self._offered()
        ]
        return ListToolsResult(tools=[*offered, _LOOK_TOOL])

    async def call_tool(self, _context: Context, params: CallToolRequestParams) -> CallToolResult:
        try:
            arguments = params.arguments or {}
            if params.name == LOOK:
                run_id = ids.from_wire("wrun", str(arguments.get("run_id")))
            else:
                run_id = await self._start(params.name, arguments)
            run = await watch_run(
                self._platform.database,
                self._platform.bus,
                self._actor,
                run_id,
                seconds=_PATIENCE_SECONDS,
                is_enough=lambda run, _: run.state == "waiting",
            )
            return _result(run, await self._waits_for(run_id) if run.state == "waiting" else "")
        except OpenClawError as error:
            return _failed(error.words(self._actor.language))
        except (LookupError, ValueError) as error:
            return _failed(str(error))

    async def _offered(self) -> list[tools.WorkflowTool]:
        async with self._platform.database.transaction(self._actor, is_quiet=True) as scope:
            return await tools.list_tools(scope, taken={LOOK})

    async def _start(self, name: str, arguments: dict[str, Any]) -> UUID:
        wanted = next((tool for tool in await self._offered() if tool.name == name), None)
        if wanted is None:
            raise LookupError(f"There is no tool {name}: the workflow is gone or no longer active.")
        start = self._platform.run_starts.start
        return (await start(self._actor, wanted.workflow_id, StartRun(input=arguments))).id

    async def _waits_for(self, run_id: UUID) -> str:
        """The questions to a person and the signals that a run waits for."""
        async with self._platform.database.transaction(self._actor, is_quiet=True) as scope:
            page = await history.list_steps(scope, run_id, self._platform.blobs, cursor=None, limit=200)
        waiting = [step for step in page.items if step.state == "waiting"]
        asked = [f"A person is asked: {s.input['message']}" for s in waiting if s.type == "approval"]
        awaited = [f"It waits for the signal {s.input['name']}." for s in waiting if s.type == "signal"]
        return " ".join([*asked, *awaited])


def _result(run: WorkflowRun, waits_for: str) -> CallToolResult:
    if run.state == "completed":
        return _said(run.output)
    if run.finished_at is not None:
        return _failed(run.error.title if run.error else f"The run was {run.state}.")
    words = f"The run goes on, it is {run.state}. {waits_for}".strip()
    return _said(
        {
            "run_id": ids.to_wire("wrun", run.id),
            "state": run.state,
            "message": f"{words} Ask {LOOK} for it later.",
        }
    )


def _said(output: Any) -> CallToolResult:
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    return CallToolResult(
        content=[TextContent(text=text)], structured_content=output if isinstance(output, dict) else None
    )


def _failed(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=words)], is_error=True)
