"""What is in a version: read and checked, kept under digests, loaded again."""

import asyncio
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from openclaw.domains.artifacts.errors import (
    ArtifactNotFoundError,
    BodyWithheldError,
    TooMuchStoredError,
    WrongContentError,
)
from openclaw.domains.artifacts.models import ArtifactRow, ArtifactVersionRow
from openclaw.domains.artifacts.policy.content import (
    MANY,
    MAX_FILE,
    MAX_FILES,
    MAX_VERSION,
    NAMES,
    PLAIN,
    fits,
    type_of,
)
from openclaw.domains.artifacts.policy.paths import BadPath, one_spelling, safe_path
from openclaw.domains.artifacts.repository import results as repository
from openclaw.domains.artifacts.schemas import Kind
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Actor, Scope
from openclaw.kit.errors import UnavailableError
from openclaw.protocol.results import may_send_bodies
from openclaw.protocol.runs import SyncMode

SEVERAL = "multipart/mixed"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
_EXTRA = ("__MACOSX/", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True)
class Read:
    """Files that a result may hold: what is said of each, and bodies by digest where they may be here."""

    files: tuple[dict[str, Any], ...]
    entry: str
    bodies: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file["bytes"] for file in self.files)


def read(
    kind: Kind,
    files: Sequence[tuple[str, bytes]],
    declared: Sequence[Mapping[str, Any]],
    mode: SyncMode,
) -> Read:
    """The files of a version of a result of ``kind``. Bodies that the mode withholds are let go of here.

    Raises WrongContentError.
    """
    found: dict[str, dict[str, Any]] = {}
    spellings: set[str] = set()
    kept: dict[str, bytes] = {}
    if len(files) + len(declared) > MAX_FILES:
        raise WrongContentError(path="files", reason=f"a version has at most {MAX_FILES} files")
    for path, body in files:
        name = _name(path, spellings)
        if len(body) > MAX_FILE:
            raise WrongContentError(path=name, reason=f"a file has at most {MAX_FILE} bytes")
        media_type = type_of(name, body)
        if not fits(kind, media_type):
            raise WrongContentError(path=name, reason=f"{media_type} is nothing that a {kind} holds")
        digest = hashlib.sha256(body).hexdigest()
        found[name] = {"path": name, "type": media_type, "bytes": len(body), "digest": digest}
        if may_send_bodies(mode):
            kept[digest] = body
    for each in declared:
        if may_send_bodies(mode):
            raise WrongContentError(path=str(each["path"]), reason="its body is missing")
        name = _name(str(each["path"]), spellings) if each["path"] else f"{len(found)}"
        found[name] = {"path": name, "type": PLAIN, "bytes": int(each["bytes"]), "digest": each["digest"]}
    if not found:
        raise WrongContentError(path="files", reason="there is nothing in it")
    if len(found) > 1 and kind not in MANY:
        raise WrongContentError(path="files", reason=f"a {kind} is one file")
    ordered = tuple(found[name] for name in sorted(found))
    whole = Read(ordered, _entry(kind, list(found)), kept)
    if whole.bytes > MAX_VERSION:
        raise WrongContentError(path="files", reason=f"a version has at most {MAX_VERSION} bytes")
    return whole


def named(kind: Kind, path: str | None, content: str) -> tuple[str, bytes]:
    """A text as the file of a result of ``kind``."""
    return path or NAMES[kind], content.encode("utf-8", "replace")


def unpacked(kind: Kind, name: str, body: bytes) -> list[tuple[str, bytes]]:
    """An uploaded body as files: those in a ZIP archive for a site or a set of files, else itself.

    Raises WrongContentError for archives that are broken, or larger than they say.
    """
    if kind not in MANY or not body.startswith(b"PK"):
        return [(name, body)]
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = [
                entry
                for entry in archive.infolist()
                if not entry.is_dir() and not any(part in entry.filename for part in _EXTRA)
            ]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_VERSION:
                raise WrongContentError(path=name, reason="the archive holds too much")
            found = [(entry.filename, _extracted(archive, entry)) for entry in entries]
    except _BROKEN as error:
        raise WrongContentError(path=name, reason=f"it cannot be unpacked: {error}") from None
    return _without_common_folder(found)


def _extracted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WrongContentError(path=entry.filename, reason="it is packed in a way that nobody needs")
    with archive.open(entry) as file:
        body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise WrongContentError(path=entry.filename, reason=f"a file has at most {MAX_FILE} bytes")
    return body


