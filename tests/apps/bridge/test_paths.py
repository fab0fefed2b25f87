"""Paths under attack: traversal, links, special files, races. Every file tool, one answer."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools import paths
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.tools.paths import open_file, open_target, resolve
from openclaw.apps.bridge.tools.reading import list_folder, read_file
from openclaw.apps.bridge.tools.search import search
from openclaw.apps.bridge.tools.writing import edit_file, write_file
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.protocol.tools import FsList, FsRead, FsSearch, FsWrite
from tests.apps.bridge.tool_calls import edits, failure, never

ATTACKS = [
    "/etc/passwd",
    "~/../../../../../../etc/passwd",
    "~/folder/../../outside/secret",
    "../outside/secret",
    "~/escape",
    "~/chain",
    "~/escape-folder/secret",
    "~/escape-folder/new",
    "/proc/self/environ",
    "/proc/self/root/etc/passwd",
    "/dev/zero",
    "~/.ssh/config",
    "~/.SSH/config",
    "~/folder/../.ssh/config",
    "~/.ssh/../.ssh/new",
    "~/to-ssh",
    "~/folder/server.pem",
    "~/id_ed25519",
    "~/.env",
    "~/.env.local",
    "~/.config/google-chrome/Default/Cookies",
    "~/.mozilla/firefox/x/logins.json",
    "{state}/device.pem",
    "{state}/policy.toml",
    "{state}",
]


@pytest.fixture
def trap(home: Path, tmp_path: Path, policy_of: Callable[[str], Policy]) -> Policy:
    """A home with ways out; its careless owner even allows the bridge's own state folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (home / "folder").mkdir()
    (home / "folder" / "server.pem").touch()
    (home / ".ssh").mkdir()
    (home / ".ssh" / "config").touch()
    (home / "escape").symlink_to(outside / "secret")
    (home / "chain").symlink_to(home / "escape")
    (home / "escape-folder").symlink_to(outside)
    (home / "to-ssh").symlink_to(home / ".ssh" / "config")
    return policy_of(f'folders = ["~", "{tmp_path / "state"}"]')


@pytest.mark.parametrize("path", ATTACKS)
def test_no_tool_leaves_the_allowed_folders(
    trap: Policy, state: Path, tmp_path: Path, path: str, recorder: Recorder
) -> None:
    path = path.format(state=state)
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    for work in (
        lambda: read_file(trap, FsRead(path=path)),
        lambda: list_folder(trap, FsList(path=path)),
        lambda: search(trap, FsSearch(path=path, query="secret"), never),
        lambda: write_file(trap, FsWrite(path=path, content="owned"), recorder),
        lambda: edit_file(trap, edits(path, ("secret", "owned")), recorder),
    ):
        assert failure(work) == "DENIED_BY_LOCAL_POLICY"
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
    assert (tmp_path / "outside" / "secret").read_text() == "secret"


@pytest.mark.parametrize("path", ["~/a\0b", "~/" + "a/" * 3000, "~root/x", "~/\udcff"])
def test_a_path_that_is_none_is_invalid(policy: Policy, path: str, recorder: Recorder) -> None:
    for work in (
        lambda: read_file(policy, FsRead(path=path)),
        lambda: write_file(policy, FsWrite(path=path, content="x"), recorder),
    ):
        assert failure(work) == "INVALID_ARGUMENTS"


def test_a_link_loop_ends(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "loop").symlink_to(home / "loop")
    assert failure(lambda: read_file(policy, FsRead(path="~/loop"))) in {
        "DENIED_BY_LOCAL_POLICY",
        "NOT_FOUND",
    }
    assert failure(lambda: write_file(policy, FsWrite(path="~/loop", content="x"), recorder)) == "NOT_A_FILE"


def test_a_file_swapped_for_a_link_after_it_was_judged_is_not_followed(
    policy: Policy, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (home / "f").touch()
    place = resolve(policy, "~/f")
    (home / "f").unlink()
    (home / "f").symlink_to(tmp_path / "secret")
    with pytest.raises(ToolFailedError) as caught, open_file(place):
        pass
    assert caught.value.failure.code == "DENIED_BY_LOCAL_POLICY"


def test_a_folder_swapped_for_a_link_after_it_was_judged_is_not_entered(
    policy: Policy, home: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "a").mkdir()
    place = resolve(policy, "~/a/new.txt")
    (home / "a").rmdir()
    (home / "a").symlink_to(outside)
    with pytest.raises(ToolFailedError), open_target(place) as target:
        target.replace(b"owned")
    assert list(outside.iterdir()) == []


def test_a_folder_swapped_while_a_file_is_written_stays_behind(
    policy: Policy, home: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "a").mkdir()
    with open_target(resolve(policy, "~/a/new.txt")) as target:
        (home / "a").rename(home / "moved")
        (home / "a").symlink_to(outside)
        target.replace(b"ours")
    assert list(outside.iterdir()) == []
    assert (home / "moved" / "new.txt").read_bytes() == b"ours"


def test_a_race_of_links_never_reads_outside(policy: Policy, home: Path, tmp_path: Path) -> None:
    secret, harmless = tmp_path / "secret", home / "harmless"
    secret.write_text("secret")
    harmless.write_text("harmless")
    stop = threading.Event()

    def swap() -> None:
        for number in range(1_000_000):
            if stop.is_set():
                return
            temporary = home / "swap"
            temporary.symlink_to(secret if number % 2 else harmless)
            temporary.rename(home / "f")

    (home / "f").write_text("harmless")
    attacker = threading.Thread(target=swap)
    attacker.start()
    try:
        for _ in range(500):
            try:
                assert read_file(policy, FsRead(path="~/f")).content == "harmless"
            except ToolFailedError as failed:
                assert failed.failure.code in {"DENIED_BY_LOCAL_POLICY", "NOT_FOUND"}  # noqa: PT017
    finally:
        stop.set()
        attacker.join()


def test_nothing_is_opened_by_a_name_that_could_change_meaning() -> None:
    assert paths._BY_DESCRIPTOR  # the platforms of this suite open relative to descriptors
