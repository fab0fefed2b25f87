"""Routes of the marketplace and of the registries behind it."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.plugins.errors import (
    NotOperatorError,
    PackageExistsError,
    PackageNotOwnError,
    PluginBlockedError,
    PluginNotFoundError,
    PublisherChangedError,
    TooManyPackagesError,
)
from openclaw.domains.plugins.models import PluginPackageRow
from openclaw.domains.plugins.schemas import (
    AcceptPublisher,
    DeprecatePackage,
    PluginName,
    PluginPackageDetail,
    PluginPackages,
    PluginReadme,
    ReviewPackage,
    Source,
    Visibility,
    YankPackage,
)
from openclaw.domains.plugins.service import builtin, marketplace, registry
from openclaw.domains.plugins.service.views import package_detail, package_view
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope, Platform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import PluginPackageId
from openclaw.kit.errors import TooLargeError, UnavailableError
from openclaw.kit.pagination import MAX_PAGE
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.package import SUFFIX

router = slice_router("plugins")
AtPackage = Annotated[PluginPackageId, Path()]
_GONE = (NotSignedInError, PluginNotFoundError)
_OWN = (*_GONE, NotAllowedError, PackageNotOwnError)
_BINARY: dict[str, Any] = {
    "application/octet-stream": {
        "schema": {"type": "string", "format": "binary", "description": "A package."}
    }
}


@router.get("/plugin-packages", operation_id="listPluginPackages", responses=errors(NotSignedInError))
async def list_packages(
    scope: CurrentScope,
    q: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    category: Annotated[PluginName | None, Query()] = None,
    source: Annotated[Source | None, Query()] = None,
    name: Annotated[PluginName | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> PluginPackages:
    """The marketplace: each plugin in its newest version; with `name`, every version of that one."""
    if name is not None:
        return PluginPackages(items=await marketplace.list_versions(scope, name))
    page = await marketplace.browse(
        scope, words=q, category=category, source=source, cursor=cursor, limit=limit
    )
    return PluginPackages(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/plugin-packages",
    status_code=201,
    operation_id="publishPluginPackage",
    responses=errors(
        NotSignedInError,
        NotAllowedError,
        PackageRefusedError,
        PackageExistsError,
        PublisherChangedError,
        PluginBlockedError,
        TooManyPackagesError,
        TooLargeError,
    ),
    openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
)
async def publish_package(
    request: Request,
    actor: CurrentActor,
    platform: CurrentPlatform,
    visibility: Annotated[Visibility, Query()] = "private",
) -> PluginPackageDetail:
    """Publish a version in the workspace's own registry, or in everybody's, where an operator looks at it first."""
    archive = await request.body()
    package = await registry.read(archive)
    opened = platform.database.system() if visibility == "public" else platform.database.transaction(actor)
    async with opened as scope:
        row = await registry.publish(scope, actor, archive, package, platform.blobs, visibility=visibility)
    return await _detail(platform, actor, row)


@router.get("/plugin-packages/{package_id}", operation_id="getPluginPackage", responses=errors(*_GONE))
async def get_package(scope: CurrentScope, package_id: AtPackage) -> PluginPackageDetail:
    """A version with its permissions in words, and how they differ from what is installed."""
    return await marketplace.get_detail(scope, package_id)


@router.get(
    "/plugin-packages/{package_id}/archive",
    operation_id="downloadPluginPackage",
    response_class=Response,
    responses=errors(*_GONE) | {200: {"description": "The archive.", "content": _BINARY}},
)
async def download_package(actor: CurrentActor, platform: CurrentPlatform, package_id: AtPackage) -> Response:
    """The archive, as it was published; operators get those that wait for them too."""
    row, body = await _archive(platform, actor, package_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{row.name}-{row.version}{SUFFIX}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type="application/octet-stream", headers=headers)


@router.get(
    "/plugin-packages/{package_id}/readme",
    operation_id="getPluginReadme",
    responses=errors(*_GONE),
)
async def get_readme(actor: CurrentActor, platform: CurrentPlatform, package_id: AtPackage) -> PluginReadme:
    """The package's README, of those that have one."""
    row, body = await _archive(platform, actor, package_id)
    return PluginReadme(text=await marketplace.read_readme(row, body))


