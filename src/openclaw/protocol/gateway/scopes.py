"""Roles and scopes: which grant covers which, and what a connection gets of what it asked for."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What a connection is: somebody who operates, or a machine that serves invocations."""

    OPERATOR = "operator"
    NODE = "node"


READ = "operator.read"
WRITE = "operator.write"
ADMIN = "operator.admin"
APPROVALS = "operator.approvals"
PAIRING = "operator.pairing"

SCOPES = frozenset({READ, WRITE, ADMIN, APPROVALS, PAIRING})


def can(granted: Collection[str], required: str) -> bool:
    """Whether ``granted`` covers ``required``: admin covers every scope, write covers read."""
    return required in granted or ADMIN in granted or (required == READ and WRITE in granted)


def granted_scopes(requested: Collection[str], allowed: Collection[str], *, protocol: int) -> tuple[str, ...]:
    """The known scopes that were asked for and are allowed, sorted.

    A request is read by what it implies: who asks for admin and may only write gets write and read, since a
    protocol-3 command line asks for admin whatever it is about to do. There, an empty list also means admin.
    """
    if not requested and protocol < 4:
        requested = (ADMIN,)
    return tuple(sorted(s for s in SCOPES if can(requested, s) and can(allowed, s)))
