"""A real host process: enrolled and run as on its own machine, killed, and started again."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.apps.bridge.bridge_process import environment

MODULE = ["-m", "openclaw.apps.bridge.host"]


class HostProcess:
    """`python -m openclaw.apps.bridge.host` with its own home and state folder."""

    def __init__(self, home: Path, state: Path) -> None:
        kept = environment(home, state)
        del kept["OPENCLAW_BRIDGE_HOME"]
        self._environment = {**kept, "OPENCLAW_HOST_HOME": str(state)}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str, **more: str) -> None:
        """With ``--token`` it enrols itself first; ``more`` is environment."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *MODULE,
            "--json",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment | more,
        )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert json.loads(line or "{}").get("running"), f"the host did not start: {line!r}"

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self) -> tuple[int, dict[str, Any]]:
        """Its end: the exit code, and what it said as JSON after it was ready."""
        assert self._process is not None
        assert self._process.stdout is not None
        said = await self._process.stdout.read()
        return await self._process.wait(), json.loads(said or b"{}")

    async def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        if self._process is not None and self._process.returncode is None:
            self.signal(signal.SIGKILL)
            await self._process.wait()

    async def command(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """A command beside it with --json: its exit code and its answer."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *MODULE,
            *arguments,
            "--json",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(out)
