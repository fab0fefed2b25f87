"""A model that streams at a steady pace and tells when it said what: ``python -m benchmarks.paced_model STREAMS``.

Every piece of text is the monotonic clock's nanoseconds. It begins to speak when STREAMS requests are open, so that
what is measured is that many streams at once, not their start.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any

from openclaw.apps.process.loop import run

PIECES, PACE_SECONDS = 24, 0.25


class PacedModel:
    """OpenAI Chat Completions over HTTP, one stream a connection at a time."""

    def __init__(self, streams: int) -> None:
        self._missing = streams
        self._begun = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests until the client is done."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
                await reader.readexactly(length)
                await self._answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        self._missing -= 1
        if self._missing <= 0:
            self._begun.set()
        await self._begun.wait()
        await asyncio.sleep(random.random() * PACE_SECONDS)  # streams do not march in step
        for _ in range(PIECES):
            _write(writer, {"content": f"{time.perf_counter_ns()} "})
            await asyncio.sleep(PACE_SECONDS)
        _write(writer, {}, finish="stop")
        writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        await writer.drain()


def _write(writer: asyncio.StreamWriter, delta: dict[str, Any], *, finish: str | None = None) -> None:
    chunk = {
        "id": "chatcmpl-paced",
        "object": "chat.completion.chunk",
        "created": 1_767_225_600,
        "model": "paced-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    body = b"data: " + json.dumps(chunk).encode() + b"\n\n"
    writer.write(b"%x\r\n%b\r\n" % (len(body), body))


async def _serve() -> None:
    model = PacedModel(int(sys.argv[1]))
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"listening on {server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    run(_serve())
