"""What a plugin imports: exact wheels, each known by the hash that its author signed, unpacked and never run.

A wheel comes from the package itself (``wheels/…``), or, where the operator has named an index, from there.
"""

import asyncio
import hashlib
import io
import platform
import re
import stat
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

import httpx2

from openclaw.domains.plugins.errors import PluginDependencyError
from openclaw.protocol.packages.manifest import Dependency, Manifest

WHEELS = "wheels/"
_MAX_WHEEL = 128 << 20
_MAX_UNPACKED = 512 << 20
_MAX_FILES = 20_000
_SECONDS = 60
_JSON = "application/vnd.pypi.simple.v1+json"
_WHEEL = re.compile(r"[^/]+-(?P<python>[^-/]+)-(?P<abi>[^-/]+)-(?P<platform>[^-/]+)\.whl")
_DATA = re.compile(r"[^/]+\.data/(purelib|platlib)/(.+)")


def key_of(digest: str) -> str:
    """What an environment follows from: the package, and what this machine's Python can load."""
    return f"{digest}-{_python()}-{platform.machine()}"


async def find_wheels(manifest: Manifest, files: Mapping[str, bytes], index: str | None) -> list[bytes]:
    """The wheel of each dependency that loads here. Raises PluginDependencyError."""
    carried = {
        hashlib.sha256(body).hexdigest(): (path.removeprefix(WHEELS), body)
        for path, body in files.items()
        if path.startswith(WHEELS)
    }
    found: list[bytes] = []
    for dependency in manifest.dependencies:
        bodies = [
            body
            for name, body in (carried[one] for one in dependency.hashes if one in carried)
            if can_load(name)
        ]
        if bodies:
            found.append(bodies[0])
        elif index is None:
            raise _wrong(
                manifest, f"no wheel of {dependency.name} in it loads here, and no index is configured"
            )
        else:
            found.append(await _fetch(manifest, dependency, index))
    return found


def unpack_wheels(manifest: Manifest, wheels: list[bytes], folder: Path) -> None:
    """Put the modules of ``wheels`` into ``folder``. Raises PluginDependencyError."""
    count = size = 0
    for wheel in wheels:
        try:
            for path, body in _modules(wheel):
                count, size = count + 1, size + len(body)
                if count > _MAX_FILES or size > _MAX_UNPACKED:
                    raise _wrong(manifest, "they are too large")
                target = folder / path
                if target.exists():
                    raise _wrong(manifest, f"two of them hold {path}")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(body)
        except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError) as error:
            raise _wrong(manifest, str(error)[:200]) from None


def can_load(name: str) -> bool:
    """Whether a wheel of that file name loads in this machine's Python."""
    tags = _WHEEL.fullmatch(name)
    if tags is None:
        return False
    ours = _python()
    python, abi, place = (set(tags[part].split(".")) for part in ("python", "abi", "platform"))
    is_stable = "abi3" in abi and any(_is_older(tag) for tag in python)
    is_python = bool(python & {"py3", f"py3{sys.version_info.minor}", ours}) or is_stable
    is_abi = bool(abi & {"none", ours}) or is_stable
    machine = platform.machine()
    is_place = "any" in place or any(
        tag.startswith(("manylinux", "linux_")) and tag.endswith(f"_{machine}") for tag in place
    )
    return is_python and is_abi and is_place


def _python() -> str:
    return f"cp3{sys.version_info.minor}"


def _is_older(tag: str) -> bool:
    minor = tag.removeprefix("cp3")
    return tag.startswith("cp3") and minor.isdigit() and int(minor) <= sys.version_info.minor


def _modules(wheel: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and body of each module. Raises ValueError for a path that leads out, or a link."""
    left = _MAX_UNPACKED
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for entry in archive.infolist():
            name = entry.filename
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or ":" in name:
                raise ValueError(f"a path leads out of a wheel: {name[:100]!r}")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise ValueError(f"a link in a wheel: {name[:100]!r}")
            if entry.is_dir():
                continue
            if (data := _DATA.fullmatch(name)) is not None:
                name = data[2]
            elif ".data/" in name.partition("/")[0] + "/":
                continue  # scripts and headers are nothing that a plugin imports
            with archive.open(entry) as file:
                body = file.read(left + 1)
            left -= len(body)
            if left < 0:
                raise ValueError("a wheel is larger than any may be")
            yield name, body


async def _fetch(manifest: Manifest, dependency: Dependency, index: str) -> bytes:
    """A wheel from the index, which is not trusted: its hash is."""
    page = f"{index.rstrip('/')}/{dependency.name}/"
    try:
        async with asyncio.timeout(_SECONDS), httpx2.AsyncClient(follow_redirects=True) as client:
            listed = await client.get(page, headers={"Accept": _JSON})
            listed.raise_for_status()
            for file in listed.json()["files"]:
                if file["hashes"].get("sha256") in dependency.hashes and can_load(file["filename"]):
                    return await _download(client, urljoin(page, file["url"]), dependency)
    except (httpx2.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise _wrong(manifest, f"{dependency.name}: {str(error)[:200]}") from None
    raise _wrong(manifest, f"the index has no wheel of {dependency.name} that was signed for and loads here")


async def _download(client: httpx2.AsyncClient, url: str, dependency: Dependency) -> bytes:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("the index leads elsewhere")
    body = bytearray()
    async with client.stream("GET", url) as response:
        response.raise_for_status()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > _MAX_WHEEL:
                raise ValueError("the wheel is too large")
    if hashlib.sha256(body).hexdigest() not in dependency.hashes:
        raise ValueError("the index gave another file than was signed for")
    return bytes(body)


def _wrong(manifest: Manifest, reason: str) -> PluginDependencyError:
    return PluginDependencyError(name=manifest.name, version=manifest.version, reason=reason)
