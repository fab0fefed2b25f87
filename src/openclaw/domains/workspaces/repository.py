"""Every query on workspaces and membership."""

from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.identity.models import AuthSessionRow, UserRow
from openclaw.domains.workspaces.models import InvitationRow, MembershipRow, WorkspaceRow
from openclaw.infra.scope import Scope


async def add_workspace(scope: Scope, row: WorkspaceRow, *, owner_id: UUID) -> None:
    """Insert a workspace with its owner."""
    scope.session.add(row)
    await scope.session.flush()
    await add_member(scope, workspace_id=row.id, user_id=owner_id, role="owner")


async def add_member(scope: Scope, *, workspace_id: UUID, user_id: UUID, role: str) -> None:
    """Insert a membership; an existing one keeps its role."""
    statement = insert(MembershipRow).values(
        workspace_id=workspace_id, user_id=user_id, role=role, joined_at=scope.now()
    )
    await scope.session.execute(statement.on_conflict_do_nothing())


async def find_membership(
    scope: Scope, *, session_id: UUID, user_id: UUID, workspace_id: UUID | None
) -> tuple[UserRow, WorkspaceRow, MembershipRow] | None:
    """The live session's account with a workspace of theirs (None: the personal one)."""
    query = (
        select(UserRow, WorkspaceRow, MembershipRow)
        .join(AuthSessionRow, AuthSessionRow.user_id == UserRow.id)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .join(WorkspaceRow, WorkspaceRow.id == MembershipRow.workspace_id)
        .where(
            AuthSessionRow.id == session_id,
            AuthSessionRow.user_id == user_id,
            AuthSessionRow.revoked_at.is_(None),
            AuthSessionRow.expires_at > scope.now(),
            UserRow.is_active,
        )
    )
    if workspace_id is None:
        query = query.where(WorkspaceRow.kind == "personal", WorkspaceRow.created_by_user_id == user_id)
    else:
        query = query.where(WorkspaceRow.id == workspace_id)
    row = (await scope.session.execute(query)).first()
    return (row[0], row[1], row[2]) if row else None


async def find_standing(scope: Scope, *, user_id: UUID, workspace_id: UUID) -> str | None:
    """The role of an active account in a workspace. Needs a system scope."""
    return await scope.session.scalar(
        select(MembershipRow.role)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(
            MembershipRow.user_id == user_id, MembershipRow.workspace_id == workspace_id, UserRow.is_active
        )
    )


async def is_live_session(scope: Scope, session_id: UUID, user_id: UUID) -> bool:
    """True while the session has neither ended nor expired."""
    return (
        await scope.session.scalar(
            select(AuthSessionRow.id).where(
                AuthSessionRow.id == session_id,
                AuthSessionRow.user_id == user_id,
                AuthSessionRow.revoked_at.is_(None),
                AuthSessionRow.expires_at > scope.now(),
            )
        )
    ) is not None


async def list_workspaces(scope: Scope, user_id: UUID) -> list[tuple[WorkspaceRow, str]]:
    """Workspaces of ``user_id`` with the role in each, the personal one first."""
    rows = await scope.session.execute(
        select(WorkspaceRow, MembershipRow.role)
        .join(MembershipRow, MembershipRow.workspace_id == WorkspaceRow.id)
        .where(MembershipRow.user_id == user_id)
        .order_by(WorkspaceRow.kind, WorkspaceRow.created_at)
    )
    return [(row[0], row[1]) for row in rows]


async def find_personal(scope: Scope, user_id: UUID) -> WorkspaceRow | None:
    """The personal workspace of ``user_id``."""
    return await scope.session.scalar(
        select(WorkspaceRow).where(
            WorkspaceRow.kind == "personal", WorkspaceRow.created_by_user_id == user_id
        )
    )


async def find_workspace(scope: Scope, workspace_id: UUID) -> WorkspaceRow | None:
    """A workspace that the scope may see."""
    return await scope.session.get(WorkspaceRow, workspace_id)


async def find_current(scope: Scope) -> WorkspaceRow | None:
    """The workspace that the scope works in."""
    return await scope.session.get(WorkspaceRow, scope.workspace_id)


