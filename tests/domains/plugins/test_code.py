"""Folders of code: one for their content, made once whoever asks, made anew when changed; wheels by their hash."""

import asyncio
import contextlib
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openclaw.domains.plugins.errors import PluginDependencyError
from openclaw.domains.plugins.service import environments
from openclaw.domains.plugins.service.folders import Folders
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import SystemClock
from openclaw.protocol.packages.manifest import Manifest, manifest_of
from tests.domains.plugins.wheels import MOON, needing, wheel

BUILDER = """
import asyncio, sys
from pathlib import Path
from openclaw.domains.plugins.service.folders import Folders
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import SystemClock

root = Path(sys.argv[1])

def build(folder):
    (folder / "module.py").write_text("x = 1")
    with (root / "built").open("a") as file:
        file.write("x")

print("ready", flush=True)
sys.stdin.readline()
folders = Folders(root / "plugins", KeyRing(b"k" * 32), SystemClock())
print(asyncio.run(folders.ensure("environments", "abc", build)))
"""


async def test_two_processes_make_one_folder(tmp_path: Path) -> None:
    async def process() -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BUILDER, str(tmp_path), stdin=pipe, stdout=pipe
        )
        assert started.stdout is not None
        assert await started.stdout.readline() == b"ready\n"
        return started

    processes = [await process() for _ in range(2)]
    said = await asyncio.gather(*(each.communicate(b"go\n") for each in processes))
    assert said[0][0] == said[1][0] != b""
    assert (tmp_path / "built").read_text() == "x"


async def test_what_was_changed_since_is_made_anew(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "sub").mkdir()
        (folder / "sub" / "module.py").write_text("x = 1")

    async def folder(key: bytes = b"k") -> Path:
        """As another process finds it."""
        return await Folders(tmp_path, KeyRing(key * 32), SystemClock()).ensure("code", "abc", build)

    first = await folder()
    module = first / "sub" / "module.py"
    assert await folder() == first
    assert module.stat().st_mode & 0o222 == 0
    for name in ("sub/module.py", "more.py"):
        first.chmod(0o755)
        module.chmod(0o644)
        (first / name).write_text("x = 2")
        again = await folder()
        assert again != first
        assert not first.exists()
        first, module = again, again / "sub" / "module.py"
        assert module.read_text() == "x = 1"
    assert await folder(b"z") != first, "sealed by another installation"


async def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").write_text("")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        await Folders(tmp_path, KeyRing(b"k" * 32), SystemClock()).ensure("code", "abc", build)
    assert [path.name for path in tmp_path.rglob("*")] == ["code", ".abc.lock"]


async def test_hostile_wheels_are_refused(tmp_path: Path) -> None:
    manifest = _manifest(MOON)
    link = zipfile.ZipInfo("moon/link")
    link.external_attr = 0o120777 << 16
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as made:
        made.writestr(link, "/etc/passwd")
    for body in (
        wheel({"../out.py": b""}),
        wheel({"/out.py": b""}),
        wheel({"a\\..\\out.py": b""}),
        linked.getvalue(),
        b"no wheel",
    ):
        with pytest.raises(PluginDependencyError):
            environments.unpack_wheels(manifest, [body], tmp_path / "folder")
    with pytest.raises(PluginDependencyError, match="two of them hold"):
        environments.unpack_wheels(manifest, [MOON, MOON], tmp_path / "folder")
    assert not (tmp_path / "out.py").exists()


@pytest.mark.parametrize(
    ("name", "loads"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        (f"a-1-cp3{sys.version_info.minor}-cp3{sys.version_info.minor}-win_amd64.whl", False),
        ("a-1-cp38-cp38-manylinux_2_17_x86_64.whl", False),
        ("a-1.tar.gz", False),
    ],
)
async def test_which_wheels_load_here(name: str, loads: bool) -> None:
    assert environments.can_load(name) is loads


@contextlib.asynccontextmanager
async def running_index() -> AsyncIterator[dict[str, bytes]]:
    """An index at its ``url`` that serves what a test puts into it."""
    served: dict[str, bytes] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        body = served.get(path)
        head = "200 OK" if body is not None else "404 Not Found"
        body = body or b""
        writer.write(
            f"HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    served["url"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/simple".encode()
    yield served
    server.close()


async def test_an_index_is_not_trusted() -> None:
    name = "moon-1.0-py3-none-any.whl"
    digest = hashlib.sha256(MOON).hexdigest()
    listed = {"files": [{"filename": name, "url": f"../../{name}", "hashes": {"sha256": digest}}]}
    async with running_index() as index:
        index["/simple/moon/"] = json.dumps(listed).encode()
        index[f"/{name}"] = MOON
        url = index["url"].decode()
        assert await environments.find_wheels(_manifest(MOON), {}, url) == [MOON]
        index[f"/{name}"] = MOON + b"x"
        with pytest.raises(PluginDependencyError, match="another file than was signed for"):
            await environments.find_wheels(_manifest(MOON), {}, url)
        with pytest.raises(PluginDependencyError, match="no wheel of moon that was signed for"):
            await environments.find_wheels(_manifest(b"other"), {}, url)


def _manifest(*bodies: bytes) -> Manifest:
    from tests.protocol.packages.making import raw

    return manifest_of(raw(dependencies=needing(*bodies)))
