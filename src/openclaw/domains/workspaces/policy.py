"""Who may do what in a workspace. Pure."""

from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.scope import Actor, Role

_RANK = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}


def check_role(actor: Actor, least: Role) -> None:
    """Raise NotAllowedError unless the actor's role is ``least`` or stronger."""
    if _RANK[actor.role] < _RANK[least]:
        raise NotAllowedError(role=actor.role.value)


def check_can_set_role(actor: Actor, *, old: Role | None, new: Role | None) -> None:
    """Members are managed by admins; owners are made and unmade by owners only. Raises NotAllowedError."""
    check_role(actor, Role.OWNER if Role.OWNER in (old, new) else Role.ADMIN)
