"""A running product to measure: `up` on free ports with a home of its own, clients of its REST API and gateway."""

import asyncio
import contextlib
import itertools
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import websockets

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "benchmarks need no secret"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Product:
    """The address of a running product, and an account on it."""

    process: asyncio.subprocess.Process
    home: Path
    url: str
    gateway_port: int
    http: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_up(self, name: str = "bench") -> None:
        """Make an account and act as it from now on."""
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        answer = await self.http.post("/api/v2/auth/register", json=body)
        answer.raise_for_status()
        self.headers = {"Authorization": f"Bearer {answer.json()['accessToken']}"}

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One REST request as the account; its JSON."""
        answer = await self.http.request(method, f"/api/v2{path}", json=body, headers=self.headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @contextlib.asynccontextmanager
    async def gateway(self) -> AsyncGenerator["GatewayClient"]:
        """A connected operator."""
        ticket = await self.call("POST", "/auth/gateway-ticket")
        async with websockets.connect(ticket["url"], compression=None) as socket_:
            client = GatewayClient(socket_)
            await client.greet(ticket["ticket"])
            yield client


class GatewayClient:
    """Requests and events over one socket, in the order in which they come."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._socket = connection
        self._ids = itertools.count(1)

    async def greet(self, ticket: str) -> None:
        """The handshake of a browser."""
        await self._socket.recv()
        client = {"id": "openclaw-control-ui", "version": "bench", "platform": "web", "mode": "ui"}
        scopes = ["operator.read", "operator.write", "operator.approvals", "operator.pairing"]
        await self.request(
            "connect",
            {
                "minProtocol": 4,
                "maxProtocol": 4,
                "client": client,
                "role": "operator",
                "scopes": scopes,
                "caps": ["tool-events", "approvals", "run-names"],
                "auth": {"token": ticket},
            },
        )

    async def send(self, method: str, params: dict[str, Any]) -> str:
        """Send a request and do not wait."""
        request_id = str(next(self._ids))
        await self._socket.send(
            json.dumps({"type": "req", "id": request_id, "method": method, "params": params})
        )
        return request_id

    async def receive(self) -> dict[str, Any]:
        """The next frame."""
        return json.loads(await self._socket.recv())

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """Send a request and wait for its answer; events before it are dropped."""
        request_id = await self.send(method, params)
        while True:
            frame = await self.receive()
            if frame["type"] == "res" and frame["id"] == request_id:
                if not frame["ok"]:
                    raise RuntimeError(f"{method}: {frame['error']}")
                return frame["payload"]


@contextlib.asynccontextmanager
async def running(
    *arguments: str, expects: str, program: str = sys.executable, **environment: str
) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str]]:
    """A child process, and its first line that holds ``expects``; ended at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = ""
            while expects not in line:
                read = await process.stdout.readline()
                if not read:
                    raise RuntimeError(f"{arguments} ended before it was ready")
                line = read.decode()
        yield process, line.strip()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@contextlib.asynccontextmanager
async def product() -> AsyncGenerator[Product]:
    """`up` with an empty home."""
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-") as folder:
        home, port, gateway_port = Path(folder) / "home", free_port(), free_port()
        environment = {
            "OPENCLAW_HOME": str(home),
            "OPENCLAW_PORT": str(port),
            "OPENCLAW_GATEWAY_PORT": str(gateway_port),
            "OPENCLAW_LOG_LEVEL": "ERROR",
        }
        async with running("-m", "openclaw.apps.standalone", expects="running at", **environment) as (
            process,
            _,
        ):
            url = f"http://127.0.0.1:{port}"
            async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
                yield Product(process, home, url, gateway_port, http)
