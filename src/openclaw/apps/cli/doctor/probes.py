"""Whether what listens on a port of this machine is one of ours."""

import asyncio

import httpx2
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

_SECONDS = 3.0


class _Health(msgspec.Struct):
    ok: bool
    version: str


class _Greeting(msgspec.Struct):
    event: str


def is_web_app(port: int) -> bool:
    """An App Server answers there."""
    return _is_healthy(port)


def is_bridge(port: int) -> bool:
    """A bridge answers there."""
    return _is_healthy(port)


def is_gateway(port: int) -> bool:
    """A gateway greets there."""
    return asyncio.run(_is_greeted(f"ws://127.0.0.1:{port}"))


def _is_healthy(port: int) -> bool:
    try:
        with httpx2.Client(timeout=_SECONDS, trust_env=False) as client:
            answer = msgspec.json.decode(client.get(f"http://127.0.0.1:{port}/healthz").content, type=_Health)
    except (httpx2.HTTPError, msgspec.DecodeError, OSError):
        return False
    return answer.ok


async def _is_greeted(url: str) -> bool:
    try:
        async with (
            asyncio.timeout(_SECONDS),
            connect(url, proxy=None, close_timeout=0.2) as socket,
        ):
            greeting = msgspec.json.decode(await socket.recv(decode=False), type=_Greeting)
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError):
        return False
    return greeting.event == "connect.challenge"
