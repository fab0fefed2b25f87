"""Routes of workspaces, members and invitations."""

from typing import Annotated

from fastapi import Path

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces import service
from openclaw.domains.workspaces.errors import (
    InvitationNotFoundError,
    LastOwnerError,
    MemberNotFoundError,
    NotAllowedError,
    PersonalWorkspaceError,
    WorkspaceNotFoundError,
)
from openclaw.domains.workspaces.schemas import (
    AcceptInvitation,
    CreateInvitation,
    CreateWorkspace,
    Invitation,
    Invitations,
    Members,
    UpdateMember,
    Workspace,
    Workspaces,
)
from openclaw.infra.scope import Role
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import InvitationId, UserId, WorkspaceId

router = slice_router("workspaces")
AtWorkspace = Annotated[WorkspaceId, Path()]


@router.get("/workspaces", operation_id="listWorkspaces", responses=errors(NotSignedInError))
async def list_workspaces(scope: CurrentScope) -> Workspaces:
    """The actor's workspaces."""
    return Workspaces(items=await service.list_workspaces(scope))


@router.post(
    "/workspaces", status_code=201, operation_id="createWorkspace", responses=errors(NotSignedInError)
)
async def create_workspace(
    actor: CurrentActor, platform: CurrentPlatform, data: CreateWorkspace
) -> Workspace:
    """A new shared workspace, owned by the actor."""
    async with platform.database.system() as scope:
        return await service.create_workspace(scope, data.name, owner_id=actor.user_id)


@router.patch(
    "/workspaces/{workspace_id}",
    operation_id="renameWorkspace",
    responses=errors(NotSignedInError, WorkspaceNotFoundError, NotAllowedError),
)
async def rename_workspace(
    scope: CurrentScope, workspace_id: AtWorkspace, data: CreateWorkspace
) -> Workspace:
    """Give the workspace another name."""
    return await service.rename_workspace(scope, workspace_id, data.name)


@router.get(
    "/workspaces/{workspace_id}/members",
    operation_id="listMembers",
    responses=errors(NotSignedInError, WorkspaceNotFoundError),
)
async def list_members(scope: CurrentScope, workspace_id: AtWorkspace) -> Members:
    """Who belongs to the workspace."""
    return Members(items=await service.list_members(scope, workspace_id))


@router.patch(
    "/workspaces/{workspace_id}/members/{user_id}",
    status_code=204,
    operation_id="setMemberRole",
    responses=errors(
        NotSignedInError, WorkspaceNotFoundError, MemberNotFoundError, NotAllowedError, LastOwnerError
    ),
)
async def set_member_role(
    scope: CurrentScope, workspace_id: AtWorkspace, user_id: Annotated[UserId, Path()], data: UpdateMember
) -> None:
    """Change a member's role."""
    await service.set_member_role(scope, workspace_id, user_id, Role(data.role))


@router.delete(
    "/workspaces/{workspace_id}/members/{user_id}",
    status_code=204,
    operation_id="removeMember",
    responses=errors(
        NotSignedInError, WorkspaceNotFoundError, MemberNotFoundError, NotAllowedError, LastOwnerError
    ),
)
async def remove_member(
    scope: CurrentScope, workspace_id: AtWorkspace, user_id: Annotated[UserId, Path()]
) -> None:
    """Remove a member, or leave."""
    await service.remove_member(scope, workspace_id, user_id)


@router.get(
    "/workspaces/{workspace_id}/invitations",
    operation_id="listInvitations",
    responses=errors(NotSignedInError, WorkspaceNotFoundError, NotAllowedError),
)
async def list_invitations(scope: CurrentScope, workspace_id: AtWorkspace) -> Invitations:
    """Open invitations."""
    return Invitations(items=await service.list_invitations(scope, workspace_id))


@router.post(
    "/workspaces/{workspace_id}/invitations",
    status_code=201,
    operation_id="createInvitation",
    responses=errors(NotSignedInError, WorkspaceNotFoundError, NotAllowedError, PersonalWorkspaceError),
)
async def create_invitation(
    scope: CurrentScope, workspace_id: AtWorkspace, data: CreateInvitation
) -> Invitation:
    """Invite someone. The answer holds the secret, this once."""
    return await service.create_invitation(scope, workspace_id, data)


@router.delete(
    "/workspaces/{workspace_id}/invitations/{invitation_id}",
    status_code=204,
    operation_id="revokeInvitation",
    responses=errors(NotSignedInError, WorkspaceNotFoundError, NotAllowedError, InvitationNotFoundError),
)
async def revoke_invitation(
    scope: CurrentScope, workspace_id: AtWorkspace, invitation_id: Annotated[InvitationId, Path()]
) -> None:
    """Take an invitation back."""
    await service.revoke_invitation(scope, workspace_id, invitation_id)


@router.post(
    "/invitations/accept",
    operation_id="acceptInvitation",
    responses=errors(NotSignedInError, InvitationNotFoundError),
)
async def accept_invitation(
    actor: CurrentActor, platform: CurrentPlatform, data: AcceptInvitation
) -> Workspace:
    """Join the workspace of an invitation."""
    async with platform.database.system() as scope:
        return await service.accept_invitation(scope, data.token, user_id=actor.user_id)
