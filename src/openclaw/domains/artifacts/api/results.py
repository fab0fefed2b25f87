"""Routes of results."""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Header, Path, Query, Request, Response
from pydantic import Field

from openclaw.domains.artifacts.errors import (
    ArtifactNotFoundError,
    BodyWithheldError,
    StillPublishedError,
    TooMuchStoredError,
    WrongContentError,
    WrongStatusError,
)
from openclaw.domains.artifacts.schemas import (
    Artifact,
    ArtifactCounts,
    ArtifactDetail,
    ArtifactDiff,
    Artifacts,
    ArtifactVersions,
    ChangeArtifact,
    ChangeStatus,
    Kind,
    NewArtifact,
    NewVersion,
    OriginName,
    RestoreVersion,
    SaveArtifact,
    SaveVersion,
    Status,
    Tag,
    Title,
    ViewAddress,
)
from openclaw.domains.artifacts.service import bodies, comparing, listing, publishing, results, showing
from openclaw.domains.artifacts.service.views import artifact_view, detail_view, version_view
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ArtifactId
from openclaw.kit.errors import InvalidInputError, TooLargeError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("results")
AtArtifact = Annotated[ArtifactId, Path()]
AtVersion = Annotated[int | None, Query(ge=1, le=10_000)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
Words = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Query(min_length=1, max_length=400, pattern=r"^[^\x00]+$")]
AskedTag = Annotated[Tag, Field(pattern=r"^[^\x00]+$")]
Origin = Annotated[OriginName | None, Query()]
GONE = (NotSignedInError, ArtifactNotFoundError)
_SAVE = (NotSignedInError, NotAllowedError, WrongContentError, TooMuchStoredError, TooManyJobsError)
_BINARY: dict[str, Any] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "The file."}}
}
UPLOAD: dict[str, Any] = {"requestBody": {"required": True, "content": _BINARY}}


@router.get("/artifacts", operation_id="listArtifacts", responses=errors(NotSignedInError))
async def list_artifacts(
    scope: CurrentScope,
    platform: CurrentPlatform,
    q: Words = None,
    status: Annotated[list[Status] | None, Query()] = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    tag: Annotated[list[AskedTag] | None, Query(max_length=10)] = None,
    finished: Annotated[bool | None, Query()] = None,
    live: Annotated[bool | None, Query()] = None,
    can: Annotated[listing.Can | None, Query()] = None,
    rating: Annotated[int, Query(ge=0, le=5)] = 0,
    system: Annotated[OriginName | None, Query(alias="systemId")] = None,
    branch: Origin = None,
    snapshot: Origin = None,
    task_run: Annotated[OriginName | None, Query(alias="taskRunId")] = None,
    run: Origin = None,
    workflow_run: Annotated[OriginName | None, Query(alias="workflowRun")] = None,
    device: Origin = None,
    sort: Annotated[Literal["newest", "best"], Query()] = "newest",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Artifacts:
    """The results centre, archived ones only when asked for by status. `finished` are those that were approved,
    `rating` the best ones, `can` what they are good for, `systemId branch snapshot taskRunId run …` what made them."""
    origins = {
        "systemId": system,
        "branch": branch,
        "snapshotId": snapshot,
        "taskRunId": task_run,
        "runId": run,
        "workflowRunId": workflow_run,
        "deviceId": device,
    }
    asked = listing.wanted(
        status=status or (),
        kind=kind or (),
        tags=tag or (),
        origins=origins,
        words=q,
        can=can,
        is_finished=finished,
        is_live=live,
        least_rating=rating,
        sort=sort,
    )
    page = await listing.list_artifacts(scope, asked, cursor=cursor, limit=limit)
    items = [artifact_view(scope, row, platform.config) for row in page.items]
    return Artifacts(items=items, next_cursor=page.next_cursor)


@router.get("/artifact-counts", operation_id="countArtifacts", responses=errors(NotSignedInError))
async def count_artifacts(scope: CurrentScope) -> ArtifactCounts:
    """How many results there are, by status and kind."""
    return await listing.count_artifacts(scope)


@router.post(
    "/artifacts", status_code=201, operation_id="saveArtifact", responses=errors(*_SAVE, TooLargeError)
)
async def save_artifact(
    scope: CurrentScope, platform: CurrentPlatform, data: SaveArtifact, idempotency_key: Key = None
) -> Artifact:
    """Save a result of texts, as a draft. The same idempotency key again is the same result."""
    new = NewArtifact(
        title=data.title,
        kind=data.kind,
        files=_files(data.kind, data),
        summary=data.summary,
        tags=data.tags,
        visibility=data.visibility,
        provenance=results.origin_of(data.provenance, "upload"),
        idempotency_key=idempotency_key,
    )
    row = await results.create(scope, new, platform.blobs, platform.queue)
    return artifact_view(scope, row, platform.config)


@router.post(
    "/artifact-uploads",
    status_code=201,
    operation_id="uploadArtifact",
    responses=errors(*_SAVE, TooLargeError),
    openapi_extra=UPLOAD,
)
async def upload_artifact(
    request: Request,
    actor: CurrentActor,
    platform: CurrentPlatform,
    title: Annotated[Title, Query(pattern=r"^[^\x00]+$")],
    kind: Annotated[Kind, Query()],
    filename: Name = "file",
    tag: Annotated[list[AskedTag] | None, Query(max_length=30)] = None,
    idempotency_key: Key = None,
) -> Artifact:
    """Save a file as a result; for a site, code or a set of files also a ZIP archive, which is unpacked."""
    body = await request.body()  # before there is a transaction: who sends slowly holds none
    new = NewArtifact(
        title=title,
        kind=kind,
        files=await asyncio.to_thread(bodies.unpacked, kind, filename, body),
        tags=tag or (),
        provenance=results.origin_of({}, "upload"),
        idempotency_key=idempotency_key,
    )
    async with platform.database.transaction(actor) as scope:
        row = await results.create(scope, new, platform.blobs, platform.queue)
        return artifact_view(scope, row, platform.config)


@router.get("/artifacts/{artifact_id}", operation_id="getArtifact", responses=errors(*GONE))
async def get_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, version: AtVersion = None
) -> ArtifactDetail:
    """A result with the files of one version, the newest by default, and how it is published."""
    row = await results.access_artifact(scope, artifact_id)
    found = await results.get_version(scope, row, version)
    published = await publishing.find_publication(scope, row)
    return detail_view(scope, row, found, published, platform.config)