async def check_room(scope: Scope, found: Read, *, at_most: int) -> None:
    """Raise TooMuchStoredError when the workspace has no room for it."""
    if found.bodies and await repository.stored_bytes(scope) + found.bytes > at_most:
        raise TooMuchStoredError(limit=at_most)


async def put(owner: Scope | Actor, artifact_id: UUID, found: Read, blobs: BlobStore) -> None:
    """Keep the bodies. The same body in another version is kept once. Raises UnavailableError."""
    for digest, body in found.bodies.items():
        await blobs.put(owner, place(artifact_id, digest), body)


async def load(
    owner: Scope | Actor | UUID, version: ArtifactVersionRow, path: str, blobs: BlobStore
) -> tuple[dict[str, Any], bytes]:
    """A file of a version and its body. Raises ArtifactNotFoundError, BodyWithheldError, UnavailableError."""
    if not may_send_bodies(version.sync_mode):  # pyright: ignore[reportArgumentType]
        raise BodyWithheldError(sync_mode=version.sync_mode)
    file = next((file for file in version.files if file["path"] == path), None)
    if file is None:
        raise ArtifactNotFoundError
    return file, await load_body(owner, version.artifact_id, file["digest"], blobs)


async def load_body(owner: Scope | Actor | UUID, artifact_id: UUID, digest: str, blobs: BlobStore) -> bytes:
    """What is kept under a digest of a result. Raises UnavailableError."""
    body = await blobs.find(owner, place(artifact_id, digest))
    if body is None:
        raise UnavailableError(part="object storage")
    return body


async def load_all(
    owner: Scope | Actor, version: ArtifactVersionRow, blobs: BlobStore
) -> list[tuple[str, bytes]]:
    """Every file of a version. Raises BodyWithheldError, UnavailableError."""
    return [(file["path"], (await load(owner, version, file["path"], blobs))[1]) for file in version.files]


@dataclass(frozen=True)
class Exported:
    """A file to keep."""

    name: str
    media_type: str
    body: bytes


async def export(
    scope: Scope, row: ArtifactRow, version: ArtifactVersionRow, path: str | None, blobs: BlobStore
) -> Exported:
    """The file of a version at ``path``, or the only one, or an archive of all of them.

    Raises ArtifactNotFoundError, BodyWithheldError, UnavailableError.
    """
    if path is None and len(version.files) == 1:
        path = version.files[0]["path"]
    if path is not None:
        file, body = await load(scope, version, path, blobs)
        return Exported(path.rpartition("/")[2], file["type"], body)
    files = await load_all(scope, version, blobs)
    stem = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in row.title)[:80]
    return Exported(
        f"{stem.strip() or row.kind}.zip", "application/zip", await asyncio.to_thread(_zip, files)
    )


def _zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in files:
            archive.writestr(zipfile.ZipInfo(path), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def folder_of(artifact_id: UUID) -> str:
    """Where the bodies of a result are."""
    return f"artifacts/{artifact_id.hex}"


def place(artifact_id: UUID, digest: str) -> str:
    """The key of a body; the names of files never become one."""
    return f"{folder_of(artifact_id)}/{digest}"


def _name(path: str, spellings: set[str]) -> str:
    try:
        name = safe_path(path)
    except BadPath as error:
        raise WrongContentError(path=ascii(path)[:200], reason=str(error)) from None
    spelling = one_spelling(name)
    if spelling in spellings:
        raise WrongContentError(path=name, reason="two files would have that name on some systems")
    # Folders are kept with a slash at their end.
    folders = [spelling[: at + 1] for at, letter in enumerate(spelling) if letter == "/"]
    if f"{spelling}/" in spellings or any(folder[:-1] in spellings for folder in folders):
        raise WrongContentError(path=name, reason="a file and a folder would have one name")
    spellings.update((spelling, *folders))
    return name


def _entry(kind: Kind, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return next((name for name in ("index.html", "index.htm") if name in names), "")


def _without_common_folder(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """An archive of one folder means what is in it."""
    heads = {path.partition("/")[0] for path, _ in files}
    if len(heads) != 1 or heads <= {"", ".", ".."} or any("/" not in path for path, _ in files):
        return files
    return [(path.partition("/")[2], body) for path, body in files]
