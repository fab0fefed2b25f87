"""Undo, case by case: what goes back, what stays because somebody changed it, what can be forced."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.undo.world import Obstacle
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import ManualClock
from tests.apps.bridge.trees import Run, tree


@pytest.fixture
def run(policy: Policy, versions: Versions) -> Run:
    return Run(policy, versions)


def test_an_edit_goes_back_with_its_rights(run: Run, home: Path) -> None:
    (home / "f").write_bytes(b"one\r\ntwo\r\n")
    (home / "f").chmod(0o751)
    before = tree(home)
    run.edit("~/f", "two", "2")
    run.edit("~/f", "one", "1")
    (home / "f").chmod(0o600)
    path = str(home / "f")

    (promised,) = run.preview().paths
    assert (promised.path, promised.action, promised.obstacle) == (path, "restore", None)
    assert promised.diff == f"--- {path}\n+++ {path}\n@@ -1,2 +1,2 @@\n-1\r\n-2\r\n+one\r\n+two\r\n"
    assert not promised.is_done

    undone = run.undo()
    assert (undone.told.done, undone.told.stopped, undone["/f"].is_done) == (1, 0, True)
    assert tree(home) == before


def test_new_files_and_the_folders_made_for_them_go(run: Run, home: Path) -> None:
    run.write("~/new/deep/f", "x")
    assert [(p.path.removeprefix(str(home)), p.action, p.kind) for p in run.preview().paths] == [
        ("/new/deep/f", "remove", "file"),
        ("/new/deep", "remove", "folder"),
        ("/new", "remove", "folder"),
    ]
    run.undo()
    assert tree(home) == {}


def test_a_folder_that_somebody_used_stays(run: Run, home: Path) -> None:
    run.write("~/new/f", "x")
    (home / "new" / "mine").write_text("mine")
    assert run.preview().paths[1].obstacle is Obstacle.NOT_EMPTY
    undone = run.undo()
    assert (undone["/new"].obstacle, undone["/new"].can_force) == (Obstacle.NOT_EMPTY, False)
    assert [p.name for p in (home / "new").iterdir()] == ["mine"]


def test_a_deleted_tree_comes_back_with_its_dates(run: Run, home: Path) -> None:
    (home / "d" / "e").mkdir(parents=True)
    (home / "d" / "photo").write_bytes(b"\xff\xd8")
    os.utime(home / "d" / "photo", (1_000_000, 1_000_000))
    (home / "d" / "link").symlink_to("photo")
    (home / "d" / "e").chmod(0o500)
    (home / "d").chmod(0o755)
    before = tree(home)
    deleted = run.delete("~/d")
    assert (deleted.files, deleted.folders, deleted.bytes, deleted.undoable) == (2, 2, 2, True)
    assert tree(home) == {}
    run.undo()
    assert tree(home) == before
    assert (home / "d" / "photo").stat().st_mtime == 1_000_000


def test_deleting_a_link_leaves_what_it_leads_to(run: Run, home: Path) -> None:
    (home / "f").write_text("x")
    (home / "link").symlink_to("f")
    run.delete("~/link")
    assert [p.name for p in home.iterdir()] == ["f"]


def test_what_somebody_changed_since_stays_unless_forced(run: Run, home: Path) -> None:
    for name in ("f", "g"):
        (home / name).write_text("before")
        run.write(f"~/{name}", "after")
    (home / "f").write_text("mine")
    promised = {p.path: p for p in run.preview().paths}
    assert (promised[str(home / "f")].obstacle, promised[str(home / "f")].can_force) == (
        Obstacle.CHANGED,
        True,
    )
    assert "-mine" in promised[str(home / "f")].diff

    undone = run.undo()
    assert (undone.told.done, undone.told.stopped) == (1, 1)
    assert ((home / "f").read_text(), (home / "g").read_text()) == ("mine", "before")

    forced = run.undo(str(home / "f"))
    assert (home / "f").read_text() == "before"
    forced.run.undo()
    assert (home / "f").read_text() == "mine"


def test_a_change_between_two_calls_is_noticed(run: Run, home: Path) -> None:
    (home / "f").write_text("one\n")
    run.edit("~/f", "one", "two")
    (home / "f").write_text("two\nmine\n")
    run.edit("~/f", "two", "three")
    (promised,) = run.preview().paths
    assert (promised.obstacle, promised.can_force) == (Obstacle.CHANGED_BETWEEN, True)
    assert run.undo(str(home / "f"))["/f"].is_done
    assert (home / "f").read_text() == "one\n"


def test_a_move_goes_back_even_if_the_file_was_edited(run: Run, home: Path) -> None:
    (home / "a").write_text("x")
    run.move("~/a", "~/new/b")
    (home / "new" / "b").write_text("mine")
    undone = run.undo()
    assert (undone["/b"].action, undone["/b"].moved_to) == ("move_back", str(home / "a"))
    assert tree(home) == {os.fsencode(home / "a"): ("file", 0o644, b"mine")}


def test_a_move_back_does_not_bury_a_new_file(run: Run, home: Path) -> None:
    (home / "a").write_text("x")
    run.move("~/a", "~/b")
    (home / "a").write_text("mine")
    undone = run.undo()
    assert (undone["/b"].obstacle, undone["/b"].can_force) == (Obstacle.OCCUPIED, True)
    forced = run.undo(str(home / "b"))
    assert ((home / "a").read_text(), (home / "b").exists()) == ("x", False)
    forced.run.undo()
    assert ((home / "a").read_text(), (home / "b").read_text()) == ("mine", "x")


def test_a_moved_thing_that_is_gone_is_told(run: Run, home: Path) -> None:
    (home / "a").write_text("x")
    run.move("~/a", "~/b")
    (home / "b").unlink()
    assert run.undo()["/b"].obstacle is Obstacle.GONE


def test_an_overwritten_file_comes_back(run: Run, home: Path) -> None:
    (home / "a").write_text("a")
    (home / "b").write_text("b")
    before = tree(home)
    assert run.move("~/a", "~/b", overwrite=True).overwritten
    run.edit("~/b", "a", "c")
    run.undo()
    assert tree(home) == before


def test_a_link_put_in_the_way_is_not_followed(run: Run, home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "d").mkdir()
    (home / "d" / "f").write_text("before")
    run.write("~/d/f", "after")
    (home / "d").rename(home / "moved")
    (home / "d").symlink_to(outside)
    assert run.preview().paths[0].obstacle is Obstacle.CHANGED
    assert run.undo()["/f"].obstacle is Obstacle.CHANGED
    assert run.undo(str(home / "d" / "f"))["/f"].obstacle is Obstacle.GONE
    assert list(outside.iterdir()) == []


def test_what_is_denied_by_now_is_neither_shown_nor_written(
    run: Run, home: Path, policy_of: Callable[[str], Policy], versions: Versions
) -> None:
    (home / "f.txt").write_text("secret")
    run.write("~/f.txt", "after")
    closed = Run(policy_of('denied = ["*.txt"]'), versions, run.calls)
    (promised,) = closed.preview().paths
    assert (promised.obstacle, promised.diff) == (Obstacle.DENIED, "")
    assert closed.undo()["/f.txt"].obstacle is Obstacle.DENIED
    assert (home / "f.txt").read_text() == "after"


def test_another_link_of_the_machine_undoes_nothing(
    run: Run, home: Path, policy: Policy, versions: Versions
) -> None:
    (home / "f").write_text("before")
    run.write("~/f", "after")
    other = Run(policy, versions, run.calls, device_id="another")
    assert (other.preview().paths, other.preview().unknown) == ([], run.calls)
    assert other.undo().told.done == 0
    assert (home / "f").read_text() == "after"


def test_after_thirty_days_it_is_forgotten(
    run: Run, home: Path, versions: Versions, now: ManualClock
) -> None:
    (home / "f").write_text("before")
    run.write("~/f", "after")
    now.advance(timedelta(days=29))
    versions.prune()
    assert len(run.preview().paths) == 1
    now.advance(timedelta(days=2))
    versions.prune()
    assert (run.preview().paths, run.preview().unknown) == ([], run.calls)


def test_binary_and_large_previews_stay_small(run: Run, home: Path) -> None:
    (home / "binary").write_bytes(b"\0\1")
    run.write("~/binary", "text")
    for number in range(12):
        run.write(f"~/large{number}", "line\n" * 20_000)
    told = run.preview()
    assert len(told.paths) == 13
    assert sum(len(path.diff) for path in told.paths) < 400_000
    assert told.paths[-1].diff == ""
