"""Routes of linking and machines."""

from typing import Annotated

from fastapi import Header, Path, Request

from openclaw.domains.devices.errors import (
    BadProofError,
    ChallengeEndedError,
    ChallengeNotFoundError,
    DeviceGroupNameTakenError,
    DeviceGroupNotFoundError,
    DeviceNotFoundError,
    DeviceSessionRevokedError,
    DeviceTokenExpiredError,
    GatewayTokenNotFoundError,
    PageOriginError,
    PairingRequestNotFoundError,
    TooManyGatewayTokensError,
    WrongCodeError,
)
from openclaw.domains.devices.schemas import (
    ChallengeState,
    CreateGatewayToken,
    Device,
    DeviceGroup,
    DeviceGroups,
    Devices,
    DeviceTokens,
    GatewayToken,
    GatewayTokens,
    LinkChallenge,
    Linked,
    LinkedUser,
    LinkedWorkspace,
    NewGatewayToken,
    PagePass,
    PairingRequests,
    Redeem,
    RefreshDevice,
    RequestPagePass,
    SetDeviceGroup,
    SetToolPolicy,
    ToolPolicy,
    UpdateDevice,
)
from openclaw.domains.devices.service import (
    gateway_tokens,
    groups,
    links,
    pages,
    pairing,
    policies,
    registry,
    sessions,
)
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import (
    CurrentActor,
    CurrentPlatform,
    CurrentScope,
    Platform,
    address_of,
    platform_of,
)
from openclaw.infra.web.limits import RateLimit
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ChallengeId, DeviceGroupId, DeviceId, GatewayTokenId, PairingRequestId
from openclaw.kit.errors import OpenClawError

router = slice_router("devices")
AtDevice = Annotated[DeviceId, Path()]
AtGroup = Annotated[DeviceGroupId, Path()]
AtRequest = Annotated[PairingRequestId, Path()]
# 10^6 codes: a guesser without a challenge id must not get far, from one address or from many.
_typed_codes = RateLimit(per_address=10, overall=200, minutes=10)


@router.post(
    "/bridge/public-link",
    operation_id="createLinkChallenge",
    responses=errors(NotSignedInError, NotAllowedError),
)
async def create_link_challenge(
    request: Request, scope: CurrentScope, platform: CurrentPlatform
) -> LinkChallenge:
    """Offer to link a machine: a 6-digit code for ten minutes, five tries, one use."""
    challenge = await links.create_challenge(scope, platform.keys)
    origin = request.headers.get("origin") or platform.config.web_origin
    app_url = origin if origin in platform.config.web_origins else platform.config.web_origin
    return LinkChallenge(
        challenge_id=challenge.id,
        code=challenge.code,
        expires_at=challenge.row.expires_at,
        app_url=app_url,
        server_url=app_url,
        scopes=list(links.SCOPES),
        command=f"openclaw bridge link {challenge.code} --server {app_url} --run",
    )


@router.get(
    "/bridge/challenges/{challenge_id}",
    operation_id="getLinkChallenge",
    responses=errors(NotSignedInError, ChallengeNotFoundError),
)
async def get_link_challenge(
    scope: CurrentScope, challenge_id: Annotated[ChallengeId, Path()]
) -> ChallengeState:
    """Whether a machine has redeemed the challenge."""
    return await links.get_challenge_state(scope, challenge_id)


@router.post(
    "/bridge/redeem",
    operation_id="redeemLinkChallenge",
    responses=errors(WrongCodeError, ChallengeEndedError, BadProofError),
)
async def redeem_link_challenge(request: Request, platform: CurrentPlatform, data: Redeem) -> Linked:
    """By the machine: link it, with proof of its key."""
    address = address_of(request)
    if data.challenge_id is None:
        _typed_codes.check(address, platform.clock.now())
    async with platform.database.system() as scope:
        linked = await links.redeem(scope, data, platform.keys)
        answer = (
            None
            if isinstance(linked, OpenClawError)
            else await linked_answer(request, platform, scope, linked)
        )
    if isinstance(linked, OpenClawError):
        raise linked  # after the spent try was committed
    assert answer is not None
    return answer


@router.post(
    "/bridge/session/refresh",
    operation_id="refreshDeviceSession",
    responses=errors(DeviceSessionRevokedError, BadProofError),
)
async def refresh_device_session(
    request: Request, platform: CurrentPlatform, data: RefreshDevice
) -> DeviceTokens:
    """By the machine: rotate its tokens. Presenting an old one ends the link."""
    async with platform.database.system() as scope:
        session = await sessions.refresh(scope, data)
    if session is None:
        raise DeviceSessionRevokedError
    return DeviceTokens(
        access_token=session.access,
        access_expires_at=session.access_expires_at,
        refresh_token=session.refresh,
        gateway_url=platform.config.gateway_url_for(request.headers.get("host")),
        page_key=pages.page_key(platform.keys, session.device),
    )


