"""Whether what listens on a port of this machine is one of ours."""

import asyncio

import httpx2
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

_SECONDS = 3.0


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
            answer = client.get(f"http://127.0.0.1:{port}/healthz").json()
    except (httpx2.HTTPError, ValueError, OSError):
        return False
    return isinstance(answer, dict) and answer.get("ok") is True and "version" in answer


async def _is_greeted(url: str) -> bool:
    try:
        async with (
            asyncio.timeout(_SECONDS),
            connect(url, proxy=None, close_timeout=0.2) as socket,
        ):
            greeting = msgspec.json.decode(await socket.recv(decode=False))
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError):
        return False
    return isinstance(greeting, dict) and greeting.get("event") == "connect.challenge"
