"""(h) Reading the Pi runtime's state over the bridge's localhost path, against asking the same program directly."""

import asyncio
import contextlib
import itertools
import json
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec

from benchmarks.product import ROOT, running
from benchmarks.report import Row, milliseconds
from openclaw.apps.bridge.state import SETTINGS, Settings, StateFolder

ROUNDS, WARM_UP = 300, 30
_RUNTIME = (sys.executable, str(ROOT / "tests" / "support" / "pi_standin.py"), "--profile", "npm-0.73")


async def measure() -> list[Row]:
    """Both by turns."""
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-") as folder:
        async with _direct(Path(folder)) as pipe, _bridge(Path(folder)) as page:
            direct: list[float] = []
            proxied: list[float] = []
            for round_ in range(ROUNDS + WARM_UP):
                one, other = await pipe.ask(), await page.ask()
                if round_ >= WARM_UP:
                    direct.append(one)
                    proxied.append(other)
    there, here = milliseconds(proxied), milliseconds(direct)
    added = there - here
    return [
        Row(
            "bridge: get_state over localhost, added p50",
            f"{there:.2f} ms",
            f"{here:.2f} ms",
            f"+{added:.2f} ms",
            "≤ +2 ms",
            added <= 2,
        )
    ]


class _Pipe:
    """The program on standard input and output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self._ids = itertools.count(1)

    async def ask(self) -> float:
        """Seconds until the state is there."""
        call_id = str(next(self._ids))
        started = time.perf_counter()
        self._in.write(json.dumps({"id": call_id, "type": "get_state"}).encode() + b"\n")
        while True:
            record = json.loads(await self._out.readline())
            if record.get("id") == call_id:
                return time.perf_counter() - started


@contextlib.asynccontextmanager
async def _direct(folder: Path) -> AsyncGenerator[_Pipe]:
    process = await asyncio.create_subprocess_exec(
        *_RUNTIME,
        "--mode",
        "rpc",
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        pipe = _Pipe(process)
        await pipe.ask()
        yield pipe
    finally:
        process.terminate()
        await process.wait()


class _Page:
    """What may read the bridge: a request with the owner's token, on a connection of its own, as browsers' are here."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._ids = itertools.count(1)

    async def ask(self) -> float:
        """Seconds until the state is there."""
        body = json.dumps({"id": f"call{next(self._ids)}", "type": "get_state"}).encode()
        lines = (
            "POST /rpc HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Authorization: Bearer {self._token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "\r\n",
        )
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write("\r\n".join(lines).encode() + body)
        answer = await reader.read()
        seconds = time.perf_counter() - started
        writer.close()
        if not json.loads(answer.partition(b"\r\n\r\n")[2])["success"]:
            raise RuntimeError(answer.decode())
        return seconds


@contextlib.asynccontextmanager
async def _bridge(folder: Path) -> AsyncGenerator[_Page]:
    state = StateFolder(folder / "state")
    token = state.local_token()
    state.write(SETTINGS, msgspec.json.encode(Settings(pi_command=_RUNTIME)))
    arguments = ("-m", "openclaw.apps.bridge", "run", "--state-dir", str(state.path), "--port", "0", "--json")
    async with running(*arguments, expects="port") as (_, line):
        page = _Page(json.loads(line)["port"], token)
        await _until_ready(page)
        yield page


async def _until_ready(page: _Page) -> None:
    """The runtime is started by the first read."""
    async with asyncio.timeout(30):
        while True:
            try:
                await page.ask()
            except RuntimeError:
                await asyncio.sleep(0.1)
            else:
                return
