"""Workspaces: signing up into one, acting in one, members and invitations."""

from datetime import timedelta
from uuid import UUID

from openclaw.domains.identity.errors import InvitationNeededError, NotSignedInError, RegistrationClosedError
from openclaw.domains.identity.models import UserRow
from openclaw.domains.identity.schemas import PublicUser, Register, User
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.identity.service.tokens import AccessClaims
from openclaw.domains.workspaces import events, repository
from openclaw.domains.workspaces.errors import (
    InvitationNotFoundError,
    LastOwnerError,
    MemberNotFoundError,
    NotAllowedError,
    PersonalWorkspaceError,
    WorkspaceNotFoundError,
)
from openclaw.domains.workspaces.models import InvitationRow, WorkspaceRow
from openclaw.domains.workspaces.policy import check_can_set_role, check_role
from openclaw.domains.workspaces.schemas import CreateInvitation, Invitation, Me, Member, Workspace
from openclaw.infra.bus import publish
from openclaw.infra.config import RegistrationMode
from openclaw.infra.db import Database
from openclaw.infra.outbox import record
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit.ids import new_id

INVITATION_LIFETIME = timedelta(days=7)


async def sign_up(
    scope: Scope, data: Register, *, password_hash: str, mode: RegistrationMode, language: str = "en"
) -> tuple[UserRow, Workspace]:
    """A new account with its personal workspace; an invitation is accepted with it. Needs a system scope.

    The first account may always sign up. Raises RegistrationClosedError, InvitationNeededError, AccountTakenError.
    """
    await identity.lock_registration(scope)
    invitation = (
        await repository.lock_invitation(scope, digest(data.invite_token)) if data.invite_token else None
    )
    if invitation is not None and invitation.email not in (None, data.email.lower()):
        invitation = None
    if mode != "open" and await identity.has_users(scope) and (mode == "closed" or invitation is None):
        raise InvitationNeededError if mode == "invite" else RegistrationClosedError
    user = await identity.create_user(scope, data, password_hash=password_hash, language=language)
    personal = await _add_workspace(scope, name=user.display_name, kind="personal", owner_id=user.id)
    if invitation is not None:
        await _accept(scope, invitation, user.id)
    return user, _seen(personal, Role.OWNER)


async def authenticate(
    database: Database, claims: AccessClaims, *, workspace_id: UUID | None, address: str | None, language: str
) -> Actor:
    """The actor behind valid claims. Raises NotSignedInError, WorkspaceNotFoundError (also: not a member)."""
    async with database.system() as scope:
        wanted = workspace_id or claims.workspace_id
        found = await repository.find_membership(
            scope, session_id=claims.session_id, user_id=claims.user_id, workspace_id=wanted
        )
        if found is None:
            is_live = await repository.is_live_session(scope, claims.session_id, claims.user_id)
            raise WorkspaceNotFoundError if is_live and wanted is not None else NotSignedInError
        _, workspace, membership = found
    return Actor(
        user_id=claims.user_id,
        workspace_id=workspace.id,
        role=Role(membership.role),
        session_id=claims.session_id,
        address=address,
        language=language,
    )


async def find_personal_workspace(scope: Scope, user_id: UUID) -> Workspace | None:
    """The personal workspace of an account. Needs a system scope, or the account's own."""
    row = await repository.find_personal(scope, user_id)
    return _seen(row, Role.OWNER) if row else None


async def find_role(scope: Scope) -> Role | None:
    """The acting user's role in the scope's workspace now; None when they have left it."""
    member = await repository.find_member(scope, scope.user_id)
    return Role(member.role) if member else None


async def get_acting(scope: Scope) -> tuple[UserRow, Role | None]:
    """The acting user's account, and their role in the scope's workspace now; None when they have left it."""
    found = await repository.find_acting(scope)
    assert found is not None, "runs go with their user's account"
    user, role = found
    return user, Role(role) if role else None


async def check_still_member(scope: Scope) -> None:
    """Raise NotAllowedError when the acting user has left the workspace by now, or may only look on."""
    role = await find_role(scope)
    if role in (None, Role.VIEWER):
        raise NotAllowedError(role=role or "–")