@router.patch(
    "/artifacts/{artifact_id}", operation_id="changeArtifact", responses=errors(*GONE, NotAllowedError)
)
async def change_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, data: ChangeArtifact
) -> Artifact:
    """Change title, summary, tags, rating, or who sees it."""
    return artifact_view(scope, await results.change(scope, artifact_id, data), platform.config)


@router.delete(
    "/artifacts/{artifact_id}",
    status_code=204,
    operation_id="deleteArtifact",
    responses=errors(*GONE, NotAllowedError, StillPublishedError),
)
async def delete_artifact(scope: CurrentScope, artifact_id: AtArtifact) -> None:
    """Delete a result with all its versions; for whoever made it, and for admins."""
    await results.delete(scope, artifact_id)


@router.post(
    "/artifacts/{artifact_id}/status",
    operation_id="changeArtifactStatus",
    responses=errors(*GONE, NotAllowedError, WrongStatusError, StillPublishedError),
)
async def change_status(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, data: ChangeStatus
) -> Artifact:
    """Bring a result further: to review, approved, to be published, complete, archived, or back to a draft."""
    return artifact_view(scope, await results.change_status(scope, artifact_id, data), platform.config)


@router.get("/artifacts/{artifact_id}/versions", operation_id="listArtifactVersions", responses=errors(*GONE))
async def list_versions(scope: CurrentScope, artifact_id: AtArtifact) -> ArtifactVersions:
    """The newest 200 versions, the newest first."""
    row = await results.access_artifact(scope, artifact_id)
    return ArtifactVersions(items=[version_view(each) for each in await results.list_versions(scope, row)])


@router.post(
    "/artifacts/{artifact_id}/versions",
    status_code=201,
    operation_id="saveArtifactVersion",
    responses=errors(*GONE, *_SAVE, WrongStatusError, TooLargeError),
)
async def save_version(
    scope: CurrentScope,
    platform: CurrentPlatform,
    artifact_id: AtArtifact,
    data: SaveVersion,
    idempotency_key: Key = None,
) -> Artifact:
    """Save another version of texts. The result is a draft again: it was another version that was approved."""
    kind: Kind = (await results.access_artifact(scope, artifact_id)).kind  # pyright: ignore[reportAssignmentType]
    new = NewVersion(_files(kind, data), note=data.note, idempotency_key=idempotency_key)
    row = await results.add_version(scope, artifact_id, new, platform.blobs, platform.queue)
    return artifact_view(scope, row, platform.config)


