"""Routes of hosts: for their operators, and for the machine that becomes one."""

from typing import Annotated

from fastapi import Path, Query, Request

from openclaw.domains.devices.api.devices import linked_answer
from openclaw.domains.devices.errors import (
    BadProofError,
    HostNotFoundError,
    HostTokenEndedError,
    HostTokenNotFoundError,
    HostTokenOfAnotherError,
    TooManyHostTokensError,
)
from openclaw.domains.devices.schemas import (
    CreateHostToken,
    EnrolHost,
    Host,
    Hosts,
    HostTokens,
    Linked,
    NewHostToken,
    UpdateHost,
)
from openclaw.domains.devices.service import enrolments, host_registry
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope, Platform, address_of
from openclaw.infra.web.limits import RateLimit
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import HostId, HostTokenId
from openclaw.kit.errors import OpenClawError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("hosts")
AtHost = Annotated[HostId, Path()]
# A token has 256 random bits: this is for those who hammer, and so that each try at an ended one can be noted.
_tries = RateLimit(per_address=20, overall=600, minutes=10)


@router.get("/hosts", operation_id="listHosts", responses=errors(NotSignedInError))
async def list_hosts(
    scope: CurrentScope,
    offers: Annotated[list[str] | None, Query(max_length=20)] = None,
    include_revoked: Annotated[bool, Query(alias="includeRevoked")] = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Hosts:
    """The workspace's hosts, the newest first; with ``offers`` only those that offer all of it."""
    page = await host_registry.list_hosts(
        scope, are_revoked_shown=include_revoked, offers=offers or [], cursor=cursor, limit=limit
    )
    return Hosts(items=page.items, next_cursor=page.next_cursor)


@router.get("/hosts/{host_id}", operation_id="getHost", responses=errors(NotSignedInError, HostNotFoundError))
async def get_host(scope: CurrentScope, host_id: AtHost) -> Host:
    """One host, also after its revocation."""
    return await host_registry.get_host(scope, host_id)


@router.patch(
    "/hosts/{host_id}",
    operation_id="updateHost",
    responses=errors(NotSignedInError, HostNotFoundError, NotAllowedError),
)
async def update_host(scope: CurrentScope, host_id: AtHost, data: UpdateHost) -> Host:
    """Name a host, say what it offers and how much it carries, or let it carry nothing new."""
    return await host_registry.update_host(scope, host_id, data)


@router.delete(
    "/hosts/{host_id}",
    status_code=204,
    operation_id="revokeHost",
    responses=errors(NotSignedInError, HostNotFoundError, NotAllowedError),
)
async def revoke_host(actor: CurrentActor, platform: CurrentPlatform, host_id: AtHost) -> None:
    """End a host: its socket closes and what it carries is killed."""
    async with platform.database.system() as scope:  # the runs on it are of several users
        await host_registry.revoke_host(scope, actor, host_id)


@router.post(
    "/hosts/{host_id}/rotate",
    status_code=201,
    operation_id="rotateHost",
    responses=errors(NotSignedInError, HostNotFoundError, NotAllowedError, TooManyHostTokensError),
)
async def rotate_host(
    request: Request, actor: CurrentActor, platform: CurrentPlatform, host_id: AtHost
) -> NewHostToken:
    """End a host's credential, its socket and what it carries. Its machine comes back with the token, shown once."""
    async with platform.database.system() as scope:  # the runs on it are of several users
        return _shown(request, platform, await enrolments.rotate(scope, actor, host_id))


@router.get(
    "/host-tokens", operation_id="listHostTokens", responses=errors(NotSignedInError, NotAllowedError)
)
async def list_host_tokens(scope: CurrentScope) -> HostTokens:
    """The workspace's latest enrolment tokens."""
    return HostTokens(items=await enrolments.list_tokens(scope))


@router.post(
    "/host-tokens",
    status_code=201,
    operation_id="createHostToken",
    responses=errors(NotSignedInError, NotAllowedError, TooManyHostTokensError),
)
async def create_host_token(
    request: Request, scope: CurrentScope, platform: CurrentPlatform, data: CreateHostToken
) -> NewHostToken:
    """Make a token with which one machine becomes a host. Its secret is in this answer only."""
    return _shown(request, platform, await enrolments.create_token(scope, data))


@router.delete(
    "/host-tokens/{host_token_id}",
    status_code=204,
    operation_id="revokeHostToken",
    responses=errors(NotSignedInError, HostTokenNotFoundError, NotAllowedError),
)
async def revoke_host_token(scope: CurrentScope, host_token_id: Annotated[HostTokenId, Path()]) -> None:
    """End a token that nobody has used. A host that it made stays."""
    await enrolments.revoke_token(scope, host_token_id)


@router.post(
    "/bridge/host/enroll",
    operation_id="enrolHost",
    responses=errors(HostTokenEndedError, HostTokenOfAnotherError, BadProofError),
)
async def enrol_host(request: Request, platform: CurrentPlatform, data: EnrolHost) -> Linked:
    """By the machine: become a host, with a token and proof of its key."""
    _tries.check(address_of(request), platform.clock.now())
    async with platform.database.system() as scope:
        enrolled = await enrolments.enrol(scope, data)
        answer = (
            None
            if isinstance(enrolled, OpenClawError)
            else await linked_answer(request, platform, scope, enrolled)
        )
    if isinstance(enrolled, OpenClawError):
        raise enrolled  # after the note of it was committed
    assert answer is not None
    return answer


def _shown(request: Request, platform: Platform, made: enrolments.NewToken) -> NewHostToken:
    origin = request.headers.get("origin") or platform.config.web_origin
    server_url = origin if origin in platform.config.web_origins else platform.config.web_origin
    return NewHostToken(
        **enrolments.seen(made.row, platform.clock.now()).model_dump(),
        token=made.secret,
        server_url=server_url,
        command=f"openclaw host --token {made.secret} --server {server_url}",
    )
