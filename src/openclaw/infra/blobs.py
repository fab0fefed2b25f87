"""Object storage: bodies that are too large for a row. A local folder by default, S3 and others by URL."""

import contextlib
import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from openclaw.infra.scope import Actor, Scope
from openclaw.kit.errors import UnavailableError


class BlobStore:
    """Objects by key. Every key starts with its workspace, so nobody can name another tenant's object.

    Beside them there is content by its digest, for whoever knows that: packages of plugins.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, owner: Scope | Actor, name: str, body: bytes) -> None:
        """Store ``body`` under ``name``, replacing what was there. Raises UnavailableError."""
        try:
            await obstore.put_async(self._store, _key(owner.workspace_id, name), body)
        except BaseError as error:
            raise UnavailableError(part="object storage") from error

    async def find(self, owner: Scope | Actor | UUID, name: str) -> bytes | None:
        """The body, or None. A UUID is a workspace that was named by whoever may. Raises UnavailableError."""
        workspace_id = owner if isinstance(owner, UUID) else owner.workspace_id
        try:
            result = await obstore.get_async(self._store, _key(workspace_id, name))
            return bytes(await result.bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise UnavailableError(part="object storage") from error

    async def put_content(self, digest: str, body: bytes) -> None:
        """Store what belongs to no workspace alone, under its SHA-256 (hexadecimal). Raises UnavailableError."""
        try:
            await obstore.put_async(self._store, _content_key(digest), body)
        except BaseError as error:
            raise UnavailableError(part="object storage") from error

    async def find_content(self, digest: str) -> bytes | None:
        """What `put_content` stored, or None, also for what is not what it was. Raises UnavailableError."""
        try:
            result = await obstore.get_async(self._store, _content_key(digest))
            body = bytes(await result.bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise UnavailableError(part="object storage") from error
        return body if hashlib.sha256(body).hexdigest() == digest else None

    async def forget(self, workspace_id: UUID, folder: str, *, kept: Collection[str] = ()) -> None:
        """Delete every object of a workspace below ``folder`` but those named ``kept``. Again does no harm.

        Raises UnavailableError.
        """
        spared = {_key(workspace_id, name) for name in kept}
        try:
            async for objects in obstore.list(self._store, prefix=_key(workspace_id, folder)):
                with contextlib.suppress(FileNotFoundError):  # somebody else was faster
                    paths = [found["path"] for found in objects if found["path"] not in spared]
                    await obstore.delete_async(self._store, paths)
        except BaseError as error:
            raise UnavailableError(part="object storage") from error

    async def measure(self, workspace_id: UUID, folder: str) -> tuple[int, int]:
        """How many objects of a workspace are below ``folder``, and their bytes. Raises UnavailableError."""
        count = size = 0
        try:
            async for objects in obstore.list(self._store, prefix=_key(workspace_id, folder)):
                count += len(objects)
                size += sum(found["size"] for found in objects)
        except BaseError as error:
            raise UnavailableError(part="object storage") from error
        return count, size

    async def ping(self) -> None:
        """Raise UnavailableError unless an object can be written."""
        try:
            await obstore.put_async(self._store, "health/ping", b"ok")
        except BaseError as error:
            raise UnavailableError(part="object storage") from error


def open_blobs(url: str | None, home: Path) -> BlobStore:
    """The store at ``url``, else a folder in ``home``."""
    if url:
        return BlobStore(from_url(url))
    folder = home / "blobs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return BlobStore(LocalStore(folder, automatic_cleanup=True))


def _key(workspace_id: UUID, name: str) -> str:
    if not name or name.startswith("/") or ".." in name.split("/") or "\x00" in name:
        raise ValueError(f"not an object name: {name!r}")
    return f"workspaces/{workspace_id.hex}/{name}"


def _content_key(digest: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", digest) is None:
        raise ValueError(f"not a digest: {digest!r}")
    return f"content/{digest}"