@router.post(
    "/bridge/session/unlink",
    status_code=204,
    operation_id="unlinkDevice",
    responses=errors(DeviceSessionRevokedError, DeviceTokenExpiredError),
)
async def unlink_device(request: Request, authorization: Annotated[str, Header(max_length=300)] = "") -> None:
    """By the machine: end its own link."""
    async with platform_of(request).database.system() as scope:
        found = await sessions.authenticate(scope, authorization.partition(" ")[2])
        if found is not None:
            await registry.end_link(
                scope, found[1], reason="unlinked at the machine", told_as="device.revoked"
            )


@router.get("/devices", operation_id="listDevices", responses=errors(NotSignedInError))
async def list_devices(scope: CurrentScope) -> Devices:
    """The actor's linked machines."""
    return Devices(items=await registry.list_devices(scope))


@router.get(
    "/devices/{device_id}", operation_id="getDevice", responses=errors(NotSignedInError, DeviceNotFoundError)
)
async def get_device(scope: CurrentScope, device_id: AtDevice) -> Device:
    """One linked machine."""
    return await registry.get_device(scope, device_id)


@router.patch(
    "/devices/{device_id}",
    operation_id="updateDevice",
    responses=errors(NotSignedInError, DeviceNotFoundError, NotAllowedError),
)
async def update_device(scope: CurrentScope, device_id: AtDevice, data: UpdateDevice) -> Device:
    """Give a machine another name, or make it the primary one."""
    return await registry.update_device(scope, device_id, data)


@router.delete(
    "/devices/{device_id}",
    status_code=204,
    operation_id="revokeDevice",
    responses=errors(NotSignedInError, DeviceNotFoundError),
)
async def revoke_device(scope: CurrentScope, device_id: AtDevice) -> None:
    """Unlink a machine: its socket closes and its running commands are killed."""
    await registry.revoke_device(scope, device_id)


@router.put(
    "/devices/{device_id}/policy",
    operation_id="setDevicePolicy",
    responses=errors(NotSignedInError, DeviceNotFoundError, NotAllowedError),
)
async def set_device_policy(scope: CurrentScope, device_id: AtDevice, data: SetToolPolicy) -> Device:
    """What may be done on a machine at most. Where the workspace's policy is stricter, that counts."""
    return await policies.set_device_policy(scope, device_id, data)


@router.get("/tool-policy", operation_id="getToolPolicy", responses=errors(NotSignedInError))
async def get_tool_policy(scope: CurrentScope) -> ToolPolicy:
    """What may be done on the machines of the workspace at most."""
    return await policies.get_workspace_policy(scope)


@router.put("/tool-policy", operation_id="setToolPolicy", responses=errors(NotSignedInError, NotAllowedError))
async def set_tool_policy(scope: CurrentScope, data: SetToolPolicy) -> ToolPolicy:
    """Replace the workspace's policy."""
    return await policies.set_workspace_policy(scope, data)


@router.get("/device-groups", operation_id="listDeviceGroups", responses=errors(NotSignedInError))
async def list_device_groups(scope: CurrentScope) -> DeviceGroups:
    """The actor's groups of machines."""
    return DeviceGroups(items=await groups.list_groups(scope))


@router.post(
    "/device-groups",
    status_code=201,
    operation_id="createDeviceGroup",
    responses=errors(NotSignedInError, NotAllowedError, DeviceNotFoundError, DeviceGroupNameTakenError),
)
async def create_device_group(scope: CurrentScope, data: SetDeviceGroup) -> DeviceGroup:
    """Put machines under one name, to send calls to them together."""
    return await groups.create_group(scope, data)


@router.put(
    "/device-groups/{group_id}",
    operation_id="updateDeviceGroup",
    responses=errors(
        NotSignedInError,
        NotAllowedError,
        DeviceNotFoundError,
        DeviceGroupNameTakenError,
        DeviceGroupNotFoundError,
    ),
)
async def update_device_group(scope: CurrentScope, group_id: AtGroup, data: SetDeviceGroup) -> DeviceGroup:
    """Replace a group."""
    return await groups.update_group(scope, group_id, data)


