"""HTTP by hand: what a browser would never send has to be sent too."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        return self.body["code"]


async def exchange(port: int, data: bytes, *, end_input: bool = False) -> RawAnswer:
    """Send ``data`` as it is, read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        if end_input:
            writer.write_eof()
        answer = await reader.read()
    finally:
        writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return RawAnswer(int(status_line.split(" ")[1]), {k.lower(): v for k, v in pairs}, content)


def request_bytes(
    port: int,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    *,
    host: str | None = None,
) -> bytes:
    lines = {"Host": host or f"127.0.0.1:{port}", **(headers or {})}
    if body and "Transfer-Encoding" not in lines and "Content-Length" not in lines:
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


async def request(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", **more: Any
) -> RawAnswer:
    return await exchange(port, request_bytes(port, method, path, headers, body, **more))


async def post(port: int, path: str, value: Any, *, origin: str | None = None, **headers: str) -> RawAnswer:
    sent = {"Content-Type": "application/json", **headers}
    if origin is not None:
        sent["Origin"] = origin
    return await request(port, "POST", path, sent, json.dumps(value).encode())
