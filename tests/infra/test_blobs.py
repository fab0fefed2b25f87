"""Object storage: bodies by name, below their workspace and nowhere else."""

import hashlib
import stat
from pathlib import Path
from uuid import UUID

import pytest

from openclaw.infra.blobs import BlobStore, open_blobs
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit.clock import SystemClock
from openclaw.kit.errors import UnavailableError
from openclaw.kit.ids import new_id


def scope_of(workspace_id: UUID) -> Scope:
    actor = Actor(user_id=new_id(), workspace_id=workspace_id, role=Role.MEMBER)
    return Scope(actor=actor, session=None, clock=SystemClock(), request_id="r")  # pyright: ignore[reportArgumentType]


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(None, tmp_path)


@pytest.mark.parametrize("body", [b"", b"\0\xff", b"x" * 5_000_000])
async def test_there_and_back(blobs: BlobStore, body: bytes) -> None:
    scope = scope_of(new_id())
    assert await blobs.find(scope, "runs/a.json") is None
    await blobs.put(scope, "runs/a.json", b"before")
    await blobs.put(scope, "runs/a.json", body)
    assert await blobs.find(scope, "runs/a.json") == body


async def test_a_workspace_sees_its_own(blobs: BlobStore, tmp_path: Path) -> None:
    ours, theirs = new_id(), new_id()
    await blobs.put(scope_of(ours), "a", b"ours")
    assert await blobs.find(scope_of(theirs), "a") is None
    assert (tmp_path / "blobs" / "workspaces" / ours.hex / "a").read_bytes() == b"ours"
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "../a", "a/../../b", "a/..", "a\0b"])
async def test_no_name_leads_out(blobs: BlobStore, name: str) -> None:
    scope = scope_of(new_id())
    with pytest.raises(ValueError, match="not an object name"):
        await blobs.put(scope, name, b"")
    with pytest.raises(ValueError, match="not an object name"):
        await blobs.find(scope, name)


@pytest.mark.parametrize("name", ["a%2f..%2fb", "a..b", "...", "字", "a b", "a%", "CON"])
async def test_odd_names_are_only_names(blobs: BlobStore, name: str, tmp_path: Path) -> None:
    workspace = new_id()
    await blobs.put(scope_of(workspace), name, b"x")
    assert await blobs.find(scope_of(workspace), name) == b"x"
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert [path.parent.name for path in files] == [workspace.hex]


async def test_a_folder_is_forgotten_and_nothing_beside_it(blobs: BlobStore, tmp_path: Path) -> None:
    ours, theirs = new_id(), new_id()
    for workspace in (ours, theirs):
        for name in ("runs/1/a.json", "runs/1/b.json", "runs/12/a.json"):
            await blobs.put(scope_of(workspace), name, b"x")
    for _ in range(2):
        await blobs.forget(ours, "runs/1")
    root = tmp_path / "blobs" / "workspaces"
    left = sorted(str(path.relative_to(root)) for path in root.rglob("*.json"))
    assert left == sorted(
        [
            f"{ours.hex}/runs/12/a.json",
            *(f"{theirs.hex}/runs/{n}" for n in ("1/a.json", "1/b.json", "12/a.json")),
        ]
    )
    assert not (root / ours.hex / "runs" / "1").exists()


async def test_a_store_by_url(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}", tmp_path / "unused")
    scope = scope_of(new_id())
    await blobs.put(scope, "a", b"x")
    assert await blobs.find(scope, "a") == b"x"
    await blobs.ping()
    assert not (tmp_path / "unused").exists()


async def test_a_store_that_is_broken_is_said(tmp_path: Path) -> None:
    blobs = open_blobs(None, tmp_path)
    folder = tmp_path / "blobs" / "workspaces"
    folder.write_text("in the way")
    with pytest.raises(UnavailableError):
        await blobs.put(scope_of(new_id()), "a", b"x")


async def test_content_is_found_by_its_digest_and_only_whole(tmp_path: Path) -> None:
    blobs = open_blobs(None, tmp_path)
    digest = hashlib.sha256(b"package").hexdigest()
    assert await blobs.find_content(digest) is None
    await blobs.put_content(digest, b"package")
    assert await blobs.find_content(digest) == b"package"
    (tmp_path / "blobs" / "content" / digest).write_bytes(b"another")
    assert await blobs.find_content(digest) is None
    for wrong in ("../workspaces", digest[:-1], digest.upper()):
        with pytest.raises(ValueError, match="not a digest"):
            await blobs.find_content(wrong)
