"""Anthropic's and Google's wire against a local server that replays one canned stream."""

import asyncio
import json
from typing import Any, Self

import pytest

from openclaw.runtime.errors import ProviderAuthError
from openclaw.runtime.history import user_message
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import Models, ReplyRequest, ToolCall
from openclaw.runtime.toolset import tool_definitions


class CannedServer:
    """Answers every POST with the same status and body."""

    def __init__(self, body: str, *, status: int = 200, content_type: str = "text/event-stream") -> None:
        self._body = body.encode()
        self._head = f"HTTP/1.1 {status} canned\r\ncontent-type: {content_type}\r\nconnection: close\r\n"
        self.paths: list[str] = []
        self.headers: list[str] = []
        self.requests: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length"))
        self.paths.append(head.split(" ")[1])
        self.headers.append(head)
        self.requests.append(json.loads(await reader.readexactly(int(length.split(":")[1]))))
        writer.write(f"{self._head}content-length: {len(self._body)}\r\n\r\n".encode() + self._body)
        await writer.drain()
        writer.close()


def events(*data: dict[str, Any]) -> str:
    return "".join(f"event: {item.get('type', 'message')}\ndata: {json.dumps(item)}\n\n" for item in data)


ANTHROPIC = events(
    {
        "type": "message_start",
        "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Looking "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "now."}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start", "index": 1,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": "fs_list", "input": {}},
    },
    {
        "type": "content_block_delta", "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"path": "/tmp"}'},
    },
    {"type": "content_block_stop", "index": 1},
    {
        "type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 21},
    },
    {"type": "message_stop"},
)  # fmt: skip


def google(*parts: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {
        "candidates": [candidate if finish is None else {**candidate, "finishReason": finish}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 21, "totalTokenCount": 30},
        "modelVersion": "gemini-test",
    }


GOOGLE = "".join(
    f"data: {json.dumps(chunk)}\r\n\r\n"
    for chunk in (
        google({"text": "Looking "}),
        google({"text": "now."}),
        google({"functionCall": {"name": "fs_list", "args": {"path": "/tmp"}}}, finish="STOP"),
    )
)


@pytest.mark.parametrize(
    ("kind", "body", "path", "key_header"),
    [
        ("anthropic", ANTHROPIC, "/v1/messages", "authorization: bearer"),
        ("google", GOOGLE, "/v1beta/models/some-model:streamGenerateContent", "x-goog-api-key:"),
    ],
)
async def test_text_and_tool_calls_stream(
    models: Models, kind: Any, body: str, path: str, key_header: str
) -> None:
    async with CannedServer(body) as server:
        config = ModelConfig(kind, "some-model", server.url, "key-of-mine")
        deltas: list[str] = []
        request = ReplyRequest("Be brief.", [user_message("hi")], tool_definitions())
        reply = await models.stream_reply(config, request, deltas.append)
    assert "".join(deltas) == reply.text == "Looking now."
    (call,) = reply.tool_calls
    assert call == ToolCall(call.id, "fs_list", {"path": "/tmp"})
    assert call.id
    assert (reply.input_tokens, reply.output_tokens, reply.cost_micros) == (9, 21, None)
    assert server.paths[0].split("?", maxsplit=1)[0] == path
    assert f"{key_header} key-of-mine" in server.headers[0].lower()
    assert "Be brief." in json.dumps(server.requests[0])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "anthropic",
            {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}},
        ),
        ("google", {"error": {"code": 401, "message": "invalid x-api-key", "status": "UNAUTHENTICATED"}}),
    ],
)
async def test_a_refused_key_is_told_in_their_words(models: Models, kind: Any, body: dict[str, Any]) -> None:
    async with CannedServer(json.dumps(body), status=401, content_type="application/json") as server:
        config = ModelConfig(kind, "some-model", server.url, "key-of-mine")
        with pytest.raises(ProviderAuthError) as raised:
            await models.stream_reply(config, ReplyRequest("", [user_message("hi")]), print)
    assert raised.value.said == "invalid x-api-key"
    assert len(server.requests) == 1
