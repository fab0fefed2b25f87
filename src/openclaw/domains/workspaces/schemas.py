"""Workspaces as they travel."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import EmailStr, Field

from openclaw.domains.identity.schemas import PublicUser, User
from openclaw.infra.wire import InvitationId, Items, Wire, WireInput, WorkspaceId

RoleName = Literal["owner", "admin", "member", "viewer"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class CreateWorkspace(WireInput):
    """A new shared workspace."""

    name: Name


class UpdateMember(WireInput):
    """A member's new role."""

    role: RoleName


class CreateInvitation(WireInput):
    """Invite someone; with an email address only that account may accept."""

    email: Annotated[EmailStr, Field(max_length=254)] | None = None
    role: RoleName = "member"


class AcceptInvitation(WireInput):
    """Join by the secret of an invitation."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class Workspace(Wire):
    """A workspace as one of its members sees it."""

    id: WorkspaceId
    name: str
    kind: Literal["personal", "shared"]
    role: RoleName
    created_at: datetime


class Workspaces(Items):
    """The actor's workspaces, the personal one first."""

    items: list[Workspace]


class Member(Wire):
    """A member and their role."""

    user: PublicUser
    role: RoleName
    joined_at: datetime


class Members(Items):
    """Members by the time they joined."""

    items: list[Member]


class Invitation(Wire):
    """An open invitation; ``token`` only in the answer that created it."""

    id: InvitationId
    email: str | None
    role: RoleName
    created_at: datetime
    expires_at: datetime
    token: str | None = None


class Invitations(Items):
    """Open invitations."""

    items: list[Invitation]


class Session(Wire):
    """Signed in: who, where, and (in mode ``token``) the credentials, shown once."""

    user: User
    workspace: Workspace
    access_token: str | None = None
    access_expires_at: datetime
    refresh_token: str | None = None
    csrf_token: str | None = None


class Me(Wire):
    """The actor, the workspace that the request works in, and every workspace open to them."""

    user: User
    workspace: Workspace
    workspaces: list[Workspace]
