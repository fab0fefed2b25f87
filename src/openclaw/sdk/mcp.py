"""Servers of the Model Context Protocol as plugins: each tool is an action, each call a session of its own.

``StdioServer`` is for authors: a package that holds a server, whose program runs beside the call, in the same jail.
``HttpServer`` is what a server elsewhere is installed as.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from openclaw.sdk.context import Context, Host
from openclaw.sdk.errors import PluginError, told
from openclaw.sdk.mcp_session import HttpWire, ProgramWire, Session
from openclaw.sdk.mcp_tools import action_names, actions_from, read_result
from openclaw.sdk.plugin import ActionMetadata, BasePlugin

DESCRIPTION = "mcp.json"
"""Beside the module of an ``HttpServer``: ``url``, the names of ``headers`` (secrets), ``tools`` by action."""


class StdioServer(BasePlugin):
    """A server that the package holds. ``command`` is run in the package's folder; ``python`` is the jail's own.

    ``environment``: the secret that stands in each variable; the plugin asks for them (``secrets:name``).
    """

    command: ClassVar[Sequence[str]]
    environment: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def describe_actions(cls) -> dict[str, ActionMetadata]:
        """What the server lists. Its program is run for that."""

        async def ask() -> dict[str, ActionMetadata]:
            async with cls._session({}) as session:
                return actions_from(await session.tools())

        return asyncio.run(ask())

    async def perform_action(self, name: str, inputs: dict[str, Any], context: Context) -> Any:
        """Call the tool that the action stands for. Raises PluginError."""
        secrets = {variable: await context.secret(secret) for variable, secret in self.environment.items()}
        async with self._session(secrets) as session:
            tools = action_names(tool.get("name") for tool in await session.tools())
            if name not in tools:
                raise PluginError("mcp_no_tool", f"The server has no tool for {name} any more.")
            return read_result(await session.call(tools[name], inputs), context.files)

    @classmethod
    @contextlib.asynccontextmanager
    async def _session(cls, secrets: Mapping[str, str]) -> AsyncIterator[Session]:
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", **secrets}
        wire = ProgramWire(cls.command, folder=str(_folder_of(cls)), environment=environment)
        try:
            session = Session(wire)
            await session.begin()
            yield session
        finally:
            wire.close()


class HttpServer(BasePlugin):
    """A server elsewhere, as ``mcp.json`` beside the module describes it."""

    async def perform_action(self, name: str, inputs: dict[str, Any], context: Context) -> Any:
        """Call the tool that the action stands for. Raises PluginError."""
        about = json.loads((_folder_of(type(self)) / DESCRIPTION).read_text())
        async with _http_session(context, about["url"], about["headers"]) as (session, _):
            return read_result(await session.call(about["tools"][name], inputs), context.files)


async def look(job: dict[str, Any], host: Host) -> dict[str, Any]:
    """What the server at ``url`` says of itself and its tools: ``{server, tools}`` or ``{error}``, never raises.

    ``headers`` are names of secrets, which go along.
    """
    context = Context(host, settings={}, key="look", folder=Path())
    try:
        async with _http_session(context, job["url"], job["headers"]) as (session, server):
            return {"server": server, "tools": await session.tools()}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        failure = told(error)
        failure["message"] = context.masked(failure["message"])
        return {"error": failure}


@contextlib.asynccontextmanager
async def _http_session(
    context: Context, url: str, headers: Sequence[str]
) -> AsyncIterator[tuple[Session, dict[str, Any]]]:
    wire = HttpWire(context.http, url, {name: await context.secret(name) for name in headers})
    session = Session(wire)
    server = await session.begin()
    try:
        yield session, server
    finally:
        await wire.close()


def _folder_of(plugin: type[BasePlugin]) -> Path:
    return Path(str(sys.modules[plugin.__module__].__file__)).resolve().parent
