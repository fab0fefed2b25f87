"""Routes of templates, systems, and of those that are shown to others."""

import re
from typing import Annotated, Any

from fastapi import Header, Path, Query, Request, Response

from openclaw.domains.devices.errors import DeviceNotFoundError, DeviceOfflineError
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.systems import profile as profiles
from openclaw.domains.systems.errors import (
    DeviceNeededError,
    InvalidIntakeError,
    InvalidProfileError,
    KeptOnDeviceError,
    NotArchivedError,
    NotYoursError,
    SyncModeFixedError,
    SystemArchivedError,
    SystemChangedError,
    SystemNotFoundError,
    TooManySystemsError,
    VaultFailedError,
    VaultNotOfferedError,
)
from openclaw.domains.systems.schemas import (
    CheckedProfile,
    CheckProfile,
    CopySystem,
    CreateSystem,
    MadeBy,
    OpenPublic,
    OpenShared,
    PlanSystemLaunch,
    ProfileProblem,
    PublicSystems,
    SharedSystem,
    Status,
    SystemDetail,
    SystemLaunch,
    Systems,
    SystemShareToken,
    SystemTemplates,
    UpdateSystem,
)
from openclaw.domains.systems.service import catalog, launching, views
from openclaw.domains.systems.service.vault import Vault
from openclaw.domains.systems.templates import list_templates
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope, language_of
from openclaw.infra.web.limits import RateLimit
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import SystemId
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("systems")
AtSystem = Annotated[SystemId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Words = Annotated[str | None, Query(max_length=200)]
IfMatch = Annotated[str | None, Header(max_length=100)]
GONE = (NotSignedInError, SystemNotFoundError)
OF_MACHINES = (DeviceNotFoundError, DeviceOfflineError, VaultNotOfferedError, VaultFailedError)
_MAKE = (NotSignedInError, NotAllowedError, InvalidProfileError, TooManySystemsError)
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')
_opened = RateLimit(per_address=60, overall=1_000, minutes=1)


@router.get("/system-templates", operation_id="listSystemTemplates", responses=errors(NotSignedInError))
async def list_system_templates(actor: CurrentActor) -> SystemTemplates:
    """What systems are made from, in the reader's language."""
    return SystemTemplates(items=[views.template_view(each) for each in list_templates(actor.language)])


@router.get(
    "/system-profile-schema", operation_id="getSystemProfileSchema", responses=errors(NotSignedInError)
)
async def get_profile_schema(_actor: CurrentActor) -> dict[str, Any]:
    """The JSON Schema of profiles."""
    return profiles.profile_schema()


@router.post(
    "/system-profile-schema/check", operation_id="checkSystemProfile", responses=errors(NotSignedInError)
)
async def check_profile(actor: CurrentActor, data: CheckProfile) -> CheckedProfile:
    """Everything that is wrong with a profile, each with its JSON path."""
    problems = profiles.find_problems(data.profile, actor.language)
    return CheckedProfile(problems=[ProfileProblem(**problem) for problem in problems])


@router.get("/systems", operation_id="listSystems", responses=errors(NotSignedInError))
async def list_systems(
    scope: CurrentScope,
    status: Annotated[Status | None, Query()] = None,
    made_by: Annotated[MadeBy | None, Query(alias="madeBy")] = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Systems:
    """The systems that one may see, the last changed first; archived ones only when asked for."""
    page = await catalog.list_systems(
        scope, status=status, made_by=made_by, words=q, cursor=cursor, limit=limit
    )
    return Systems(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/systems",
    status_code=201,
    operation_id="createSystem",
    responses=errors(*_MAKE, *OF_MACHINES, DeviceNeededError),
)
async def create_system(
    actor: CurrentActor, platform: CurrentPlatform, response: Response, data: CreateSystem
) -> SystemDetail:
    """A new system from a template; the same idempotency key again is the same system."""
    vault = Vault(platform.database, platform.bus, platform.keys)
    return tagged(response, await vault.create(actor, data))


@router.get("/systems/{system_id}", operation_id="getSystem", responses=errors(*GONE))
async def get_system(scope: CurrentScope, response: Response, system_id: AtSystem) -> SystemDetail:
    """A system with its profile. Its `ETag` is what a change names in `If-Match`."""
    return tagged(response, await catalog.get_system(scope, system_id))


@router.patch(
    "/systems/{system_id}",
    operation_id="updateSystem",
    responses=errors(
        *GONE,
        NotAllowedError,
        NotYoursError,
        InvalidProfileError,
        SystemChangedError,
        SystemArchivedError,
        KeptOnDeviceError,
        SyncModeFixedError,
    ),
)
async def update_system(
    scope: CurrentScope,
    response: Response,
    system_id: AtSystem,
    data: UpdateSystem,
    if_match: IfMatch = None,
) -> SystemDetail:
    """Change a system; with `If-Match`, only if nobody has changed it since. What it was stays in its vault."""
    row = await catalog.update_system(scope, system_id, data, expected=_version(if_match))
    return tagged(response, await views.detail_view(scope, row))


@router.delete(
    "/systems/{system_id}",
    status_code=204,
    operation_id="deleteSystem",
    responses=errors(*GONE, *OF_MACHINES, NotAllowedError, NotYoursError, NotArchivedError),
)
async def delete_system(actor: CurrentActor, platform: CurrentPlatform, system_id: AtSystem) -> None:
    """Delete an archived system with its vault, for good."""
    await Vault(platform.database, platform.bus, platform.keys).delete(actor, system_id)


@router.post(
    "/systems/{system_id}/launch-plan",
    operation_id="planSystemLaunch",
    responses=errors(*GONE, InvalidIntakeError, InvalidProfileError, SystemArchivedError),
)
async def plan_launch(scope: CurrentScope, system_id: AtSystem, data: PlanSystemLaunch) -> SystemLaunch:
    """What a launch with that form would say to the agent; nothing is launched."""
    row = await catalog.access_system(scope, system_id)
    catalog.check_can_launch(row, remotely=False)
    return launching.plan_launch(row, data.intake, scope.who.language)


# Shown to others


@router.post(
    "/systems/{system_id}/share",
    operation_id="shareSystem",
    responses=errors(*GONE, NotAllowedError, NotYoursError, KeptOnDeviceError, SystemArchivedError),
)
async def share_system(scope: CurrentScope, system_id: AtSystem) -> SystemShareToken:
    """A link by which anybody may read the system. Its secret is told once; an earlier link ends."""
    return SystemShareToken(token=await catalog.share(scope, system_id))


@router.delete(
    "/systems/{system_id}/share",
    status_code=204,
    operation_id="unshareSystem",
    responses=errors(*GONE, NotAllowedError, NotYoursError),
)
async def unshare_system(scope: CurrentScope, system_id: AtSystem) -> None:
    """End the link."""
    await catalog.unshare(scope, system_id)


@router.post("/shared-system", operation_id="openSharedSystem", responses=errors(SystemNotFoundError))
async def open_shared(request: Request, platform: CurrentPlatform, data: OpenShared) -> SharedSystem:
    """What a link shows. Its secret travels in the body, so that no log along the way has it."""
    _opened.check(request.client.host if request.client else None, platform.clock.now())
    return await catalog.open_shared(platform.database, data.token, language_of(request))


@router.get("/public-systems", operation_id="listPublicSystems", responses=errors(NotSignedInError))
async def list_public(
    scope: CurrentScope, q: Words = None, cursor: Cursor = None, limit: Limit = 50
) -> PublicSystems:
    """Systems that are public on this server, the last changed first."""
    page = await catalog.list_public(scope, words=q, cursor=cursor, limit=limit)
    return PublicSystems(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/public-systems/open",
    operation_id="openPublicSystem",
    responses=errors(NotSignedInError, SystemNotFoundError),
)
async def open_public(scope: CurrentScope, data: OpenPublic) -> SharedSystem:
    """A public system with what it is made of."""
    return await catalog.open_public(scope, data.system_id)


@router.post(
    "/public-systems/copy",
    status_code=201,
    operation_id="copyPublicSystem",
    responses=errors(*_MAKE, SystemNotFoundError),
)
async def copy_public(scope: CurrentScope, response: Response, data: CopySystem) -> SystemDetail:
    """A system of one's own from a public one."""
    row = await catalog.copy_public(scope, data.system_id, data.name)
    return tagged(response, await views.detail_view(scope, row))


def tagged(response: Response, system: SystemDetail) -> SystemDetail:
    """The system, with its version as the answer's `ETag`."""
    response.headers["ETag"] = f'"{system.version}"'
    return system


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise InvalidInputError(field="If-Match", reason="is no ETag of a system")
    return int(found[1])
