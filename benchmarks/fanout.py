"""(g) From the model's delta to the browser's socket, with 200 streams at once."""

import asyncio
import re
import time
import uuid
from collections.abc import Callable

from benchmarks.crowd import Client
from benchmarks.measuring import echo
from benchmarks.paced_model import PACE_SECONDS
from benchmarks.product import Product, product
from benchmarks.report import Row, percentile
from benchmarks.wire import RawSocket

PEOPLE, STREAMS_EACH = 20, 10
STREAMS = PEOPLE * STREAMS_EACH
_SAID = re.compile(rb'"deltaText":"(\d+) ')


async def measure() -> list[Row]:
    """Each person has several conversations that stream at the same time, all heard on one socket."""
    seconds: list[float] = []
    async with echo("-m", "benchmarks.paced_model", str(STREAMS)) as model, product() as subject:
        pages = [await _page(subject, f"person{n}", model.port, seconds) for n in range(PEOPLE)]
        await asyncio.gather(*(page for page in pages))
    last, usual = percentile(seconds, 0.99) * 1000, percentile(seconds, 0.5) * 1000
    pace = STREAMS / PACE_SECONDS
    return [
        Row(
            f"model delta to browser, {STREAMS} streams, p99",
            f"{last:.1f} ms",
            f"p50 {usual:.1f} ms",
            f"{pace:.0f}/s",
            "≤ 15 ms",
            last <= 15,
        )
    ]


async def _page(subject: Product, name: str, model_port: int, seconds: list[float]) -> "asyncio.Future[None]":
    """Somebody's page, with all of its streams asked for. Done when they have ended."""
    await subject.sign_up(name)
    provider = {
        "kind": "openai",
        "name": "Paced",
        "baseUrl": f"http://127.0.0.1:{model_port}/v1",
        "apiKey": "k" * 16,
        "model": "paced-1",
    }
    await subject.call("POST", "/model-providers", provider)
    ticket = await subject.call("POST", "/auth/gateway-ticket")
    client = await _greeted(subject.gateway_port, ticket["ticket"])
    ended = asyncio.get_running_loop().create_future()
    keys = [(await subject.call("POST", "/conversations", {}))["id"] for _ in range(STREAMS_EACH)]
    for key in keys:
        params = {"sessionKey": key, "message": "Speak.", "idempotencyKey": str(uuid.uuid4())}
        await client.call("chat.send", params)
    client.socket.on_text = _listener(client.socket, seconds, ended)
    return ended


async def _greeted(port: int, ticket: str) -> Client:
    socket = await RawSocket.open("127.0.0.1", port)
    await socket.receive()
    client = Client(socket)
    params = {
        "minProtocol": 4,
        "maxProtocol": 4,
        "client": {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "ui"},
        "role": "operator",
        "scopes": ["operator.read", "operator.write"],
        "caps": ["tool-events"],
        "auth": {"token": ticket},
    }
    await client.call("connect", params)
    return client


def _listener(
    socket: RawSocket, seconds: list[float], ended: "asyncio.Future[None]"
) -> Callable[[bytes], None]:
    left = STREAMS_EACH

    def on_text(text: bytes) -> None:
        nonlocal left
        now = time.perf_counter_ns()
        said = _SAID.search(text)
        if said is not None:
            seconds.append((now - int(said[1])) / 1e9)
        elif b'"event":"chat"' in text[:40] and b'"state":"delta"' not in text:
            if b'"state":"final"' not in text:
                ended.set_exception(RuntimeError(text.decode()[:300]))
            left -= 1
            if left == 0 and not ended.done():
                socket.close()
                ended.set_result(None)

    return on_text
