"""How a runtime is started: its program, its arguments, its environment, and what its version tells."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from openclaw.apps.bridge.config import inherited_environment
from openclaw.apps.bridge.pi.errors import PiNotFoundError
from openclaw.apps.bridge.tools.process_tree import MARK, kill_tree
from openclaw.protocol.pi.profile import Profile, profile_of_version

PROGRAM = "pi"
READY_SECONDS = 45.0  # 0.4 to 5 s were measured; a machine that has just booted takes longer
_VERSION_SECONDS = 20.0
_VERSION_BYTES = 4096
# No update check, no tool or catalogue download, no telemetry: what a person's prompt starts, nothing else.
_QUIET = {"PI_OFFLINE": "1", "PI_TELEMETRY": "0", "PI_SKIP_VERSION_CHECK": "1", "NO_COLOR": "1"}
_versions: dict[tuple[tuple[str, int], ...], Profile] = {}
# Ours hold tokens and folders of the bridge; Node's would attach debuggers or load code that nobody meant for it.
_NOT_PASSED_ON = ("OPENCLAW_", "NODE_OPTIONS", "NODE_DEBUG", "NODE_CHANNEL")


@dataclass(frozen=True)
class PiLaunch:
    """A command (argv, never a shell string) and where it runs.

    ``session``: the file to go on with; ``session_folder``: where new ones are made (else the runtime's own).
    """

    folder: Path
    command: tuple[str, ...] | None = None
    arguments: tuple[str, ...] = ()
    session: Path | None = None
    session_folder: Path | None = None
    ready_seconds: float = READY_SECONDS

    def program(self) -> tuple[str, ...]:
        """The configured command, or ``pi`` on the PATH; PiNotFoundError."""
        command = self.command or (PROGRAM,)
        found = shutil.which(command[0])
        if found is None:
            raise PiNotFoundError(program=Path(command[0]).name)
        return (found, *command[1:])

    def argv(self, program: Sequence[str], session: Path | None) -> list[str]:
        """The whole command that serves ``session``, or a new one."""
        words = [*program, *self.arguments, "--mode", "rpc"]
        if session is not None:
            return [*words, "--session", str(session)]
        return [*words, "--session-dir", str(self.session_folder)] if self.session_folder else words


def clean_environment(mark: str) -> dict[str, str]:
    """The person's environment (it holds the keys of their model providers) without what is not for a runtime."""
    kept = {
        key: value for key, value in inherited_environment().items() if not key.startswith(_NOT_PASSED_ON)
    }
    return {**kept, **_QUIET, MARK: mark}


async def probe_version(program: Sequence[str], *, folder: Path, mark: str) -> Profile:
    """What ``--version`` says, on either stream; an empty profile when it says nothing in time.

    Asked once for one state of the program's files: the answer costs Node.js a second.
    """
    key = tuple((word, _changed_at(word)) for word in program)
    if key not in _versions:
        profile = await _ask_version(program, folder=folder, mark=mark)
        if profile.family == "unknown":
            return profile
        _versions[key] = profile
    return _versions[key]


def _changed_at(word: str) -> int:
    try:
        return Path(word).stat().st_mtime_ns
    except (OSError, ValueError):  # no file, but an option
        return 0


async def _ask_version(program: Sequence[str], *, folder: Path, mark: str) -> Profile:
    process = await asyncio.create_subprocess_exec(
        *program,
        "--version",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env=clean_environment(mark),
        start_new_session=True,
    )
    assert process.stdout is not None
    words = b""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_VERSION_SECONDS):
                words = await process.stdout.read(_VERSION_BYTES)
                await process.wait()
    finally:
        kill_tree(process.pid, mark)
        await process.wait()
    return profile_of_version(os.fsdecode(words))
