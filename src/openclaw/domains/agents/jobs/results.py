"""Results that the model saves: texts as it words them, and files that a machine has handed over."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from openclaw.domains.agents.jobs.context import RunContext
from openclaw.domains.agents.models import RunStepRow
from openclaw.domains.artifacts.schemas import NewArtifact, NewVersion
from openclaw.domains.artifacts.service import bodies, handing, results
from openclaw.domains.devices.service.calls import CallEnd
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.db import Database
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError, UnavailableError
from openclaw.protocol.results import ResultFile, limited_files
from openclaw.protocol.tools import FsCollect, ResultKind
from openclaw.runtime.toolset import server_tool

if TYPE_CHECKING:
    from pydantic_ai.tools import ToolDefinition

SAVE = "save_result"
_DESCRIPTION = (
    "Keep a text as a result that the user finds later without this conversation: a report, a page, a table as CSV, a "
    "drawing as SVG, code. Files on a machine are kept with fs_collect instead."
)
_Tag = Annotated[str, Meta(min_length=1, max_length=50)]


class SaveResult(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model gives. ``result_id``: the result that this is a new version of."""

    title: Annotated[str, Meta(min_length=1, max_length=200, description="What the user will look for.")]
    kind: ResultKind
    content: Annotated[str, Meta(max_length=1_000_000, description="The whole text.")]
    path: Annotated[str, Meta(max_length=400, description="File name, when it matters.")] | None = None
    summary: Annotated[str, Meta(max_length=2000, description="One or two sentences.")] = ""
    tags: Annotated[list[_Tag], Meta(max_length=20)] = []
    result_id: Annotated[str, Meta(description="Save a new version of that result.")] | None = None


def save_tool() -> "ToolDefinition":
    """The tool as models see it."""
    (schema,), components = msgspec.json.schema_components([SaveResult], ref_template="{name}")
    whole: dict[str, Any] = components[schema["$ref"]] if "$ref" in schema else schema
    return server_tool(SAVE, _DESCRIPTION, {key: value for key, value in whole.items() if key != "title"})


def find_mistake(arguments: dict[str, Any]) -> str | None:
    """Why these are no arguments of the tool, in words for the model; None when they are."""
    try:
        msgspec.convert(arguments, SaveResult)
    except (msgspec.ValidationError, RecursionError) as error:
        return str(error)
    return None


class ResultSaver:
    """Keeps what one process's runs save. A step saves once, however often it is entered."""

    def __init__(self, *, database: Database, blobs: BlobStore, queue: JobQueue) -> None:
        self._database = database
        self._blobs = blobs
        self._queue = queue

    async def save(self, ctx: RunContext, step: RunStepRow) -> CallEnd:
        """Keep the text of a planned step. Raises UnavailableError."""
        said = msgspec.convert(step.arguments, SaveResult)
        file = bodies.named(said.kind, said.path, said.content)
        try:
            async with self._database.transaction(ctx.actor) as scope:
                if said.result_id is not None:
                    return await self._add_version(scope, ctx, step, said.result_id, file)
                new = NewArtifact(
                    title=said.title,
                    kind=said.kind,
                    files=[file],
                    summary=said.summary,
                    tags=said.tags,
                    provenance=_provenance(ctx, step),
                    sync_mode=ctx.sync_mode,
                    idempotency_key=step.id.hex,
                )
                row = await results.create(scope, new, self._blobs, self._queue)
                return _kept(row.id, row.version, row.title)
        except UnavailableError:
            raise
        except (OpenClawError, ValueError) as error:
            return _refused(error)

    async def keep(self, ctx: RunContext, step: RunStepRow, end: CallEnd) -> CallEnd:
        """Keep what a machine has handed over for a step, as far as the run's sync mode lets it be here.

        Raises UnavailableError.
        """
        asked = msgspec.convert(step.arguments, FsCollect)
        try:
            told = msgspec.convert((end.result or {}).get("files"), list[ResultFile])
            files = [] if ctx.sync_mode != "full" else told
            declared = [] if ctx.sync_mode == "full" else limited_files(told, ctx.sync_mode)
            async with self._database.transaction(ctx.actor) as scope:
                row = await results.find_saved(scope, step.id.hex)
            if row is None:
                handed = await handing.load_handed(ctx.actor, step.id, files, self._blobs)
                new = NewArtifact(
                    title=asked.title,
                    kind=asked.kind,
                    files=handed,
                    summary=asked.summary,
                    tags=asked.tags,
                    provenance=_provenance(ctx, step),
                    sync_mode=ctx.sync_mode,
                    declared=[msgspec.to_builtins(file) for file in declared],
                    idempotency_key=step.id.hex,
                )
                async with self._database.transaction(ctx.actor) as scope:
                    row = await results.create(scope, new, self._blobs, self._queue)
            await handing.forget_handed(ctx.actor, step.id, self._blobs)
        except UnavailableError:
            raise
        except (OpenClawError, msgspec.ValidationError) as error:
            await handing.forget_handed(ctx.actor, step.id, self._blobs)
            return _refused(error)
        return _kept(row.id, row.version, row.title)

    async def _add_version(
        self, scope: Scope, ctx: RunContext, step: RunStepRow, result_id: str, file: tuple[str, bytes]
    ) -> CallEnd:
        new = NewVersion(
            [file],
            provenance=_provenance(ctx, step),
            sync_mode=ctx.sync_mode,
            idempotency_key=step.id.hex,
        )
        artifact_id = ids.from_wire("art", result_id)
        row = await results.add_version(scope, artifact_id, new, self._blobs, self._queue)
        return _kept(row.id, row.version, row.title)


def _provenance(ctx: RunContext, step: RunStepRow) -> dict[str, str]:
    found = {
        "origin": "run",
        "runId": ids.to_wire("run", ctx.run_id),
        "stepId": ids.to_wire("step", step.id),
        "conversationId": ids.to_wire("conv", ctx.conversation_id),
        **ctx.origins,
    }
    if step.device_id is not None:
        found["deviceId"] = ids.to_wire("dev", step.device_id)
    return found


def _kept(artifact_id: UUID, version: int, title: str) -> CallEnd:
    return CallEnd({"resultId": ids.to_wire("art", artifact_id), "version": version, "title": title}, None)


def _refused(error: Exception) -> CallEnd:
    return CallEnd(None, {"code": "NOT_SAVED", "message": str(error)[:1000]})