@router.delete(
    "/device-groups/{group_id}",
    status_code=204,
    operation_id="deleteDeviceGroup",
    responses=errors(NotSignedInError, NotAllowedError, DeviceGroupNotFoundError),
)
async def delete_device_group(scope: CurrentScope, group_id: AtGroup) -> None:
    """Remove a group; its machines stay linked."""
    await groups.delete_group(scope, group_id)


@router.get("/gateway-tokens", operation_id="listGatewayTokens", responses=errors(NotSignedInError))
async def list_gateway_tokens(scope: CurrentScope) -> GatewayTokens:
    """The actor's tokens for released gateway clients."""
    return GatewayTokens(items=await gateway_tokens.list_tokens(scope))


@router.post(
    "/gateway-tokens",
    status_code=201,
    operation_id="createGatewayToken",
    responses=errors(NotSignedInError, NotAllowedError, TooManyGatewayTokensError),
)
async def create_gateway_token(
    request: Request, scope: CurrentScope, platform: CurrentPlatform, data: CreateGatewayToken
) -> NewGatewayToken:
    """Make a token. Its secret is in this answer only."""
    row, secret = await gateway_tokens.create_token(scope, data)
    return NewGatewayToken(
        **GatewayToken.model_validate(row).model_dump(),
        token=secret,
        gateway_url=platform.config.gateway_url_for(request.headers.get("host")),
    )


@router.delete(
    "/gateway-tokens/{token_id}",
    status_code=204,
    operation_id="revokeGatewayToken",
    responses=errors(NotSignedInError, GatewayTokenNotFoundError),
)
async def revoke_gateway_token(scope: CurrentScope, token_id: Annotated[GatewayTokenId, Path()]) -> None:
    """End a token: every connection that was opened with it closes at once."""
    await gateway_tokens.revoke_token(scope, token_id)


@router.get("/pairing-requests", operation_id="listPairingRequests", responses=errors(NotSignedInError))
async def list_pairing_requests(scope: CurrentScope) -> PairingRequests:
    """The actor's machines that wait to be let in."""
    return PairingRequests(items=[pairing.seen(row) for row in await pairing.list_requests(scope)])


@router.post(
    "/pairing-requests/{request_id}/approve",
    operation_id="approvePairingRequest",
    responses=errors(NotSignedInError, NotAllowedError, PairingRequestNotFoundError),
)
async def approve_pairing_request(
    actor: CurrentActor, platform: CurrentPlatform, request_id: AtRequest
) -> Device:
    """Let a machine in that holds one of the actor's gateway tokens."""
    async with platform.database.system() as scope:  # its key may have been linked by another tenant
        return registry.seen(await pairing.approve(scope, actor, request_id), scope.now())


@router.post(
    "/pairing-requests/{request_id}/reject",
    status_code=204,
    operation_id="rejectPairingRequest",
    responses=errors(NotSignedInError, NotAllowedError, PairingRequestNotFoundError),
)
async def reject_pairing_request(
    actor: CurrentActor, platform: CurrentPlatform, request_id: AtRequest
) -> None:
    """Keep a machine out. For ten minutes it is refused without a question."""
    async with platform.database.system() as scope:
        await pairing.reject(scope, actor, request_id)


@router.post(
    "/devices/{device_id}/page-pass",
    operation_id="createPagePass",
    responses=errors(NotSignedInError, DeviceNotFoundError, PageOriginError),
)
async def create_page_pass(
    request: Request,
    scope: CurrentScope,
    platform: CurrentPlatform,
    device_id: AtDevice,
    data: RequestPagePass,
) -> PagePass:
    """For the page that asks: this server's word to the machine that its owner has it open."""
    made = await pages.create_pass(
        scope,
        platform.keys,
        device_id,
        origin=request.headers.get("origin"),
        allowed=platform.config.web_origins,
        nonce=data.nonce,
    )
    return PagePass(pass_=made)


async def linked_answer(
    request: Request, platform: Platform, scope: CurrentScope, linked: sessions.NewSession
) -> Linked:
    """What a machine is told when it has been linked."""
    device = linked.device
    user = await identity.find_user(scope, device.user_id)
    workspace = await workspaces.find_workspace(scope, device.workspace_id)
    assert user is not None
    assert workspace is not None
    return Linked(
        device_id=device.id,
        node_id=device.node_id,
        name=device.name,
        user=LinkedUser(display_name=user.display_name),
        workspace=LinkedWorkspace(id=workspace.id, name=workspace.name),
        scopes=linked.scopes,
        access_token=linked.access,
        access_expires_at=linked.access_expires_at,
        refresh_token=linked.refresh,
        gateway_url=platform.config.gateway_url_for(request.headers.get("host")),
        page_key=pages.page_key(platform.keys, device),
    )
