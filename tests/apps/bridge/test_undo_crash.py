"""SIGKILL at every step that a call, or an undo, takes on the disk: afterwards undo still gives the same tree."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy, PolicyStore
from openclaw.apps.bridge.state import VERSIONS, StateFolder
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import ManualClock
from tests.apps.bridge.trees import Run, tree

CALLS = {
    "write": ("fs.write", {"path": "~/f", "content": "after"}),
    "new": ("fs.write", {"path": "~/new/deep/f", "content": "after"}),
    "edit": ("fs.edit", {"path": "~/f", "edits": [{"old": "before", "new": "after"}]}),
    "move": ("fs.move", {"path": "~/d", "to": "~/new/d"}),
    "overwrite": ("fs.move", {"path": "~/f", "to": "~/d/g", "overwrite": True}),
    "delete": ("fs.delete", {"path": "~/d"}),
}
pytestmark = pytest.mark.parametrize("call", CALLS)


def _plant(home: Path) -> None:
    (home / "f").write_text("before")
    (home / "f").chmod(0o640)
    (home / "d" / "empty").mkdir(parents=True)
    (home / "d" / "g").write_bytes(b"\0g")
    (home / "d" / "link").symlink_to("g")
    (home / "d" / "empty").chmod(0o500)


def _killed(home: Path, state: Path, step: int, side: str, call: str) -> bool:
    """Do the call in a process of its own; False when it had fewer steps than ``step`` and lived."""
    command = [
        sys.executable,
        "-m",
        "tests.apps.bridge.dying_calls",
        str(home),
        str(state),
        str(step),
        side,
        call,
    ]
    code = subprocess.run(command, check=False).returncode
    assert code in (0, -signal.SIGKILL)
    return code != 0


class _Case:
    """A home and a state folder of their own, for one crash."""

    def __init__(self, folder: Path, policy_of: Callable[[Path, Path], Policy]) -> None:
        self.home, self.state = folder / "home", folder / "state"
        self.home.mkdir(parents=True)
        _plant(self.home)
        self.before = tree(self.home)
        self.policy = policy_of(self.home, self.state)

    def undo(self) -> Run:
        """What a bridge that starts again does, then the undo."""
        versions = Versions(self.state / VERSIONS, clock=ManualClock(datetime.now(UTC)))
        try:
            versions.settle_interrupted()
            versions.prune()
            run = Run(self.policy, versions, ["call"])
            run.undo()
            return run
        finally:
            versions.close()


@pytest.fixture
def policy_at(tmp_path: Path) -> Callable[[Path, Path], Policy]:
    def policy_at(home: Path, state: Path) -> Policy:
        store = PolicyStore(StateFolder(state), home=home)
        store.ensure_file()
        return store.current()

    return policy_at


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_call_killed_anywhere_can_be_undone(
    call: str, side: str, tmp_path: Path, policy_at: Callable[[Path, Path], Policy]
) -> None:
    tool, arguments = CALLS[call]
    step = 0
    is_killed = True
    while is_killed:
        step += 1
        case = _Case(tmp_path / str(step), policy_at)
        is_killed = _killed(case.home, case.state, step, side, f"{tool}:{json.dumps(arguments)}")
        case.undo()
        assert tree(case.home) == case.before, f"killed {side} step {step}"
    assert step > 1


def test_an_undo_killed_anywhere_can_be_done_again(
    call: str, tmp_path: Path, policy_at: Callable[[Path, Path], Policy]
) -> None:
    tool, arguments = CALLS[call]
    step = 0
    is_killed = True
    while is_killed:
        step += 1
        case = _Case(tmp_path / str(step), policy_at)
        assert not _killed(case.home, case.state, 10_000, "before", f"{tool}:{json.dumps(arguments)}")
        assert tree(case.home) != case.before
        is_killed = _killed(case.home, case.state, step, "after", "undo:call")
        case.undo()
        assert tree(case.home) == case.before, f"killed after step {step}"
    assert step > 1
