"""``fs.collect``: what a machine hands over as a result, and what it does not."""

import hashlib
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.collecting import MAX_FILES, Collected, collect
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.protocol.tools import FsCollect, SyncMode


class Server:
    """Who is handed files."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, body: bytes) -> None:
        self.bodies.append(body)


async def collected(policy: Policy, server: Server, path: str, mode: SyncMode) -> Collected:
    return await collect(policy, FsCollect(path=path, title="T", kind="file_set", mode=mode), server.take)


@pytest.fixture
def site(home: Path) -> Path:
    """A folder with everything that must stay, and two files that may go."""
    folder = home / "site"
    for path in ("index.html", "img/a.png", ".git/config", "node_modules/x/index.js", ".ssh/id_rsa"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"PLANTED " + path.encode())
    (home / "secret.txt").write_bytes(b"PLANTED secret")
    (folder / "link.txt").symlink_to(home / "secret.txt")
    (folder / "out").symlink_to("/etc")
    return folder


async def test_a_folder_goes_without_links_and_what_is_closed(policy: Policy, site: Path) -> None:
    server = Server()
    found = await collected(policy, server, "~/site", "full")
    assert [file.path for file in found.files] == ["index.html", "img/a.png"]
    assert sorted(server.bodies) == [b"PLANTED img/a.png", b"PLANTED index.html"]
    assert found.files[0].digest == hashlib.sha256(b"PLANTED index.html").hexdigest()
    one = await collected(policy, server, str(site / "index.html"), "full")
    assert [file.path for file in one.files] == ["index.html"]


@pytest.mark.parametrize("mode", ["local_only", "metadata"])
async def test_a_mode_holds_before_anything_leaves(policy: Policy, site: Path, mode: SyncMode) -> None:
    server = Server()
    found = await collected(policy, server, "~/site", mode)
    assert server.bodies == []
    names = [file.path for file in found.files]
    assert names == (["", ""] if mode == "local_only" else ["index.html", "img/a.png"])
    assert all((file.digest == "") == (mode == "local_only") for file in found.files)
    assert sorted(file.bytes for file in found.files) == [17, 18]
    default = FsCollect(path="~/site", title="T", kind="site")
    assert default.mode == "local_only", "a server that says nothing gets nothing"


@pytest.mark.parametrize(
    "path", ["~/.ssh", "~/nothing", "~/empty", "/etc/shadow", "~/site/out", "~/site/link.txt"]
)
async def test_what_is_closed_or_missing_is_not_handed_over(policy: Policy, site: Path, path: str) -> None:
    (site.parent / "empty").mkdir()
    server = Server()
    if path == "~/site/link.txt":  # it leads to a file of the home folder, which may be read
        assert (await collected(policy, server, path, "full")).files[0].path == "secret.txt"
        return
    with pytest.raises(ToolFailedError):
        await collected(policy, server, path, "full")
    assert server.bodies == []


async def test_too_many_files_are_none(policy: Policy, home: Path) -> None:
    (home / "many").mkdir()
    for number in range(MAX_FILES + 1):
        (home / "many" / f"{number}").touch()
    with pytest.raises(ToolFailedError, match="more than"):
        await collected(policy, Server(), "~/many", "metadata")