@router.post(
    "/artifacts/{artifact_id}/version-uploads",
    status_code=201,
    operation_id="uploadArtifactVersion",
    responses=errors(*GONE, *_SAVE, WrongStatusError, TooLargeError),
    openapi_extra=UPLOAD,
)
async def upload_version(
    request: Request,
    actor: CurrentActor,
    platform: CurrentPlatform,
    artifact_id: AtArtifact,
    filename: Name = "file",
    note: Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")] = "",
    idempotency_key: Key = None,
) -> Artifact:
    """Save another version from a file, or from a ZIP archive as `uploadArtifact` does."""
    body = await request.body()
    async with platform.database.transaction(actor) as scope:
        kind: Kind = (await results.access_artifact(scope, artifact_id)).kind  # pyright: ignore[reportAssignmentType]
        files = await asyncio.to_thread(bodies.unpacked, kind, filename, body)
        new = NewVersion(files, note=note, idempotency_key=idempotency_key)
        row = await results.add_version(scope, artifact_id, new, platform.blobs, platform.queue)
        return artifact_view(scope, row, platform.config)


@router.post(
    "/artifacts/{artifact_id}/restore",
    status_code=201,
    operation_id="restoreArtifactVersion",
    responses=errors(*GONE, *_SAVE, WrongStatusError, BodyWithheldError),
)
async def restore_version(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, data: RestoreVersion
) -> Artifact:
    """An earlier version again, as the newest."""
    row = await results.restore_version(scope, artifact_id, data.version, platform.blobs, platform.queue)
    return artifact_view(scope, row, platform.config)


@router.get(
    "/artifacts/{artifact_id}/diff",
    operation_id="compareArtifactVersions",
    responses=errors(*GONE, BodyWithheldError),
)
async def compare_versions(
    scope: CurrentScope,
    platform: CurrentPlatform,
    artifact_id: AtArtifact,
    before: Annotated[int, Query(ge=1, le=10_000)] = 1,
    after: AtVersion = None,
) -> ArtifactDiff:
    """What changed from one version to another, the newest by default; texts line by line."""
    row = await results.access_artifact(scope, artifact_id)
    return await comparing.compare(scope, row, before, after or row.version, platform.blobs)


@router.get(
    "/artifacts/{artifact_id}/content",
    operation_id="downloadArtifact",
    response_class=Response,
    responses=errors(*GONE, BodyWithheldError)
    | {200: {"description": "The file, or a ZIP archive of several.", "content": {"*/*": {}}}},
)
async def download_artifact(
    scope: CurrentScope,
    platform: CurrentPlatform,
    artifact_id: AtArtifact,
    version: AtVersion = None,
    path: Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]*$")] = None,
    thumbnail: Annotated[bool, Query()] = False,
) -> Response:
    """A version to keep: the file at `path`, the only one, or all of them in an archive. Never shown in place, but for
    the `thumbnail` of the newest version, a small picture of our own making."""
    row = await results.access_artifact(scope, artifact_id)
    if thumbnail:
        if row.thumbnail is None:
            raise ArtifactNotFoundError
        picture = await bodies.load_body(scope.workspace_id, row.id, row.thumbnail, platform.blobs)
        return Response(picture, media_type="image/webp", headers={"X-Content-Type-Options": "nosniff"})
    found = await results.get_version(scope, row, version)
    file = await bodies.export(scope, row, found, path, platform.blobs)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.body, media_type=file.media_type, headers=headers)


@router.get(
    "/artifacts/{artifact_id}/view",
    operation_id="viewArtifact",
    responses=errors(*GONE, BodyWithheldError),
)
async def view_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, version: AtVersion = None
) -> ViewAddress:
    """An address that shows a version in a browser, for an hour, apart from the console and its session."""
    row = await results.access_artifact(scope, artifact_id)
    found = await results.get_version(scope, row, version)
    if found.sync_mode != "full":
        raise BodyWithheldError(sync_mode=found.sync_mode)
    until = scope.now() + showing.LIFETIME
    shown = showing.Shown(scope.workspace_id, row.id, found.number)
    token = showing.make_token(platform.keys, shown, until)
    return ViewAddress(url=f"{platform.config.content_origin}/a/{token}/", expires_at=until)


def _files(kind: Kind, data: SaveArtifact | SaveVersion) -> list[tuple[str, bytes]]:
    if (data.content is None) == (not data.files):
        raise InvalidInputError(field="content", reason="give either `content` or `files`")
    if data.content is not None:
        return [bodies.named(kind, data.path, data.content)]
    return [bodies.named(kind, file.path, file.content) for file in data.files]