@router.get(
    "/plugin-reviews", operation_id="listPluginReviews", responses=errors(NotSignedInError, NotOperatorError)
)
async def list_reviews(actor: CurrentActor, platform: CurrentPlatform) -> PluginPackages:
    """Public packages that wait to be looked at, the oldest first; for operators."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        await registry.check_operator(scope)
        async with platform.database.system(is_quiet=True) as every:
            rows = await registry.list_pending(every)
        return PluginPackages(items=[package_view(row, scope, None) for row in rows])


@router.post(
    "/plugin-packages/{package_id}/review",
    operation_id="reviewPluginPackage",
    responses=errors(*_GONE, NotOperatorError),
)
async def review_package(
    actor: CurrentActor, platform: CurrentPlatform, package_id: AtPackage, data: ReviewPackage
) -> PluginPackageDetail:
    """Approve or reject a public package; for operators."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        await _access(platform, scope, package_id)
        await registry.check_operator(scope)
    async with platform.database.system() as every:
        row = await registry.access_public(every, package_id)
        await registry.review(every, actor, row, is_approved=data.decision == "approve", note=data.note)
    return await _detail(platform, actor, row)


@router.post("/plugin-packages/{package_id}/yank", operation_id="yankPluginPackage", responses=errors(*_OWN))
async def yank_package(
    actor: CurrentActor, platform: CurrentPlatform, package_id: AtPackage, data: YankPackage
) -> PluginPackageDetail:
    """Withdraw a version, or take that back; for its publisher, and for operators what is public."""
    async with _managing(platform, actor, package_id) as (scope, row):
        await registry.yank(scope, actor, row, is_yanked=data.yanked, reason=data.reason)
    return await _detail(platform, actor, row)


@router.post(
    "/plugin-packages/{package_id}/deprecate",
    operation_id="deprecatePluginPackage",
    responses=errors(*_OWN),
)
async def deprecate_package(
    actor: CurrentActor, platform: CurrentPlatform, package_id: AtPackage, data: DeprecatePackage
) -> PluginPackageDetail:
    """Say what to use instead of a version; for its publisher, and for operators what is public."""
    async with _managing(platform, actor, package_id) as (scope, row):
        await registry.deprecate(scope, actor, row, data.message)
    return await _detail(platform, actor, row)


@router.post(
    "/plugin-publishers/accept",
    status_code=204,
    operation_id="acceptPluginPublisher",
    responses=errors(*_GONE, NotAllowedError, NotOperatorError),
)
async def accept_publisher(actor: CurrentActor, platform: CurrentPlatform, data: AcceptPublisher) -> None:
    """Let a name be signed with another key: in the own registry for owners, in everybody's for operators."""
    if data.visibility == "private":
        async with platform.database.transaction(actor) as scope:
            await registry.accept_publisher(scope, actor, visibility="private", name=data.name, key=data.key)
        return
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        await registry.check_operator(scope)
    async with platform.database.system() as every:
        await registry.accept_publisher(every, actor, visibility="public", name=data.name, key=data.key)


async def _access(platform: Platform, scope: Scope, package_id: UUID) -> PluginPackageRow:
    """A package of the workspace, an approved one, or for operators any public one. Raises PluginNotFoundError."""
    try:
        return await registry.access_package(scope, package_id)
    except PluginNotFoundError:
        if not await registry.is_operator(scope):
            raise
    async with platform.database.system(is_quiet=True) as every:
        return await registry.access_public(every, package_id)


async def _archive(platform: Platform, actor: Actor, package_id: UUID) -> tuple[PluginPackageRow, bytes]:
    """A package that the actor may look at, and its archive. Raises PluginNotFoundError, UnavailableError."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        row = await _access(platform, scope, package_id)
    if row.visibility == "builtin":
        return row, builtin.archive_of(row.id)
    body = await platform.blobs.find_content(row.digest)
    if body is None:
        raise UnavailableError(part="object storage")
    return row, body


@contextlib.asynccontextmanager
async def _managing(
    platform: Platform, actor: Actor, package_id: UUID
) -> AsyncIterator[tuple[Scope, PluginPackageRow]]:
    """A package that the actor may change, in a transaction that may. Raises PluginNotFoundError, NotAllowedError."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        row = await _access(platform, scope, package_id)
        is_operator = row.visibility == "public" and await registry.is_operator(scope)
    if is_operator:
        async with platform.database.system() as every:
            yield every, await registry.access_public(every, package_id)
    else:
        async with platform.database.transaction(actor) as scope:
            yield scope, await registry.access_own(scope, package_id)


async def _detail(platform: Platform, actor: Actor, row: PluginPackageRow) -> PluginPackageDetail:
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        return package_detail(row, scope, None)
