"""Real bridge processes: started, talked to over HTTP, killed."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

MODULE = ["-m", "openclaw.apps.bridge"]


def environment(home: Path, state: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OPENCLAW_")}
    return {**kept, "HOME": str(home), "OPENCLAW_BRIDGE_HOME": str(state), "LC_ALL": "C.UTF-8"}


async def command(home: Path, state: Path, *arguments: str) -> tuple[int, str, str]:
    """Run one bridge command to its end: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *MODULE,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(home, state),
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


class BridgeProcess:
    """`python -m openclaw.apps.bridge run` with its own home and state folder."""

    def __init__(self, home: Path, state: Path) -> None:
        self._home = home
        self._state = state
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self, *arguments: str) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *MODULE,
            "run",
            "--json",
            "--port",
            "0",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(self._home, self._state),
        )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the bridge did not start"
        self.port = json.loads(line)["port"]

    async def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM, as a service manager does."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: int) -> int:
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        return await process.wait()

    async def command(self, *arguments: str) -> dict[str, Any]:
        """A command with --json against the same state folder, which must succeed."""
        code, out, err = await command(self._home, self._state, *arguments, "--json")
        assert code == 0, err + out
        return json.loads(out)
