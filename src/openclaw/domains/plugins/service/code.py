"""Puts a plugin's code together on this machine: its package's files, and what it imports."""

import asyncio
from pathlib import Path

from openclaw.domains.plugins.service import builtin, environments
from openclaw.domains.plugins.service.folders import Folders
from openclaw.infra.blobs import BlobStore
from openclaw.kit.errors import UnavailableError
from openclaw.protocol.packages.package import Package, read_package


class PluginCode:
    """Folders of code by the digest of their package. ``index``: where wheels may be fetched from, if anywhere."""

    def __init__(self, folders: Folders, blobs: BlobStore, *, index: str | None) -> None:
        self._folders = folders
        self._blobs = blobs
        self._index = index
        self._ready: dict[str, tuple[Path, ...]] = {}
        self._preparing: dict[str, asyncio.Lock] = {}

    async def prepare(self, digest: str) -> tuple[str, ...]:
        """The folders that a call imports from, the plugin's own first; made and checked with the first call.

        Raises PluginDependencyError, PackageRefusedError, UnavailableError.
        """
        async with self._preparing.setdefault(digest, asyncio.Lock()):
            found = self._ready.get(digest)
            if found is None or not self._folders.touch(found):
                found = self._ready[digest] = await self._prepare(digest)
        return tuple(map(str, found))

    async def _prepare(self, digest: str) -> tuple[Path, ...]:
        await builtin.load()
        archive = builtin.find_archive(digest) or await self._blobs.find_content(digest)
        if archive is None:
            raise UnavailableError(part="the plugin's package")
        package = await asyncio.to_thread(read_package, archive)
        manifest = package.manifest
        code = await self._folders.ensure("code", digest, lambda folder: _unpack(package, folder))
        if not manifest.dependencies:
            return (code,)
        key = environments.key_of(digest)
        environment = await self._folders.find("environments", key)
        if environment is None:
            wheels = await environments.find_wheels(manifest, package.files, self._index)
            environment = await self._folders.ensure(
                "environments", key, lambda folder: environments.unpack_wheels(manifest, wheels, folder)
            )
        return (code, environment)


def _unpack(package: Package, folder: Path) -> None:
    for name, body in package.files.items():
        if not name.startswith(environments.WHEELS):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
