"""Steps as rows: what is too large for a row is kept in object storage."""

from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.workflows.machine.messages import Record
from openclaw.domains.workflows.models import WorkflowRunStepRow
from openclaw.infra.blobs import BlobStore
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Actor, Scope
from openclaw.kit.ids import new_id

INLINE_BYTES = 32_768
OWN_TYPES = frozenset({"transform", "condition", "loop", "parallel", "delay"})  # the interpreter's own
ENDED = frozenset({"completed", "failed", "cancelled", "skipped"})


def folder_of(run_id: UUID) -> str:
    """Where the large bodies of a run are."""
    return f"workflow-runs/{run_id.hex}"


async def pack(owner: Scope | Actor, blobs: BlobStore, run_id: UUID, value: Any) -> dict[str, Any] | None:
    """A value in the form that a row keeps. Raises UnavailableError."""
    if value is None:
        return None
    body = orjson.dumps(value)
    if len(body) <= INLINE_BYTES:
        return {"value": storable(value)}
    name = f"{folder_of(run_id)}/{new_id().hex}.json"
    await blobs.put(owner, name, body)
    return {"blob": name, "bytes": len(body)}


async def unpack(owner: Scope | Actor, blobs: BlobStore, packed: dict[str, Any] | None) -> Any:
    """The value that a row keeps. Raises UnavailableError."""
    if packed is None:
        return None
    if "blob" not in packed:
        return packed["value"]
    body = await blobs.find(owner, packed["blob"])
    return None if body is None else orjson.loads(body)


async def values_of(
    actor: Actor, blobs: BlobStore, run_id: UUID, record: Record, *, seq: int, logs: list[Any] | None
) -> dict[str, Any]:
    """The row of a record, but for its owner. Raises UnavailableError."""
    is_ended = record.state in ENDED
    return {
        "id": new_id(),
        "run_id": run_id,
        "path": record.path,
        "step_id": record.step_id,
        "type": record.type,
        "state": record.state,
        "seq": seq,
        "input": await pack(actor, blobs, run_id, record.inputs),
        "output": await pack(actor, blobs, run_id, record.output) if is_ended else None,
        "error": storable(record.failure.to_json() | {"isFinal": record.failure.is_final})
        if record.failure
        else None,
        "attempts": storable(list(record.attempts)),
        "logs": storable(logs) if logs else None,
        "is_reused": record.is_reused,
        "started_at": record.started_at,
        "due_at": record.due_at,
        "finished_at": record.at if is_ended else None,
    }


def is_ended(row: WorkflowRunStepRow) -> bool:
    """Whether nothing more will be written of the step."""
    return row.state in ENDED
