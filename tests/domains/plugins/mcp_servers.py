"""Servers of the Model Context Protocol on this machine: honest ones by the protocol's library, and hostile ones."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server as Protocol
from mcp.types import CallToolResult, ImageContent, ListToolsResult, TextContent, Tool, ToolAnnotations

from tests.support.accounts import Person

NUMBER = {"type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}, "$defs": {"N": {"type": "integer"}}}
READS, DESTROYS = ToolAnnotations(read_only_hint=True), ToolAnnotations(destructive_hint=True)


class Honest:
    """A server whose tools may change; notes what it is asked to do, and with which authorization."""

    def __init__(self) -> None:
        self.url = ""
        self.done: list[tuple[str, Any]] = []
        self.shown: list[str] = []
        self.tools = [
            Tool(
                name="Get-Double",
                title="Double it",
                description="Twice a number.\u202e\x1b[31m",
                input_schema={**NUMBER, "required": ["n"]},
                output_schema={"type": "object", "properties": {"twice": {"type": "integer"}}},
                annotations=READS,
            ),
            Tool(name="draw", input_schema={"type": "object"}),
            Tool(name="burn", input_schema={"type": "object"}, annotations=DESTROYS),
        ]

    async def list_tools(self, _context: Any, _page: Any) -> ListToolsResult:
        return ListToolsResult(tools=self.tools)

    async def call_tool(self, _context: Any, asked: Any) -> CallToolResult:
        arguments = asked.arguments or {}
        self.done.append((asked.name, arguments))
        if asked.name == "Get-Double":
            twice = {"twice": arguments["n"] * 2}
            return CallToolResult(content=[TextContent(text=json.dumps(twice))], structured_content=twice)
        if asked.name == "draw":
            image = ImageContent(data="PHN2Zy8+", mime_type="image/svg+xml")
            return CallToolResult(content=[TextContent(text="Here it is."), image])
        return CallToolResult(content=[TextContent(text="It does not burn.")], is_error=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.shown.append(dict(scope["headers"]).get(b"authorization", b"").decode())
        await self._app(scope, receive, send)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Honest"]:
        protocol = Protocol("toys", title="Toys", on_list_tools=self.list_tools, on_call_tool=self.call_tool)
        self._app = protocol.streamable_http_app()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://localhost:{listening.getsockname()[1]}/mcp"
            server = uvicorn.Server(uvicorn.Config(self, log_level="error"))
            task = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield self
            finally:
                server.should_exit = True
                await task


@contextlib.contextmanager
def serving_in_thread() -> Iterator[str]:
    """The address of an honest server, for tests that wait for programs."""
    begun: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        async with Honest().running() as honest:
            begun.set_result((honest.url, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    url, loop, ended = begun.result()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


Answer = Callable[[dict[str, Any]], bytes]


def said(message: dict[str, Any], result: Any) -> bytes:
    """A whole answer over HTTP."""
    return body(json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": result}).encode())


def body(content: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    """An answer with that content."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def shaking_hands(answer: Answer) -> Answer:
    """Hands are shaken as they should be; then ``answer`` answers."""

    def whole(message: dict[str, Any]) -> bytes:
        if message["method"] == "initialize":
            about = {"serverInfo": {"name": "evil"}, "protocolVersion": "2025-06-18", "capabilities": {}}
            return said(message, about)
        return body(b"", status="202 Accepted") if "id" not in message else answer(message)

    return whole


@contextlib.asynccontextmanager
async def hostile(answer: Answer, *, without_end: bytes = b"") -> AsyncIterator[str]:
    """The address of a server that answers so, and goes on with the last bytes for as long as it is listened to."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split()[0])
            writer.write(answer(json.loads(await reader.readexactly(length) or b"{}")))
            while without_end:
                writer.write(without_end)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/mcp"
    finally:
        server.close()


async def look(person: Person, url: str, **more: Any) -> dict[str, Any]:
    """What a server would be installed as."""
    return await person.post("/plugins/mcp/look", {"name": "toys", "url": url, **more})


async def install(person: Person, url: str, **more: Any) -> dict[str, Any]:
    """A server, looked at and installed as it was seen."""
    digest = (await look(person, url, **more))["digest"]
    return await person.post("/plugins/mcp", {"name": "toys", "url": url, "digest": digest, **more})
