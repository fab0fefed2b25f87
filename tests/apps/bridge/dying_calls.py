"""A process that does one call, or an undo, and is killed at a chosen step on the disk.

``python -m tests.apps.bridge.dying_calls HOME STATE STEP before|after CALL``: STEP counts what changes a name on the
disk (rename, unlink, rmdir, mkdir), from 1. CALL is ``tool:json`` or ``undo:call-id``.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.state import VERSIONS, StateFolder
from openclaw.apps.bridge.tools import moving, writing
from openclaw.apps.bridge.tools.undo.undoing import undo
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import ManualClock
from openclaw.protocol.tools import FsUndo, decode_arguments

_CALLS: dict[str, Callable[..., Any]] = {
    "fs.write": writing.write_file,
    "fs.edit": writing.edit_file,
    "fs.move": moving.move,
    "fs.delete": moving.delete,
}


def main(home: str, state: str, step: str, side: str, call: str) -> None:
    folder = StateFolder(Path(state))
    policy = PolicyStore(folder, home=Path(home)).current()
    versions = Versions(folder.path / VERSIONS, clock=ManualClock(datetime.now(UTC)))
    recorder = Recorder(
        versions, call_id="undoing" if call.startswith("undo:") else "call", device_id="device"
    )
    _die_at(int(step), is_before=side == "before")
    tool, _, arguments = call.partition(":")
    if tool == "undo":
        undo(policy, FsUndo([arguments]), recorder)
    else:
        _CALLS[tool](policy, decode_arguments(tool, json.loads(arguments)), recorder)
    recorder.settle()


def _die_at(step: int, *, is_before: bool) -> None:
    taken = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **named: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken == step and is_before:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(*args, **named)
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return stepped

    for name in ("replace", "unlink", "rmdir", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))


if __name__ == "__main__":
    main(*sys.argv[1:])
