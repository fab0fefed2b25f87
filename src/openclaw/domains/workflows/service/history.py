"""What a run has done, step by step."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from openclaw.domains.plugins.service import calls as plugin_calls
from openclaw.domains.workflows import repository
from openclaw.domains.workflows.errors import WorkflowNotFoundError
from openclaw.domains.workflows.models import WorkflowRunStepRow
from openclaw.domains.workflows.schemas import StepLog, StepRun
from openclaw.domains.workflows.service import bodies
from openclaw.domains.workflows.service.runs import access_run
from openclaw.infra.blobs import BlobStore
from openclaw.infra.sayings import COMMON
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor


async def list_steps(
    scope: Scope, run_id: UUID, blobs: BlobStore, *, cursor: str | None, after: int | None = None, limit: int
) -> Page[StepRun]:
    """A page of a run's steps, in the order in which they changed last, without large bodies; ``after`` a `seq`.

    Raises WorkflowNotFoundError, InvalidInputError.
    """
    await access_run(scope, run_id)
    rows = await repository.list_steps(scope, run_id, after_seq=_after(cursor, after), limit=limit + 1)
    shown = rows[:limit]
    following = encode_cursor(str(shown[-1].seq)) if len(rows) > limit else None
    return Page([await _view(scope, row, blobs) for row in shown], following)


async def get_step(scope: Scope, run_id: UUID, step_row_id: UUID, blobs: BlobStore) -> StepRun:
    """One step with all of its input and output. Raises WorkflowNotFoundError."""
    await access_run(scope, run_id)
    row = await repository.find_step(scope, run_id, step_row_id)
    if row is None:
        raise WorkflowNotFoundError
    found = await _view(scope, row, blobs, is_whole=True)
    if row.type == "plugin":
        found.call = await plugin_calls.find_call(scope, run_id, row.path)
    return found


async def _view(
    scope: Scope, row: WorkflowRunStepRow, blobs: BlobStore, *, is_whole: bool = False
) -> StepRun:
    is_large = any("blob" in (packed or {}) for packed in (row.input, row.output))
    read = [
        await bodies.unpack(scope, blobs, packed) if is_whole or "blob" not in (packed or {}) else None
        for packed in (row.input, row.output)
    ]
    took = (row.finished_at - row.started_at) if row.finished_at else None
    error = row.error
    large = [(packed or {}).get("bytes") for packed in (row.input, row.output)]
    return StepRun(
        id=row.id,
        seq=row.seq,
        path=row.path,
        step_id=row.step_id,
        type=row.type,
        state=row.state,  # type: ignore[arg-type]
        input=read[0],
        output=read[1],
        large=is_large,
        input_bytes=large[0],
        output_bytes=large[1],
        error=_failure(scope, error) if error else None,
        attempts=[{"at": each["at"], **_failure(scope, each)} for each in row.attempts],
        logs=[StepLog.model_validate(each) for each in row.logs or ()],
        reused=row.is_reused,
        started_at=row.started_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        duration_ms=int(took.total_seconds() * 1000) if took is not None else None,
    )


def _failure(scope: Scope, error: Mapping[str, Any]) -> dict[str, str]:
    code, said = error["code"], error["message"]
    if code in ("expression_failed", "limit_met") and scope.who.language == "zh":
        said = COMMON.after_source(said) or said
    return {"code": code, "message": said}


def _after(cursor: str | None, after: int | None) -> int:
    if cursor is None:
        return -1 if after is None else after
    position = decode_cursor(cursor)
    if not (position.isascii() and position.isdigit() and len(position) < 10):
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page")
    return int(position)
