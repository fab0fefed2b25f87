"""Results: saved in versions, found, changed, reviewed, deleted. ``access_artifact`` is their one door."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.artifacts import events
from openclaw.domains.artifacts.errors import (
    ArtifactNotFoundError,
    StillPublishedError,
    WrongStatusError,
)
from openclaw.domains.artifacts.models import ArtifactRow, ArtifactVersionRow
from openclaw.domains.artifacts.policy import statuses
from openclaw.domains.artifacts.policy.sync import Described, limited
from openclaw.domains.artifacts.policy.terms import terms_of
from openclaw.domains.artifacts.repository import results as repository
from openclaw.domains.artifacts.schemas import ChangeArtifact, ChangeStatus, NewArtifact, NewVersion, Status
from openclaw.domains.artifacts.service import bodies
from openclaw.domains.audit import service as audit
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.jobs import JobSpec, Priority
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.feed import tell
from openclaw.infra.jsonb import storable
from openclaw.infra.keys import lock_key
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError

MAX_VERSIONS = 10_000
# A full stop for who means harm: what a workspace may have in object storage.
MAX_STORED = 53_687_091_200


async def create(scope: Scope, new: NewArtifact, blobs: BlobStore, queue: JobQueue) -> ArtifactRow:
    """Save a result as a draft; the same idempotency key again is the same result. The worker then looks into it.

    Raises NotAllowedError, WrongContentError, TooMuchStoredError, TooManyJobsError, UnavailableError.
    """
    check_role(scope.who, Role.MEMBER)
    if new.idempotency_key:
        await lock_key(scope, "artifact", new.idempotency_key)
        if known := await repository.find_by_key(scope, new.idempotency_key):
            return known
    read = bodies.read(new.kind, new.files, new.declared, new.sync_mode)
    await bodies.check_room(scope, read, at_most=MAX_STORED)
    told = limited(
        Described(new.title, new.summary, new.note, _tags(new.tags), read.entry, read.files),
        new.kind,
        new.sync_mode,
    )
    now = scope.now()
    row = ArtifactRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        created_by_user_id=scope.user_id,
        last_updated_by_user_id=scope.user_id,
        visibility=new.visibility,
        sync_mode=new.sync_mode,
        kind=new.kind,
        title=storable(told.title)[:200],
        summary=storable(told.summary)[:2000],
        status="draft",
        tags=list(told.tags),
        rating=0,
        version=1,
        provenance=storable(dict(new.provenance)),
        live_slug=None,
        live_version=None,
        thumbnail=None,
        idempotency_key=new.idempotency_key,
        created_at=now,
        updated_at=now,
        **_shown(read, told),
    )
    await repository.add(scope, row)
    await _keep(scope, row, read, told, new.note, new.idempotency_key, blobs, queue)
    await index(scope, row)
    await audit.append(
        scope, "artifacts.saved", subject=_wire(row), detail={"kind": row.kind, "version": row.version}
    )
    return row


async def add_version(
    scope: Scope, artifact_id: UUID, new: NewVersion, blobs: BlobStore, queue: JobQueue
) -> ArtifactRow:
    """Save another version, which makes a draft of the result: it was another one that was looked at.

    Raises ArtifactNotFoundError, NotAllowedError, WrongStatusError (archived), and as `create`.
    """
    row = await access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    if new.idempotency_key and await repository.find_version_by_key(scope, row.id, new.idempotency_key):
        return row
    status: Status = row.status  # pyright: ignore[reportAssignmentType]
    if status not in statuses.REVISED:
        raise WrongStatusError(status=status, wanted="draft", possible=[*statuses.possible(status)])
    if row.version >= MAX_VERSIONS:
        raise InvalidInputError(field="version", reason=f"a result has at most {MAX_VERSIONS} versions")
    # A result whose bodies stay away does not let one of a later version in.
    mode = new.sync_mode if row.sync_mode == "full" else row.sync_mode
    read = bodies.read(row.kind, new.files, new.declared, mode)  # pyright: ignore[reportArgumentType]
    await bodies.check_room(scope, read, at_most=MAX_STORED)
    told = limited(
        Described(row.title, row.summary, new.note, tuple(row.tags), read.entry, read.files),
        row.kind,  # pyright: ignore[reportArgumentType]
        mode,  # pyright: ignore[reportArgumentType]
    )
    if mode != row.sync_mode:
        row.title, row.summary, row.tags = told.title, told.summary, list(told.tags)
    row.version += 1
    row.status, row.sync_mode, row.thumbnail = statuses.REVISED[status], mode, None
    row.last_updated_by_user_id, row.updated_at = scope.user_id, scope.now()
    if new.provenance:
        row.provenance = storable(dict(new.provenance))
    for name, value in _shown(read, told).items():
        setattr(row, name, value)
    await _keep(scope, row, read, told, new.note, new.idempotency_key, blobs, queue)
    await index(scope, row)
    await audit.append(
        scope, "artifacts.saved", subject=_wire(row), detail={"kind": row.kind, "version": row.version}
    )
    return row


async def restore_version(
    scope: Scope, artifact_id: UUID, number: int, blobs: BlobStore, queue: JobQueue
) -> ArtifactRow:
    """An earlier version again, as the newest. Raises ArtifactNotFoundError, BodyWithheldError, and as above."""
    row = await access_artifact(scope, artifact_id)
    version = await get_version(scope, row, number)
    files = await bodies.load_all(scope, version, blobs)
    new = NewVersion(files, note=f"as version {number}", provenance=version.provenance)
    return await add_version(scope, artifact_id, new, blobs, queue)


async def find_saved(scope: Scope, key: str) -> ArtifactRow | None:
    """The result that the user saved under that idempotency key."""
    return await repository.find_by_key(scope, key)


async def access_artifact(scope: Scope, artifact_id: UUID, *, lock: bool = False) -> ArtifactRow:
    """A result that the user may see. Raises ArtifactNotFoundError."""
    row = await repository.find(scope, artifact_id, lock=lock)
    if row is None:
        raise ArtifactNotFoundError
    return row


async def get_version(scope: Scope, row: ArtifactRow, number: int | None = None) -> ArtifactVersionRow:
    """A version of a result that the user may see, the newest by default. Raises ArtifactNotFoundError."""
    found = await repository.find_version(scope, row.id, number or row.version)
    if found is None:
        raise ArtifactNotFoundError
    return found


async def list_versions(scope: Scope, row: ArtifactRow) -> list[ArtifactVersionRow]:
    """The newest 200 versions of a result that the user may see, the newest first."""
    return await repository.list_versions(scope, row.id)


async def change(scope: Scope, artifact_id: UUID, data: ChangeArtifact) -> ArtifactRow:
    """Change what is said about a result. Raises ArtifactNotFoundError, NotAllowedError."""
    row = await access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    before = row.visibility
    for name in ("title", "summary", "visibility", "rating"):
        if (value := getattr(data, name)) is not None:
            setattr(row, name, value)
    if data.tags is not None:
        row.tags = list(_tags(data.tags))
    if row.visibility != before and row.created_by_user_id != scope.user_id:
        raise InvalidInputError(field="visibility", reason="only who made the result decides who sees it")
    row.last_updated_by_user_id, row.updated_at = scope.user_id, scope.now()
    await index(scope, row)
    await announce(scope, row)
    return row


async def change_status(scope: Scope, artifact_id: UUID, data: ChangeStatus) -> ArtifactRow:
    """Bring a result to another status. The same status again changes nothing.

    Raises ArtifactNotFoundError, NotAllowedError, WrongStatusError, StillPublishedError.
    """
    row = await access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    status: Status = row.status  # pyright: ignore[reportAssignmentType]
    if status == data.status:
        return row
    is_other = data.version is not None and data.version != row.version
    if is_other or not statuses.can_become(status, data.status, by="person"):
        raise WrongStatusError(status=status, wanted=data.status, possible=[*statuses.possible(status)])
    if data.status == "archived" and row.live_slug is not None:
        raise StillPublishedError
    await set_status(scope, row, data.status)
    await audit.append(
        scope,
        "artifacts.status_changed",
        subject=_wire(row),
        detail={"from": status, "to": data.status, "version": row.version, "note": data.note},
    )
    return row


async def set_status(scope: Scope, row: ArtifactRow, status: Status) -> None:
    """Write down a status that the table has been asked about, and tell it."""
    row.status, row.updated_at = status, scope.now()
    await scope.session.flush()
    await announce(scope, row)


async def delete(scope: Scope, artifact_id: UUID) -> None:
    """Delete a result with all its versions. Raises ArtifactNotFoundError, NotAllowedError, StillPublishedError."""
    row = await access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    if row.created_by_user_id != scope.user_id:
        check_role(scope.who, Role.ADMIN)
    if row.live_slug is not None:
        raise StillPublishedError
    gone = {"artifactId": row.id.hex, "workspaceId": row.workspace_id.hex}
    await record(scope, events.ARTIFACT_DELETED, gone)
    await audit.append(scope, "artifacts.deleted", subject=_wire(row), detail={"kind": row.kind})
    await announce(scope, row, is_deleted=True)
    await repository.remove(scope, row.id)


async def index(scope: Scope, row: ArtifactRow, words: str = "") -> None:
    """Have the result found by its words, tags and origins, and by ``words`` that were found in it."""
    terms = terms_of((row.title, row.summary, words), row.tags, row.provenance)
    await repository.put_terms(scope, row.id, terms)


async def announce(scope: Scope, row: ArtifactRow, *, is_deleted: bool = False) -> None:
    """Tell whoever made the result, and who changed it, where it is at."""
    payload = {
        "artifactId": _wire(row),
        "kind": row.kind,
        "title": row.title,
        "status": "deleted" if is_deleted else row.status,
        "version": row.version,
        "isLive": row.live_slug is not None,
    }
    for user_id in {row.created_by_user_id, scope.user_id if scope.actor else row.created_by_user_id}:
        await tell(scope, user_id, row.workspace_id, {"event": "artifact.changed", "payload": payload})


async def _keep(
    scope: Scope,
    row: ArtifactRow,
    read: bodies.Read,
    told: Described,
    note: str,
    key: str | None,
    blobs: BlobStore,
    queue: JobQueue,
) -> None:
    version = ArtifactVersionRow(
        artifact_id=row.id,
        number=row.version,
        workspace_id=scope.workspace_id,
        created_by_user_id=scope.user_id,
        note=storable(told.note)[:500],
        entry=told.entry,
        bytes=read.bytes if read.bodies else 0,
        files=list(told.files),
        sync_mode=row.sync_mode,
        provenance=row.provenance,
        derived=None,
        idempotency_key=key,
        created_at=scope.now(),
    )
    await repository.add(scope, version)
    await bodies.put(scope, row.id, read, blobs)
    saved = {
        "artifactId": row.id.hex,
        "version": row.version,
        "kind": row.kind,
        "title": row.title,
        "workspaceId": row.workspace_id.hex,
        "userId": scope.user_id.hex,
        "provenance": row.provenance,
    }
    await record(scope, events.ARTIFACT_SAVED, saved)
    if read.bodies:
        payload = {"artifactId": row.id.hex, "version": row.version}
        spec = JobSpec(payload=payload, title=row.title, priority=Priority.LOW)
        await queue.submit(scope, events.PROCESS_KIND, spec)
    await announce(scope, row)


def _shown(read: bodies.Read, told: Described) -> dict[str, Any]:
    first = next((file for file in told.files if file["path"] == told.entry), None)
    is_one = len(told.files) == 1
    kind = first["type"] if first is not None and (is_one or told.entry.endswith(".html")) else bodies.SEVERAL
    return {
        "media_type": kind[:100],
        "bytes": read.bytes,
        "file_count": len(told.files),
        "excerpt": "",
    }


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    plain = [" ".join(storable(tag).split())[:50] for tag in tags]
    return tuple(dict.fromkeys(tag for tag in plain if tag))[:30]


def _wire(row: ArtifactRow) -> str:
    return ids.to_wire("art", row.id)


def origin_of(provenance: Mapping[str, str], origin: str) -> dict[str, str]:
    """Where a result comes from, with how it got here: ``upload``, ``run``, ``workflow``."""
    return {**provenance, "origin": origin}
