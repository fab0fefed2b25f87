"""Files that steps gave back: in object storage, named in outputs as ``{"$file": {id, name, type, bytes}}``."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, Literal
from uuid import UUID

from openclaw.domains.artifacts.models import ArtifactRow
from openclaw.domains.artifacts.policy.content import kind_of
from openclaw.domains.artifacts.schemas import NewArtifact
from openclaw.domains.artifacts.service import results
from openclaw.domains.workflows import repository as runs
from openclaw.domains.workflows.errors import WorkflowNotFoundError
from openclaw.domains.workflows.models import WorkflowRunFileRow
from openclaw.domains.workflows.repository import files as repository
from openclaw.domains.workflows.schemas import KeepFile
from openclaw.domains.workflows.service.bodies import folder_of
from openclaw.domains.workflows.service.runs import access_run
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids

MARK = "$file"
_PLAIN = "application/octet-stream"
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_MOST_RUNS = 50

File = tuple[str, str, bytes]
"""Name, media type, body."""


async def put_files(
    scope: Scope, blobs: BlobStore, *, run_id: UUID, path: str, attempt_id: UUID, files: Iterable[File]
) -> list[dict[str, Any]]:
    """Keep the files of a step's try, and say what stands for them. Raises UnavailableError."""
    values: list[dict[str, Any]] = []
    for name, kind, body in files:
        file_id = UUID(bytes=hashlib.sha256(attempt_id.bytes + name.encode(errors="replace")).digest()[:16])
        await blobs.put(scope, place_of(run_id, file_id), body)
        values.append(
            {
                "id": file_id,
                "workspace_id": scope.workspace_id,
                "user_id": scope.user_id,
                "run_id": run_id,
                "path": path,
                "name": storable(name)[-255:],
                "type": kind if _TYPE.fullmatch(kind) else _PLAIN,
                "bytes": len(body),
                "created_at": scope.now(),
            }
        )
    await repository.put_files(scope, values)
    return [_reference(value) for value in values]


async def get_file(
    scope: Scope, run_id: UUID, file_id: UUID, blobs: BlobStore
) -> tuple[WorkflowRunFileRow, bytes]:
    """A file of the user's run, of one that it has started or of one whose steps it has taken over, with its body.

    Raises WorkflowNotFoundError, UnavailableError.
    """
    await access_run(scope, run_id)
    row = await repository.find_file(scope, file_id)
    if row is None:
        raise WorkflowNotFoundError
    makers = {each async for each in _upwards(scope, row.run_id, "parent_run_id")}
    takers = {each async for each in _upwards(scope, run_id, "origin_run_id")}
    if makers.isdisjoint(takers):
        raise WorkflowNotFoundError
    body = await blobs.find(scope, place_of(row.run_id, row.id))
    if body is None:
        raise WorkflowNotFoundError
    return row, body


async def keep_file(
    scope: Scope, run_id: UUID, file_id: UUID, data: KeepFile, blobs: BlobStore, queue: JobQueue
) -> ArtifactRow:
    """Save such a file as a result; again it is the same one. Raises as `get_file`, and as results are saved."""
    file, body = await get_file(scope, run_id, file_id, blobs)
    name = file.name.replace("\\", "/").rpartition("/")[2] or "file"
    new = NewArtifact(
        title=data.title or name,
        kind=data.kind or kind_of(name, body),
        files=[(name, body)],
        provenance={
            "origin": "workflow",
            "workflowRunId": ids.to_wire("wrun", file.run_id),
            "stepPath": file.path[:100],
        },
        idempotency_key=f"workflow-file:{file.id.hex}",
    )
    return await results.create(scope, new, blobs, queue)


async def _upwards(
    scope: Scope, run_id: UUID, towards: Literal["parent_run_id", "origin_run_id"]
) -> AsyncIterator[UUID]:
    """The id of a run of the user's, of the one that it comes from, and so on, deleted ones among them."""
    following: UUID | None = run_id
    for _ in range(_MOST_RUNS):
        run = None if following is None else await runs.find_run(scope, following, with_deleted=True)
        if run is None:
            return
        yield run.id
        following = getattr(run, towards)


def _reference(value: dict[str, Any]) -> dict[str, Any]:
    named = {key: value[key] for key in ("name", "type", "bytes")}
    return {MARK: {"id": ids.to_wire("file", value["id"]), **named}}


def place_of(run_id: UUID, file_id: UUID) -> str:
    """Where the body of a file is."""
    return f"{folder_of(run_id)}/files/{file_id.hex}"
