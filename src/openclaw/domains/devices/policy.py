"""What a gateway token may carry. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from openclaw.infra.scope import Role
from openclaw.protocol import places
from openclaw.protocol.gateway.scopes import APPROVALS, PAIRING, READ, WRITE
from openclaw.protocol.grading import Grade

CONNECT_MACHINES = "node"
"""The scope of a token with which machines may connect; the others are those of operators."""

_OF_VIEWERS = (READ,)
_OF_MEMBERS = (READ, WRITE, APPROVALS, PAIRING)


def operator_scopes(role: Role) -> tuple[str, ...]:
    """What a user with ``role`` may be granted on a gateway connection. Nobody is given ``operator.admin``."""
    return _OF_VIEWERS if role is Role.VIEWER else _OF_MEMBERS


def token_scopes(role: Role) -> tuple[str, ...]:
    """What a token of a user with ``role`` may carry."""
    scopes = operator_scopes(role)
    return scopes if role is Role.VIEWER else (*scopes, CONNECT_MACHINES)


def allowed_scopes(role: Role, carried: Collection[str]) -> list[str]:
    """What a token that carries those scopes may do for its user with ``role``, who may have had another one then."""
    return [scope for scope in token_scopes(role) if scope in carried]


@dataclass(frozen=True)
class Limits:
    """What may be done on a machine at most; see `schemas.ToolPolicy`."""

    max_grade: Grade = Grade.HIGH
    standing_rules: bool = True
    denied_tools: frozenset[str] = frozenset()


def strictest(policies: Iterable[dict[str, Any] | None]) -> Limits:
    """The limits that several policies (as their rows keep them; None: none) set together."""
    limits = Limits()
    for policy in policies:
        if policy is not None:
            limits = Limits(
                min(limits.max_grade, Grade(policy["max_grade"])),
                limits.standing_rules and policy["standing_rules"],
                limits.denied_tools | frozenset(policy["denied_tools"]),
            )
    return limits


def clean_commands(declared: Collection[str]) -> list[str]:
    """The commands that a machine declares, each once, none of them odd, and not too many of them."""
    fitting = [name for name in dict.fromkeys(declared) if 0 < len(name) <= 100 and name.isprintable()]
    return fitting[:100]


def is_home(text: object) -> bool:
    """Whether what a machine calls its user's home folder can be one: absolute, one line, no part of the system.

    Paths below it are judged as the person's own, so a machine must not make the system pass for that.
    """
    if not isinstance(text, str) or len(text) > 4096 or not text.isprintable():
        return False
    path = places.normalise(text, cwd="/", home=text)
    if not (text.startswith("/") or places.has_drive(text)) or ".." in text.replace("\\", "/").split("/"):
        return False
    parts = [part for part in path.split("/") if part][1 if places.has_drive(path) else 0 :]
    if not parts or parts in (["home"], ["Users"]):
        return False
    # Services have theirs below /var; nothing else of the system is anybody's home.
    return not places.is_system(path) or (parts[0] == "var" and len(parts) > 2)