async def find_standing(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> Role | None:
    """A user's role in a workspace now; None when they have left it or may not sign in. Needs a system scope."""
    role = await repository.find_standing(scope, user_id=user_id, workspace_id=workspace_id)
    return Role(role) if role else None


async def find_workspace(scope: Scope, workspace_id: UUID) -> WorkspaceRow | None:
    """A workspace that the scope may see."""
    return await repository.find_workspace(scope, workspace_id)


async def get_me(scope: Scope) -> Me:
    """The actor with their workspaces."""
    user = await identity.get_me(scope)
    rows = await repository.list_workspaces(scope, scope.user_id)
    workspaces = [_seen(row, Role(role)) for row, role in rows]
    current = next(workspace for workspace in workspaces if workspace.id == scope.workspace_id)
    return Me(user=User.model_validate(user), workspace=current, workspaces=workspaces)


async def list_workspaces(scope: Scope) -> list[Workspace]:
    """The actor's workspaces."""
    return [_seen(row, Role(role)) for row, role in await repository.list_workspaces(scope, scope.user_id)]


async def create_workspace(scope: Scope, name: str, *, owner_id: UUID) -> Workspace:
    """A new shared workspace. Needs a system scope: no scope works in a workspace that does not exist yet."""
    row = await _add_workspace(scope, name=name, kind="shared", owner_id=owner_id)
    return _seen(row, Role.OWNER)


async def access_workspace(scope: Scope, workspace_id: UUID) -> WorkspaceRow:
    """The scope's own workspace; WorkspaceNotFoundError for any other."""
    row = await repository.find_current(scope) if workspace_id == scope.workspace_id else None
    if row is None:
        raise WorkspaceNotFoundError
    return row


async def rename_workspace(scope: Scope, workspace_id: UUID, name: str) -> Workspace:
    """Give the workspace another name. Raises WorkspaceNotFoundError, NotAllowedError."""
    row = await access_workspace(scope, workspace_id)
    check_role(scope.who, Role.ADMIN)
    row.name, row.updated_at = name, scope.now()
    return _seen(row, scope.who.role)


async def list_members(scope: Scope, workspace_id: UUID) -> list[Member]:
    """Who belongs to the workspace. Raises WorkspaceNotFoundError."""
    await access_workspace(scope, workspace_id)
    return [
        Member(user=PublicUser.model_validate(user), role=membership.role, joined_at=membership.joined_at)  # type: ignore[arg-type]
        for membership, user in await repository.list_members(scope)
    ]


async def list_member_ids(scope: Scope, workspace_id: UUID) -> list[UUID]:
    """Who is told what concerns the whole workspace, which is the scope's own or anyone's in a system scope."""
    return await repository.list_member_ids(scope, workspace_id)


async def set_member_role(scope: Scope, workspace_id: UUID, user_id: UUID, role: Role) -> None:
    """Change a member's role. Raises MemberNotFoundError, NotAllowedError, LastOwnerError."""
    await access_workspace(scope, workspace_id)
    await repository.lock_members(scope)
    member = await repository.find_member(scope, user_id)
    if member is None:
        raise MemberNotFoundError
    check_can_set_role(scope.who, old=Role(member.role), new=role)
    if member.role == Role.OWNER and role != Role.OWNER and await repository.count_owners(scope) == 1:
        raise LastOwnerError
    member.role = role.value
    await record(scope, events.MEMBER_CHANGED, _fact(scope, user_id, role=role.value))
    await _end_standing(scope, user_id)


async def remove_member(scope: Scope, workspace_id: UUID, user_id: UUID) -> None:
    """Remove a member, or leave. Raises MemberNotFoundError, NotAllowedError, LastOwnerError."""
    await access_workspace(scope, workspace_id)
    await repository.lock_members(scope)
    member = await repository.find_member(scope, user_id)
    if member is None:
        raise MemberNotFoundError
    if user_id != scope.user_id:
        check_can_set_role(scope.who, old=Role(member.role), new=None)
    if member.role == Role.OWNER and await repository.count_owners(scope) == 1:
        raise LastOwnerError
    await repository.delete_member(scope, user_id)
    await record(scope, events.MEMBER_REMOVED, _fact(scope, user_id))
    await _end_standing(scope, user_id)


async def create_invitation(scope: Scope, workspace_id: UUID, data: CreateInvitation) -> Invitation:
    """Invite someone; the secret is in this answer only. Raises NotAllowedError, PersonalWorkspaceError."""
    workspace = await access_workspace(scope, workspace_id)
    check_can_set_role(scope.who, old=None, new=Role(data.role))
    if workspace.kind == "personal":
        raise PersonalWorkspaceError
    token = new_token("ocin")
    row = InvitationRow(
        id=new_id(),
        workspace_id=workspace.id,
        email=data.email.lower() if data.email else None,
        role=data.role,
        token_hash=digest(token),
        invited_by_user_id=scope.user_id,
        created_at=scope.now(),
        expires_at=scope.now() + INVITATION_LIFETIME,
        accepted_at=None,
        revoked_at=None,
    )
    await repository.add_invitation(scope, row)
    await record(scope, events.MEMBER_INVITED, _fact(scope, None, role=data.role, email=row.email))
    return Invitation.model_validate(row).model_copy(update={"token": token})


async def list_invitations(scope: Scope, workspace_id: UUID) -> list[Invitation]:
    """Open invitations. Raises WorkspaceNotFoundError, NotAllowedError."""
    await access_workspace(scope, workspace_id)
    check_role(scope.who, Role.ADMIN)
    return [Invitation.model_validate(row) for row in await repository.list_invitations(scope)]


async def revoke_invitation(scope: Scope, workspace_id: UUID, invitation_id: UUID) -> None:
    """Take an invitation back. Raises InvitationNotFoundError, NotAllowedError."""
    await access_workspace(scope, workspace_id)
    check_role(scope.who, Role.ADMIN)
    if not await repository.revoke_invitation(scope, invitation_id):
        raise InvitationNotFoundError


async def accept_invitation(scope: Scope, token: str, *, user_id: UUID) -> Workspace:
    """Join by an invitation's secret. Needs a system scope. Raises InvitationNotFoundError."""
    invitation = await repository.lock_invitation(scope, digest(token))
    user = await identity.find_user(scope, user_id)
    if invitation is None or user is None or invitation.email not in (None, user.email):
        raise InvitationNotFoundError
    await _accept(scope, invitation, user_id)
    rows = await repository.list_workspaces(scope, user_id)
    return next(_seen(row, Role(role)) for row, role in rows if row.id == invitation.workspace_id)


async def _end_standing(scope: Scope, user_id: UUID) -> None:
    """A role changed or ended: open sockets come back with the new one, and earlier invitations lend no old power."""
    await repository.revoke_invitations_by(scope, user_id)
    body = {"userId": user_id.hex, "workspaceId": scope.workspace_id.hex}
    await publish(scope, events.MEMBERSHIP_CHANGED_TOPIC, body)


async def _accept(scope: Scope, invitation: InvitationRow, user_id: UUID) -> None:
    invitation.accepted_at = scope.now()
    await repository.add_member(
        scope, workspace_id=invitation.workspace_id, user_id=user_id, role=invitation.role
    )
    await record(
        scope,
        events.MEMBER_JOINED,
        {
            "workspaceId": invitation.workspace_id.hex,
            "userId": user_id.hex,
            "memberId": user_id.hex,
            "role": invitation.role,
        },
    )


async def _add_workspace(scope: Scope, *, name: str, kind: str, owner_id: UUID) -> WorkspaceRow:
    now = scope.now()
    row = WorkspaceRow(
        id=new_id(), name=name, kind=kind, created_by_user_id=owner_id, created_at=now, updated_at=now
    )
    await repository.add_workspace(scope, row, owner_id=owner_id)
    return row


def _seen(row: WorkspaceRow, role: Role) -> Workspace:
    return Workspace(id=row.id, name=row.name, kind=row.kind, role=role.value, created_at=row.created_at)  # type: ignore[arg-type]


def _fact(scope: Scope, member_id: UUID | None, **more: str | None) -> dict[str, str | None]:
    return {
        "workspaceId": scope.workspace_id.hex,
        "userId": scope.user_id.hex,
        "memberId": member_id.hex if member_id else None,
        **more,
    }
