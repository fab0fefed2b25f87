"""Who acts, in which workspace, inside which transaction. The first argument of every service."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from openclaw.kit.clock import Clock


class Role(StrEnum):
    """What a member may do in a workspace, weakest last."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


@dataclass(frozen=True)
class Actor:
    """The authenticated principal. A device acts for the user who linked it."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    session_id: UUID | None = None
    device_id: UUID | None = None
    address: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class Scope:
    """One transaction of one actor. Row-level security in it is set from ``actor``.

    ``actor`` is None only in system scopes (sign-in, the outbox, recovery), which `Database.system` opens.
    """

    actor: Actor | None
    session: AsyncSession
    clock: Clock
    request_id: str

    @property
    def who(self) -> Actor:
        """The actor; an AssertionError in a system scope, which is a defect of the caller."""
        assert self.actor is not None, "a system scope has no actor"
        return self.actor

    @property
    def user_id(self) -> UUID:
        """The acting user."""
        return self.who.user_id

    @property
    def workspace_id(self) -> UUID:
        """The workspace that the actor works in."""
        return self.who.workspace_id

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()


Json = dict[str, Any]
