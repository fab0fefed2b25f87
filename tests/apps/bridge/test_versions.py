"""Previous versions are kept before a change, within limits, and for the owner alone."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.state import VERSIONS, StateFolder
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.tools.moving import move
from openclaw.apps.bridge.tools.undo.world import Obstacle
from openclaw.apps.bridge.versions.folders import Folder
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.states import Change
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import ManualClock
from openclaw.protocol.tools import FsMove
from tests.apps.bridge.tool_calls import failure
from tests.apps.bridge.trees import Run, tree


@pytest.fixture
def small(folder: StateFolder, now: ManualClock) -> Iterator[Versions]:
    """Room for 100 bytes in all, 50 a file."""
    made = Versions(folder.path / VERSIONS, clock=now, max_bytes=100, max_file_bytes=50)
    yield made
    made.close()


def stored(folder: StateFolder) -> list[bytes]:
    return sorted(p.read_bytes() for p in (folder.path / VERSIONS / "blobs").rglob("*") if p.is_file())


def test_versions_are_closed_to_others(
    policy: Policy, versions: Versions, folder: StateFolder, home: Path
) -> None:
    (home / "f").write_text("private")
    (home / "f").chmod(0o644)
    Run(policy, versions).write("~/f", "x")
    for path in (folder.path / VERSIONS).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert (
        failure(lambda: Run(policy, versions).write(f"{folder.path}/versions/x", ""))
        == "DENIED_BY_LOCAL_POLICY"
    )


def test_the_same_bytes_are_kept_once(
    policy: Policy, versions: Versions, folder: StateFolder, home: Path
) -> None:
    for name in ("f", "g"):
        (home / name).write_text("same")
        Run(policy, versions).write(f"~/{name}", "x")
    assert stored(folder) == [b"same"]


def test_the_version_is_there_before_the_change(
    policy: Policy, versions: Versions, folder: StateFolder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "f").write_text("before")
    seen: list[tuple[str, list[bytes], int]] = []
    real = os.replace

    def watched(source: str, target: str, **at: int) -> None:
        if target == "f":
            seen.append(
                (
                    (home / "f").read_text(),
                    stored(folder),
                    len(versions.list_changes(run.calls, device_id="device")),
                )
            )
        real(source, target, **at)

    monkeypatch.setattr(os, "replace", watched)
    run = Run(policy, versions)
    run.write("~/f", "after")
    assert seen == [("before", [b"before"], 1)]


def test_a_change_that_failed_is_forgotten(
    policy: Policy, versions: Versions, folder: StateFolder, home: Path
) -> None:
    (home / "f").write_text("one")
    run = Run(policy, versions)
    with pytest.raises(ToolFailedError):
        run.edit("~/f", "two", "2")
    with pytest.raises(ToolFailedError):
        run.edit("~/none/f", "two", "2")
    assert run.preview().paths == []
    assert not (home / "none").exists()
    versions.prune()
    assert stored(folder) == []


def test_a_file_over_the_limit_is_changed_and_says_so(policy: Policy, small: Versions, home: Path) -> None:
    (home / "f").write_text("x" * 51)
    run = Run(policy, small)
    written = run.write("~/f", "after")
    assert (written.undoable, written.undo_note) == (
        False,
        "The file is too large for its previous version to be kept.",
    )
    assert (home / "f").read_text() == "after"
    (promised,) = run.preview().paths
    assert (promised.obstacle, promised.can_force) == (Obstacle.NOT_KEPT, False)
    assert run.undo()["/f"].obstacle is Obstacle.NOT_KEPT
    assert (home / "f").read_text() == "after"


def test_the_oldest_make_room(policy: Policy, small: Versions, folder: StateFolder, home: Path) -> None:
    runs: list[Run] = []
    for letter in "abc":
        (home / letter).write_text(letter * 40)
        runs.append(Run(policy, small))
        runs[-1].write(f"~/{letter}", "x")
    assert stored(folder) == [b"b" * 40, b"c" * 40]
    assert [run.preview().paths[0].obstacle for run in runs] == [Obstacle.NOT_KEPT, None, None]


def test_what_cannot_be_kept_is_not_deleted_unless_that_is_said(
    policy: Policy, small: Versions, home: Path
) -> None:
    (home / "d").mkdir()
    (home / "d" / "small").write_text("x")
    (home / "d" / "large").write_text("x" * 51)
    before = tree(home)
    run = Run(policy, small)
    assert failure(lambda: run.delete("~/d")) == "TOO_LARGE"
    assert tree(home) == before
    assert run.preview().paths == []
    deleted = run.delete("~/d", keep=False)
    assert (deleted.undoable, deleted.files) == (False, 2)
    undone = run.undo()
    assert undone["/large"].obstacle is Obstacle.NOT_KEPT
    assert [p.name for p in (home / "d").iterdir()] == ["small"]


def test_one_call_may_not_push_its_own_versions_out(policy: Policy, small: Versions, home: Path) -> None:
    (home / "d").mkdir()
    for letter in "abc":
        (home / "d" / letter).write_text(letter * 40)
    assert failure(lambda: Run(policy, small).delete("~/d")) == "TOO_LARGE"
    assert len(list((home / "d").iterdir())) == 3


def test_a_pipe_cannot_be_kept(policy: Policy, versions: Versions, home: Path) -> None:
    (home / "d").mkdir()
    os.mkfifo(home / "d" / "pipe")
    run = Run(policy, versions)
    assert failure(lambda: run.delete("~/d")) == "TOO_LARGE"
    run.delete("~/d", keep=False)
    assert run.undo()["/pipe"].obstacle is Obstacle.NOT_KEPT


@pytest.mark.parametrize(
    "call",
    [
        lambda run: run.delete("~"),
        lambda run: run.delete("~/"),
        lambda run: run.delete("~/d/.."),
        lambda run: run.move("~", "~/d/x"),
        lambda run: run.delete("/"),
        lambda run: run.delete("~/d"),
        lambda run: run.delete("~/d/.env"),
        lambda run: run.move("~/d", "~/e"),
        lambda run: run.move("~/plain", "~/chromium"),
        lambda run: run.move("~/f", "/etc/f"),
        lambda run: run.move("/etc/hosts", "~/hosts"),
    ],
)
def test_what_the_owner_denies_is_neither_moved_nor_deleted(
    policy_of: Callable[[str], Policy], versions: Versions, home: Path, call: Callable[[Run], object]
) -> None:
    for path in ("d/.env", "plain/Cookies", "f"):
        (home / path).parent.mkdir(exist_ok=True)
        (home / path).touch()
    before = tree(home)
    policy = policy_of('denied = ["chromium/cookies"]')
    assert failure(lambda: call(Run(policy, versions))) == "DENIED_BY_LOCAL_POLICY"
    assert tree(home) == before


@pytest.mark.parametrize(
    ("source", "to", "overwrite", "code"),
    [
        ("~/none", "~/x", False, "NOT_FOUND"),
        ("~/a", "~/b", False, "CONFLICT"),
        ("~/a", "~/d", True, "NOT_A_FILE"),
        ("~/a", "~/a", True, "INVALID_ARGUMENTS"),
        ("~/a", "~/twin", True, "CONFLICT"),
        ("~/d", "~/d/e", False, "INVALID_ARGUMENTS"),
        ("~/a", "~/b/c", False, "NOT_A_FOLDER"),
    ],
)
def test_a_move_that_makes_no_sense_changes_nothing(
    policy: Policy, versions: Versions, home: Path, source: str, to: str, overwrite: bool, code: str
) -> None:
    (home / "d").mkdir()
    for name in "ab":
        (home / name).write_text(name)
    (home / "twin").hardlink_to(home / "a")
    before = tree(home)
    run = Run(policy, versions)
    assert failure(lambda: run.move(source, to, overwrite=overwrite)) == code
    assert tree(home) == before
    assert run.preview().paths == []


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_appears_at_the_last_moment_is_not_moved_over(
    policy: Policy, versions: Versions, home: Path, overwrite: bool
) -> None:
    class Meddled(Recorder):
        """Somebody writes to the target after it was looked at."""

        def move(self, folder: Folder, name: str, to: str) -> Change:
            Path(to).write_text("theirs")
            return super().move(folder, name, to)

    (home / "a").write_text("a")
    if overwrite:
        (home / "b").write_text("b")
    recorder = Meddled(versions, call_id="call", device_id="device")
    call = FsMove("~/a", "~/b", overwrite=overwrite)
    assert failure(lambda: move(policy, call, recorder)) == "CONFLICT"
    assert ((home / "a").read_text(), (home / "b").read_text()) == ("a", "theirs")
    assert Run(policy, versions, ["call"]).preview().paths == []
