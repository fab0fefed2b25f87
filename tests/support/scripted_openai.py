"""A real HTTP server that speaks OpenAI Chat Completions and answers by a script: streams, tool calls, errors, cuts.

In a test: ``async with ScriptedOpenAI([Say("hello"), Fail(429)]) as server: ... server.url``. As a process:
``python -m tests.support.scripted_openai --port 0`` prints its URL and answers by ``by_the_words``; what another
process has to steer is under ``/control`` (see ``_control``). It never sleeps: a slow answer waits at a named gate.
"""

import argparse
import asyncio
import contextlib
import json
import math
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from openclaw.runtime.demo_phrases import understand

MODEL = "scripted-1"


@dataclass(frozen=True)
class Call:
    """A tool call to make; ``arguments`` as text are sent as they are, valid or not."""

    name: str
    arguments: dict[str, Any] | str
    id: str = ""


@dataclass(frozen=True)
class Say:
    """An answer: ``text`` streamed in ``pieces`` of words, then tool calls.

    ``gate`` holds the stream after ``gate_after`` pieces until it is opened; ``cut_after`` drops the connection after
    so many chunks.
    """

    text: str = ""
    calls: Sequence[Call] = ()
    pieces: Sequence[str] | None = None
    usage: tuple[int, int] | None = (11, 7)
    finish_reason: str | None = None
    model: str = MODEL
    gate: str | None = None
    gate_after: int = 0
    cut_after: int | None = None
    raw: str | None = None  # sent in place of everything, as the body of a 200


@dataclass(frozen=True)
class Fail:
    """An HTTP error. ``drop`` closes the connection without any answer."""

    status: int = 500
    message: str = "the scripted server fails"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    drop: bool = False
    body: str | None = None


Answer = Say | Fail
Rule = Callable[[dict[str, Any]], Answer]


@dataclass
class _Gate:
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)


