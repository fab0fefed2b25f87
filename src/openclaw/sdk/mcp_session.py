"""A session with a server of the Model Context Protocol, over HTTP or with a program beside: one request at a time.

The server may say anything. What it says is bounded here in count, and in bytes and time by the call's own limits.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from openclaw.sdk.errors import PluginError
from openclaw.sdk.http import Http, Response

VERSION = "2025-06-18"
MAX_TOOLS = 256
_MAX_PAGES = 64
_MAX_LINE = 8 << 20
_MAX_LINES = 100_000
_WORDS = 2000
_PATIENCE_SECONDS = 5


class Wire(Protocol):
    """How messages get to the server and back."""

    async def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request. Raises PluginError."""
        ...

    async def tell(self, message: dict[str, Any]) -> None:
        """A notification."""
        ...


class Session:
    """What is asked of a server, after ``begin``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._asked = 0

    async def begin(self) -> dict[str, Any]:
        """Shake hands: what the server says of itself. Raises PluginError."""
        client = {"name": "openclaw", "version": "1"}
        asked = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": client}
        said = await self._request("initialize", asked)
        await self._wire.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return said

    async def tools(self) -> list[dict[str, Any]]:
        """Its tools as it lists them. Raises PluginError, also for more than ``MAX_TOOLS``."""
        found: list[dict[str, Any]] = []
        cursor: Any = None
        for _ in range(_MAX_PAGES):
            said = await self._request("tools/list", {} if cursor is None else {"cursor": cursor})
            listed = said.get("tools")
            if not isinstance(listed, list):
                raise PluginError("mcp_bad_answer", "The server lists no tools.")
            found += [tool for tool in listed if isinstance(tool, dict)]
            if len(found) > MAX_TOOLS:
                raise PluginError("mcp_too_many_tools", f"The server has more than {MAX_TOOLS} tools.")
            cursor = said.get("nextCursor")
            if not isinstance(cursor, str):
                return found
        raise PluginError("mcp_too_many_tools", "The server's list of tools has no end.")

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a tool. Raises PluginError."""
        return await self._request("tools/call", {"name": tool, "arguments": dict(arguments)})

    async def _request(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._asked += 1
        message = {"jsonrpc": "2.0", "id": self._asked, "method": method, "params": parameters}
        answer = await self._wire.exchange(message)
        if isinstance(error := answer.get("error"), dict):
            raise PluginError("mcp_error", str(error.get("message") or "The server refused.")[:_WORDS])
        result = answer.get("result")
        if not isinstance(result, dict):
            raise PluginError("mcp_bad_answer", f"The server's answer to {method} cannot be read.")
        return result


class HttpWire:
    """Streamable HTTP: each message is a request. Redirects are not followed: they are for whoever installs."""

    def __init__(self, http: Http, url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = url
        self._headers = {**headers, "Accept": "application/json, text/event-stream"}

    async def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer, in the body or in a stream of events that is read to its end."""
        response = await self._send(message)
        if session := response.headers.get("mcp-session-id"):
            self._headers["Mcp-Session-Id"] = session
        for said in _messages(response):
            if said.get("id") == message["id"] and ("result" in said or "error" in said):
                result = said.get("result")
                if message["method"] == "initialize" and isinstance(result, dict):
                    self._headers["MCP-Protocol-Version"] = str(result.get("protocolVersion"))[:40]
                return said
        raise PluginError("mcp_bad_answer", "The server's answer is none of the protocol's.")

    async def tell(self, message: dict[str, Any]) -> None:
        """A notification."""
        await self._send(message)

    async def close(self) -> None:
        """End the session, if the server has made one; what it says to that does not matter."""
        if "Mcp-Session-Id" in self._headers:
            try:
                await self._http.request("DELETE", self._url, headers=self._headers, redirects=0)
            except PluginError:
                return

    async def _send(self, message: dict[str, Any]) -> Response:
        response = await self._http.request(
            "POST", self._url, headers=self._headers, json_body=message, redirects=0
        )
        if 300 <= response.status < 400:
            place = response.headers.get("location", "")[:300]
            raise PluginError("mcp_redirect", f"The server sends on to {place}, which is not followed.")
        if response.status in (401, 403):
            raise PluginError("mcp_refused", f"The server does not let this in ({response.status}).")
        if not response.ok:
            raise PluginError("mcp_status", f"The server answered {response.status}.")
        return response


class ProgramWire:
    """A program beside, which reads a message from each line of its input and writes its own to its output."""

    def __init__(self, command: Sequence[str], *, folder: str, environment: Mapping[str, str]) -> None:
        program = sys.executable if command[0] == "python" else command[0]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the package's own program, where the package's code runs
                [program, *command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=folder,
                env=dict(environment),
            )
        except OSError as error:
            raise PluginError("mcp_no_program", f"{command[0]} cannot be started: {error.strerror}") from None
        self._lines = 0

    async def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer; what the server asks meanwhile is answered that nobody does that here."""
        await self.tell(message)
        while True:
            said = self._read()
            if "method" in said:
                if "id" in said:
                    await self.tell({"jsonrpc": "2.0", "id": said["id"], **_answer_to(said["method"])})
            elif said.get("id") == message["id"]:
                return said

    async def tell(self, message: dict[str, Any]) -> None:
        """Write a line."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None

    def close(self) -> None:
        """Its input ends, and so should it."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:
                continue
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while self._lines < _MAX_LINES:
            line = self._process.stdout.readline(_MAX_LINE + 1)
            self._lines += 1
            if not line:
                raise self._ended()
            if len(line) > _MAX_LINE:
                raise PluginError(
                    "mcp_too_large", f"The server wrote a line of more than {_MAX_LINE:,} bytes."
                )
            for said in _parsed(line):
                return said
        raise PluginError("mcp_too_large", "The server wrote without end.")

    def _ended(self) -> PluginError:
        try:
            code = self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            return PluginError("mcp_ended", "The server closed its output.")
        return PluginError("mcp_ended", f"The server ended with the exit code {code}.")


def _answer_to(method: Any) -> dict[str, Any]:
    if method == "ping":
        return {"result": {}}
    return {"error": {"code": -32601, "message": "This client does not do that."}}


def _messages(response: Response) -> Iterator[dict[str, Any]]:
    """What a response holds: one message, several, or events that each hold one."""
    if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
        yield from _parsed(response.body)
        return
    data: list[str] = []
    for line in (*response.body.decode(errors="replace").splitlines(), ""):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield from _parsed("\n".join(data))
            data = []


def _parsed(text: bytes | str) -> Iterator[dict[str, Any]]:
    """The messages in a text; none where it is not JSON."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from (each for each in (said if isinstance(said, list) else [said]) if isinstance(each, dict))