async def list_members(scope: Scope) -> list[tuple[MembershipRow, UserRow]]:
    """Members of the scope's workspace."""
    rows = await scope.session.execute(
        select(MembershipRow, UserRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.workspace_id == scope.workspace_id)
        .order_by(MembershipRow.joined_at)
    )
    return [(row[0], row[1]) for row in rows]


async def list_member_ids(scope: Scope, workspace_id: UUID) -> list[UUID]:
    """Who belongs to a workspace."""
    return list(
        await scope.session.scalars(
            select(MembershipRow.user_id).where(MembershipRow.workspace_id == workspace_id)
        )
    )


async def lock_members(scope: Scope) -> None:
    """Let one change of members at a time happen in the workspace, so that the last owner stays."""
    await scope.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"members|{scope.workspace_id}"},
    )


async def find_acting(scope: Scope) -> tuple[UserRow, str | None] | None:
    """The acting user's account, with their role in the scope's workspace (None: they have left it)."""
    found = await scope.session.execute(
        select(UserRow, MembershipRow.role)
        .outerjoin(
            MembershipRow,
            (MembershipRow.user_id == UserRow.id) & (MembershipRow.workspace_id == scope.workspace_id),
        )
        .where(UserRow.id == scope.user_id)
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def find_member(scope: Scope, user_id: UUID) -> MembershipRow | None:
    """One membership in the scope's workspace."""
    return await scope.session.get(MembershipRow, (scope.workspace_id, user_id))


async def count_owners(scope: Scope) -> int:
    """How many owners the scope's workspace has."""
    count = await scope.session.scalar(
        select(func.count())
        .select_from(MembershipRow)
        .where(MembershipRow.workspace_id == scope.workspace_id, MembershipRow.role == "owner")
    )
    return count or 0


async def delete_member(scope: Scope, user_id: UUID) -> None:
    """Remove a membership."""
    await scope.session.execute(
        delete(MembershipRow).where(
            MembershipRow.workspace_id == scope.workspace_id, MembershipRow.user_id == user_id
        )
    )


async def add_invitation(scope: Scope, row: InvitationRow) -> None:
    """Insert an invitation."""
    scope.session.add(row)
    await scope.session.flush()


async def list_invitations(scope: Scope) -> list[InvitationRow]:
    """Open invitations of the scope's workspace."""
    return list(
        await scope.session.scalars(
            select(InvitationRow)
            .where(
                InvitationRow.workspace_id == scope.workspace_id,
                InvitationRow.accepted_at.is_(None),
                InvitationRow.revoked_at.is_(None),
                InvitationRow.expires_at > scope.now(),
            )
            .order_by(InvitationRow.created_at)
        )
    )


async def revoke_invitation(scope: Scope, invitation_id: UUID) -> bool:
    """Revoke an open invitation; False when there is none."""
    revoked = await scope.session.scalar(
        update(InvitationRow)
        .where(
            InvitationRow.id == invitation_id,
            InvitationRow.workspace_id == scope.workspace_id,
            InvitationRow.accepted_at.is_(None),
            InvitationRow.revoked_at.is_(None),
        )
        .values(revoked_at=scope.now())
        .returning(InvitationRow.id)
    )
    return revoked is not None


async def revoke_invitations_by(scope: Scope, user_id: UUID) -> None:
    """Revoke the open invitations to the scope's workspace that a user made."""
    await scope.session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.workspace_id == scope.workspace_id,
            InvitationRow.invited_by_user_id == user_id,
            InvitationRow.accepted_at.is_(None),
            InvitationRow.revoked_at.is_(None),
        )
        .values(revoked_at=scope.now())
    )


async def lock_invitation(scope: Scope, token_hash: bytes) -> InvitationRow | None:
    """The open invitation with that secret, locked against a second use. Needs a system scope: any tenant's."""
    return await scope.session.scalar(
        select(InvitationRow)
        .where(
            InvitationRow.token_hash == token_hash,
            InvitationRow.accepted_at.is_(None),
            InvitationRow.revoked_at.is_(None),
            InvitationRow.expires_at > scope.now(),
        )
        .with_for_update()
    )