class ScriptedOpenAI:
    """The server. ``script`` is a list that is used up, one answer a request, or a rule from request to answer."""

    def __init__(self, script: Sequence[Answer] | Rule, *, api_key: str | None = None, port: int = 0) -> None:
        self._answers = None if callable(script) else list(script)
        self._rule = script if callable(script) else None
        self._api_key = api_key
        self._port = port
        self._server: asyncio.Server | None = None
        self._gates: dict[str, _Gate] = {}
        self._connections: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self.requests: list[dict[str, Any]] = []  # bodies of the chat requests, in order
        self.headers: list[dict[str, str]] = []  # and their headers
        self.connections = 0
        self.dropped = asyncio.Event()  # set when a client goes away in the middle of a stream

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=1 << 24)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for gate in self._gates.values():
            gate.opened.set()
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections)

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """The base URL that a provider is configured with."""
        return f"{self.origin}/v1"

    def open(self, gate: str) -> None:
        """Let the stream that waits, or will wait, at ``gate`` go on."""
        self._gate(gate).opened.set()

    async def waiting(self, gate: str) -> None:
        """Return when a stream waits at ``gate``."""
        await self._gate(gate).waiting.wait()

    def _gate(self, name: str) -> _Gate:
        return self._gates.setdefault(name, _Gate())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            while (request := await _read(reader)) is not None:
                if not await self._respond(*request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.dropped.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            del self._connections[task]

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        if path.startswith("/control/"):
            return await self._control(path, writer)
        if self._api_key is not None and headers.get("authorization") != f"Bearer {self._api_key}":
            given = headers.get("authorization", "").removeprefix("Bearer ")
            return await _send_error(
                writer, Fail(401, f"Incorrect API key provided: {given}.", "invalid_api_key")
            )
        if method == "GET" and path.endswith("/models"):
            listed = {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "script"}]}
            return await _send_json(writer, 200, listed)
        if method != "POST" or not path.endswith("/chat/completions"):
            return await _send_error(writer, Fail(404, f"no such path: {path}"))
        asked = json.loads(body)
        self.requests.append(asked)
        self.headers.append(headers)
        answer = self._next(asked)
        if isinstance(answer, Fail):
            return await _send_error(writer, answer)
        if not asked.get("stream"):
            return await _send_json(writer, 200, _whole(answer))
        return await self._stream(answer, asked, writer)

    def _next(self, asked: dict[str, Any]) -> Answer:
        if self._rule is not None:
            return self._rule(asked)
        assert self._answers is not None
        return self._answers.pop(0) if self._answers else Fail(500, "the script is used up")

    async def _stream(self, answer: Say, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        _head(writer, 200, "text/event-stream", chunked=True)
        if answer.raw is not None:
            _chunk(writer, answer.raw.encode())
        else:
            sent = 0
            wants_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            async for event in self._events(answer, wants_usage=wants_usage):
                if answer.cut_after is not None and sent >= answer.cut_after:
                    await writer.drain()
                    writer.transport.abort()
                    return False
                _chunk(writer, b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")
                await writer.drain()
                sent += 1
            _chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _events(self, answer: Say, *, wants_usage: bool) -> AsyncIterator[dict[str, Any]]:
        pieces = list(answer.pieces) if answer.pieces is not None else re.findall(r"\S+\s*|\s+", answer.text)
        yield _event(answer, {"role": "assistant", "content": ""})
        for index, piece in enumerate(pieces):
            if answer.gate is not None and index == answer.gate_after:
                await self._pass(answer.gate)
            yield _event(answer, {"content": piece})
        if answer.gate is not None and len(pieces) <= answer.gate_after:
            await self._pass(answer.gate)
        for index, call in enumerate(answer.calls):
            text = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
            half = math.ceil(len(text) / 2)
            head = {"index": index, "id": call.id or f"call_{len(self.requests)}_{index}", "type": "function"}
            yield _event(answer, {"tool_calls": [{**head, "function": {"name": call.name, "arguments": ""}}]})
            for part in (text[:half], text[half:]):
                yield _event(answer, {"tool_calls": [{"index": index, "function": {"arguments": part}}]})
        yield _event(answer, {}, finish=_finish(answer))
        if answer.usage is not None and wants_usage:
            yield {**_event(answer, {}), "choices": [], "usage": _usage(answer.usage)}

    async def _pass(self, name: str) -> None:
        gate = self._gate(name)
        gate.waiting.set()
        await gate.opened.wait()

    async def _control(self, path: str, writer: asyncio.StreamWriter) -> bool:
        """``/control/open/NAME``, ``/control/waiting/NAME`` (answers once a stream waits), ``/control/requests``."""
        _, _, verb, *rest = path.split("/")
        if verb == "open":
            self.open(rest[0])
        elif verb == "waiting":
            await self.waiting(rest[0])
        return await _send_json(
            writer, 200, {"requests": self.requests} if verb == "requests" else {"ok": True}
        )


def by_the_words(asked: dict[str, Any]) -> Answer:
    """The standing rule of the process: the last message decides.

    A tool result is reported. ``tool:NAME {json}`` calls a tool, ``error:STATUS`` fails, ``cut:N`` drops after N
    chunks, ``gate:NAME`` halts in the middle, ``words:N`` says N words; phrasings of the demo model call its tools.
    """
    last = asked["messages"][-1]
    text = _text(last)
    if last["role"] == "tool":
        return Say(f"Done. {text[:400]}")
    if found := re.search(r"tool:(\S+)\s+(\{.*\})", text, re.DOTALL):
        return Say(calls=[Call(found[1], found[2])])
    if found := re.search(r"error:(\d{3})", text):
        return Fail(int(found[1]), f"asked to fail with {found[1]}")
    if found := re.search(r"cut:(\d+)", text):
        return Say("These words will not all arrive.", cut_after=int(found[1]))
    if found := re.search(r"gate:(\w+)", text):
        return Say("Before the gate. After the gate.", gate=found[1], gate_after=3)
    if found := re.search(r"words:(\d+)", text):
        return Say(pieces=[f"word{n} " for n in range(int(found[1]))])
    if asked.get("tools") and (call := understand(text)) is not None:
        return Say("I will do it. ", [Call(call.name, call.arguments)])
    return Say(f"You said: {text}")


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _event(answer: Say, delta: dict[str, Any], *, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_767_225_600,
        "model": answer.model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _whole(answer: Say) -> dict[str, Any]:
    calls = [
        {
            "id": call.id or f"call_{index}",
            "type": "function",
            "function": {
                "name": call.name,
                "arguments": call.arguments
                if isinstance(call.arguments, str)
                else json.dumps(call.arguments),
            },
        }
        for index, call in enumerate(answer.calls)
    ]
    text = answer.text if answer.pieces is None else "".join(answer.pieces)
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": _finish(answer)}],
        "usage": _usage(answer.usage or (0, 0)),
    }


def _finish(answer: Say) -> str:
    return answer.finish_reason or ("tool_calls" if answer.calls else "stop")


def _usage(usage: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes] | None:
    """The next request on a connection; None when the client is done."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    method, path, _ = first.split(" ", 2)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return method, path.split("?", 1)[0], headers, body


def _head(
    writer: asyncio.StreamWriter,
    status: int,
    content_type: str,
    *,
    chunked: bool = False,
    length: int = 0,
    headers: dict[str, str] | None = None,
) -> None:
    lines = [f"HTTP/1.1 {status} scripted", f"content-type: {content_type}"]
    lines.append("transfer-encoding: chunked" if chunked else f"content-length: {length}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))


async def _send_json(
    writer: asyncio.StreamWriter, status: int, value: Any, headers: dict[str, str] | None = None
) -> bool:
    body = json.dumps(value, ensure_ascii=False).encode()
    _head(writer, status, "application/json", length=len(body), headers=headers)
    writer.write(body)
    await writer.drain()
    return True


async def _send_error(writer: asyncio.StreamWriter, failure: Fail) -> bool:
    if failure.drop:
        writer.transport.abort()
        return False
    if failure.body is not None:
        body = failure.body.encode()
        _head(writer, failure.status, "text/html", length=len(body), headers=failure.headers)
        writer.write(body)
        await writer.drain()
        return True
    error = {"message": failure.message, "type": "scripted_error", "code": failure.code}
    return await _send_json(writer, failure.status, {"error": error}, failure.headers)


async def _run(port: int, api_key: str | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with ScriptedOpenAI(by_the_words, api_key=api_key, port=port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--api-key", default=None)
    options = arguments.parse_args()
    asyncio.run(_run(options.port, options.api_key))
