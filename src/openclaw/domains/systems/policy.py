"""Who may change a system, and who may decide over it. Pure."""

from uuid import UUID

from openclaw.domains.systems.errors import NotYoursError
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Actor, Role


def check_can_edit(actor: Actor) -> None:
    """Whoever sees a system may change what it says, but for viewers. Raises NotAllowedError."""
    check_role(actor, Role.MEMBER)


def check_can_decide(actor: Actor, made_by: UUID) -> None:
    """Who sees it, from where it may be launched, whether it is there: for its maker and for admins.

    Raises NotAllowedError, NotYoursError.
    """
    check_role(actor, Role.MEMBER)
    if actor.user_id != made_by and actor.role not in (Role.OWNER, Role.ADMIN):
        raise NotYoursError
