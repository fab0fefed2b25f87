"""What can go wrong with workspaces."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class WorkspaceNotFoundError(OpenClawError):
    """No such workspace, or not one that the actor belongs to."""

    code: ClassVar[str] = "workspaces.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such workspace."
    template_zh: ClassVar[str] = "工作区不存在。"


@dataclass(eq=False)
class MemberNotFoundError(OpenClawError):
    """The user is not a member of this workspace."""

    code: ClassVar[str] = "workspaces.member_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "That person is not a member of this workspace."
    template_zh: ClassVar[str] = "此人不是该工作区的成员。"


@dataclass(eq=False)
class InvitationNotFoundError(OpenClawError):
    """No such invitation, or it was used, revoked or has expired."""

    code: ClassVar[str] = "workspaces.invitation_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "The invitation does not exist, was used, or has expired."
    template_zh: ClassVar[str] = "邀请不存在、已被使用或已过期。"


@dataclass(eq=False)
class NotAllowedError(OpenClawError):
    """The actor's role in this workspace does not permit it."""

    code: ClassVar[str] = "workspaces.not_allowed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Your role ({role}) in this workspace does not permit this."
    template_zh: ClassVar[str] = "此工作区中的角色（{role}）不允许该操作。"

    role: str


@dataclass(eq=False)
class LastOwnerError(OpenClawError):
    """A workspace keeps at least one owner."""

    code: ClassVar[str] = "workspaces.last_owner"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A workspace needs an owner. Make someone else the owner first."
    template_zh: ClassVar[str] = "工作区至少需要一位所有者，请先指定其他所有者。"


@dataclass(eq=False)
class PersonalWorkspaceError(OpenClawError):
    """A personal workspace belongs to one person."""

    code: ClassVar[str] = "workspaces.personal"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A personal workspace cannot be shared. Create a shared workspace instead."
    template_zh: ClassVar[str] = "个人工作区不能共享，请新建共享工作区。"
